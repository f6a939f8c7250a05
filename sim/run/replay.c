/* replay.c: traces of operations, read and checked whole before the first is played. */
#include "sim/engine/memory.h"
#include "sim/run/aside.h"
#include "sim/run/replay_members.h"
#include "sim/run/replay_parts.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SERVERS_MAX = 65536,
    CHANGES_MAX = 10000, /* of the list or the workers: each costs as much as all servers do */
};

/* ---- Reading ---- */

/* Whether the server is in the list of this row already. */
static bool list_server(struct replay *replay, uint32_t server, uint32_t row)
{
    if (server >= replay->listed_room) {
        uint32_t room = replay->servers.room;
        replay->listed = memory_resized(replay->listed, room, sizeof *replay->listed);
        memset(replay->listed + replay->listed_room, 0,
               (room - replay->listed_room) * sizeof *replay->listed);
        replay->listed_room = room;
    }
    bool again = replay->listed[server] == row + 1;
    replay->listed[server] = row + 1;
    return again;
}

/* One word of a member list; see replay_members.c. */
static void read_member(struct replay *replay, struct operation *operation, const char *word,
                        size_t length)
{
    struct place place = operation->value_cell->place;
    char *text = memory_text(word, length);
    size_t name = strcspn(text, "=");
    struct gateway_member member;
    if (replay_member(replay->options->balancer, text, &member, replay->faults, place)) {
        member.server = names_enter(&replay->servers, text, name, NULL);
        if (list_server(replay, member.server, (uint32_t)(operation - replay->operation)))
            faults_add(replay->faults, place, "'%s' is listed twice",
                       replay->servers.text[member.server]);
        if (member.server == SERVERS_MAX)
            faults_add(replay->faults, place, "more than %d servers", SERVERS_MAX);
        operation->member[operation->members++] = member;
    }
    free(text);
}

/* Every change is told to every server, so they are not without end. */
static void count_change(struct replay *replay, const struct operation *operation)
{
    if (++replay->changes == CHANGES_MAX + 1)
        faults_add(replay->faults, operation->op_cell->place,
                   "more than %d changes (members, reload, crash)", CHANGES_MAX);
}

static void read_members(struct replay *replay, struct operation *operation)
{
    count_change(replay, operation);
    const char *at = operation->value_cell->text;
    operation->member = memory_zeroed(strlen(at) / 2 + 1, sizeof *operation->member);
    while (*(at += strspn(at, " ")) != '\0') {
        size_t length = strcspn(at, " ");
        read_member(replay, operation, at, length);
        at += length;
    }
    replay->stays += operation->members;
    if (replay->options->balancer->change == CHANGE_RELOAD)
        replay->lives += replay->options->workers;
}

static void note_open(struct replay *replay, uint32_t connection)
{
    if (connection >= replay->closed_room) {
        replay->closed_room = replay->connections.room;
        replay->closed =
            memory_resized(replay->closed, replay->closed_room, sizeof *replay->closed);
    }
    replay->closed[connection] = false;
}

static void read_open(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *id = operation->id_cell;
    bool added;
    operation->connection = names_enter(&replay->connections, id->text, strlen(id->text), &added);
    if (!added)
        faults_add(replay->faults, id->place, "connection '%s' was opened before", id->text);
    else
        note_open(replay, operation->connection);
}

static void read_close(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *id = operation->id_cell;
    operation->connection = names_find(&replay->connections, id->text, strlen(id->text));
    if (operation->connection == NAMES_NONE)
        faults_add(replay->faults, id->place, "connection '%s' was never opened", id->text);
    else
        replay->closed[operation->connection] = true;
}

/* One that found no server, or was lost in a crash, may be named, as in `close`. */
static void read_retry(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *id = operation->id_cell;
    operation->connection = names_find(&replay->connections, id->text, strlen(id->text));
    if (operation->connection == NAMES_NONE)
        faults_add(replay->faults, id->place, "connection '%s' was never opened", id->text);
    else if (replay->closed[operation->connection])
        faults_add(replay->faults, id->place, "connection '%s' was closed before", id->text);
}

static void read_worker(struct replay *replay, struct operation *operation)
{
    const char *at = operation->value_cell->text;
    uint32_t last = replay->options->workers - 1;
    if (!replay_number(&at, last, &operation->worker) || *at != '\0')
        faults_add(replay->faults, operation->value_cell->place,
                   "'%s' is not a worker: they are numbered 0 to %u (see -w)",
                   operation->value_cell->text, last);
}

