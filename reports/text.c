/* text.c: numbers as people and files read them. */
#include "reports/text.h"

#include "sim/scenario/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *text_count(uint64_t count, char buffer[TEXT_MAX])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *to = buffer;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return buffer;
}

char *text_time(uint64_t ns, char buffer[TEXT_MAX])
{
    return value_time_said(ns, buffer);
}

static uint64_t rounded(uint64_t ns, uint64_t unit_ns)
{
    uint64_t rest_ns = ns % unit_ns;
    return ns - rest_ns + (2 * rest_ns >= unit_ns ? unit_ns : 0);
}

char *text_time_rounded(uint64_t ns, char buffer[TEXT_MAX])
{
    static const struct {
        uint64_t from_ns, to_ns; /* times from here on are rounded to that */
    } steps[] = {{UINT64_C(172800000000000), UINT64_C(3600000000000)},
                 {UINT64_C(3600000000000), UINT64_C(60000000000)},
                 {UINT64_C(10000000000), 1000000000},
                 {1000000000, 100000000},
                 {1000000, 1000000},
                 {1000, 1000}};
    enum { STEPS = sizeof steps / sizeof *steps, TENTH_NS = 100000000, SECOND_NS = 1000000000 };
    size_t i = 0;
    while (i < STEPS && ns < steps[i].from_ns)
        i++;
    if (i < STEPS)
        ns = rounded(ns, steps[i].to_ns);
    if (ns > SECOND_NS && ns % SECOND_NS != 0)
        snprintf(buffer, TEXT_MAX, "%" PRIu64 ".%" PRIu64 "s", ns / SECOND_NS,
                 ns % SECOND_NS / TENTH_NS);
    else
        text_time(ns, buffer);
    return buffer;
}

char *text_ratio(double ratio, char buffer[TEXT_MAX])
{
    snprintf(buffer, TEXT_MAX, "%.9g", ratio);
    return buffer;
}

char *text_share(uint64_t part, uint64_t whole, char buffer[TEXT_MAX])
{
    if (whole == 0)
        snprintf(buffer, TEXT_MAX, "-");
    else
        snprintf(buffer, TEXT_MAX, "%.3f%%", 100 * (double)part / (double)whole);
    return buffer;
}

void text_shell(const char *word, FILE *to)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./=,:@%+-";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        fputs(word, to);
        return;
    }
    fputc('\'', to);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", to);
        else
            fputc(*word, to);
    fputc('\'', to);
}

char *text_shell_word(const char *word)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    text_shell(word, to);
    fclose(to);
    return text;
}
