/* pick_log.c: what every pick saw and chose, written aside and then renamed. */
#include "reports/pick_log.h"

#include "reports/csv_parts.h"
#include "reports/text.h"
#include "sim/engine/memory.h"
#include "sim/scenario/values.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "time_s,balancer,replication,instance,worker,generation,source,connection,attempt,server,"     \
    "believed,believed_all"

enum { BUFFER = 1 << 16 };

struct pick_log {
    char *named; /* as the user calls it */
    char *path;  /* the same, links followed */
    char *aside;
    long process; /* that began it: the name of what is aside has it */
    FILE *file;   /* open on aside */
    struct pick_sink sink;
    atomic_int error;           /* errno of the first thing that failed, or 0 */
    atomic_uint_fast64_t parts; /* so many may be there */
};

static void note_error(struct pick_log *log)
{
    int none = 0;
    atomic_compare_exchange_strong(&log->error, &none, errno != 0 ? errno : EIO);
}

bool pick_log_failed(const struct pick_log *log)
{
    return atomic_load(&log->error) != 0;
}

static char *part_path(const struct pick_log *log, uint64_t part)
{
    size_t room = strlen(log->path) + 64;
    char *path = memory_zeroed(room, 1);
    snprintf(path, room, "%s.part.%ld.%" PRIu64, log->path, log->process, part);
    return path;
}

static bool close_file(struct pick_log *log, FILE *file)
{
    errno = 0;
    bool fine = ferror(file) == 0 && fflush(file) == 0;
    fine = fclose(file) == 0 && fine;
    if (!fine)
        note_error(log);
    return fine;
}

/* ---- A trial's part ---- */

/* Never fewer than before: an earlier experiment may have left some behind when it failed. */
static void expect_parts(struct pick_log *log, uint64_t parts)
{
    uint_fast64_t before = atomic_load(&log->parts);
    while (before < parts && !atomic_compare_exchange_weak(&log->parts, &before, parts))
        continue;
}

struct part {
    struct pick_log *log;
    const struct scenario *scenario;
    const char *balancer;
    uint64_t replication;
    FILE *file;
    char buffer[BUFFER];
};

static void *part_begin(void *context, const struct experiment *experiment, uint64_t trial)
{
    struct pick_log *log = context;
    char *path = part_path(log, trial);
    expect_parts(log, experiment->trials);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        note_error(log);
    free(path);
    if (file == NULL)
        return NULL;
    const struct scenario *scenario = experiment->scenario;
    struct part *part = memory_zeroed(1, sizeof *part);
    part->log = log;
    part->scenario = scenario;
    part->balancer = scenario->balancer[experiment->trial[trial].balancer].name;
    part->replication = experiment->trial[trial].replication;
    part->file = file;
    setvbuf(file, part->buffer, _IOFBF, sizeof part->buffer);
    return part;
}

static bool part_end(void *told)
{
    struct part *part = told;
    bool fine = close_file(part->log, part->file);
    free(part);
    return fine;
}

/* ---- Rows ---- */

/* Fifteen digits are enough for every number that was written with so few, seventeen for all. The
 * sign of what is no number is the machine's own, so it is not shown. */
static void put_number(FILE *to, double value)
{
    char text[TEXT_MAX];
    if (isnan(value)) {
        fputs("nan", to);
    } else if (isinf(value)) {
        fputs(value > 0 ? "inf" : "-inf", to);
    } else if (fabs(value) < 0x1p53 && value == (double)(int64_t)value) {
        fprintf(to, "%" PRId64, (int64_t)value);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, value);
            if (strtod(text, NULL) == value)
                break;
        }
        fputs(text, to);
    }
}

static void put_believed(FILE *to, const struct world_pick *pick, const struct world_server *server)
{
    for (uint32_t i = 0; i < pick->beliefs; i++)
        if (pick->belief[i].server == pick->server)
            put_number(to, pick->belief[i].value);
    fputc(',', to);
    for (uint32_t i = 0; i < pick->beliefs; i++) {
        fprintf(to, "%s%s=", i > 0 ? " " : "", server[pick->belief[i].server].name);
        put_number(to, pick->belief[i].value);
    }
}

static void put_pick(void *told, const struct world_pick *pick)
{
    struct part *part = told;
    const struct scenario *scenario = part->scenario;
    FILE *to = part->file;
    char time[TEXT_MAX];
    if (pick_log_failed(part->log))
        return;
    fprintf(to, "%s,", value_seconds_text(pick->at_ns, time));
    csv_put_name(to, part->balancer);
    fprintf(to, ",%" PRIu64 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%s/%" PRIu32, part->replication,
            pick->instance, pick->worker, pick->generation, scenario->traffic[pick->traffic].name,
            pick->entry);
    fprintf(to, ",%" PRIu64 ",%" PRIu32 ",%s,", pick->connection, pick->attempt,
            pick->server == NO_SERVER ? "-" : scenario->server[pick->server].name);
    put_believed(to, pick, scenario->server);
    fprintf(to, ",%s,%" PRIu32 "\n", scenario->name, pick->retry);
    if (ferror(to))
        note_error(part->log);
}

