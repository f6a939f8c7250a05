/* shipped.c: the scenarios that come with the program: where they are, and which there are. */
#include "sim/cli/shipped.h"

#include "sim/engine/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENDING ".yaml"

/* Where they may be, seen from the program: installed, or built. */
static const char *const seen_from_program[] = {"/../share/lbsim/scenarios/", "/../../scenarios/"};

enum { PLACES = 1 + sizeof seen_from_program / sizeof *seen_from_program, DEEP = 1 };

/* The n-th directory to look in, with a slash at its end: first the one that is here. */
static bool place_at(size_t n, char place[SHIPPED_ROOM])
{
    char program[SHIPPED_ROOM / 2];
    if (n == 0)
        return snprintf(place, SHIPPED_ROOM, "scenarios/") > 0;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    return snprintf(place, SHIPPED_ROOM, "%s%s", program, seen_from_program[n - 1]) < SHIPPED_ROOM;
}

bool shipped_path(const char *name, char path[SHIPPED_ROOM])
{
    char place[SHIPPED_ROOM];
    for (size_t i = 0; i < PLACES; i++)
        if (place_at(i, place) &&
            snprintf(path, SHIPPED_ROOM, "%s%s" ENDING, place, name) < SHIPPED_ROOM &&
            access(path, R_OK) == 0)
            return true;
    return false;
}

/* ---- All of them ---- */

static void add(struct shipped *shipped, const char *before, const char *name, size_t length)
{
    char whole[SHIPPED_ROOM];
    int wide = snprintf(whole, sizeof whole, "%s%.*s", before, (int)length, name);
    shipped->name = memory_resized(shipped->name, shipped->count + 1, sizeof *shipped->name);
    shipped->name[shipped->count++] = memory_text(whole, (size_t)wide);
}

/* What lies in a directory, and so many levels below it; `before` stands before each name. */
static void add_from(struct shipped *shipped, const char *place, const char *before, int levels)
{
    DIR *directory = opendir(place);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        size_t length = strlen(name), ending = sizeof ENDING - 1;
        char below[SHIPPED_ROOM], prefix[sizeof entry->d_name + 1];
        if (length > ending && strcmp(name + length - ending, ENDING) == 0) {
            add(shipped, before, name, length - ending);
        } else if (levels > 0 && strchr(name, '.') == NULL) {
            snprintf(prefix, sizeof prefix, "%s/", name);
            if (snprintf(below, sizeof below, "%s%s", place, prefix) < SHIPPED_ROOM)
                add_from(shipped, below, prefix, levels - 1);
        }
    }
    if (directory != NULL)
        closedir(directory);
}

static int by_name(const void *a, const void *b)
{
    const char *one = *(char *const *)a, *other = *(char *const *)b;
    int deeper = (strchr(one, '/') != NULL) - (strchr(other, '/') != NULL);
    return deeper != 0 ? deeper : strcmp(one, other);
}

struct shipped shipped_all(void)
{
    struct shipped all = {NULL, 0};
    char place[SHIPPED_ROOM];
    for (size_t i = 0; i < PLACES; i++)
        if (place_at(i, place))
            add_from(&all, place, "", DEEP);
    if (all.count == 0)
        return all;
    qsort(all.name, all.count, sizeof *all.name, by_name);
    size_t kept = 1;
    for (size_t i = 1; i < all.count; i++)
        if (strcmp(all.name[i], all.name[kept - 1]) == 0)
            free(all.name[i]);
        else
            all.name[kept++] = all.name[i];
    all.count = kept;
    return all;
}

void shipped_free(struct shipped *shipped)
{
    for (size_t i = 0; i < shipped->count; i++)
        free(shipped->name[i]);
    free(shipped->name);
}
