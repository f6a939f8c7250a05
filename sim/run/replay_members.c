/* replay_members.c: reads the members of a trace, with their options. */
#include "sim/run/replay_members.h"

#include "sim/scenario/values.h"

#include <ctype.h>
#include <string.h>

static bool read_digits(const char **at, uint64_t most, uint64_t *number)
{
    const char *first = *at;
    *number = 0;
    for (; isdigit((unsigned char)**at); ++*at) {
        *number = *number * 10 + (uint64_t)(**at - '0');
        if (*number > most)
            return false;
    }
    return *at != first;
}

bool replay_number(const char **at, uint32_t most, uint32_t *number)
{
    uint64_t value;
    bool fine = read_digits(at, most, &value);
    *number = (uint32_t)value;
    return fine;
}

bool replay_time(const char **at, uint64_t *time_ms)
{
    return read_digits(at, UINT64_C(1000000000000000), time_ms);
}

static bool starts(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* One option, behind its slash. */
static bool read_option(const char **at, struct gateway_member *member)
{
    if (starts(at, "backup"))
        return member->backup = true;
    if (starts(at, "down"))
        return member->down = true;
    if (starts(at, "max_fails:"))
        return (member->says_max_fails = true) && replay_number(at, 1000000, &member->max_fails);
    if (starts(at, "fail_timeout:"))
        return (member->says_fail_timeout = true) &&
               replay_number(at, 1000000000, &member->fail_timeout_s) && starts(at, "s");
    return false;
}

static bool read_options(const char **at, struct gateway_member *member)
{
    while (**at == '/') {
        ++*at;
        if (!read_option(at, member))
            return false;
    }
    return **at == '\0';
}

bool replay_member(const struct balancer *balancer, const char *text, struct gateway_member *member,
                   struct faults *faults, struct place place)
{
    *member = (struct gateway_member){.weight = 1};
    const char *at = text + strcspn(text, "=");
    bool fine = value_name(text, (size_t)(at - text)), options = true;
    if (fine && *at == '=') {
        at++;
        fine = replay_number(&at, 65535, &member->weight);
        if (fine && *at == '/') {
            at++;
            fine = replay_number(&at, 1000000000, &member->max_conns);
            options = *at != '/' || read_options(&at, member);
        }
    }
    if (fine && !options)
        faults_add(faults, place,
                   "'%s': a member's options are /backup, /down, /max_fails:3, /fail_timeout:10s",
                   text);
    else if (!fine || *at != '\0')
        faults_add(faults, place, "'%s' is not a member: name[=weight[/max_conns[/option...]]]",
                   text);
    else if (member->weight == 0 && balancer->trait[TRAIT_WEIGHT_ZERO] == ZERO_REFUSED)
        faults_add(faults, place, "'%s': this balancer refuses weight 0", text);
    else
        return true;
    return false;
}
