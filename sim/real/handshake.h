/* handshake.h: how a WebSocket opens (RFC 6455, section 4), as clients and servers write it. */
#ifndef SIM_REAL_HANDSHAKE_H
#define SIM_REAL_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDSHAKE_ROOM 2048 /* for a text of either side */

enum { HANDSHAKE_UPGRADED = 101, HANDSHAKE_NO_SERVER = 502 };

/* What has come of a request or an answer. All zero: nothing yet. */
struct handshake_head {
    char *text; /* or NULL */
    size_t length;
    bool complete;
};

/* false: it is too long to be one. */
bool handshake_add(struct handshake_head *, const char *bytes, size_t length);
void handshake_forget(struct handshake_head *); /* its text; it stays complete */

/* The request of a connection of this number, with this key to pick by (or NULL). */
size_t handshake_request_text(char text[HANDSHAKE_ROOM], uint64_t connection, const char *key);
/* The answer to a complete request that asks for a WebSocket. */
size_t handshake_answer_text(char text[HANDSHAKE_ROOM], const struct handshake_head *request);

/* Whether a complete request asks for a WebSocket, and the number of its connection. */
bool handshake_request(const struct handshake_head *, uint64_t *connection);
/* The status of a complete answer to the client of this connection; 0 for one that is none, or
 * whose proof is not of this client's key. */
int handshake_answer(const struct handshake_head *, uint64_t connection);

#endif
