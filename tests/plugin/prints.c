/* prints.c: an algorithm that prints on stdout wherever it is called, if it is built with -D LOUD.
 * Both ways of printing, for one of them is held back in a buffer. */
#define _POSIX_C_SOURCE 200809L
#include "lb_author.h"

#include <stdio.h>
#include <unistd.h>

#ifndef LOUD
#define LOUD 0
#endif

static void print(const char *what)
{
    static const char at_once[] = "printed at once\n";
    if (LOUD && write(STDOUT_FILENO, at_once, sizeof at_once - 1) > 0)
        printf("printed in %s\n", what);
}

static __attribute__((constructor)) void begin(void)
{
    print("begin");
}

static __attribute__((destructor)) void end(void)
{
    print("end");
}

static size_t memory(uint32_t slots)
{
    print("memory");
    return slots;
}

static void enter(struct lb_context *c, uint32_t member, enum lb_entry why)
{
    (void)c, (void)member, (void)why;
    print("enter");
}

static uint32_t pick(struct lb_context *c)
{
    print("pick");
    for (uint32_t i = 0; i < c->members; i++)
        if (lb_usable(c, i))
            return i;
    return LB_NONE;
}

static const struct lb_algorithm prints = {.abi = LB_ABI,
                                           .name = "prints",
                                           .about = "the first that is usable, aloud",
                                           .memory = memory,
                                           .enter = enter,
                                           .pick = pick};
LB_PLUGIN(&prints);
