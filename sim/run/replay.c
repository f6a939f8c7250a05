/* replay.c: traces of operations, checked whole before the first is played. */
#include "sim/run/replay.h"

#include "sim/engine/memory.h"
#include "sim/engine/names.h"
#include "sim/scenario/values.h"
#include "sim/workload/csv.h"
#include "sim/world/gateway.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_SEED = 1 };

struct operation {
    const struct operation_kind *kind;
    const struct csv_cell *id_cell, *value_cell;
    uint32_t connection, worker;
    struct gateway_member *member;
    uint32_t members;
};

struct connection {
    bool open;
    struct gateway_hold hold;
};

struct replay {
    const struct replay_options *options;
    struct faults *faults;
    FILE *out;
    struct names servers, connections;
    struct operation *operation;
    size_t operations;
    struct gateway *gateway;
    struct connection *connection;
    uint32_t worker, stays, lives;
};

/* One row an operation: how its row is read, and how it is played. Adding one is a row here. */
struct operation_kind {
    const char *name;
    bool takes_id, takes_value;
    void (*read)(struct replay *, struct operation *);
    void (*play)(struct replay *, struct operation *, uint64_t step);
};

/* ---- Reading ---- */

/* The digits at *at as a number up to most; false: there is none, or it is larger. */
static bool read_number(const char **at, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;
    const char *first = *at;
    for (; isdigit((unsigned char)**at); ++*at) {
        value = value * 10 + (uint64_t)(**at - '0');
        if (value > most)
            return false;
    }
    *number = (uint32_t)value;
    return *at != first;
}

/* One word of a member list: name[=weight[/max_conns]]. */
static void read_member(struct replay *replay, struct operation *operation, const char *word,
                        size_t length)
{
    struct place place = operation->value_cell->place;
    char *text = memory_text(word, length);
    size_t name = strcspn(text, "=");
    struct gateway_member member = {.weight = 1};
    const char *at = text + name;
    bool fine = value_name(text, name);
    if (fine && *at == '=') {
        at++;
        fine = read_number(&at, 65535, &member.weight);
        if (fine && *at == '/') {
            at++;
            fine = read_number(&at, 1000000000, &member.max_conns);
        }
    }
    if (fine && *at == '/')
        faults_add(replay->faults, place, "options of a member ('%s') are planned, not there yet",
                   text);
    else if (!fine || *at != '\0')
        faults_add(replay->faults, place, "'%s' is not a member: name[=weight[/max_conns]]", text);
    else if (member.weight == 0 &&
             replay->options->balancer->trait[TRAIT_WEIGHT_ZERO] == ZERO_REFUSED)
        faults_add(replay->faults, place, "'%s': this balancer refuses weight 0", text);
    member.server = names_enter(&replay->servers, text, name, NULL);
    for (uint32_t i = 0; i < operation->members; i++)
        if (operation->member[i].server == member.server)
            faults_add(replay->faults, place, "'%s' is listed twice",
                       replay->servers.text[member.server]);
    operation->member[operation->members++] = member;
    free(text);
}

