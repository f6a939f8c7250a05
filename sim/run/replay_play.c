/* replay_play.c: operations that were read, played on a gateway, and what is left in the end. */
#include "sim/engine/memory.h"
#include "sim/run/replay_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_SEED = 1 };

/* ---- Operations ---- */

void replay_members(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    gateway_set_members(replay->gateway, operation->member, operation->members);
}

/* The key is the open's; a retry asks with it again. */
static struct gateway_request request_of(const struct replay *replay,
                                         const struct operation *operation)
{
    const char *key = replay->connection[operation->connection].key;
    return (struct gateway_request){
        .draws = stream_of(stream_root(REPLAY_SEED, 0, STREAM_PICK, 0), operation->connection),
        .key = key,
        .key_length = key != NULL ? strlen(key) : 0};
}

/* What was picked by an open or a retry; a connection without a server is over. */
static void write_pick(struct replay *replay, const struct operation *operation, uint64_t step,
                       uint32_t server)
{
    replay->connection[operation->connection].life = server != NO_SERVER ? replay->life : 0;
    fprintf(replay->out, "%" PRIu64 ",%s,%s,%s\n", step, operation->kind->name,
            operation->id_cell->text, server == NO_SERVER ? "-" : replay->servers.text[server]);
}

void replay_open(struct replay *replay, struct operation *operation, uint64_t step)
{
    struct connection *connection = &replay->connection[operation->connection];
    connection->key = operation->value_cell->text;
    struct gateway_request request = request_of(replay, operation);
    uint32_t server =
        gateway_open_request(replay->gateway, 0, replay->worker, &request, &connection->hold, NULL);
    write_pick(replay, operation, step, server);
}

void replay_close(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    struct connection *connection = &replay->connection[operation->connection];
    if (connection->life == replay->life)
        gateway_release(replay->gateway, &connection->hold);
    connection->life = 0;
}

void replay_retry(struct replay *replay, struct operation *operation, uint64_t step)
{
    struct connection *connection = &replay->connection[operation->connection];
    struct gateway_request request = request_of(replay, operation);
    if (connection->life == replay->life)
        write_pick(replay, operation, step,
                   gateway_retry(replay->gateway, &connection->hold, &request, &connection->tried));
}

void replay_set_time(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    gateway_set_time(replay->gateway, operation->time_ms / 1000);
}

void replay_worker(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)step;
    replay->worker = operation->worker;
}

void replay_reload(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)operation, (void)step;
    gateway_reload(replay->gateway);
}

void replay_crash(struct replay *replay, struct operation *operation, uint64_t step)
{
    (void)operation, (void)step;
    replay->life++;
    gateway_crash_all(replay->gateway);
}

/* ---- The whole of it ---- */

void replay_play(struct replay *replay)
{
    const struct replay_options *options = replay->options;
    uint32_t servers = replay->servers.count > 0 ? replay->servers.count : 1;
    replay->gateway = gateway_new(&(struct gateway_config){
        .balancer = options->balancer,
        .server_name = (const char *const *)replay->servers.text,
        .servers = servers,
        .stays_max = replay->stays > 0 ? replay->stays : 1,
        .lives_max = replay->lives,
        .instances = 1,
        .workers = options->workers,
        .upstream = "replay",
        .count_table_bytes = (size_t)10 << 20,
        .seed = REPLAY_SEED,
        .eager = options->eager,
        .witness = options->witness,
    });
    replay->connection = memory_zeroed(replay->connections.count, sizeof *replay->connection);
    replay->life = 1;
    fputs("step,op,id,server\n", replay->out);
    for (size_t i = 0; i < replay->operations; i++) {
        if (options->witness != NULL)
            options->witness->connection = i + 1;
        replay->operation[i].kind->play(replay, &replay->operation[i], i + 1);
    }
    if (options->at_end != NULL)
        options->at_end(options->context, &(struct replay_end){
                                              .gateway = replay->gateway,
                                              .server = (const char *const *)replay->servers.text,
                                              .servers = servers,
                                              .workers = options->workers,
                                          });
    gateway_free(replay->gateway);
    for (uint32_t i = 0; i < replay->connections.count; i++)
        free(replay->connection[i].tried.server);
    free(replay->connection);
}

/* ---- What is left ---- */

/* The sign of what is not a number differs between machines, and means nothing. */
static void write_score(FILE *to, double score)
{
    if (isnan(score))
        fputs("nan", to);
    else
        fprintf(to, "%a", score);
}

void replay_write_state(void *file, const struct replay_end *end)
{
    FILE *to = file;
    struct gateway_seat *seat = memory_zeroed(end->servers, sizeof *seat);
    fputs(REPLAY_STATE_HEADER "\n", to);
    for (uint32_t worker = 0; worker < end->workers; worker++) {
        uint32_t seats = gateway_seats(end->gateway, 0, worker, seat);
        for (uint32_t i = 0; i < seats; i++) {
            fprintf(to, "%" PRIu32 ",%" PRIu32 ",%s,", worker, seat[i].place,
                    end->server[seat[i].server]);
            if (seat[i].scored)
                write_score(to, seat[i].score);
            fprintf(to, ",%" PRId64 "\n", seat[i].count);
        }
    }
    free(seat);
}
