/* blame.c: what is said of an algorithm of the user's own that did not behave. */
#include "sim/cli/blame.h"

#include "algorithms/contract/deaths.h"
#include "sim/cli/console.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/* In words of lb_author.h: which of its functions it may have been. */
static const char *const calls[WITNESS_CALLS] = {
    [WITNESS_NONE] = "no call",
    [WITNESS_MEMORY] = "memory",
    [WITNESS_BUILD] = "enter or leave, as a picker was built",
    [WITNESS_EDIT] = "enter or leave, as the list was edited",
    [WITNESS_PICK] = "pick, or taken after it",
    [WITNESS_TAKE] = "taken",
    [WITNESS_RELEASE] = "released",
    [WITNESS_SCORE] = "score or place",
    [WITNESS_KEY] = "addressed",
};

char *blame_where(const struct witness *witness, const char *of, char buffer[BLAME_ROOM])
{
    char connection[BLAME_ROOM / 2] = "", instance[32] = "";
    if (of != NULL && witness->connection != UINT64_MAX)
        snprintf(connection, sizeof connection, ", connection %" PRIu64 " of %.64s",
                 witness->connection, of);
    if (witness->instance > 0)
        snprintf(instance, sizeof instance, "instance %" PRIu32 ", ", witness->instance);
    snprintf(buffer, BLAME_ROOM, "%sworker %" PRIu32 "%s, %" PRIu32 " server%s", instance,
             witness->worker, connection, witness->servers, witness->servers == 1 ? "" : "s");
    return buffer;
}

static void say_unsound(const char *file, const struct witness *witness, const char *call,
                        const char *at)
{
    if (witness->unsound == WITNESS_WROTE)
        console_error("%s: wrote past the memory that it asked for, in %s, %s", file, call, at);
    else if (witness->member >= witness->servers)
        console_error("%s: pick returned %" PRIu32 ", and servers are numbered 0 to %" PRIu32
                      ", %s",
                      file, witness->member, witness->servers - 1, at);
    else
        console_error("%s: pick returned %" PRIu32 ", which is not usable (full, down, failing, "
                      "tried already, backup or of weight 0), %s",
                      file, witness->member, at);
}

int blame(const char *file, const struct guard_outcome *outcome, const struct witness *witness,
          const char *at)
{
    char name[DEATH_ROOM];
    const char *call = calls[atomic_load(&witness->call) % WITNESS_CALLS];
    if (outcome->end == GUARD_STUCK)
        console_error("%s: did not come back from %s, %s", file, call, at);
    else if (outcome->end == GUARD_LEFT && outcome->value == EXIT_ENVIRONMENT &&
             atomic_load(&witness->call) == WITNESS_MEMORY)
        console_error("%s: asked in %s for more bytes than there are, %s", file, call, at);
    else if (outcome->end == GUARD_LEFT)
        console_error("%s: ended the program (exit %d) in %s, %s", file, outcome->value, call, at);
    else if (witness->unsound != WITNESS_SOUND)
        say_unsound(file, witness, call, at);
    else
        console_error("%s: crashed (%s) in %s, %s", file, death_name(outcome->value, name), call,
                      at);
    return outcome->interrupted ? EXIT_INTERRUPTED : EXIT_INVALID;
}

int blame_nobody(const struct guard_outcome *outcome, const char *files)
{
    int number = outcome->value;
    char name[DEATH_ROOM];
    if (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL ||
        number == SIGABRT || number == SIGTRAP) {
        console_error("lbsim itself ended (%s), outside every call of %s; who writes where it "
                      "should not may cause that, too",
                      death_name(number, name), files);
        console_error("to see who does: lbsim contract, or the same under valgrind, with "
                      "--unguarded");
    } else if (number == SIGKILL)
        console_error("the run was killed (SIGKILL), outside every call of %s", files);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, number);
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    return EXIT_ENVIRONMENT;
}
