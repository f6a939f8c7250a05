/* wire_ends.c: the sockets of both sides, and what comes in by them. */
#include "sim/real/wire_ends.h"

#include "sim/engine/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 64 };

bool wire_listen_to(struct wire *wire, struct end *end)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = end}};
    return epoll_ctl(wire->epoll, EPOLL_CTL_ADD, end->fd, &event) == 0;
}

struct end *wire_new_end(struct wire *wire, int fd, enum kind kind, uint32_t server)
{
    struct end *end = memory_zeroed(1, sizeof *end);
    *end = (struct end){.fd = fd, .kind = kind, .server = server, .connection = WIRE_NOBODY};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (!wire_listen_to(wire, end)) {
        int why = errno;
        close(fd);
        free(end);
        errno = why;
        return NULL;
    }
    return end;
}

void wire_end_over(struct wire *wire, struct end *end)
{
    struct linger at_once = {.l_onoff = 1};
    (void)setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(end->fd);
    end->fd = -1;
    handshake_forget(&end->head);
    end->next_over = wire->over;
    wire->over = end;
}

void wire_forget_over(struct wire *wire)
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
        wire->broken += pair->answered && !pair->cut;
        pair->client = NULL;
    }
    if (pair != NULL && end->kind == SERVER_END) {
        wire->held[end->server]--;
        pair->server = NULL;
    }
    wire_end_over(wire, end);
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
    size_t length = handshake_answer_text(answer, &end->head);
    return send(end->fd, answer, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void take_answer(struct wire *wire, struct end *end)
{
    struct pair *pair = pair_of(wire, end);
    pair->status = handshake_answer(&end->head, end->connection);
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

static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

static void accept_all(struct wire *wire, const struct end *listener)
{
    int fd;
    while ((fd = accept(listener->fd, NULL, NULL)) >= 0)
        if (wire_new_end(wire, fd, SERVER_END, listener->server) == NULL)
            wire->deaf = errno;
    if (!is_passing(errno))
        wire->deaf = errno;
}

int wire_pump(struct wire *wire, int wait_ms)
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
    wire_forget_over(wire);
    return events;
}