static void read_time(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *value = operation->value_cell;
    const char *at = value->text;
    if (!replay_time(&at, &operation->time_ms) || *at != '\0')
        faults_add(replay->faults, value->place, "'%s' is not a time: whole milliseconds",
                   value->text);
    else if (operation->time_ms < replay->time_ms)
        faults_add(replay->faults, value->place, "time goes back: it was %" PRIu64 " before",
                   replay->time_ms);
    else
        replay->time_ms = operation->time_ms;
}

static void read_new_lives(struct replay *replay, struct operation *operation)
{
    count_change(replay, operation);
    replay->lives += replay->options->workers;
}

static const struct operation_kind kinds[] = {
    {"members", false, true, read_members, replay_members},
    {"open", true, false, read_open, replay_open},
    {"close", true, false, read_close, replay_close},
    {"retry", true, false, read_retry, replay_retry},
    {"worker", false, true, read_worker, replay_worker},
    {"reload", false, false, read_new_lives, replay_reload},
    {"crash", false, false, read_new_lives, replay_crash},
    {"time", false, true, read_time, replay_set_time},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- A whole trace ---- */

static const struct operation_kind *find_kind(struct replay *replay, const struct csv_cell *cell)
{
    const char *names[KINDS];
    for (int i = 0; i < KINDS; i++) {
        names[i] = kinds[i].name;
        if (strcmp(kinds[i].name, cell->text) == 0)
            return &kinds[i];
    }
    const char *meant = input_nearest(cell->text, names, KINDS);
    if (meant != NULL)
        faults_add(replay->faults, cell->place, "unknown operation '%s' (did you mean '%s'?)",
                   cell->text, meant);
    else
        faults_add(replay->faults, cell->place, "unknown operation '%s'", cell->text);
    return NULL;
}

static void read_row(struct replay *replay, const struct csv_table *table, const int column[3],
                     size_t row)
{
    const struct csv_cell *op = csv_cell(table, row, (size_t)column[0]);
    struct operation *operation = &replay->operation[row];
    operation->op_cell = op;
    operation->id_cell = csv_cell(table, row, (size_t)column[1]);
    operation->value_cell = csv_cell(table, row, (size_t)column[2]);
    operation->kind = find_kind(replay, op);
    if (operation->kind == NULL)
        return;
    if (operation->kind->takes_id && operation->id_cell->text[0] == '\0')
        faults_add(replay->faults, op->place, "'%s' needs an id", op->text);
    else if (operation->kind->takes_id &&
             !value_name(operation->id_cell->text, strlen(operation->id_cell->text)))
        faults_add(replay->faults, operation->id_cell->place,
                   "'%s' is not an id: letters, digits and . _ : - after a letter or digit, no "
                   "'..', %d bytes at most",
                   operation->id_cell->text, NAME_MAX_BYTES);
    else if (!operation->kind->takes_id && operation->id_cell->text[0] != '\0')
        faults_add(replay->faults, operation->id_cell->place, "'%s' takes no id", op->text);
    else if (!operation->kind->takes_value && operation->value_cell->text[0] != '\0' &&
             operation->kind->read != read_open) /* an open may name a key */
        faults_add(replay->faults, operation->value_cell->place, "'%s' takes no value", op->text);
    else
        operation->kind->read(replay, operation);
}

static bool find_columns(const struct csv_table *table, struct faults *faults, int column[3])
{
    static const char *const names[] = {"op", "id", "value"};
    bool all = true;
    for (int i = 0; i < 3; i++) {
        column[i] = csv_column(table, names[i]);
        if (column[i] < 0)
            faults_add(faults, table->header[0].place,
                       "the header has no column '%s'; a trace is op,id,value", names[i]);
        all = all && column[i] >= 0;
    }
    return all;
}

bool replay_run(const struct input *trace, const struct replay_options *options,
                struct faults *faults, FILE *out)
{
    struct replay replay = {
        .options = options, .faults = faults, .out = out, .lives = options->workers};
    struct csv_table *table = csv_read(trace, faults);
    int column[3];
    if (table != NULL && find_columns(table, faults, column)) {
        replay.operations = table->rows;
        replay.operation = memory_zeroed(table->rows, sizeof *replay.operation);
        for (size_t row = 0; row < table->rows; row++)
            read_row(&replay, table, column, row);
        int stdout_kept = aside_begin();
        if (faults->errors == 0)
            replay_play(&replay);
        aside_end(stdout_kept);
        for (size_t row = 0; row < table->rows; row++)
            free(replay.operation[row].member);
        free(replay.operation);
    }
    free(replay.listed);
    free(replay.closed);
    names_free(&replay.servers);
    names_free(&replay.connections);
    csv_table_free(table);
    return faults->errors == 0;
}
