/* games.h: what a row of nginx's own test suite says of its servers and requests, as a game on a
 * gateway; and whether it ended as the row expects. */
#ifndef TESTS_GAMES_H
#define TESTS_GAMES_H

#include "tests/played.h"

enum { GAME_SERVERS = 4, GAME_START_S = 1000 };

/* A row on one preset: the gateway, and what came of it. */
struct game {
    const json_t *row;
    struct played played;
    struct gateway_member member[GAME_SERVERS];
    int id[GAME_SERVERS];      /* as the row calls the server: an address may be there twice */
    bool closes[GAME_SERVERS]; /* it answers nobody */
    uint32_t members;
    json_t *picks; /* ids in order of opening, "refused" */
};

/* The row's servers, at GAME_START_S by the clock of failures. */
void game_begin(struct game *, const json_t *row, const char *preset, uint64_t run);
void game_end(struct game *);

/* What the next request asks with. */
struct gateway_request game_request(struct game *, const char *key);
/* A request that goes on where it fails, to the end; noted, and held: the server, or NO_SERVER. */
uint32_t game_hold(struct game *, const char *key, struct gateway_hold *);
/* The same, and it is over. */
uint32_t game_serve(struct game *, const char *key);

/* Whether the picks are what the row expects: picks in order; counts by server, which are all there
 * are; or one of some. */
bool game_as_expected(const struct game *);

#endif
