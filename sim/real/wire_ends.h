/* wire_ends.h: the sockets of wire.c, and what comes in by them; private to wire*.c. */
#ifndef SIM_REAL_WIRE_ENDS_H
#define SIM_REAL_WIRE_ENDS_H

#include "sim/real/handshake.h"
#include "sim/real/wire.h"

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
    bool answered, cut; /* cut: by its server */
    int status;         /* of the gateway's answer */
};

struct wire {
    int epoll, gateway; /* gateway: holds the port for it */
    uint16_t gateway_port;
    struct end *listener; /* [servers] */
    uint16_t *port;       /* [servers] */
    bool *dead;           /* [servers] */
    uint64_t *held;       /* [servers] */
    uint32_t servers;
    struct pair *pair;
    uint64_t pairs, broken;
    int deaf;         /* why a server can accept no more; 0: it can */
    struct end *over; /* closed, but perhaps mentioned in the batch at hand */
    wire_stop *stop;
    char trouble[256];
};

/* Whether the loop watches it now; false: see errno. */
bool wire_listen_to(struct wire *, struct end *);
/* An end of this socket, watched; NULL: it cannot be, see errno, and the socket is closed. */
struct end *wire_new_end(struct wire *, int fd, enum kind, uint32_t server);
/* Closes it with a reset, which leaves no port behind that waits for a minute. */
void wire_end_over(struct wire *, struct end *);
void wire_forget_over(struct wire *);
/* Serves what has come in within wait_ms; how many events that were. */
int wire_pump(struct wire *, int wait_ms);

#endif
