/* plugin.h: algorithms of a user's own: shared objects that export `lb_plugin` (lb_author.h). */
#ifndef SIM_RUN_PLUGIN_H
#define SIM_RUN_PLUGIN_H

#include "sim/scenario/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>

/* One file, while it is open. */
struct plugin {
    char *path;    /* as it was named to us */
    uint64_t hash; /* XXH64 of the file, seed 0 */
    void *handle;
    const struct lb_algorithm *const *algorithm; /* the file's own table, [algorithms] */
    uint32_t algorithms;
};

struct plugins { /* all zero: none */
    struct plugin *plugin;
    uint32_t plugins;
    const struct lb_algorithm **own; /* of all of them */
    uint32_t owns;
};

enum plugin_status {
    PLUGIN_FINE,
    PLUGIN_REFUSED,    /* it is not what it should be: the user's to mend */
    PLUGIN_UNREADABLE, /* the file cannot be read, or nothing loaded: the environment's */
};

enum { PLUGIN_WHY = 1024 };

/* Opens one more. Everything in it is looked at before any of it is used, first of all in a process
 * of its own, for code of its may run as it is loaded. If not PLUGIN_FINE nothing is added, and
 * `why` is one line that begins with the path. */
enum plugin_status plugins_open(struct plugins *, const char *path, char why[PLUGIN_WHY]);
/* Closes all. Nothing that was made of their algorithms may be in use any more. */
void plugins_close(struct plugins *);

/* The words that they add to a scenario's; as long as they are open, and no more are opened. */
struct vocabulary plugins_vocabulary(const struct plugins *);
/* The file that brought this algorithm, or NULL: the library did. */
const struct plugin *plugins_file(const struct plugins *, const struct lb_algorithm *);
/* The algorithm of this name, or NULL. */
const struct lb_algorithm *plugins_find(const struct plugins *, const char *name);

/* ---- plugin_table.c ---- */

/* Whether the table of an algorithm is whole, and its names are its own; else *why, after the
 * algorithm's name where it has one. */
bool plugin_table_whole(const struct lb_algorithm *, char why[PLUGIN_WHY]);

/* ---- plugin_file.c ---- */

/* Whether a file is a shared object for this machine, whole as far as its header tells; and its
 * hash. Nothing of it is run. `why` is told after the path. */
enum plugin_status plugin_file_look(const char *path, uint64_t *hash, char why[PLUGIN_WHY]);

#endif
