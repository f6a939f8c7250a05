/* json_pieces.h: JSON, written piece by piece, so that a document may be larger than memory. */
#ifndef REPORTS_JSON_PIECES_H
#define REPORTS_JSON_PIECES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pieces {
    FILE *to;
    uint32_t depth, lines; /* what is open, and how much of it has a line for each of its things */
    bool any;              /* something stands in what was opened last */
};

/* A key is plain ASCII, or NULL in a list and at the top. Kinds are { and [. What is opened in a
 * line stays in it with all that it holds. */
void piece_open(struct pieces *, const char *key, char kind);
void piece_open_in_line(struct pieces *, const char *key, char kind);
void piece_close(struct pieces *, char kind);

void piece_text(struct pieces *, const char *key, const char *text); /* UTF-8 */
/* A number as its digits stand in the other files; "": null. */
void piece_digits(struct pieces *, const char *key, const char *digits);
void piece_count(struct pieces *, const char *key, uint64_t count);
void piece_truth(struct pieces *, const char *key, bool truth);

#endif
