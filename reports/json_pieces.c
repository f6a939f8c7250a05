/* json_pieces.c: a writer that only has to know how deep it is. jansson, which knows how to quote,
 * keeps whole documents in memory and prints all numbers with the same precision. */
#include "reports/json_pieces.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>

static void put_quoted(FILE *to, const char *text)
{
    json_t *quoted = json_string(text);
    assert(quoted != NULL); /* all names and texts were checked to be UTF-8 */
    json_dumpf(quoted, to, JSON_ENCODE_ANY);
    json_decref(quoted);
}

static void begin(struct pieces *pieces, const char *key)
{
    fputs(pieces->any ? "," : "", pieces->to);
    if (pieces->depth > 0 && pieces->lines == pieces->depth)
        fprintf(pieces->to, "\n%*s", (int)(2 * pieces->depth), "");
    else if (pieces->any)
        fputc(' ', pieces->to);
    pieces->any = true;
    if (key != NULL)
        fprintf(pieces->to, "\"%s\": ", key);
}

void piece_open_in_line(struct pieces *pieces, const char *key, char kind)
{
    begin(pieces, key);
    fputc(kind, pieces->to);
    pieces->depth++;
    pieces->any = false;
}

void piece_open(struct pieces *pieces, const char *key, char kind)
{
    bool line = pieces->lines == pieces->depth;
    piece_open_in_line(pieces, key, kind);
    pieces->lines += line;
}

void piece_close(struct pieces *pieces, char kind)
{
    assert(pieces->depth > 0);
    bool lines = pieces->lines == pieces->depth--;
    pieces->lines -= lines;
    if (lines && pieces->any)
        fprintf(pieces->to, "\n%*s", (int)(2 * pieces->depth), "");
    fputc(kind == '{' ? '}' : ']', pieces->to);
    pieces->any = true;
    if (pieces->depth == 0)
        fputc('\n', pieces->to);
}

void piece_text(struct pieces *pieces, const char *key, const char *text)
{
    begin(pieces, key);
    put_quoted(pieces->to, text);
}

void piece_digits(struct pieces *pieces, const char *key, const char *digits)
{
    begin(pieces, key);
    fputs(digits[0] == '\0' ? "null" : digits, pieces->to);
}

void piece_count(struct pieces *pieces, const char *key, uint64_t count)
{
    begin(pieces, key);
    fprintf(pieces->to, "%" PRIu64, count);
}

void piece_truth(struct pieces *pieces, const char *key, bool truth)
{
    begin(pieces, key);
    fputs(truth ? "true" : "false", pieces->to);
}
