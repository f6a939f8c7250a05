/* wire.c: both sides of the gateway in one epoll loop. */
#include "sim/real/wire.h"

#include "sim/engine/memory.h"
#include "sim/real/handshake.h"
#include "sim/real/ports.h"
#include "sim/world/gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 5000, STEP_MS = 50, BATCH = 64 };

enum kind { LISTENER, SERVER_END, CLIENT_END };

/* One socket. */
struct end {
    int fd;
    enum kind kind;
    uint32_t server;            /* of listeners and their ends */
    uint64_t connection;        /* WIRE_NOBODY: not known yet */
    struct handshake_head head; /* until it is complete */
    struct end *next_over;
};

#define WIRE_NOBODY UINT64_MAX

/* A connection has an end at the client's and one at the server's. */
struct pair {
    struct end *client, *server;
    bool answered;
    int status; /* of the gateway's answer */
};

struct wire {
    int epoll, gateway; /* gateway: holds the port for it */
    uint16_t gateway_port;
    struct end *listener; /* [servers] */
    uint16_t *port;       /* [servers] */
    uint64_t *held;       /* [servers] */
    uint32_t servers;
    struct pair *pair;
    uint64_t pairs, broken;
    struct end *over; /* closed, but perhaps mentioned in the batch at hand */
    wire_stop *stop;
    char trouble[256];
};

/* ---- Ends ---- */

static bool listen_to(struct wire *wire, struct end *end)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = end}};
    return epoll_ctl(wire->epoll, EPOLL_CTL_ADD, end->fd, &event) == 0;
}

static struct end *new_end(struct wire *wire, int fd, enum kind kind, uint32_t server)
{
    struct end *end = memory_zeroed(1, sizeof *end);
    *end = (struct end){.fd = fd, .kind = kind, .server = server, .connection = WIRE_NOBODY};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (!listen_to(wire, end)) {
        close(fd);
        free(end);
        return NULL;
    }
    return end;
}

/* Closes it with a reset, which leaves no port behind that waits for a minute. */
static void end_over(struct wire *wire, struct end *end)
{
    struct linger at_once = {.l_onoff = 1};
    (void)setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(end->fd);
    end->fd = -1;
    handshake_forget(&end->head);
    end->next_over = wire->over;
    wire->over = end;
}

static void forget_over(struct wire *wire)
{
    while (wire->over != NULL) {
        struct end *next = wire->over->next_over;
        free(wire->over);
        wire->over = next;
    }
}

static struct pair *pair_of(struct wire *wire, const struct end *end)
{
    return end->connection < wire->pairs ? &wire->pair[end->connection] : NULL;
}

/* The other side closed it. */
static void end_lost(struct wire *wire, struct end *end)
{
    struct pair *pair = pair_of(wire, end);
    if (pair != NULL && end->kind == CLIENT_END) {
        wire->broken += pair->answered;
        pair->client = NULL;
    }
    if (pair != NULL && end->kind == SERVER_END) {
        wire->held[end->server]--;
        pair->server = NULL;
    }
    end_over(wire, end);
}

/* ---- What comes in ---- */

/* A request is complete: the server takes it. */
static bool take_request(struct wire *wire, struct end *end)
{
    char answer[HANDSHAKE_ROOM];
    uint64_t connection;
    if (!handshake_request(&end->head, &connection) || connection >= wire->pairs ||
        wire->pair[connection].server != NULL)
        return false;
    end->connection = connection;
    wire->pair[connection].server = end;
    wire->held[end->server]++;
    size_t length = handshake_answer_text(answer);
    return send(end->fd, answer, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void take_answer(struct wire *wire, struct end *end)
{
    struct pair *pair = pair_of(wire, end);
    pair->status = handshake_answer(&end->head);
    pair->answered = true;
}

/* false: the other side has closed, or speaks nonsense. */
static bool read_end(struct wire *wire, struct end *end)
{
    char bytes[2048];
    ssize_t got = recv(end->fd, bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got <= 0)
        return false;
    if (end->head.complete) /* nobody says anything in a held connection */
        return true;
    if (!handshake_add(&end->head, bytes, (size_t)got))
        return false;
    if (!end->head.complete)
        return true;
    bool fine = true;
    if (end->kind == SERVER_END)
        fine = take_request(wire, end);
    else
        take_answer(wire, end);
    handshake_forget(&end->head);
    return fine;
}

static void accept_all(struct wire *wire, const struct end *listener)
{
    int fd;
    while ((fd = accept(listener->fd, NULL, NULL)) >= 0)
        new_end(wire, fd, SERVER_END, listener->server);
}

/* Serves what has come in within wait_ms; how many events that were. */
static int pump(struct wire *wire, int wait_ms)
{
    struct epoll_event event[BATCH];
    int events = epoll_wait(wire->epoll, event, BATCH, wait_ms);
    for (int i = 0; i < events; i++) {
        struct end *end = event[i].data.ptr;
        if (end->fd < 0)
            continue; /* closed in this batch */
        if (end->kind == LISTENER)
            accept_all(wire, end);
        else if (!read_end(wire, end))
            end_lost(wire, end);
    }
    forget_over(wire);
    return events;
}

void wire_settle(struct wire *wire)
{
    while (pump(wire, 0) > 0)
        continue;
}

/* Serves until `done` is true of the pair. */
static bool pump_until(struct wire *wire, uint64_t connection, bool (*done)(const struct pair *),
                       const char *what)
{
    for (int waited_ms = 0; !done(&wire->pair[connection]);) {
        if (wire->stop()) {
            wire->trouble[0] = '\0';
            return false;
        }
        if (waited_ms >= WAIT_MS) {
            snprintf(wire->trouble, sizeof wire->trouble, "%s within %d s", what, WAIT_MS / 1000);
            return false;
        }
        if (pump(wire, STEP_MS) == 0)
            waited_ms += STEP_MS;
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

static bool trouble(struct wire *wire, const char *what)
{
    snprintf(wire->trouble, sizeof wire->trouble, "%s: %s", what, strerror(errno));
    return false;
}

static bool send_request(struct wire *wire, uint64_t connection, const char *key)
{
    char request[HANDSHAKE_ROOM];
    size_t length = handshake_request_text(request, connection, key);
    int fd = ports_connect(wire->gateway_port);
    if (fd < 0)
        return trouble(wire, "cannot connect to nginx");
    struct end *end = new_end(wire, fd, CLIENT_END, 0);
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
        end_over(wire, pair->client);
    pair->client = NULL;
    return true;
}

bool wire_close(struct wire *wire, uint64_t connection)
{
    struct pair *pair = &wire->pair[connection];
    if (pair->client != NULL)
        end_over(wire, pair->client);
    pair->client = NULL;
    return pump_until(wire, connection, is_gone_from_server,
                      "a server did not see the end of a connection");
}

bool wire_is_held(const struct wire *wire, uint64_t connection)
{
    return wire->pair[connection].client != NULL && wire->pair[connection].server != NULL;
}

bool wire_close_all(struct wire *wire)
{
    for (uint64_t i = 0; i < wire->pairs; i++) {
        if (wire->pair[i].client != NULL)
            end_over(wire, wire->pair[i].client);
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
        fine = listener->fd >= 0 && listen_to(wire, listener);
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
            end_over(wire, wire->pair[i].client);
        if (wire->pair[i].server != NULL)
            end_over(wire, wire->pair[i].server);
    }
    forget_over(wire);
    free(wire->pair);
    wire->pair = NULL;
    wire->pairs = wire->broken = 0;
}

void wire_begin(struct wire *wire, uint64_t opens)
{
    drop_all(wire);
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
    free(wire);
}
