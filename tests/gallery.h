/* gallery.h: small experiments whose pictures are drawn into a directory of their own. */
#ifndef TESTS_GALLERY_H
#define TESTS_GALLERY_H

#include "reports/plots.h"

#define FEW                                                                                        \
    "format: 1\nname: few\nabout: A question?\nseed: 3\nduration: 10m\nservers: [s1, s2]\n"        \
    "traffic: {t: {arrivals: {every: 200ms}, lasts: {exponential: 60s}}}\n"                        \
    "events:\n"                                                                                    \
    "  - {at: 5m, name: up, add: s3}\n"                                                            \
    "  - {at: 6m, flap: {server: s2, for: 10s}}\n"                                                 \
    "  - {at: 8m, remove: s1, drain: 0s}\n"                                                        \
    "balancers: [round_robin, {name: 'a:b', preset: least_conn}]\n"

#define MANY                                                                                       \
    "format: 1\nname: many\nseed: 3\nduration: 2m\nservers: [s01..s16]\n"                          \
    "traffic: {t: {arrivals: {every: 20ms}, lasts: {exponential: 20s}}}\n"                         \
    "events:\n  - {at: 80s, name: up, add: s17..s24}\n"                                            \
    "balancers: [round_robin]\n"

struct gallery {
    char home[32], place[64]; /* a directory of our own, and the output in it */
    struct scenario *scenario[2];
    struct experiment *experiment[2];
    uint32_t experiments;
    struct plots_outcome outcome;
};

/* Runs one scenario or two (other: NULL), given as text. Closed with gallery_close(). */
struct gallery gallery_open(const char *one, const char *other);
void gallery_draw(struct gallery *gallery, bool png, uint32_t limit_s);
void gallery_close(struct gallery *gallery);
/* A directory and all that is in it; nothing, if there is none. */
void gallery_remove(const char *path);

bool gallery_has_file(const struct gallery *gallery, const char *name);
/* A file's text, the caller's to free; "" if there is none. */
char *gallery_text(const struct gallery *gallery, const char *name);
/* What there is up to the next such character, cut off there; NULL: nothing is left. */
char *gallery_cut(char **rest, const char *at);
/* The next line that is not blank, cut off at its end; NULL: there is none. */
char *gallery_next_line(char **rest);

#endif
