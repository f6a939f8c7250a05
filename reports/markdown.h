/* markdown.h: words in Markdown, as GitHub reads it. */
#ifndef REPORTS_MARKDOWN_H
#define REPORTS_MARKDOWN_H

#include <stdio.h>

/* Prints words so that they are read as they are, in a table's cell, too: no markup, no HTML, no
 * mention of anybody, no link to an issue. */
void markdown_put(FILE *, const char *words);

#endif
