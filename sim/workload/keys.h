/* keys.h: whose connection it is: the key that a hashing balancer looks at.
 *
 * A struct keys is plain data; the table of forms says what each kind is called and takes, so that
 * reading, help and printing can be driven from it. Keys are numbers while they are drawn, and get
 * their spelling when somebody wants to read them: the same number is the same text, whichever
 * traffic it is drawn for. */
#ifndef SIM_WORKLOAD_KEYS_H
#define SIM_WORKLOAD_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/stream.h"

#define KEYS_MOST          UINT64_C(1000000000) /* of uniform and zipf */
#define KEYS_EXPONENT_MOST 20
#define KEYS_WEIGHT_MOST                                                                           \
    UINT64_C(1000000000000) /* of a row; CSV_CELLS_MAX of them stay below 2^63 */

enum keys_kind {
    KEYS_EACH,    /* 64 bits of its own for every connection */
    KEYS_UNIFORM, /* 1 ... count, each as likely */
    KEYS_ZIPF,    /* 1 ... count, number n with probability ~ n^-exponent */
    KEYS_CSV,     /* a row of a list, by weight; from 0 */
    KEYS_KINDS,
};

struct keys_row {
    const char *text;
    size_t length;
    uint64_t upto; /* its weight and those of the rows before it, added up */
};

/* All zero: each. */
struct keys {
    enum keys_kind kind;
    uint64_t count;
    double exponent;
    double from, to, sure;      /* zipf: as keys_zipf() makes them */
    const struct keys_row *row; /* the caller's, and it must outlive this */
    size_t rows;
    const char *file; /* that the rows came from, for display; the caller's, or NULL */
};

struct keys_form {
    const char *name, *about, *takes; /* takes: NULL: nothing */

    /* For keys_draw(). */
    uint64_t (*draw)(const struct keys *, struct stream);
};

extern const struct keys_form keys_forms[KEYS_KINDS];

/* 1 <= count <= KEYS_MOST, 0 <= exponent <= KEYS_EXPONENT_MOST; the last row's `upto` above 0. */
struct keys keys_uniform(uint64_t count);
struct keys keys_zipf(uint64_t count, double exponent);
struct keys keys_csv(const struct keys_row *row, size_t rows, const char *file);

/* A key's number, from the values of a stream that nobody else draws from. */
uint64_t keys_draw(const struct keys *, struct stream);

/* A key's text: own, or a row's. */
struct keys_text {
    const char *text; /* NUL-terminated */
    size_t length;
    char own[24];
};

/* Spells the key of this number: k17, a row's text, and for `each` 16 hexadecimal digits. address:
 * for those who look at a client's IPv4 address: a number's has a /24 network of its own, up to
 * 2^24 of them, and numbers in a row lie scattered; that of `each` is 32 random bits; a row's text
 * stays as it is. */
void keys_spell(const struct keys *, uint64_t number, bool address, struct keys_text *);

#endif