static void read_members(struct replay *replay, struct operation *operation)
{
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

static void read_open(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *id = operation->id_cell;
    bool added;
    operation->connection = names_enter(&replay->connections, id->text, strlen(id->text), &added);
    if (!added)
        faults_add(replay->faults, id->place, "connection '%s' was opened before", id->text);
}

static void read_close(struct replay *replay, struct operation *operation)
{
    const struct csv_cell *id = operation->id_cell;
    operation->connection = names_find(&replay->connections, id->text, strlen(id->text));
    if (operation->connection == NAMES_NONE)
        faults_add(replay->faults, id->place, "connection '%s' was never opened", id->text);
}

static void read_worker(struct replay *replay, struct operation *operation)
{
    const char *at = operation->value_cell->text;
    uint32_t last = replay->options->workers - 1;
    if (!read_number(&at, last, &operation->worker) || *at != '\0')
        faults_add(replay->faults, operation->value_cell->place,
                   "'%s' is not a worker: they are numbered 0 to %u (see -w)",
                   operation->value_cell->text, last);
}

static void read_new_lives(struct replay *replay, struct operation *operation)
{
    (void)operation;
    replay->lives += replay->options->workers;
}

/* ---- Playing ---- */

static void play_members(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    gateway_set_members(replay->gateway, operation->member, operation->members);
}

/* A field of CSV: in quotes where it must be. */
static void print_field(FILE *to, const char *text)
{
    if (strpbrk(text, ",\"\n") == NULL) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (const char *c = text; *c != '\0'; c++)
        fputs(*c == '"' ? "\"\"" : (const char[]){*c, '\0'}, to);
    fputc('"', to);
}

static void play_open(struct replay *replay, struct operation *operation, uint64_t step)
{
    struct stream draws =
        stream_of(stream_root(REPLAY_SEED, 0, STREAM_PICK, 0), operation->connection);
    struct connection *connection = &replay->connection[operation->connection];
    uint32_t server = gateway_open(replay->gateway, 0, replay->worker, draws, &connection->hold);
    connection->open = server != NO_SERVER;
    fprintf(replay->out, "%llu,open,", (unsigned long long)step);
    print_field(replay->out, operation->id_cell->text);
    fprintf(replay->out, ",%s\n", server == NO_SERVER ? "-" : replay->servers.text[server]);
}

static void play_close(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    struct connection *connection = &replay->connection[operation->connection];
    if (connection->open)
        gateway_release(replay->gateway, &connection->hold);
    connection->open = false;
}

static void play_worker(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    replay->worker = operation->worker;
}

static void play_reload(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)operation, (void)step;
    gateway_reload(replay->gateway);
}

static void play_crash(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)operation, (void)step;
    for (uint32_t i = 0; i < replay->connections.count; i++)
        replay->connection[i].open = false;
    gateway_crash_all(replay->gateway);
}

static const struct operation_kind kinds[] = {
    {"members", false, true, read_members, play_members},
    {"open", true, false, read_open, play_open},
    {"close", true, false, read_close, play_close},
    {"worker", false, true, read_worker, play_worker},
    {"reload", false, false, read_new_lives, play_reload},
    {"crash", false, false, read_new_lives, play_crash},
    {"retry", true, false, NULL, NULL}, /* planned */
    {"time", false, true, NULL, NULL},
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
    operation->id_cell = csv_cell(table, row, (size_t)column[1]);
    operation->value_cell = csv_cell(table, row, (size_t)column[2]);
    operation->kind = find_kind(replay, op);
    if (operation->kind == NULL)
        return;
    if (operation->kind->read == NULL)
        faults_add(replay->faults, op->place, "'%s' is planned, not there yet", op->text);
    else if (operation->kind->takes_id && operation->id_cell->text[0] == '\0')
        faults_add(replay->faults, op->place, "'%s' needs an id", op->text);
    else if (!operation->kind->takes_id && operation->id_cell->text[0] != '\0')
        faults_add(replay->faults, operation->id_cell->place, "'%s' takes no id", op->text);
    else if (!operation->kind->takes_value && operation->value_cell->text[0] != '\0' &&
             operation->kind->read !=
                 read_open) /* an open may name a key; no algorithm hashes yet */
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

static void play(struct replay *replay)
{
    replay->gateway = gateway_new(&(struct gateway_config){
        .balancer = replay->options->balancer,
        .server_name = (const char *const *)replay->servers.text,
        .servers = replay->servers.count > 0 ? replay->servers.count : 1,
        .stays_max = replay->stays > 0 ? replay->stays : 1,
        .lives_max = replay->lives,
        .instances = 1,
        .workers = replay->options->workers,
        .upstream = "replay",
        .count_table_bytes = (size_t)10 << 20,
        .seed = REPLAY_SEED,
        .eager = replay->options->eager,
    });
    replay->connection = memory_zeroed(replay->connections.count, sizeof *replay->connection);
    fputs("step,op,id,server\n", replay->out);
    for (size_t i = 0; i < replay->operations; i++)
        replay->operation[i].kind->play(replay, &replay->operation[i], i + 1);
    gateway_free(replay->gateway);
    free(replay->connection);
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
        if (faults->errors == 0)
            play(&replay);
        for (size_t row = 0; row < table->rows; row++)
            free(replay.operation[row].member);
        free(replay.operation);
    }
    names_free(&replay.servers);
    names_free(&replay.connections);
    csv_table_free(table);
    return faults->errors == 0;
}
