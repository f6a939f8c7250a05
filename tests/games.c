/* games.c: rows of nginx's own test suite as games. */
#include "tests/games.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_servers(struct game *game)
{
    size_t i;
    const json_t *server;
    assert(json_array_size(json_object_get(game->row, "servers")) <= GAME_SERVERS);
    json_array_foreach(json_object_get(game->row, "servers"), i, server)
    {
        const json_t *weight = json_object_get(server, "weight");
        const json_t *max_fails = json_object_get(server, "max_fails");
        const json_t *timeout = json_object_get(server, "fail_timeout");
        game->id[i] = (int)json_integer_value(json_object_get(server, "server"));
        game->closes[i] = json_object_get(server, "note") != NULL;
        game->member[i] = (struct gateway_member){
            .server = (uint32_t)i,
            .weight = weight == NULL ? 1 : (uint32_t)json_integer_value(weight),
            .max_conns = (uint32_t)json_integer_value(json_object_get(server, "max_conns")),
            .backup = json_is_true(json_object_get(server, "backup")),
            .down = json_is_true(json_object_get(server, "down")),
            .says_max_fails = max_fails != NULL,
            .max_fails = (uint32_t)json_integer_value(max_fails),
            .says_fail_timeout = timeout != NULL,
            .fail_timeout_s = (uint32_t)json_integer_value(timeout),
        };
        game->members++;
    }
}

void game_begin(struct game *game, const json_t *row, const char *preset, uint64_t run)
{
    *game = (struct game){.row = row, .picks = json_array()};
    read_servers(game);
    played_begin(&game->played, preset, 1, run);
    gateway_set_time(game->played.gateway, GAME_START_S);
    gateway_set_members(game->played.gateway, game->member, game->members);
}

void game_end(struct game *game)
{
    json_decref(game->picks);
    played_end(&game->played);
}

struct gateway_request game_request(struct game *game, const char *key)
{
    return (struct gateway_request){.draws = stream_of(game->played.draws, game->played.opened++),
                                    .key = key,
                                    .key_length = strlen(key)};
}

uint32_t game_hold(struct game *game, const char *key, struct gateway_hold *held)
{
    struct gateway *gateway = game->played.gateway;
    struct gateway_request request = game_request(game, key);
    struct gateway_tried tried = {0};
    uint32_t server = gateway_open_request(gateway, 0, 0, &request, held, NULL);
    while (server != NO_SERVER && game->closes[server])
        server = gateway_retry(gateway, held, &request, &tried);
    json_array_append_new(game->picks, server == NO_SERVER ? json_string("refused")
                                                           : json_integer(game->id[server]));
    free(tried.server);
    return server;
}

uint32_t game_serve(struct game *game, const char *key)
{
    struct gateway_hold held;
    uint32_t server = game_hold(game, key, &held);
    if (server != NO_SERVER)
        gateway_release(game->played.gateway, &held);
    return server;
}

static size_t times(const struct game *game, const char *id)
{
    size_t i, count = 0;
    const json_t *pick;
    char text[24];
    json_array_foreach(game->picks, i, pick)
    {
        if (json_is_string(pick))
            snprintf(text, sizeof text, "%s", json_string_value(pick));
        else
            snprintf(text, sizeof text, "%lld", json_integer_value(pick));
        count += strcmp(text, id) == 0;
    }
    return count;
}

bool game_as_expected(const struct game *game)
{
    json_t *expect = json_object_get(game->row, "expect"), *count;
    const json_t *one_of = json_object_get(expect, "one_of"), *one;
    const char *id;
    size_t i, sum = 0;
    if (json_is_array(expect))
        return json_equal(expect, game->picks);
    if (one_of != NULL) {
        json_array_foreach(one_of, i, one)
        {
            if (json_equal(one, json_array_get(game->picks, 0)))
                return true;
        }
        return false;
    }
    json_object_foreach(expect, id, count)
    {
        if (times(game, id) != (size_t)json_integer_value(count))
            return false;
        sum += times(game, id);
    }
    return sum > 0 && sum == json_array_size(game->picks);
}
