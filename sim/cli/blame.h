/* blame.h: what is said of an algorithm of the user's own that did not behave. */
#ifndef SIM_CLI_BLAME_H
#define SIM_CLI_BLAME_H

#include "sim/run/guard.h"

enum { BLAME_ROOM = 256 };

/* Says how the process ended, of whom that was, and where: "FILE: crashed (SIGSEGV) in pick, AT".
 * file: the plugin's path. at: as blame_where() has it, or the like. The exit code. */
int blame(const char *file, const struct guard_outcome *, const struct witness *, const char *at);

/* What the witness knows beside the time: "worker 0, connection 4711 of websocket, 3 servers";
 * `of` is its traffic, or NULL: the connection is not told. */
char *blame_where(const struct witness *, const char *of, char buffer[BLAME_ROOM]);

/* The signal would have ended this process too, had it done the work itself: so it does. What is
 * unusual is said before. files: of the plugins that had been called, for a reader's guess. */
int blame_nobody(const struct guard_outcome *, const char *files);

#endif
