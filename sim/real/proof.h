/* proof.h: how a server proves that it speaks WebSocket (RFC 6455, sections 1.3 and 4.2.2). */
#ifndef SIM_REAL_PROOF_H
#define SIM_REAL_PROOF_H

#include <stdint.h>

enum { PROOF_KEY = 24, PROOF_TEXT = 28 }; /* characters */

/* The key that this connection's client sends: 16 bytes in base64, another for each. */
void proof_key(uint64_t connection, char key[PROOF_KEY + 1]);
/* What a server must answer to it. */
void proof_of_key(const char key[PROOF_KEY], char proof[PROOF_TEXT + 1]);

#endif
