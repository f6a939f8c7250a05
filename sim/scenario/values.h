/* values.h: scalars of the scenario format, from text and back. Nothing is guessed: the whole text
 * must be the value. */
#ifndef SIM_SCENARIO_VALUES_H
#define SIM_SCENARIO_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_MAX_BYTES 64

/* 20m, 1.5h, 250ns: a number and a unit (ns us ms s m h d), below 2^63 ns, rounded down. */
bool value_time(const char *text, uint64_t *ns);
/* Not so, but it would be a time if it were shorter. */
bool value_time_is_long(const char *text);
/* A whole number in decimal digits. */
bool value_whole(const char *text, uint64_t *whole);
/* Not so, but only because it passes what 64 bits hold. */
bool value_whole_is_large(const char *text);
/* A decimal number without sign, like 1.2 or 0.05 or 1e-3. */
bool value_number(const char *text, double *number);
/* 50%, 12.5%: in 10^-9, at most 100 %. */
bool value_share(const char *text, uint64_t *share_e9);
/* 5/s, 0.5/m: arrivals, and the time they are spread over. */
bool value_rate(const char *text, double *count, uint64_t *per_ns);
/* [A-Za-z0-9][A-Za-z0-9._:-]*, never with "..", at most NAME_MAX_BYTES. */
bool value_name(const char *text, size_t length);

/* The shortest exact spelling of a time that a file may have: 90s, 110m, 1500ms. Buffer of 32
 * bytes; returns it. */
char *value_time_text(uint64_t ns, char buffer[32]);

/* A time, exactly, as all sentences and tables have it: 1m30s, 1h50m, 250ms. Buffer of 32 bytes;
 * returns it. */
char *value_time_said(uint64_t ns, char buffer[32]);

/* Seconds, exactly: 600, 0.5, 12.000000001. Buffer of 32 bytes; returns it. */
char *value_seconds_text(uint64_t ns, char buffer[32]);

/* The shortest decimal that reads back to the very number. Buffer of 32 bytes; returns it. */
char *value_number_text(double number, char buffer[32]);

#endif
