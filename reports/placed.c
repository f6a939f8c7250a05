/* placed.c: one small file, written aside and then renamed. */
#include "reports/placed.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool begins_with(const char *path, const char *header)
{
    size_t length = strlen(header);
    char *there = memory_zeroed(length + 1, 1);
    FILE *file = fopen(path, "r");
    size_t got = file != NULL ? fread(there, 1, length + 1, file) : 0;
    bool empty = file != NULL && got == 0 && ferror(file) == 0;
    bool same = got == length + 1 && memcmp(there, header, length) == 0 && there[length] == '\n';
    if (file != NULL)
        fclose(file);
    free(there);
    return empty || same;
}

static bool put(const char *path, const char *text, size_t length)
{
    errno = 0;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    bool fine = fwrite(text, 1, length, file) == length && fflush(file) == 0;
    int error = errno;
    bool closed = fclose(file) == 0;
    if (!fine)
        errno = error;
    return fine && closed;
}

static bool put_aside(const char *path, const char *text, size_t length)
{
    size_t room = strlen(path) + 32;
    char *aside = memory_zeroed(room, 1);
    snprintf(aside, room, "%s.new.%ld", path, (long)getpid());
    bool fine = put(aside, text, length) && rename(aside, path) == 0;
    int error = errno;
    if (!fine)
        unlink(aside);
    free(aside);
    errno = error;
    return fine;
}

bool placed_write(const char *file, const char *header, const char *text, size_t length, char *why,
                  size_t room)
{
    struct stat status;
    bool there = stat(file, &status) == 0;
    if (there && S_ISREG(status.st_mode) && !begins_with(file, header)) {
        snprintf(why, room, "%s is there and does not begin with %s; it is left alone", file,
                 header);
        return false;
    }
    char *path = realpath(file, NULL); /* a link stays, and leads to the new file */
    bool fine = there && !S_ISREG(status.st_mode)
                    ? put(file, text, length)
                    : put_aside(path != NULL ? path : file, text, length);
    if (!fine)
        snprintf(why, room, "cannot write to %s: %s", file, strerror(errno != 0 ? errno : EIO));
    free(path);
    return fine;
}
