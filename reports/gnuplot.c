/* gnuplot.c: gnuplot as a child, with its complaints in a pipe. */
#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np, environ */
#include "reports/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SAID_MAX = 4096, MS = 1000 * 1000, NAP_MS = 10 };

struct child {
    pid_t pid;
    int pipe; /* what it says */
    uint64_t until_ms;
    char said[SAID_MAX]; /* the first of it */
    size_t length;
};

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / MS;
}

/* ---- Starting ---- */

/* Signals as a fresh program has them, whatever we hold back ourselves. */
static int set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGTERM);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* 0, or an errno. into: the writing end of the pipe. */
static int spawn(struct child *child, const char *directory, const char *script, int into)
{
    char program[] = "gnuplot", defaults[] = "-d", name[256]; /* -d: no settings of the user's */
    char *argv[] = {program, defaults, name, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if ((size_t)snprintf(name, sizeof name, "%s", script) >= sizeof name)
        return ENAMETOOLONG;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = posix_spawn_file_actions_addchdir_np(&actions, directory);
        if (error == 0)
            error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        if (error == 0)
            error = posix_spawn_file_actions_adddup2(&actions, into, 1);
        if (error == 0)
            error = posix_spawn_file_actions_adddup2(&actions, into, 2);
        if (error == 0)
            error = set_signals(&attributes);
        if (error == 0)
            error = posix_spawnp(&child->pid, program, &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int start(struct child *child, const char *directory, const char *script)
{
    int ends[2];
    if (pipe(ends) != 0)
        return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int error = spawn(child, directory, script, ends[1]);
    close(ends[1]);
    child->pipe = ends[0];
    if (error != 0)
        close(ends[0]);
    return error;
}

/* ---- Listening ---- */

/* Reads what is there; what does not fit any more is read all the same, so that the child is never
 * held up. false: it will say no more. */
static bool hear(struct child *child)
{
    char text[1024];
    ssize_t got = read(child->pipe, text, sizeof text);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    size_t room = sizeof child->said - 1 - child->length;
    size_t taken = (size_t)got < room ? (size_t)got : room;
    memcpy(child->said + child->length, text, taken);
    child->length += taken;
    return true;
}

/* false: the time is over. */
static bool hear_all(struct child *child)
{
    for (;;) {
        uint64_t at_ms = now_ms();
        struct pollfd wanted = {.fd = child->pipe, .events = POLLIN};
        if (at_ms >= child->until_ms)
            return false;
        int ready = poll(&wanted, 1, (int)(child->until_ms - at_ms));
        if (ready > 0 && !hear(child))
            return true;
    }
}

/* Whether it has ended by itself in time; whether it did or not, it is gone afterwards. */
static bool wait_for(struct child *child, int *status)
{
    bool in_time = hear_all(child);
    pid_t ended = 0;
    while (in_time && (ended = waitpid(child->pid, status, WNOHANG)) == 0) {
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * MS}, NULL);
        in_time = now_ms() < child->until_ms;
    }
    if (ended == 0) {
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, status, 0) < 0 && errno == EINTR)
            ;
    }
    return in_time;
}

/* The line that matters of what gnuplot said: it quotes the command first, then points at the
 * place, and then says `"FILE" line N: what is wrong`. */
static void complaint(char *said, char *why, size_t room)
{
    char *first = NULL, *line = NULL, *rest = NULL;
    for (char *at = strtok_r(said, "\n", &rest); at != NULL; at = strtok_r(NULL, "\n", &rest)) {
        if (first == NULL && strspn(at, " \t") < strlen(at))
            first = at;
        if (line == NULL && *at == '"' && strstr(at, "\" line ") != NULL)
            line = at;
    }
    const char *best = line != NULL ? line : first != NULL ? first : "it ended with an error";
    snprintf(why, room, "gnuplot: %s", best);
    for (; *why != '\0'; why++)
        if ((unsigned char)*why < ' ' || *why == 0x7F)
            *why = ' ';
}

enum gnuplot_end gnuplot_run(const char *directory, const char *script, uint32_t limit_s, char *why,
                             size_t room)
{
    struct child child = {.until_ms = now_ms() + (uint64_t)limit_s * 1000};
    int status = 0, error = start(&child, directory, script);
    if (error == ENOENT || error == EACCES) {
        snprintf(why, room, "gnuplot is not installed");
        return GNUPLOT_MISSING;
    }
    if (error != 0) {
        snprintf(why, room, "gnuplot cannot be run: %s", strerror(error));
        return GNUPLOT_FAILED;
    }
    bool in_time = wait_for(&child, &status);
    close(child.pipe);
    if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return GNUPLOT_DREW;
    if (!in_time)
        snprintf(why, room, "gnuplot was stopped after %u s", (unsigned)limit_s);
    else if (WIFSIGNALED(status))
        snprintf(why, room, "gnuplot was ended by signal %d", WTERMSIG(status));
    else
        complaint(child.said, why, room);
    return GNUPLOT_FAILED;
}
