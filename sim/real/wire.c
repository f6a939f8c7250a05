/* wire.c: both sides of the gateway in one epoll loop. */
#include "sim/real/wire.h"

#include "sim/engine/memory.h"
#include "sim/real/ports.h"
#include "sim/real/processes.h"
#include "sim/real/wire_ends.h"
#include "sim/world/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 10000, STEP_MS = 50 };

static bool trouble(struct wire *wire, const char *what)
{
    snprintf(wire->trouble, sizeof wire->trouble, "%s: %s", what, strerror(errno));
    return false;
}

void wire_settle(struct wire *wire)
{
    while (wire->deaf == 0 && wire_pump(wire, 0) > 0)
        continue;
}

/* Serves until `done` is true of the pair. */
static bool pump_until(struct wire *wire, uint64_t connection, bool (*done)(const struct pair *),
                       const char *what)
{
    uint64_t end_ms = processes_clock_ms() + WAIT_MS;
    while (!done(&wire->pair[connection])) {
        if (wire->stop()) {
            wire->trouble[0] = '\0';
            return false;
        }
        if (wire->deaf != 0) { /* it would be told of the same connection for ever */
            errno = wire->deaf;
            return trouble(wire, "a server cannot accept");
        }
        if (processes_clock_ms() >= end_ms) {
            snprintf(wire->trouble, sizeof wire->trouble, "%s within %d s", what, WAIT_MS / 1000);
            return false;
        }
        wire_pump(wire, STEP_MS);
    }
    return true;
}

/* ---- Connections ---- */

static bool is_answered(const struct pair *pair)
{
    return pair->answered || pair->client == NULL;
}

static bool is_gone_from_server(const struct pair *pair)
{
    return pair->server == NULL;
}

static bool send_request(struct wire *wire, uint64_t connection, const char *key)
{
    char request[HANDSHAKE_ROOM];
    size_t length = handshake_request_text(request, connection, key);
    int fd = ports_connect(wire->gateway_port);
    if (fd < 0)
        return trouble(wire, "cannot connect to nginx");
    struct end *end = wire_new_end(wire, fd, CLIENT_END, 0);
    if (end == NULL)
        return trouble(wire, "cannot watch a connection");
    end->connection = connection;
    wire->pair[connection] = (struct pair){.client = end};
    if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
        return trouble(wire, "cannot write to nginx");
    return true;
}

bool wire_open(struct wire *wire, uint64_t connection, const char *key, uint32_t *server)
{
    struct pair *pair = &wire->pair[connection];
    if (!send_request(wire, connection, key) ||
        !pump_until(wire, connection, is_answered, "nginx did not answer a handshake"))
        return false;
    *server = NO_SERVER;
    if (!pair->answered) {
        snprintf(wire->trouble, sizeof wire->trouble, "nginx closed a connection unanswered");
        return false;
    }
    if (pair->status == HANDSHAKE_UPGRADED && pair->server != NULL) {
        *server = pair->server->server;
        return true;
    }
    if (pair->status != HANDSHAKE_NO_SERVER) {
        snprintf(wire->trouble, sizeof wire->trouble, "nginx answered a handshake with status %d",
                 pair->status);
        return false;
    }
    if (pair->client != NULL)
        wire_end_over(wire, pair->client);
    pair->client = NULL;
    return true;
}

bool wire_close(struct wire *wire, uint64_t connection)
{
    struct pair *pair = &wire->pair[connection];
    if (pair->client != NULL)
        wire_end_over(wire, pair->client);
    pair->client = NULL;
    return pump_until(wire, connection, is_gone_from_server,
                      "a server did not see the end of a connection");
}

static bool is_gone_from_client(const struct pair *pair)
{
    return pair->client == NULL;
}

bool wire_cut(struct wire *wire, uint64_t connection)
{
    struct pair *pair = &wire->pair[connection];
    pair->cut = true;
    if (pair->server != NULL) {
        wire->held[pair->server->server]--;
        wire_end_over(wire, pair->server);
    }
    pair->server = NULL;
    return pump_until(wire, connection, is_gone_from_client,
                      "a client did not see the end of a connection");
}

/* A socket that listens no more keeps the port it was bound to, so nobody else gets it. */
bool wire_die(struct wire *wire, uint32_t server)
{
    int fd = wire->listener[server].fd;
    for (uint64_t i = 0; i < wire->pairs; i++) {
        const struct end *end = wire->pair[i].server;
        if (end != NULL && end->server == server && !wire_cut(wire, i))
            return false;
    }
    wire->dead[server] = true;
    if (epoll_ctl(wire->epoll, EPOLL_CTL_DEL, fd, NULL) == 0 && shutdown(fd, SHUT_RDWR) == 0)
        return true;
    return trouble(wire, "a server cannot die");
}

