/* console.c: errors, progress, signals. */
#include "sim/cli/console.h"

#include "sim/workload/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void console_error(const char *format, ...)
{
    struct faults faults = {0}; /* of one, for it makes a message fit to be shown */
    va_list arguments;
    va_start(arguments, format);
    faults_add_list(&faults, (struct place){0}, format, arguments);
    va_end(arguments);
    fputs("lbsim: ", stderr);
    faults_print_text(faults.fault[0].message, stderr);
    fputc('\n', stderr);
    faults_free(&faults);
}

static bool is_dumb(void)
{
    const char *term = getenv("TERM");
    return term == NULL || strcmp(term, "dumb") == 0;
}

bool console_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(fileno(stream)) && !is_dumb() && (no_color == NULL || no_color[0] == '\0');
}

static sigset_t polite_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    /* Where it is ignored (nohup), a held one would still be seen as pending. */
    struct sigaction hangup;
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaddset(&signals, SIGHUP);
    return signals;
}

void console_hold_signals(void)
{
    sigset_t signals = polite_signals();
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

void console_let_signals(void)
{
    sigset_t signals = polite_signals();
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

bool console_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
           sigismember(&pending, SIGHUP) == 1;
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
    if (progress->quiet || !isatty(STDERR_FILENO) || is_dumb() || getenv("CI") != NULL)
        return;
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    uint64_t now_ns = (uint64_t)clock.tv_sec * 1000000000 + (uint64_t)clock.tv_nsec;
    bool early = now_ns < progress->next_ns || progress->next_ns == 0;
    if (now_ns >= progress->next_ns)
        progress->next_ns = now_ns + 200000000;
    if (early)
        return;
    fprintf(stderr, "\r\033[K%s: %" PRIu64 " of %" PRIu64 " runs", progress->name, done, all);
    fflush(stderr);
    progress->shown = true;
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

static int cannot_write(int why)
{
    if (why == EPIPE) /* where SIGPIPE is ignored, it would have ended us the same way */
        return EXIT_CLOSED;
    console_error("cannot write to stdout: %s", strerror(why != 0 ? why : EIO));
    return EXIT_ENVIRONMENT;
}

int console_flush(void)
{
    errno = 0;
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? EXIT_FINE : cannot_write(errno);
}

int console_write(const char *text, size_t length)
{
    errno = 0;
    return fwrite(text, 1, length, stdout) == length ? console_flush() : cannot_write(errno);
}
