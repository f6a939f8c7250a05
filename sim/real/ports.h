/* ports.h: ports of 127.0.0.1 that nobody else has. */
#ifndef SIM_REAL_PORTS_H
#define SIM_REAL_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/* Where to look next, and where not any more: the range that the kernel takes clients' ports from
 * begins there, and whatever listens in it may meet one. */
struct ports {
    uint32_t next, end, left;
};

struct ports ports_begin(void);
/* A socket that listens on the next free port; -1: there is none, see errno. */
int ports_listen(struct ports *, uint16_t *port);
/* The same for one that listened and was shut down. */
bool ports_listen_again(int fd);
/* A socket that keeps the next free port for a process of the same user that says reuseport. */
int ports_keep(struct ports *, uint16_t *port);
/* A socket that is connected to the port; -1: see errno. */
int ports_connect(uint16_t port);

#endif
