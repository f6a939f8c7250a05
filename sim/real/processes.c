/* processes.c: what /proc says of other processes. */
#include "sim/real/processes.h"

#include "sim/engine/memory.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static uint32_t read_children(pid_t parent, pid_t *pid, uint32_t most)
{
    char path[64];
    uint32_t count = 0;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "r");
    long child;
    while (file != NULL && count < most && fscanf(file, "%ld", &child) == 1)
        pid[count++] = (pid_t)child;
    if (file != NULL)
        fclose(file);
    return count;
}

/* A child that ends while the kernel lists them may take its neighbour out of the list with it
 * (proc(5)), so what two readings agree on is taken; from a crowd that never rests, the last. */
uint32_t processes_children(pid_t parent, pid_t *pid, uint32_t most)
{
    enum { READINGS = 100 };
    pid_t *before = memory_zeroed(most, sizeof *before);
    uint32_t count = read_children(parent, pid, most), was;
    int readings = 1;
    do {
        was = count;
        memcpy(before, pid, was * sizeof *before);
        count = read_children(parent, pid, most);
    } while (++readings < READINGS &&
             (count != was || memcmp(pid, before, was * sizeof *before) != 0));
    free(before);
    return count;
}

bool processes_title(pid_t pid, char *title, size_t room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    size_t length = fread(title, 1, room - 1, file);
    fclose(file);
    for (size_t i = 0; i < length; i++)
        if (title[i] == '\0')
            title[i] = ' ';
    while (length > 0 && title[length - 1] == ' ')
        length--;
    title[length] = '\0';
    return length > 0;
}

/* The 22nd field of /proc/PID/stat. The second may hold anything, but ends in the last parenthesis.
 */
uint64_t processes_start(pid_t pid)
{
    enum { BEFORE = 20 };
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const char *at = strrchr(text, ')');
    for (int i = 0; at != NULL && i < BEFORE; i++)
        at = strchr(at + 1, ' ');
    return at != NULL ? strtoull(at, NULL, 10) : 0;
}

bool processes_has_ended(pid_t pid, uint64_t start)
{
    uint64_t now = processes_start(pid);
    return now != 0 ? now != start : kill(pid, 0) != 0 && errno == ESRCH;
}

void processes_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

uint64_t processes_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Those that we were given, beyond the usual three. */
static uint64_t taken(void)
{
    DIR *open_ones = opendir("/proc/self/fd");
    uint64_t count = 0;
    for (const struct dirent *one; open_ones != NULL && (one = readdir(open_ones)) != NULL;) {
        long fd = strtol(one->d_name, NULL, 10);
        count += fd > 2 && fd != dirfd(open_ones);
    }
    if (open_ones != NULL)
        closedir(open_ones);
    return count;
}

uint64_t processes_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    uint64_t most = limit.rlim_cur, used = taken();
    return most > used ? most - used : 0;
}