bool wire_rise(struct wire *wire, uint32_t server)
{
    struct end *listener = &wire->listener[server];
    wire->dead[server] = false;
    if (ports_listen_again(listener->fd) && wire_listen_to(wire, listener))
        return true;
    return trouble(wire, "a server cannot rise again");
}

bool wire_is_held(const struct wire *wire, uint64_t connection)
{
    return wire->pair[connection].client != NULL && wire->pair[connection].server != NULL;
}

bool wire_close_all(struct wire *wire)
{
    for (uint64_t i = 0; i < wire->pairs; i++) {
        if (wire->pair[i].client != NULL)
            wire_end_over(wire, wire->pair[i].client);
        wire->pair[i].client = NULL;
    }
    for (uint64_t i = 0; i < wire->pairs; i++)
        if (!wire_close(wire, i))
            return false;
    return true;
}

uint64_t wire_held(const struct wire *wire, uint32_t server)
{
    return wire->held[server];
}

uint64_t wire_broken(const struct wire *wire)
{
    return wire->broken;
}

const char *wire_trouble(const struct wire *wire)
{
    return wire->trouble;
}

/* ---- All of it ---- */

static bool open_ports(struct wire *wire, char *why, size_t room)
{
    struct ports ports = ports_begin();
    wire->gateway = ports_keep(&ports, &wire->gateway_port);
    bool fine = wire->epoll >= 0 && wire->gateway >= 0;
    for (uint32_t i = 0; fine && i < wire->servers; i++) {
        struct end *listener = &wire->listener[i];
        *listener = (struct end){.fd = ports_listen(&ports, &wire->port[i]), .server = i};
        fine = listener->fd >= 0 && wire_listen_to(wire, listener);
    }
    if (!fine)
        snprintf(why, room, "no ports to listen on: %s", strerror(errno));
    return fine;
}

struct wire *wire_new(uint32_t servers, wire_stop *stop, char *why, size_t room)
{
    struct wire *wire = memory_zeroed(1, sizeof *wire);
    wire->servers = servers;
    wire->stop = stop;
    wire->listener = memory_zeroed(servers, sizeof *wire->listener);
    wire->port = memory_zeroed(servers, sizeof *wire->port);
    wire->held = memory_zeroed(servers, sizeof *wire->held);
    wire->dead = memory_zeroed(servers, sizeof *wire->dead);
    for (uint32_t i = 0; i < servers; i++)
        wire->listener[i].fd = -1;
    wire->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (open_ports(wire, why, room))
        return wire;
    wire_free(wire);
    return NULL;
}

uint16_t wire_gateway_port(const struct wire *wire)
{
    return wire->gateway_port;
}

uint16_t wire_server_port(const struct wire *wire, uint32_t server)
{
    return wire->port[server];
}

static void drop_all(struct wire *wire)
{
    wire_settle(wire);
    for (uint64_t i = 0; i < wire->pairs; i++) {
        if (wire->pair[i].client != NULL)
            wire_end_over(wire, wire->pair[i].client);
        if (wire->pair[i].server != NULL)
            wire_end_over(wire, wire->pair[i].server);
    }
    wire_forget_over(wire);
    free(wire->pair);
    wire->pair = NULL;
    wire->pairs = wire->broken = 0;
    wire->deaf = 0;
}

void wire_begin(struct wire *wire, uint64_t opens)
{
    drop_all(wire);
    for (uint32_t i = 0; i < wire->servers; i++)
        if (wire->dead[i])
            wire_rise(wire, i);
    memset(wire->held, 0, wire->servers * sizeof *wire->held);
    wire->pair = memory_zeroed(opens, sizeof *wire->pair);
    wire->pairs = opens;
    wire->trouble[0] = '\0';
}

void wire_free(struct wire *wire)
{
    if (wire->epoll >= 0)
        drop_all(wire);
    for (uint32_t i = 0; i < wire->servers; i++)
        if (wire->listener[i].fd >= 0)
            close(wire->listener[i].fd);
    if (wire->gateway >= 0)
        close(wire->gateway);
    if (wire->epoll >= 0)
        close(wire->epoll);
    free(wire->listener);
    free(wire->port);
    free(wire->held);
    free(wire->dead);
    free(wire);
}
