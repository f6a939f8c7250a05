/* html.c: escaping, and numbers as people read them. */
#include "reports/html.h"

#include "reports/text.h"
#include "sim/workload/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- Characters ---- */

typedef void put_character(FILE *, const char *at, size_t length, uint32_t code);

/* Character by character; code 0xFFFD where one is not fit to be shown. */
static void put_all(FILE *to, const char *text, put_character *put)
{
    static const char instead[] = "\xEF\xBF\xBD";
    const char *end = text + strlen(text);
    while (text < end) {
        uint32_t code = 0;
        size_t length = utf8_character(text, end, &code);
        bool shown = length > 0 &&
                     (utf8_is_shown(code) || utf8_is_joiner(code) || code == '\n' || code == '\t');
        if (shown)
            put(to, text, length, code);
        else
            put(to, instead, sizeof instead - 1, 0xFFFD);
        text += length > 0 ? length : 1;
    }
}

static void put_html(FILE *to, const char *at, size_t length, uint32_t code)
{
    switch (code) {
    case '&':
        fputs("&amp;", to);
        return;
    case '<':
        fputs("&lt;", to);
        return;
    case '>':
        fputs("&gt;", to);
        return;
    case '"':
        fputs("&quot;", to);
        return;
    case '\'':
        fputs("&#39;", to);
        return;
    default:
        fwrite(at, 1, length, to);
    }
}

static void put_json(FILE *to, const char *at, size_t length, uint32_t code)
{
    if (code < 0x20 || code == '<' || code == '>' || code == '&' || code == '"' || code == '\\')
        fprintf(to, "\\u%04x", (unsigned)code);
    else
        fwrite(at, 1, length, to);
}

void html_text(FILE *to, const char *text)
{
    put_all(to, text, put_html);
}

void html_json(FILE *to, const char *text)
{
    fputc('"', to);
    put_all(to, text, put_json);
    fputc('"', to);
}

void html_base64(FILE *to, const unsigned char *bytes, size_t length)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)bytes[i] << 16;
        group |= left > 1 ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (unsigned)bytes[i + 2] : 0;
        fputc(letters[group >> 18], to);
        fputc(letters[group >> 12 & 63], to);
        fputc(left > 1 ? letters[group >> 6 & 63] : '=', to);
        fputc(left > 2 ? letters[group & 63] : '=', to);
    }
}

/* ---- Numbers ---- */

/* Exact decimals of seconds as ns. false: it is none, or too long a time. */
static bool exact_ns(const char *exact, uint64_t *ns)
{
    uint64_t whole = 0, part = 0, unit = 1000000000;
    size_t digits = strspn(exact, "0123456789");
    if (digits == 0 || digits > 10)
        return false;
    whole = strtoull(exact, NULL, 10);
    exact += digits;
    if (*exact == '.')
        for (exact++; *exact >= '0' && *exact <= '9' && unit > 1; exact++)
            part += (uint64_t)(*exact - '0') * (unit /= 10);
    *ns = whole * 1000000000 + part;
    return *exact == '\0';
}

char *html_number_text(enum html_number kind, const char *exact, char text[HTML_NUMBER_MAX])
{
    static const struct {
        const char *form;
        double scale;
    } forms[] = {[HTML_SHARE] = {"%.3f%%", 1},
                 [HTML_PERCENT] = {"%.2f%%", 100},
                 [HTML_OF_100] = {"%.4g", 100},
                 [HTML_RATIO] = {"%.3f", 1}};
    char *end, time[TEXT_MAX], count[TEXT_MAX];
    uint64_t ns;
    double value = strtod(exact, &end);
    bool number = end != exact && *end == '\0' && isfinite(value) && fabs(value) < 1e15;
    if (exact[0] == '\0')
        snprintf(text, HTML_NUMBER_MAX, "\xE2\x80\x93");
    else if (kind == HTML_COUNT && number && value >= 0)
        snprintf(text, HTML_NUMBER_MAX, "%s", text_count((uint64_t)(value + .5), count));
    else if (kind == HTML_SECONDS && exact_ns(exact, &ns))
        snprintf(text, HTML_NUMBER_MAX, "%s", text_time_rounded(ns, time));
    else if (kind >= HTML_SHARE && kind <= HTML_RATIO && number)
        snprintf(text, HTML_NUMBER_MAX, forms[kind].form, forms[kind].scale * value);
    else
        snprintf(text, HTML_NUMBER_MAX, "%s", exact);
    return text;
}

void html_number(FILE *to, enum html_number kind, const char *exact)
{
    char text[HTML_NUMBER_MAX];
    fputs("<data value=\"", to);
    html_text(to, exact);
    fputs("\">", to);
    html_text(to, html_number_text(kind, exact, text));
    fputs("</data>", to);
}
