/* nginx.h: an nginx of our own: found, started, told of new lists, ended.
 *
 * It runs in a directory of its own, as a child that dies with us, and is only ever signalled by
 * its number, or with its workers by that of their group. */
#ifndef SIM_REAL_NGINX_H
#define SIM_REAL_NGINX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sim/real/config.h"
#include "sim/real/prefix.h"
#include "sim/real/wire.h"

enum { NGINX_PATH_ROOM = 4096, NGINX_CHILDREN_MAX = 4096 };

struct nginx {
    char program[NGINX_PATH_ROOM];
    char prefix[PREFIX_ROOM]; /* "": there is none */
    char version[32];
    pid_t master; /* 0: not running */
    uint32_t workers;
    wire_stop *stop;
    char trouble[512]; /* what went wrong; "": the wish to end */
};

/* Finds the program: this file, or, for NULL, nginx as it is installed. false: there is none. */
bool nginx_find(struct nginx *, const char *file);

/* Makes its directory, where `config` is told to be; false: see trouble. */
bool nginx_make_prefix(struct nginx *);
/* Writes the configuration, starts, and waits until every worker accepts. */
bool nginx_start(struct nginx *, const struct real_config *, const struct real_member *list);
/* The same for another list, and waits until old workers accept no more: for a tenth of a second
 * after the signal, old and new ones do so side by side. */
bool nginx_reload(struct nginx *, const struct real_config *, const struct real_member *list);
/* Kills one worker of the present generation, and waits until another is there in its place. */
bool nginx_crash(struct nginx *);
/* Whether it has not ended by itself; if it has, see trouble. */
bool nginx_runs(struct nginx *);
/* Ends it, and removes its directory. An alert in its log that is no worker's death by our hand is
 * copied to `alert`, else that is "". */
void nginx_stop(struct nginx *, char *alert, size_t room);

#endif