/* ---- Where it may be ---- */

static bool begins_with(const char *text, const char *start, size_t length)
{
    return strncmp(text, start, length) == 0;
}

/* Whether the file is to be in the directory, by name or in truth. */
static bool is_inside(const char *file, const char *directory)
{
    const char *slash = strrchr(file, '/');
    char *above =
        slash == NULL ? memory_text(".", 1) : memory_text(file, (size_t)(slash - file) + 1);
    char *one = realpath(above, NULL), *two = realpath(directory, NULL);
    const char *place = two != NULL ? two : directory,
               *in = two != NULL && one != NULL ? one : above;
    size_t length = strlen(place);
    bool inside = begins_with(in, place, length) && (in[length] == '/' || in[length] == '\0');
    free(above);
    free(one);
    free(two);
    return inside;
}

static bool is_our_log(const char *path)
{
    char start[sizeof HEADER] = "";
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    size_t length = fread(start, 1, sizeof start - 1, file);
    bool ours = !ferror(file) && (length == 0 || strcmp(start, HEADER) == 0);
    fclose(file);
    return ours;
}

/* Whether the place is free, or what is there may go. named: as the user calls it. */
static bool may_replace(const char *path, const char *named, char *why, size_t room)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT)
            return true;
        snprintf(why, room, "cannot write to %s: %s", named, strerror(errno));
        return false;
    }
    if (S_ISREG(status.st_mode) && is_our_log(path))
        return true;
    snprintf(why, room, "%s is there and is not an earlier log; it is left alone", named);
    return false;
}

/* ---- A life ---- */

static void log_free(struct pick_log *log)
{
    free(log->named);
    free(log->path);
    free(log->aside);
    free(log);
}

struct pick_log *pick_log_begin(const char *named, const char *directory, char *why, size_t room)
{
    if (named[0] == '\0') {
        snprintf(why, room, "a log of picks needs a file to stand in");
        return NULL;
    }
    struct pick_log *log = memory_zeroed(1, sizeof *log);
    log->named = memory_text(named, strlen(named));
    log->path = realpath(named, NULL);
    if (log->path == NULL)
        log->path = memory_text(named, strlen(named));
    if (directory != NULL && is_inside(log->path, directory)) {
        snprintf(why, room, "%s would lie in %s, which is put in place as a whole", named,
                 directory);
        log_free(log);
        return NULL;
    }
    size_t length = strlen(log->path) + 32;
    log->aside = memory_zeroed(length, 1);
    log->process = (long)getpid();
    snprintf(log->aside, length, "%s.new.%ld", log->path, log->process);
    log->sink =
        (struct pick_sink){.begin = part_begin, .pick = put_pick, .end = part_end, .context = log};
    if (may_replace(log->path, named, why, room)) {
        log->file = fopen(log->aside, "w");
        if (log->file != NULL) {
            fputs(HEADER ",scenario,retry\n", log->file);
            return log;
        }
        snprintf(why, room, "cannot write to %s: %s", named, strerror(errno));
    }
    log_free(log);
    return NULL;
}

const struct pick_sink *pick_log_sink(const struct pick_log *log)
{
    return &log->sink;
}

static void add_part(struct pick_log *log, uint64_t trial)
{
    char buffer[4096], *path = part_path(log, trial);
    size_t length;
    FILE *part = fopen(path, "r");
    if (part == NULL) {
        note_error(log);
    } else {
        while ((length = fread(buffer, 1, sizeof buffer, part)) > 0 &&
               fwrite(buffer, 1, length, log->file) == length)
            continue;
        if (ferror(part) || ferror(log->file))
            note_error(log);
        fclose(part);
        unlink(path);
    }
    free(path);
}

void pick_log_add(struct pick_log *log, const struct experiment *experiment)
{
    for (uint64_t i = 0; i < experiment->trials && !pick_log_failed(log); i++)
        add_part(log, i);
}

static void remove_parts(struct pick_log *log)
{
    for (uint64_t i = 0; i < atomic_load(&log->parts); i++) {
        char *path = part_path(log, i);
        unlink(path);
        free(path);
    }
    unlink(log->aside);
}

bool pick_log_commit(struct pick_log *log, char *why, size_t room)
{
    close_file(log, log->file);
    if (!pick_log_failed(log) && rename(log->aside, log->path) != 0)
        note_error(log);
    bool fine = !pick_log_failed(log);
    if (!fine) {
        snprintf(why, room, "cannot write to %s: %s; it was not written", log->named,
                 strerror(atomic_load(&log->error)));
        remove_parts(log);
    }
    log_free(log);
    return fine;
}

void pick_log_expect(struct pick_log *log, uint64_t trials)
{
    expect_parts(log, trials);
}

void pick_log_abandon(struct pick_log *log)
{
    fclose(log->file);
    remove_parts(log);
    log_free(log);
}
