/* html.h: texts of users', numbers and bytes as HTML takes them.
 *
 * Every text is escaped here and nowhere else. What is no valid UTF-8, and what would turn the
 * direction of writing or do anything but be seen, becomes U+FFFD. */
#ifndef REPORTS_HTML_H
#define REPORTS_HTML_H

#include <stddef.h>
#include <stdio.h>

/* As content or as an attribute's value in double quotes. */
void html_text(FILE *, const char *text);
/* As a string of JSON, quotes and all, which may stand in a <script>: no < in it. */
void html_json(FILE *, const char *text);
void html_base64(FILE *, const unsigned char *bytes, size_t length);

/* A number as people read it, in an element that keeps it as the file has it:
 * <data value="EXACT">shown</data>. "" is shown as a dash. */
enum html_number {
    HTML_COUNT,   /* 12,345 of 12345.2: a mean of counts is rounded */
    HTML_SHARE,   /* 46.137% of 46.1366268 */
    HTML_PERCENT, /* 12.92% of .129183 */
    HTML_OF_100,  /* 36.5 of .365 */
    HTML_RATIO,   /* three decimals */
    HTML_SECONDS, /* 7m9s of 429.2 */
    HTML_PLAIN,   /* as it is */
};
void html_number(FILE *, enum html_number, const char *exact);
/* What html_number() shows. */
#define HTML_NUMBER_MAX 64
char *html_number_text(enum html_number, const char *exact, char text[HTML_NUMBER_MAX]);

#endif
