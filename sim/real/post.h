/* post.h: a request that changes something. */
#ifndef SIM_REAL_POST_H
#define SIM_REAL_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* POSTs nothing but the target to the port, and waits for the answer. false: it is not 200, and
 * `why` says what it is. */
bool post_to(uint16_t port, const char *target, char *why, size_t room);

#endif
