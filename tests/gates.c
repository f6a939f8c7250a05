/* gates.c: playing the scripts. */
#include "tests/gates.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[GATE_SERVERS] = {"s1", "s2", "s3", "s4", "s5",
                                                "s6", "s7", "s8", "s9"};

void gate_begin(struct gate *gate, const struct balancer *balancer, uint32_t instances,
                uint32_t workers, bool eager, bool tables)
{
    *gate = (struct gate){.balancer = *balancer, .instances = instances, .workers = workers};
    gate->gateway = gateway_new(&(struct gateway_config){
        .balancer = &gate->balancer,
        .server_name = names,
        .servers = GATE_SERVERS,
        .stays_max = 4 * GATE_SERVERS,
        .lives_max = 1000,
        .instances = instances,
        .workers = workers,
        .upstream = "test",
        .count_table_bytes = tables ? 1 << 16 : 0,
        .seed = 7,
        .eager = eager,
    });
}

static void release(struct gate *gate, struct gate_connection *connection)
{
    gateway_release(gate->gateway, &connection->hold);
    connection->open = false;
}

void gate_end(struct gate *gate)
{
    for (uint32_t i = 0; i < gate->connections; i++)
        if (gate->connection[i].open)
            release(gate, &gate->connection[i]);
    CU_ASSERT_EQUAL(gateway_lives(gate->gateway), gate->instances * gate->workers);
    gateway_free(gate->gateway);
}

/* ---- Words ---- */

static void say(struct gate *gate, const char *text)
{
    size_t length = strlen(gate->said), room = sizeof gate->said - length;
    int wanted = snprintf(gate->said + length, room, "%s%s", length > 0 ? " " : "", text);
    assert(wanted >= 0 && (size_t)wanted < room);
    (void)wanted;
}

static uint32_t number(const char **at)
{
    char *end;
    uint32_t value = (uint32_t)strtoul(*at, &end, 10);
    assert(end != *at);
    *at = end;
    return value;
}

static void list(struct gate *gate, const char *at)
{
    struct gateway_member member[GATE_SERVERS];
    uint32_t members = 0;
    while (*at != '\0') {
        uint32_t server = (uint32_t)(*at++ - '1');
        assert(server < GATE_SERVERS);
        struct gateway_member entry = {.server = server, .weight = 1};
        if (*at == ':' && at++)
            entry.weight = number(&at);
        if (*at == '/' && at++)
            entry.max_conns = number(&at);
        at += *at == ',';
        if (server >= gate->listed)
            gate->listed = server + 1;
        member[members++] = entry;
    }
    gateway_set_members(gate->gateway, member, members);
}

static void opens(struct gate *gate, const char *at)
{
    uint32_t place = *at == '*' ? 0 : number(&at); /* instance and worker, a digit each */
    assert(*at == '*');
    at++;
    uint32_t count = number(&at);
    char picked[GATE_CONNECTIONS + 1];
    assert(count <= GATE_CONNECTIONS - gate->connections);
    for (uint32_t i = 0; i < count; i++) {
        struct gate_connection *connection = &gate->connection[gate->connections];
        struct stream draws =
            stream_of(stream_root(7, 0, STREAM_PICK, 0), gate->first_key + gate->connections++);
        uint32_t server =
            gateway_open(gate->gateway, place / 10, place % 10, draws, &connection->hold);
        connection->open = server != NO_SERVER;
        connection->server = server + 1;
        picked[i] = (char)(connection->open ? '1' + (int)server : '-');
    }
    picked[count] = '\0';
    say(gate, picked);
}

static void releases(struct gate *gate, const char *at)
{
    uint32_t server = *at == '\0' ? 0 : number(&at), left = UINT32_MAX;
    if (*at == '*' && at++)
        left = number(&at);
    for (uint32_t i = 0; i < gate->connections && left > 0; i++) {
        struct gate_connection *connection = &gate->connection[i];
        if (!connection->open || (server != 0 && connection->server != server))
            continue;
        release(gate, connection);
        left--;
    }
}

static void crash(struct gate *gate, const char *at)
{
    uint32_t place = number(&at);
    gate->crashed = gateway_life(gate->gateway, place / 10, place % 10);
    for (uint32_t i = 0; i < gate->connections; i++) {
        struct gate_connection *connection = &gate->connection[i];
        if (connection->open && gateway_life_of(&connection->hold) == gate->crashed)
            connection->open = false;
    }
    gateway_crash(gate->gateway, place / 10, place % 10);
}

static void say_counted(struct gate *gate)
{
    char text[GATE_SERVERS * 21] = "";
    size_t length = 0;
    uint64_t *counted = gateway_counted(gate->gateway);
    for (uint32_t i = 0; i < gate->listed; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%llu", i > 0 ? "/" : "",
                                   (unsigned long long)counted[i]);
    free(counted);
    say(gate, text);
}

static void play_word(struct gate *gate, const char *word)
{
    char lives[16];
    const char *at = word + 1;
    switch (*word) {
    case '=':
        list(gate, at);
        return;
    case '-':
        releases(gate, at);
        return;
    case 'v':
    case '^':
        gateway_set_down(gate->gateway, number(&at) - 1, *word == 'v');
        return;
    case 't':
        gateway_touch(gate->gateway);
        return;
    case 'r':
        gateway_reload(gate->gateway);
        return;
    case '!':
        crash(gate, at);
        return;
    case 'x':
        gateway_reap(gate->gateway, gate->crashed);
        return;
    case '?':
        say_counted(gate);
        return;
    case '#':
        snprintf(lives, sizeof lives, "%u", gateway_lives(gate->gateway));
        say(gate, lives);
        return;
    default:
        opens(gate, word);
        return;
    }
}

const char *gate_play(struct gate *gate, const char *script)
{
    char *words = memory_text(script, strlen(script)), *rest = NULL;
    gate->said[0] = '\0';
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        play_word(gate, word);
    free(words);
    return gate->said;
}

void gate_count(const char *said, uint32_t count[GATE_SERVERS])
{
    memset(count, 0, GATE_SERVERS * sizeof *count);
    for (; *said != '\0'; said++)
        if (*said >= '1' && *said <= '9')
            count[*said - '1']++;
}

/* ---- Balancers ---- */

struct balancer gate_preset(const char *name)
{
    const struct preset *preset = preset_find(name);
    assert(preset != NULL);
    return balancer_of_preset(preset);
}

struct balancer gate_least(const char *view, enum change change)
{
    struct balancer balancer = gate_preset("lbsim-least-conn");
    balancer.view = lb_view_find(view);
    balancer.change = change;
    assert(balancer.view != NULL);
    return balancer;
}

void gate_check(const struct balancer *balancer, const char *script, const char *said)
{
    struct gate *gate = memory_zeroed(1, sizeof *gate);
    gate_begin(gate, balancer, 2, 2, false, true);
    gate_play(gate, script);
    CHECK_ROW(strcmp(gate->said, said) == 0, "%s, %s, \"%s\" says \"%s\", expected \"%s\"",
              balancer->view->name, change_choice.words[balancer->change], script, gate->said,
              said);
    gate_end(gate);
    free(gate);
}
