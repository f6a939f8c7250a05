/* deaths.h: the signals that code dies of by its own doing. SPDX-License-Identifier: MIT */
#ifndef LB_CONTRACT_DEATHS_H
#define LB_CONTRACT_DEATHS_H

#include <signal.h>
#include <stdio.h>

enum { DEATHS = 8, DEATH_ROOM = 32 };

struct death {
    int number;
    const char *name;
};

static inline const struct death *death_at(int i)
{
    static const struct death deaths[DEATHS] = {
        {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},
        {SIGABRT, "SIGABRT"}, {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL"}, {SIGSYS, "SIGSYS"},
    };
    return &deaths[i];
}

/* As signal.h spells it, or "signal 42", in `room`. */
static inline const char *death_name(int number, char room[DEATH_ROOM])
{
    for (int i = 0; i < DEATHS; i++)
        if (death_at(i)->number == number)
            return death_at(i)->name;
    snprintf(room, DEATH_ROOM, "signal %d", number);
    return room;
}

#endif
