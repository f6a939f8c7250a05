/* prefix.c: the directory that nginx runs in.
 *
 * Its name is lbsim_real_PLACE_PID_START_ and six characters that make it new. PLACE tells apart
 * where numbers of processes and their times mean something else: another machine that shares the
 * directory, another container, the time before this start of the machine. So a name of this PLACE
 * whose process has ended is nobody's; of any other name nothing is known. */
#define _XOPEN_SOURCE 700
#include "sim/real/prefix.h"

#include "sim/engine/stream.h"
#include "sim/real/processes.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "lbsim_real_"
#define NEW  "XXXXXX" /* of mkdtemp() */

enum { HEAD_ROOM = 80 }; /* for all of a name but what makes it new */

/* What nginx.conf may hold without quotes. */
static const char nginx_plain[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";

static const char *directory(void)
{
    const char *given = getenv("TMPDIR");
    bool fits = given != NULL && given[0] == '/' && given[strspn(given, nginx_plain)] == '\0' &&
                strlen(given) + HEAD_ROOM + sizeof NEW <= PREFIX_ROOM;
    return fits ? given : "/tmp";
}

/* ---- Who owns one ---- */

/* 0: that cannot be told. */
static uint64_t this_place(void)
{
    static const char *const spaces[] = {"/proc/self/ns/pid", "/proc/self/ns/time"};
    char text[512];
    FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "r");
    size_t length = boot != NULL ? fread(text, 1, 128, boot) : 0;
    if (boot != NULL)
        fclose(boot);
    if (length == 0)
        return 0;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        ssize_t got = readlink(spaces[i], text + length, 128);
        if (got < 0 && errno != ENOENT) /* an older kernel has no times of their own */
            return 0;
        length += got > 0 ? (size_t)got : 0;
    }
    return stream_hash(text, length);
}

static void name_head(char head[HEAD_ROOM], uint64_t place, long pid, uint64_t start)
{
    snprintf(head, HEAD_ROOM, HEAD "%016" PRIx64 "_%ld_%" PRIu64 "_", place, pid, start);
}

/* Whether the name is one that name_head() writes for a process of this place, which has ended. */
static bool is_orphans_name(const char *name, uint64_t place)
{
    char head[HEAD_ROOM], *end;
    const char *at = name + strlen(HEAD);
    if (strncmp(name, HEAD, strlen(HEAD)) != 0 || (at = strchr(at, '_')) == NULL)
        return false;
    long pid = strtol(at + 1, &end, 10);
    uint64_t start = *end == '_' ? strtoull(end + 1, NULL, 10) : 0;
    name_head(head, place, pid, start);
    return strncmp(name, head, strlen(head)) == 0 && strlen(name) == strlen(head) + strlen(NEW) &&
           pid > 0 && start > 0 && processes_has_ended((pid_t)pid, start);
}

/* ---- Made and removed ---- */

bool prefix_make(char prefix[PREFIX_ROOM])
{
    char head[HEAD_ROOM] = HEAD;
    uint64_t place = this_place(), start = processes_start(getpid());
    if (place != 0 && start != 0) /* else it is nobody's to find */
        name_head(head, place, (long)getpid(), start);
    snprintf(prefix, PREFIX_ROOM, "%s/%s" NEW, directory(), head);
    return mkdtemp(prefix) != NULL;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void prefix_remove(const char *prefix)
{
    nftw(prefix, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- Those that the dead left ---- */

/* Nobody else may put something in another's place there while we look. */
static bool is_trusted(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0 && S_ISDIR(found.st_mode) &&
           (found.st_uid == geteuid() || found.st_uid == 0) &&
           ((found.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (found.st_mode & S_ISVTX) != 0);
}

static bool is_our_directory(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid();
}

void prefix_remove_orphans(void)
{
    const char *in = directory();
    uint64_t place = this_place();
    DIR *all = place != 0 && is_trusted(in) ? opendir(in) : NULL;
    for (const struct dirent *one; all != NULL && (one = readdir(all)) != NULL;) {
        char path[PREFIX_ROOM + sizeof one->d_name];
        if (!is_orphans_name(one->d_name, place))
            continue;
        snprintf(path, sizeof path, "%s/%s", in, one->d_name);
        if (is_our_directory(path))
            prefix_remove(path);
    }
    if (all != NULL)
        closedir(all);
}
