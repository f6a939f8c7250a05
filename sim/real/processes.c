/* processes.c: what /proc says of other processes. */
#include "sim/real/processes.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

uint32_t processes_children(pid_t parent, pid_t *pid, uint32_t most)
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

void processes_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

uint64_t processes_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (uint64_t)limit.rlim_cur : 0;
}
