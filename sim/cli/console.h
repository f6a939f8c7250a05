/* console.h: what the program says beside its results: errors and progress, on stderr. */
#ifndef SIM_CLI_CONSOLE_H
#define SIM_CLI_CONSOLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "reports/bar.h"

enum {
    EXIT_FINE = 0,
    EXIT_FAILED = 1,      /* an expectation, or the gate */
    EXIT_INVALID = 2,     /* usage or scenario */
    EXIT_ENVIRONMENT = 3, /* disk, missing program */
    EXIT_INTERRUPTED = 130,
    EXIT_CLOSED = 141, /* nobody reads stdout any more */
};

/* One line, "lbsim: ...", safe for a terminal whatever names it quotes, and cut in the
 * middle if it is longer than 400 bytes. */
void console_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a stream is a terminal that wants colour: NO_COLOR unset, TERM not dumb. */
bool console_colour(FILE *);

/* Bars for a stream: none unless it is a terminal; of blocks where the locale says UTF-8. */
enum bar_style console_bars(FILE *);
/* Columns of a terminal; 80 where nobody knows. */
uint32_t console_width(FILE *);

/* Signals that end a run politely are held back from here on, so that they can be asked for. */
void console_hold_signals(void);
bool console_interrupted(void);
/* They end the process again, as ever. */
void console_let_signals(void);

/* A line of progress, redrawn in place; only where stderr is a terminal. */
struct progress {
    const char *name;
    const char *unit; /* one of what is done; NULL: "trial" */
    bool shown, quiet;
    /* What of all the trials has been simulated, of trial_ns each; NULL: what is done is known by
     * whole trials only. */
    const atomic_uint_fast64_t *played_ns;
    uint64_t trial_ns;
    uint64_t began_ns,
        next_ns; /* next: when it may be drawn: some five times a second, not at once */
};
void progress_show(struct progress *, uint64_t done, uint64_t all);
void progress_clear(struct progress *);

/* Writes a text to stdout, whole; an exit code: EXIT_FINE, EXIT_CLOSED in silence, or
 * EXIT_ENVIRONMENT with its error said. */
int console_write(const char *text, size_t length);
/* The same for what was written to stdout piece by piece. */
int console_flush(void);

#endif
