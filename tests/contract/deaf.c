/* deaf.c: handles every signal that it can, holds them back, and loops where nobody is usable. */
#define _POSIX_C_SOURCE 200809L
#include "lb_author.h"

#include <signal.h>

static void hear_nothing(int number)
{
    (void)number;
}

static void loop(void)
{
    sigset_t all;
    for (int number = 1; number < 32; number++)
        signal(number, hear_nothing);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (volatile int turns = 0;; turns = 0)
        (void)turns;
}

static uint32_t pick(struct lb_context *c)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    loop();
    return LB_NONE;
}

static const struct lb_algorithm deaf = {
    .abi = LB_ABI, .name = "deaf", .about = "hears no signal", .pick = pick};

LB_PLUGIN(&deaf);
