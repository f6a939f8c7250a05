/* played.c: a gateway under a test's own traffic. */
#include "tests/played.h"

#include <assert.h>
#include <stdio.h>

enum { RELOADS = 3 };

static const char *const names[PLAYED_SERVERS] = {"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"};

void played_begin(struct played *played, const char *preset, uint32_t workers, uint64_t run)
{
    assert(workers <= PLAYED_WORKERS);
    *played = (struct played){.balancer = balancer_of_preset(preset_find(preset)),
                              .draws = stream_root(1, run, STREAM_PICK, 0),
                              .chance = stream_root(1, run, STREAM_CLOSE, 0),
                              .accept = stream_root(1, run, STREAM_ACCEPT, 0),
                              .workers = workers};
    played->gateway = gateway_new(&(struct gateway_config){
        .balancer = &played->balancer,
        .server_name = names,
        .servers = PLAYED_SERVERS,
        .stays_max = 2 * PLAYED_SERVERS,
        .lives_max = (1 + RELOADS) * workers,
        .instances = 1,
        .workers = workers,
        .upstream = "test",
        .seed = 1,
        .replication = run,
    });
}

void played_weigh(struct played *played, const uint64_t *weight, uint32_t members)
{
    struct gateway_member member[PLAYED_SERVERS] = {{0}};
    for (uint32_t i = 0; i < members; i++)
        member[i] = (struct gateway_member){.server = i, .weight = (uint32_t)weight[i]};
    gateway_set_members(played->gateway, member, members);
}

void played_equal(struct played *played, uint32_t members)
{
    static const uint64_t equal[PLAYED_SERVERS] = {1, 1, 1, 1, 1, 1, 1, 1};
    played_weigh(played, equal, members);
}

void played_end(struct played *played)
{
    gateway_free(played->gateway);
}

uint32_t played_open(struct played *played, uint32_t worker, struct gateway_hold *hold)
{
    return gateway_open(played->gateway, 0, worker, stream_of(played->draws, played->opened++),
                        hold);
}

uint32_t played_throw(struct played *played, uint32_t bound)
{
    return (uint32_t)stream_below(stream_value(played->chance, played->thrown++), bound);
}

uint32_t played_accept(struct played *played)
{
    return (uint32_t)stream_below(stream_value(played->accept, played->accepted++),
                                  played->workers);
}

void played_one_by_one(struct played *played, uint32_t worker, uint64_t requests, uint64_t *count)
{
    for (uint64_t i = 0; i < requests; i++) {
        struct gateway_hold hold;
        uint32_t server = played_open(played, worker, &hold);
        assert(server != NO_SERVER);
        count[server]++;
        gateway_release(played->gateway, &hold);
    }
}

void played_preset(const json_t *row, char preset[64])
{
    bool zone = json_is_true(json_object_get(row, "zone"));
    snprintf(preset, 64, "nginx-%s%s", json_string_value(json_object_get(row, "algo")),
             zone ? "-zone" : "");
    for (char *at = preset; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
}
