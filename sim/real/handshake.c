/* handshake.c: how a WebSocket opens. */
#include "sim/real/handshake.h"

#include "sim/engine/memory.h"
#include "sim/real/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool handshake_add(struct handshake_head *head, const char *bytes, size_t length)
{
    if (head->length + length >= 2 * HANDSHAKE_ROOM)
        return false;
    head->text = memory_resized(head->text, head->length + length + 1, 1);
    memcpy(head->text + head->length, bytes, length);
    head->length += length;
    head->text[head->length] = '\0';
    head->complete = strstr(head->text, "\r\n\r\n") != NULL;
    return true;
}

void handshake_forget(struct handshake_head *head)
{
    free(head->text);
    head->text = NULL;
    head->length = 0;
}

size_t handshake_request_text(char text[HANDSHAKE_ROOM], uint64_t connection, const char *key)
{
    char nonce[PROOF_KEY + 1];
    proof_key(connection, nonce);
    int length = snprintf(text, HANDSHAKE_ROOM,
                          "GET /held HTTP/1.1\r\n"
                          "Host: lbsim\r\n"
                          "Connection: Upgrade\r\n"
                          "Upgrade: websocket\r\n"
                          "Sec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: %s\r\n"
                          "X-Connection: %" PRIu64 "\r\n"
                          "%s%s%s\r\n",
                          nonce, connection, key != NULL ? "X-Key: " : "", key != NULL ? key : "",
                          key != NULL ? "\r\n" : "");
    return (size_t)length;
}

/* The value of a header, whose name is followed by a colon; NULL: it is not there. */
static const char *header(const struct handshake_head *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = head->text; line != NULL; line = strstr(line, "\r\n")) {
        line += line == head->text ? 0 : 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
    }
    return NULL;
}

static bool header_says(const struct handshake_head *head, const char *name, const char *value)
{
    const char *said = header(head, name);
    size_t length = strlen(value);
    return said != NULL && strncasecmp(said, value, length) == 0 && said[length] == '\r';
}

/* The client's key; NULL: it is none. */
static const char *key_of(const struct handshake_head *head)
{
    const char *key = header(head, "Sec-WebSocket-Key");
    return key != NULL && strcspn(key, " \t\r\n") == PROOF_KEY && key[PROOF_KEY] == '\r' ? key
                                                                                         : NULL;
}

size_t handshake_answer_text(char text[HANDSHAKE_ROOM], const struct handshake_head *request)
{
    char proof[PROOF_TEXT + 1];
    proof_of_key(key_of(request), proof);
    return (size_t)snprintf(text, HANDSHAKE_ROOM,
                            "HTTP/1.1 101 Switching Protocols\r\n"
                            "Connection: Upgrade\r\n"
                            "Upgrade: websocket\r\n"
                            "Sec-WebSocket-Accept: %s\r\n\r\n",
                            proof);
}

bool handshake_request(const struct handshake_head *head, uint64_t *connection)
{
    const char *number = header(head, "X-Connection");
    *connection = number != NULL ? strtoull(number, NULL, 10) : 0;
    return number != NULL && strncmp(head->text, "GET /held HTTP/1.1\r\n", 20) == 0 &&
           header_says(head, "Connection", "upgrade") &&
           header_says(head, "Upgrade", "websocket") &&
           header_says(head, "Sec-WebSocket-Version", "13") && key_of(head) != NULL;
}

/* Whether the server had this client's key before it. Unlike words, a proof has its case. */
static bool is_proven(const struct handshake_head *head, uint64_t connection)
{
    char key[PROOF_KEY + 1], proof[PROOF_TEXT + 1];
    const char *said = header(head, "Sec-WebSocket-Accept");
    proof_key(connection, key);
    proof_of_key(key, proof);
    return said != NULL && strncmp(said, proof, PROOF_TEXT) == 0 && said[PROOF_TEXT] == '\r';
}

int handshake_answer(const struct handshake_head *head, uint64_t connection)
{
    if (strncmp(head->text, "HTTP/1.1 ", 9) != 0)
        return 0;
    int status = (int)strtol(head->text + 9, NULL, 10);
    if (status == HANDSHAKE_UPGRADED &&
        !(header_says(head, "Upgrade", "websocket") && is_proven(head, connection)))
        return 0;
    return status;
}
