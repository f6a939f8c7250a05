/* files.c: write aside, then rename. */
#include "reports/files.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
    char *named; /* as the user calls it */
    char *path;  /* the same, links followed */
    char *aside;
    FILE *open; /* on aside; NULL: closed */
};

struct files {
    struct file *file;
    uint32_t count;
    char *made; /* a directory that was not there before, or NULL */
};

struct files *files_begin(void)
{
    return memory_zeroed(1, sizeof(struct files));
}

/* The directory that the file is to lie in. */
static void make_directory(struct files *files, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return;
    char *directory = memory_text(path, (size_t)(slash - path));
    if (mkdir(directory, 0777) == 0 && files->made == NULL)
        files->made = directory;
    else
        free(directory);
}

/* Why no file can be put in the place of what is there, or NULL. Of a pipe or a device it is the
 * name that would be replaced: /dev/stdout, for everybody. */
static const char *obstacle(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return NULL;
    return S_ISDIR(status.st_mode) ? strerror(EISDIR) : "what is there is not a file";
}

FILE *files_open(struct files *files, const char *path, char *why, size_t room)
{
    make_directory(files, path);
    char *target = realpath(path, NULL);
    struct file file = {.named = memory_text(path, strlen(path)),
                        .path = target != NULL ? target : memory_text(path, strlen(path))};
    size_t length = strlen(file.path) + 32;
    const char *in_the_way = obstacle(path);
    file.aside = memory_zeroed(length, 1);
    snprintf(file.aside, length, "%s.new.%ld", file.path, (long)getpid());
    if (in_the_way == NULL)
        file.open = fopen(file.aside, "w");
    if (file.open == NULL)
        snprintf(why, room, "cannot write to %s: %s", path,
                 in_the_way != NULL ? in_the_way : strerror(errno));
    files->file = memory_resized(files->file, files->count + 1, sizeof *files->file);
    files->file[files->count++] = file;
    return file.open;
}

static bool close_file(struct file *file)
{
    if (file->open == NULL)
        return true;
    errno = 0;
    bool fine = ferror(file->open) == 0 && fflush(file->open) == 0;
    fine = fclose(file->open) == 0 && fine;
    file->open = NULL;
    return fine;
}

static void files_free(struct files *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        free(files->file[i].named);
        free(files->file[i].path);
        free(files->file[i].aside);
    }
    free(files->file);
    free(files->made);
    free(files);
}

bool files_commit(struct files *files, char *why, size_t room)
{
    for (uint32_t i = 0; i < files->count; i++)
        if (!close_file(&files->file[i])) {
            snprintf(why, room, "cannot write to %s: %s; nothing was written", files->file[i].named,
                     strerror(errno != 0 ? errno : EIO));
            files_abandon(files);
            return false;
        }
    for (uint32_t i = 0; i < files->count; i++)
        if (rename(files->file[i].aside, files->file[i].path) != 0) {
            snprintf(why, room, "cannot write to %s: %s", files->file[i].named, strerror(errno));
            files_abandon(files);
            return false;
        }
    files_free(files);
    return true;
}

void files_abandon(struct files *files)
{
    if (files == NULL)
        return;
    for (uint32_t i = 0; i < files->count; i++) {
        close_file(&files->file[i]);
        unlink(files->file[i].aside);
    }
    if (files->made != NULL)
        rmdir(files->made);
    files_free(files);
}
