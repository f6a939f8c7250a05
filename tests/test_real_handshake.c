/* test_real_handshake.c: WebSocket handshakes, by the RFC's example and proofs worked out by
 * another program. */
#include "sim/real/handshake.h"
#include "sim/real/proof.h"

#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

static struct handshake_head head_of(const char *text)
{
    struct handshake_head head = {0};
    CU_ASSERT(handshake_add(&head, text, strlen(text)));
    return head;
}

/* RFC 6455, section 1.3; the others by Python's hashlib and base64. */
static void test_proofs(void)
{
    static const struct {
        uint64_t connection;
        const char *key, *proof;
    } known[] = {
        {0, "bGJzaW0AAAAAAAAAAAAAAA==", "+f8vI5RBPjvZ8QTSvwOss8NIMaw="},
        {1, "bGJzaW0AAAAAAAAAAAAAAQ==", "6stLXmnp7GTqdtHSM7mySkOV/7g="},
        {99999, "bGJzaW0AAAAAAAAAAAGGnw==", "u7GIYCkN/JRFYquWwUUqtj8JLNw="},
        {UINT64_MAX, "bGJzaW0AAAD//////////w==", "btpSoQ67T5efhzAjAbth/2mCtus="},
    };
    char key[PROOF_KEY + 1], proof[PROOF_TEXT + 1];
    proof_of_key("dGhlIHNhbXBsZSBub25jZQ==", proof);
    CU_ASSERT_STRING_EQUAL(proof, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        proof_key(known[i].connection, key);
        CU_ASSERT_STRING_EQUAL(key, known[i].key);
        proof_of_key(key, proof);
        CU_ASSERT_STRING_EQUAL(proof, known[i].proof);
    }
}

/* A server answers what the client asked, not what it would have asked itself. */
static void test_answer(void)
{
    char text[HANDSHAKE_ROOM];
    uint64_t connection = 0;
    struct handshake_head request = head_of("GET /held HTTP/1.1\r\n"
                                            "host: somewhere\r\n"
                                            "upgrade: WebSocket\r\n"
                                            "connection: upgrade\r\n"
                                            "x-connection: 7\r\n"
                                            "sec-websocket-version: 13\r\n"
                                            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    CU_ASSERT(request.complete && handshake_request(&request, &connection));
    CU_ASSERT_EQUAL(connection, 7);
    text[handshake_answer_text(text, &request)] = '\0';
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    handshake_forget(&request);
}

/* The client takes the answer that is its own, and no other. */
static void test_own_answer(void)
{
    char text[HANDSHAKE_ROOM];
    uint64_t connection = 0;
    size_t length = handshake_request_text(text, 5, "a key");
    text[length] = '\0';
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\r\nX-Key: a key\r\n"));
    struct handshake_head request = {0};
    for (size_t i = 0; i < length; i++) { /* however it comes in */
        CU_ASSERT_FALSE(request.complete);
        CU_ASSERT(handshake_add(&request, text + i, 1));
    }
    CU_ASSERT(request.complete && handshake_request(&request, &connection));
    CU_ASSERT_EQUAL(connection, 5);
    text[handshake_answer_text(text, &request)] = '\0';
    struct handshake_head answer = head_of(text);
    CU_ASSERT_EQUAL(handshake_answer(&answer, 5), HANDSHAKE_UPGRADED);
    CU_ASSERT_EQUAL(handshake_answer(&answer, 6), 0);
    handshake_forget(&request);
    handshake_forget(&answer);
}

static int status_of(const char *text)
{
    struct handshake_head head = head_of(text);
    int status = handshake_answer(&head, 1);
    handshake_forget(&head);
    return status;
}

static void test_no_answer(void)
{
    CU_ASSERT_EQUAL(status_of("HTTP/1.1 502 Bad Gateway\r\n\r\n"), HANDSHAKE_NO_SERVER);
    CU_ASSERT_EQUAL(status_of("220 ready\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(status_of("HTTP/1.0 101\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(status_of("HTTP/1.1 101 \r\nUpgrade: websocket\r\n\r\n"), 0);
    CU_ASSERT_EQUAL(status_of("HTTP/1.1 101 \r\n"
                              "Sec-WebSocket-Accept: 6stLXmnp7GTqdtHSM7mySkOV/7g=\r\n\r\n"),
                    0);
    CU_ASSERT_EQUAL(status_of("HTTP/1.1 101 \r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Accept: 6STLXmnp7GTqdtHSM7mySkOV/7g=\r\n\r\n"),
                    0); /* a letter is another */
    CU_ASSERT_EQUAL(status_of("HTTP/1.1 101 \r\nUpgrade: websocket\r\n"
                              "Sec-WebSocket-Accept: 6stLXmnp7GTqdtHSM7mySkOV/7g=\r\n\r\n"),
                    HANDSHAKE_UPGRADED);
}

static void test_no_request(void)
{
    static const char *const without[] = {"Connection", "Upgrade", "Sec-WebSocket-Version",
                                          "Sec-WebSocket-Key", "X-Connection"};
    char text[HANDSHAKE_ROOM + 1];
    uint64_t connection;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        text[handshake_request_text(text, 1, NULL)] = '\0';
        char line[64];
        snprintf(line, sizeof line, "\r\n%s: ", without[i]);
        char *at = strstr(text, line);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        at[2] = 'Z';
        struct handshake_head head = head_of(text);
        CU_ASSERT_FALSE(handshake_request(&head, &connection));
        handshake_forget(&head);
    }
    struct handshake_head head = {0};
    memset(text, 'a', HANDSHAKE_ROOM);
    CU_ASSERT(handshake_add(&head, text, HANDSHAKE_ROOM));
    CU_ASSERT_FALSE(handshake_add(&head, text, HANDSHAKE_ROOM));
    handshake_forget(&head);
}

static const struct test tests[] = {
    {"proofs", test_proofs},
    {"what a server answers", test_answer},
    {"a client takes its own answer", test_own_answer},
    {"what is no answer", test_no_answer},
    {"what is no request", test_no_request},
};

SUITE("real_handshake", tests)
