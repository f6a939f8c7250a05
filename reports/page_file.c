/* page_file.c: the page in its place, whole or not at all. */
#include "reports/page.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a link points to is replaced, not the link. */
static char *followed(const char *path)
{
    char *target = realpath(path, NULL);
    return target != NULL ? target : memory_text(path, strlen(path));
}

static char *aside_of(const char *path)
{
    size_t room = strlen(path) + 32;
    char *aside = memory_zeroed(room, 1);
    snprintf(aside, room, "%s.new.%ld", path, (long)getpid());
    return aside;
}

/* Why nothing can be put in the place of what is there: a directory, a pipe, a device. NULL: it
 * can. */
static const char *obstacle(const char *path)
{
    struct stat about;
    return stat(path, &about) != 0 || S_ISREG(about.st_mode) ? NULL : "what is there is not a file";
}

static bool print_aside(const struct page *page, const char *aside)
{
    FILE *to = fopen(aside, "w");
    if (to == NULL)
        return false;
    page_print(page, to);
    errno = 0;
    bool fine = ferror(to) == 0 && fflush(to) == 0;
    int error = errno;
    fine = fclose(to) == 0 && fine;
    if (!fine && error != 0)
        errno = error;
    return fine;
}

enum page_status page_write(const struct page *page, const char *path, char why[PAGE_WHY_MAX])
{
    char *target = followed(path), *aside = aside_of(target);
    const char *in_the_way = obstacle(target);
    bool fine = in_the_way == NULL && print_aside(page, aside) && rename(aside, target) == 0;
    if (!fine) {
        if (in_the_way == NULL)
            in_the_way = strerror(errno != 0 ? errno : EIO);
        snprintf(why, PAGE_WHY_MAX, "cannot write %s: %s", path, in_the_way);
        unlink(aside);
    }
    free(target);
    free(aside);
    return fine ? PAGE_FINE : PAGE_ENVIRONMENT;
}
