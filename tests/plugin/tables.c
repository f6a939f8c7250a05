/* tables.c: an algorithm's table that is not whole, in the way that -D FAULT numbers; 0: it is. */
#define _POSIX_C_SOURCE 200809L
#include "lb_author.h"

#include <signal.h>
#include <unistd.h>

#ifndef FAULT
#define FAULT 0
#endif
/* Each row of the table reads: what it is with this fault, and else. */
#define IF(number, with, without) (FAULT == (number) ? (with) : (without))

static uint32_t pick(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const char *const none[] = {NULL};
static const char *const words[] = {"first", "second", FAULT == 17 ? "first" : "third", NULL};
static const char *const spaced[] = {"one word", NULL};

static const struct lb_algorithm tables = {
    .abi = LB_ABI + IF(1, 1, 0),
    .name = FAULT == 2   ? NULL
            : FAULT == 3 ? "my own"
            : FAULT == 4 ? "least_conn"
            : FAULT == 5 ? "nginx-hash-zone"
                         : "tables",
    .about = FAULT == 6 ? NULL : "the first that is usable",
    .pick = FAULT == 7 ? NULL : pick,
    .when_full = (enum lb_when_full)IF(8, 7, 0),
    .param =
        {
            {.name = IF(9, "view", IF(10, "Big", "order")),
             .help = FAULT == 11 ? NULL : "a choice",
             .words = IF(12, none, IF(13, spaced, words)),
             .fallback = IF(14, 3, 0),
             .max = IF(15, 5, 2)},
            {.name = IF(16, "order", "number"),
             .help = "a number",
             .fallback = IF(18, 11, 5),
             .min = IF(19, 20, 1),
             .max = 10},
#if FAULT == 20
            {.name = "c", .help = "c", .max = 1},
            {.name = "d", .help = "d", .max = 1},
            {.name = "e", .help = "e", .max = 1},
            {.name = "f", .help = "f", .max = 1},
            {.name = "g", .help = "g", .max = 1},
            {.name = "h", .help = "h", .max = 1},
            {.name = "i", .help = "i", .max = 1},
#endif
        },
};

#if FAULT == 21
LB_PLUGIN(&tables, &tables);
#elif FAULT == 22
LB_PLUGIN(NULL);
#elif FAULT == 23
extern const struct lb_plugin lb_plugin;
const struct lb_plugin lb_plugin = {LB_ABI - 1, NULL};
#elif FAULT == 24
const struct lb_algorithm *const not_the_name = &tables;
#elif FAULT == 25
LB_PLUGIN((const struct lb_algorithm *)(uintptr_t)8);
#elif FAULT == 26
void not_of_lb_author_h(void);
void (*const needs)(void) = not_of_lb_author_h;
LB_PLUGIN(&tables);
#elif FAULT == 27
static __attribute__((constructor)) void leave(void)
{
    _exit(0);
}
LB_PLUGIN(&tables);
#elif FAULT == 28
static __attribute__((constructor)) void stay(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (;;)
        pause();
}
LB_PLUGIN(&tables);
#else
LB_PLUGIN(&tables);
#endif
