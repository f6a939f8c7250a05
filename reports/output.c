/* output.c: write aside, then rename. */
#include "reports/output.h"

#include "sim/engine/memory.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    char *directory, *aside, *old;
    size_t parents; /* the path's first so many bytes were there before us */
    int error;      /* errno of the first thing that failed, or 0 */
};

static char *join(const char *a, const char *between, const char *b)
{
    size_t room = strlen(a) + strlen(between) + strlen(b) + 1;
    char *text = memory_zeroed(room, 1);
    snprintf(text, room, "%s%s%s", a, between, b);
    return text;
}

/* ---- What may be replaced ---- */

static bool holds_our_run(const char *directory)
{
    char *path = join(directory, "/", "run.json");
    json_t *run = json_load_file(path, 0, NULL);
    const char *program = json_string_value(json_object_get(run, "program"));
    bool ours = program != NULL && strcmp(program, "lbsim") == 0;
    json_decref(run);
    free(path);
    return ours;
}

static bool is_empty(DIR *directory)
{
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return false;
    return true;
}

/* Whether the place is free, or what is there may go. named: as the user calls it. */
static bool may_replace(const char *place, const char *named, char *why, size_t room)
{
    DIR *directory = opendir(place);
    if (directory == NULL) {
        if (errno == ENOENT)
            return true;
        snprintf(why, room, "cannot write to %s: %s", named, strerror(errno));
        return false;
    }
    bool empty = is_empty(directory);
    closedir(directory);
    if (empty || holds_our_run(place))
        return true;
    snprintf(why, room, "%s is there and is not an earlier run's output; it is left alone", named);
    return false;
}

/* Removes a directory and all that it holds. */
static void remove_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char *file = join(path, "/", entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlink(file) != 0)
            remove_directory(file);
        free(file);
    }
    closedir(directory);
    rmdir(path);
}

/* ---- The directories above ---- */

/* Makes them, as `mkdir -p` would, and remembers from where on they are ours. */
static bool make_parents(struct output *output)
{
    char *path = output->directory;
    bool fine = true;
    output->parents = strlen(path);
    for (char *slash = strchr(path + 1, '/'); fine && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0777) == 0;
        fine = made || errno == EEXIST;
        *slash = '/';
        if (made && (size_t)(slash - path) < output->parents)
            output->parents = (size_t)(slash - path) - 1;
    }
    return fine;
}

/* Takes back what make_parents() made, as far as it is still empty. */
static void remove_parents(struct output *output)
{
    char *path = output->directory, *slash;
    while ((slash = strrchr(path, '/')) != NULL && (size_t)(slash - path) > output->parents) {
        *slash = '\0';
        if (rmdir(path) != 0)
            return;
    }
}

/* ---- A life ---- */

static void output_free(struct output *output)
{
    free(output->directory);
    free(output->aside);
    free(output->old);
    free(output);
}

/* What a link points to is replaced, not the link. */
static void follow_link(struct output *output)
{
    struct stat status;
    if (lstat(output->directory, &status) != 0 || !S_ISLNK(status.st_mode))
        return;
    char *target = realpath(output->directory, NULL);
    if (target == NULL)
        return;
    free(output->directory);
    output->directory = target;
}

struct output *output_begin(const char *directory, char *why, size_t room)
{
    char pid[32];
    struct output *output = memory_zeroed(1, sizeof *output);
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    output->directory = memory_text(directory, length);
    follow_link(output);
    output->aside = join(output->directory, ".new.", pid);
    output->old = join(output->directory, ".old.", pid);
    if (may_replace(output->directory, directory, why, room)) {
        if (make_parents(output) && mkdir(output->aside, 0777) == 0)
            return output;
        snprintf(why, room, "cannot write to %s: %s", directory, strerror(errno));
        remove_parents(output);
    }
    output_free(output);
    return NULL;
}

static void note_error(struct output *output)
{
    if (output->error == 0)
        output->error = errno != 0 ? errno : EIO;
}

char *output_path(const struct output *output, const char *name)
{
    return join(output->aside, "/", name);
}

/* The directory in which a file is to lie. */
static bool make_directory(char *path)
{
    char *slash = strrchr(path, '/');
    *slash = '\0';
    bool fine = mkdir(path, 0777) == 0 || errno == EEXIST;
    *slash = '/';
    return fine;
}

FILE *output_open(struct output *output, const char *name)
{
    char *path = output_path(output, name);
    bool nested = strchr(name, '/') != NULL;
    FILE *file = !nested || make_directory(path) ? fopen(path, "w") : NULL;
    if (file == NULL)
        note_error(output);
    free(path);
    return file;
}

bool output_close(struct output *output, FILE *file)
{
    errno = 0;
    bool fine = ferror(file) == 0 && fflush(file) == 0;
    fine = fclose(file) == 0 && fine;
    if (!fine)
        note_error(output);
    return fine;
}

bool output_commit(struct output *output, char *why, size_t room)
{
    bool there = access(output->directory, F_OK) == 0;
    if (output->error == 0 && there && rename(output->directory, output->old) != 0)
        note_error(output);
    if (output->error == 0 && rename(output->aside, output->directory) != 0) {
        note_error(output);
        if (there && rename(output->old, output->directory) != 0)
            note_error(output);
    }
    bool fine = output->error == 0;
    if (!fine) {
        snprintf(why, room, "cannot write to %s: %s; nothing was written", output->directory,
                 strerror(output->error));
        remove_directory(output->aside);
        remove_parents(output);
    } else if (there) {
        remove_directory(output->old);
    }
    output_free(output);
    return fine;
}

void output_abandon(struct output *output)
{
    remove_directory(output->aside);
    remove_parents(output);
    output_free(output);
}
