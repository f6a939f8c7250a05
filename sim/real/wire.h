/* wire.h: both sides of the gateway: servers that count what they hold, and clients that hold it.
 *
 * One epoll loop plays all of them, on 127.0.0.1. A connection is a WebSocket handshake through the
 * gateway (RFC 6455) and then silence. What a server holds is what it counted itself: handshakes it
 * took, less the ends it saw. */
#ifndef SIM_REAL_WIRE_H
#define SIM_REAL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire;

/* Whether somebody wants it to end. */
typedef bool wire_stop(void);

/* Servers that listen on ports below those that the kernel gives to clients, and a port that is
 * kept for the gateway. NULL: that cannot be had, and `why` (a sentence) says so. */
struct wire *wire_new(uint32_t servers, wire_stop *, char *why, size_t room);
void wire_free(struct wire *);
uint16_t wire_gateway_port(const struct wire *);
uint16_t wire_server_port(const struct wire *, uint32_t server);

/* Forgets all connections, which are closed, lets all servers rise, and makes room for connections
 * numbered below `opens`. */
void wire_begin(struct wire *, uint64_t opens);

/* Opens this connection, with this key (or NULL), and waits for the gateway's answer: the server
 * that took it, or NO_SERVER. false: something went wrong, see wire_trouble(). */
bool wire_open(struct wire *, uint64_t connection, const char *key, uint32_t *server);
/* The client ends it, and its server has seen that when this returns. Nothing happens where it is
 * over already. */
bool wire_close(struct wire *, uint64_t connection);
/* Its server ends it, and its client has seen that. */
bool wire_cut(struct wire *, uint64_t connection);
/* The server cuts what it still has and refuses everybody; and it takes them again. It keeps its
 * port. false: see wire_trouble(). */
bool wire_die(struct wire *, uint32_t server);
bool wire_rise(struct wire *, uint32_t server);
/* Like wire_close() for all that are left. */
bool wire_close_all(struct wire *);
/* Takes notice of everything that happened so far. */
void wire_settle(struct wire *);

/* Whether both sides still have it. */
bool wire_is_held(const struct wire *, uint64_t connection);
uint64_t wire_held(const struct wire *, uint32_t server);
/* Connections that the other side ended. */
uint64_t wire_broken(const struct wire *);
/* What went wrong; "" if it was the wish to end. */
const char *wire_trouble(const struct wire *);

#endif
