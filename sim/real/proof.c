/* proof.c: how a server proves that it speaks WebSocket: base64(SHA-1(key, a fixed text)). */
#include "sim/real/proof.h"

#include <stddef.h>
#include <string.h>

#define FIXED "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

enum { BLOCK = 64, BLOCKS = 2, WORDS = 5, ROUNDS = 80, NONCE = 16 };

/* ---- SHA-1 (RFC 3174) of what fits into two blocks, as every key does ---- */

static uint32_t rotated(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t mixed(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20)
        return ((b & c) | (~b & d)) + 0x5A827999;
    if (round < 40)
        return (b ^ c ^ d) + 0x6ED9EBA1;
    if (round < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    return (b ^ c ^ d) + 0xCA62C1D6;
}

static void add_block(uint32_t sum[WORDS], const unsigned char block[BLOCK])
{
    uint32_t word[ROUNDS];
    uint32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4];
    for (unsigned i = 0; i < 16; i++)
        word[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                  (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (unsigned i = 16; i < ROUNDS; i++)
        word[i] = rotated(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t next = rotated(a, 5) + mixed(i, b, c, d) + e + word[i];
        e = d;
        d = c;
        c = rotated(b, 30);
        b = a;
        a = next;
    }
    sum[0] += a;
    sum[1] += b;
    sum[2] += c;
    sum[3] += d;
    sum[4] += e;
}

static void sha1(const unsigned char *text, size_t length, unsigned char digest[4 * WORDS])
{
    uint32_t sum[WORDS] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char padded[BLOCKS * BLOCK] = {0};
    memcpy(padded, text, length);
    padded[length] = 0x80;
    padded[sizeof padded - 2] = (unsigned char)(8 * length >> 8);
    padded[sizeof padded - 1] = (unsigned char)(8 * length);
    for (size_t i = 0; i < BLOCKS; i++)
        add_block(sum, padded + i * BLOCK);
    for (size_t i = 0; i < sizeof sum; i++)
        digest[i] = (unsigned char)(sum[i / 4] >> (24 - 8 * (i % 4)));
}

/* ---- Base64 (RFC 4648) ---- */

static void base64(const unsigned char *bytes, size_t length, char *text)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at = 0;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= i + 2 < length ? bytes[i + 2] : 0;
        text[at++] = letter[three >> 18];
        text[at++] = letter[three >> 12 & 63];
        text[at++] = i + 1 < length ? letter[three >> 6 & 63] : '=';
        text[at++] = i + 2 < length ? letter[three & 63] : '=';
    }
    text[at] = '\0';
}

/* ---- Keys and proofs ---- */

/* A key guards against answers that were meant for others: so it need not be a secret here, only
 * nobody else's. */
void proof_key(uint64_t connection, char key[PROOF_KEY + 1])
{
    unsigned char nonce[NONCE] = "lbsim";
    for (size_t i = 0; i < 8; i++)
        nonce[8 + i] = (unsigned char)(connection >> (56 - 8 * i));
    base64(nonce, sizeof nonce, key);
}

void proof_of_key(const char key[PROOF_KEY], char proof[PROOF_TEXT + 1])
{
    unsigned char text[PROOF_KEY + sizeof FIXED], digest[4 * WORDS];
    memcpy(text, key, PROOF_KEY);
    memcpy(text + PROOF_KEY, FIXED, sizeof FIXED);
    sha1(text, sizeof text - 1, digest);
    base64(digest, sizeof digest, proof);
}
