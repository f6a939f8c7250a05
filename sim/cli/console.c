/* console.c: errors, progress, signals. */
#include "sim/cli/console.h"

#include "reports/text.h"
#include "sim/workload/fault.h"

#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* What the locale says of letters, without making it the program's: numbers and names are read and
 * written alike everywhere. */
static bool writes_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale != (locale_t)0)
        freelocale(locale);
    return utf8;
}

enum bar_style console_bars(FILE *stream)
{
    if (!isatty(fileno(stream)) || is_dumb())
        return BAR_NONE;
    return writes_utf8() ? BAR_BLOCKS : BAR_ASCII;
}

uint32_t console_width(FILE *stream)
{
    struct winsize size;
    enum { USUAL = 80 };
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL;
    return size.ws_col;
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

static uint64_t now_ns(void)
{
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return (uint64_t)clock.tv_sec * 1000000000 + (uint64_t)clock.tv_nsec;
}

/* The part of the work that is done, by simulated time where that is known. */
static double part_done(const struct progress *progress, uint64_t done, uint64_t all)
{
    double whole = (double)progress->trial_ns * (double)all;
    if (progress->played_ns == NULL || whole <= 0)
        return all > 0 ? (double)done / (double)all : 0;
    return (double)atomic_load_explicit(progress->played_ns, memory_order_relaxed) / whole;
}

/* "ws_scale  37 of 120 trials  31 %  12.4 trials/s  about 7s left"; of the last two, what can be
 * told already. */
static void draw_progress(const struct progress *progress, uint64_t done, uint64_t all,
                          uint64_t spent_ns)
{
    enum { NAME_SHOWN = 24, ENOUGH_NS = 1000000000, SHOWN = 79, LINE = 512, TIME = 48 };
    const double enough = .01;
    double part = part_done(progress, done, all), spent_s = 1e-9 * (double)spent_ns;
    double rate = (double)done / spent_s;
    const char *unit = progress->unit != NULL ? progress->unit : "trial";
    char rates[TIME] = "", left[TIME] = "", time[TEXT_MAX], line[LINE];
    if (done > 0 && spent_ns >= ENOUGH_NS)
        snprintf(rates, sizeof rates, "  %.*f %ss/s", rate < 100, rate, unit);
    if (part >= enough && spent_ns >= ENOUGH_NS) {
        uint64_t left_s = (uint64_t)(spent_s * (1 - part) / part + 1);
        text_time_rounded(left_s * UINT64_C(1000000000), time);
        snprintf(left, sizeof left, "  about %.30s left", time);
    }
    snprintf(line, sizeof line, "%.*s  %" PRIu64 " of %" PRIu64 " %s%s  %.0f %%%s%s", NAME_SHOWN,
             progress->name, done, all, unit, all == 1 ? "" : "s", 100 * part, rates, left);
    fprintf(stderr, "\r\033[K%.*s", SHOWN, line); /* what is longer would wrap */
    fflush(stderr);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
    enum { STEP_NS = 200000000 };
    if (progress->quiet || !isatty(STDERR_FILENO) || is_dumb() || getenv("CI") != NULL)
        return;
    uint64_t now = now_ns();
    bool first = progress->next_ns == 0;
    if (first)
        progress->began_ns = now;
    if (now < progress->next_ns)
        return;
    progress->next_ns = now + STEP_NS;
    if (first)
        return;
    draw_progress(progress, done, all, now - progress->began_ns);
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
