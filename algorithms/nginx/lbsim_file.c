/* lbsim_file.c: a zone in a file, which outlives the processes that use it.
 * SPDX-License-Identifier: MIT
 *
 * Every process that uses the file holds it open with a shared flock(), which the kernel ends with
 * the last of them: who can have it for itself is alone, and whoever else is counted there is dead.
 * A file that is of no use is never cut or written over, for others may have it mapped: a new one
 * takes its name. */
#include "lbsim.h"

#include <fcntl.h>
#include <sys/file.h>

/* A directory that is not there is left to open() to tell of. */
ngx_int_t lbsim_file_full_name(ngx_conf_t *cf, ngx_str_t *path)
{
    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK)
        return NGX_ERROR;
    const char *last = strrchr((char *)path->data, '/');
    const char *file = last == NULL ? (char *)path->data : last + 1;
    size_t before = (size_t)(file - (char *)path->data), room = PATH_MAX + path->len + 1;
    u_char *name = ngx_pnalloc(cf->pool, room);
    if (name == NULL)
        return NGX_ERROR;
    *ngx_cpymem(name, path->data, before) = '\0';
    char *directory = realpath((char *)name, NULL);
    if (directory == NULL)
        return NGX_OK;
    const char *slash = directory[1] == '\0' ? "" : "/";
    path->len = (size_t)(ngx_snprintf(name, room, "%s%s%s", directory, slash, file) - name);
    path->data = name;
    free(directory);
    return NGX_OK;
}

static void lbsim_file_close(void *data)
{
    struct lbsim_file *file = data;
    if (file->memory != NULL)
        munmap(file->memory, file->size);
    if (file->new_path != NULL)
        (void)unlink((char *)file->new_path);
    if (file->fd != NGX_INVALID_FILE)
        close(file->fd);
    file->memory = NULL;
    file->fd = NGX_INVALID_FILE;
}

static ngx_int_t lbsim_file_failed(const struct lbsim_file *file, const char *call)
{
    ngx_log_error(NGX_LOG_EMERG, file->log, ngx_errno, "lbsim zone in \"%s\": %s failed",
                  file->path, call);
    return NGX_ERROR;
}

static ngx_int_t lbsim_file_map(struct lbsim_file *file)
{
    void *memory = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
    if (memory == MAP_FAILED)
        return lbsim_file_failed(file, "mmap()");
    file->memory = memory;
    return NGX_OK;
}

/* NGX_DECLINED: there is none, or it is of another size. */
static ngx_int_t lbsim_file_take(struct lbsim_file *file)
{
    struct stat found;
    file->fd = open((char *)file->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (file->fd == NGX_INVALID_FILE)
        return ngx_errno == NGX_ENOENT ? NGX_DECLINED : lbsim_file_failed(file, "open()");
    if (fstat(file->fd, &found) != 0)
        return lbsim_file_failed(file, "fstat()");
    if (!S_ISREG(found.st_mode) || found.st_uid != geteuid()) {
        ngx_log_error(NGX_LOG_EMERG, file->log, 0,
                      "lbsim zone in \"%s\": that is not a regular file of nginx's own user",
                      file->path);
        return NGX_ERROR;
    }
    if ((size_t)found.st_size != file->size) {
        ngx_log_error(NGX_LOG_WARN, file->log, 0,
                      "lbsim zone in \"%s\" was of another size or layout; its counts start from "
                      "zero in a new file",
                      file->path);
        close(file->fd);
        file->fd = NGX_INVALID_FILE;
        return NGX_DECLINED;
    }
    file->alone = flock(file->fd, LOCK_EX | LOCK_NB) == 0;
    if (!file->alone && flock(file->fd, LOCK_SH) != 0)
        return lbsim_file_failed(file, "flock()");
    file->kept = true;
    return lbsim_file_map(file);
}

/* Its space is taken at once: a file system that is full kills who writes into a mapping. One that
 * was killed in here may have had our number, as in a container every first process has, and have
 * left what it made. */
static ngx_int_t lbsim_file_make(struct lbsim_file *file)
{
    file->kept = false;
    file->alone = true;
    (void)unlink((char *)file->new_path);
    file->fd = open((char *)file->new_path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (file->fd == NGX_INVALID_FILE)
        return lbsim_file_failed(file, "open() of a new file beside it");
    int error = posix_fallocate(file->fd, 0, (off_t)file->size);
    if (error != 0) {
        ngx_set_errno(error);
        return lbsim_file_failed(file, "posix_fallocate()");
    }
    if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
        return lbsim_file_failed(file, "flock()");
    return lbsim_file_map(file);
}

ngx_int_t lbsim_file_open(ngx_cycle_t *cycle, const ngx_str_t *path, size_t size, bool fresh,
                          struct lbsim_file **opened)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, sizeof **opened);
    u_char *names = ngx_pnalloc(cycle->pool, 2 * path->len + NGX_INT64_LEN + sizeof "..new" + 1);
    if (cleanup == NULL || names == NULL)
        return NGX_ERROR;
    struct lbsim_file *file = cleanup->data;
    *file =
        (struct lbsim_file){.fd = NGX_INVALID_FILE, .path = names, .size = size, .log = cycle->log};
    *ngx_cpymem(names, path->data, path->len) = '\0';
    cleanup->handler = lbsim_file_close;
    *opened = file;
    ngx_int_t status = fresh ? NGX_DECLINED : lbsim_file_take(file);
    if (status != NGX_DECLINED)
        return status;
    file->new_path = names + path->len + 1;
    *ngx_sprintf(file->new_path, "%V.%P.new", path, ngx_pid) = '\0';
    return lbsim_file_make(file);
}

void lbsim_file_name(struct lbsim_file *file)
{
    if (file->new_path != NULL && rename((char *)file->new_path, (char *)file->path) != 0)
        lbsim_file_failed(file, "rename()");
    else
        file->new_path = NULL;
    if (flock(file->fd, LOCK_SH) != 0)
        lbsim_file_failed(file, "flock()");
}
