/* values.c: times, numbers, shares, rates, names. */
#include "sim/scenario/values.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t ns;
};

/* From small to large. */
static const struct unit units[] = {
    {"ns", 1},
    {"us", 1000},
    {"ms", 1000000},
    {"s", UINT64_C(1000000000)},
    {"m", UINT64_C(60) * 1000000000},
    {"h", UINT64_C(3600) * 1000000000},
    {"d", UINT64_C(86400) * 1000000000},
};

enum { UNITS = sizeof units / sizeof *units };

static const struct unit *find_unit(const char *name)
{
    for (int i = 0; i < UNITS; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

__extension__ typedef unsigned __int128 wide;

static unsigned digit_of(char c)
{
    return (unsigned char)c - (unsigned)'0';
}

/* DIGITS[.DIGITS] times scale, rounded down; *end is what follows. false: no number, or 2^63 and
 * more. The 19th digit behind the point and later ones are below any tick. */
static bool scaled_decimal(const char *text, const char **end, uint64_t scale, uint64_t *value)
{
    const wide limit = (wide)1 << 63;
    wide whole = 0, part = 0, parts = 1;
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++)
        if (whole < limit)
            whole = whole * 10u + digit_of(*at);
    if (at == text)
        return false;
    if (*at == '.') {
        if (!isdigit((unsigned char)*++at))
            return false;
        for (int digits = 0; isdigit((unsigned char)*at); at++, digits++)
            if (digits < 18) {
                part = part * 10u + digit_of(*at);
                parts *= 10u;
            }
    }
    if (whole >= limit || whole * scale + part * scale / parts >= limit)
        return false;
    *value = (uint64_t)(whole * scale + part * scale / parts);
    *end = at;
    return true;
}

bool value_time(const char *text, uint64_t *ns)
{
    const char *unit = text + strspn(text, "0123456789.");
    const struct unit *found = find_unit(unit);
    const char *end;
    return found != NULL && scaled_decimal(text, &end, found->ns, ns) && end == unit;
}

/* DIGITS[.DIGITS]UNIT, of whatever size. */
bool value_time_is_long(const char *text)
{
    static const char digits[] = "0123456789";
    size_t whole = strspn(text, digits), part = 0;
    const char *unit = text + whole;
    if (*unit == '.') {
        part = strspn(++unit, digits);
        unit += part;
    }
    uint64_t ns;
    bool is_time = whole > 0 && (text[whole] != '.' || part > 0) && find_unit(unit) != NULL;
    return is_time && !value_time(text, &ns);
}

bool value_whole_is_large(const char *text)
{
    uint64_t whole;
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && text[digits] == '\0' && !value_whole(text, &whole);
}

bool value_whole(const char *text, uint64_t *whole)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (!isdigit((unsigned char)*at) || value > (UINT64_MAX - (uint64_t)(*at - '0')) / 10)
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *whole = value;
    return true;
}

bool value_number(const char *text, double *number)
{
    size_t plain = strspn(text, "0123456789.eE+-");
    if (!isdigit((unsigned char)*text) || text[plain] != '\0' || plain > 40)
        return false;
    char *end;
    errno = 0;
    *number = strtod(text, &end); /* correctly rounded, and the program never sets a locale */
    return *end == '\0' && isfinite(*number);
}

bool value_share(const char *text, uint64_t *share_e9)
{
    const char *end;
    return scaled_decimal(text, &end, 10000000, share_e9) && strcmp(end, "%") == 0 &&
           *share_e9 <= UINT64_C(1000000000);
}

bool value_rate(const char *text, double *count, uint64_t *per_ns)
{
    const char *slash = strchr(text, '/');
    char number[48];
    if (slash == NULL || (size_t)(slash - text) >= sizeof number)
        return false;
    memcpy(number, text, (size_t)(slash - text));
    number[slash - text] = '\0';
    const struct unit *unit = find_unit(slash + 1);
    if (unit == NULL || !value_number(number, count))
        return false;
    *per_ns = unit->ns;
    return true;
}

bool value_name(const char *text, size_t length)
{
    if (length == 0 || length > NAME_MAX_BYTES || !isalnum((unsigned char)*text))
        return false;
    for (size_t i = 0; i < length; i++) {
        bool fine = isalnum((unsigned char)text[i]) || text[i] == '.' || text[i] == '_' ||
                    text[i] == ':' || text[i] == '-';
        if (!fine || (i > 0 && text[i] == '.' && text[i - 1] == '.'))
            return false;
    }
    return true;
}

char *value_time_text(uint64_t ns, char buffer[32])
{
    int unit = UNITS - 1;
    while (unit > 0 && (ns == 0 ? unit != 3 : ns % units[unit].ns != 0))
        unit--;
    snprintf(buffer, 32, "%llu%s", (unsigned long long)(ns / units[unit].ns), units[unit].name);
    return buffer;
}

char *value_time_said(uint64_t ns, char buffer[32])
{
    size_t at = 0;
    snprintf(buffer, 32, "0s");
    for (int i = UNITS - 1; i >= 0; i--) {
        uint64_t whole = ns / units[i].ns;
        if (whole > 0)
            at += (size_t)snprintf(buffer + at, 32 - at, "%" PRIu64 "%s", whole, units[i].name);
        ns %= units[i].ns;
    }
    return buffer;
}

char *value_seconds_text(uint64_t ns, char buffer[32])
{
    const uint64_t second_ns = 1000000000;
    int length = snprintf(buffer, 32, "%" PRIu64 ".%09" PRIu64, ns / second_ns, ns % second_ns);
    while (buffer[length - 1] == '0')
        buffer[--length] = '\0';
    if (buffer[length - 1] == '.')
        buffer[--length] = '\0';
    return buffer;
}

char *value_number_text(double number, char buffer[32])
{
    int first = 1;
    if (number >= 1 && number < 1e15) /* 250, not 2.5e+02 */
        first = snprintf(buffer, 32, "%.0f", number);
    for (int digits = first; digits <= 17; digits++) {
        snprintf(buffer, 32, "%.*g", digits, number);
        if (strtod(buffer, NULL) == number)
            break;
    }
    return buffer;
}
