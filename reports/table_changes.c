/* table_changes.c: what one balancer did at each change. */
#include "reports/table_parts.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { SAID = 4, REMARKABLE_RUN = 100 };

/* ---- Connections that an event cut, then or when somebody's time ran out ---- */

static bool tells_of_cuts(enum world_log_kind kind)
{
    return kind == LOG_DRAINED || kind == LOG_OLD_WORKERS || kind == LOG_CRASH ||
           kind == LOG_FAILED || kind == LOG_CUT;
}

static uint64_t cut_by(const struct world_result *result, uint32_t event, uint64_t from_ns)
{
    uint64_t cut = 0;
    for (uint32_t l = 0; l < result->logs; l++) {
        const struct world_log *log = &result->log[l];
        if (log->event == event && log->at_ns >= from_ns && tells_of_cuts(log->kind))
            cut += log->number;
    }
    return cut;
}

static uint64_t mean_cut_by(const struct table *table, uint32_t balancer, uint32_t event)
{
    uint64_t replications = table->experiment->replications, sum = 0;
    assert(replications > 0);
    for (uint64_t r = 0; r < replications; r++)
        sum += cut_by(table_result(table, balancer, r), event, table->scenario->measure_from_ns);
    return (sum + replications / 2) / replications;
}

/* ---- A sentence a change ---- */

static void add_newcomer(const struct table *table, char *line, uint32_t balancer, uint32_t change)
{
    struct summary share = table_summary(table, "newcomer_share_100", balancer, change);
    struct summary run = table_summary(table, "newcomer_longest_run", balancer, change);
    const struct world_change *at = &table_result(table, 0, 0)->change[change];
    bool many = table->scenario->event[at->event].adds != 1;
    char hundred[TEXT_MAX], count[TEXT_MAX];
    if (share.count == 0)
        return;
    line_add(line, LINE_MAX_TEXT, ", %s of the next 100 to the newcomer%s",
             table_of_100(share.mean, hundred), many ? "s" : "");
    if (run.mean >= REMARKABLE_RUN)
        line_add(line, LINE_MAX_TEXT, " (%s in a row)",
                 text_count((uint64_t)(run.mean + .5), count));
}

static void add_settling(const struct table *table, char *line, uint32_t balancer, uint32_t change)
{
    struct settling settling = table_settling(table, balancer, change);
    char time[TEXT_MAX], next[STORY_MAX];
    const char *after = table_change_after(table, change, next);
    if (settling.judged == 0)
        return;
    if (settling.settled == 0)
        line_add(line, LINE_MAX_TEXT, ", not settled %s%s",
                 after == NULL ? "by the end" : "before ", after == NULL ? "" : after);
    else if (settling.median_ns == 0)
        line_add(line, LINE_MAX_TEXT, ", settled at once");
    else
        line_add(line, LINE_MAX_TEXT, ", settled in %s",
                 text_time_rounded(settling.median_ns, time));
    if (settling.settled > 0 && settling.settled < settling.judged)
        line_add(line, LINE_MAX_TEXT, " in %" PRIu64 " of %" PRIu64 " runs", settling.settled,
                 settling.judged);
}

/* "up: 100 of the next 100 to the newcomer (1,234 in a row), settled in 6m37s." or nothing, if
 * there is nothing to say. */
static void add_sentence(char *line, uint32_t *said, const char *name, const char *deed)
{
    if (deed[0] == '\0')
        return;
    if (++*said <= SAID)
        line_add(line, LINE_MAX_TEXT, "%s: %s. ", name, deed + 2);
}

static void add_change(const struct table *table, char *line, uint32_t *said, uint32_t balancer,
                       uint32_t change, uint64_t cut)
{
    char deed[LINE_MAX_TEXT] = "", name[STORY_MAX], count[TEXT_MAX];
    add_newcomer(table, deed, balancer, change);
    if (cut > 0)
        line_add(deed, sizeof deed, ", %s cut", text_count(cut, count));
    add_settling(table, deed, balancer, change);
    add_sentence(line, said, table_change_name(table, change, STORY_MAX - 1, name), deed);
}

/* Of the event that the moment belongs to: its change, its return, or what it cut. */
static void add_event(const struct table *table, char *line, uint32_t *said, uint32_t balancer,
                      uint32_t event)
{
    const struct world_result *result = table_result(table, 0, 0);
    uint64_t cut = mean_cut_by(table, balancer, event);
    bool changed = false;
    for (uint32_t c = 0; c < result->changes; c++)
        if (result->change[c].event == event) {
            add_change(table, line, said, balancer, c,
                       result->change[c].part == PART_SELF ? cut : 0);
            changed = true;
        }
    if (!changed && cut > 0) {
        char deed[TEXT_MAX + 8], count[TEXT_MAX];
        snprintf(deed, sizeof deed, ", %s cut", text_count(cut, count));
        add_sentence(line, said, table->scenario->event[event].name, deed);
    }
}

/* ---- The lines ---- */

static bool any_unseeded(const struct table *table, uint32_t balancer)
{
    bool any = false;
    for (uint64_t r = 0; r < table->experiment->replications; r++)
        any = any || table_result(table, balancer, r)->unseeded;
    return any;
}

static void print_line(const struct table *table, const char *line)
{
    if (line[0] == '\0')
        return;
    table_say(table, 2, line);
}

/* Attempts that failed, and who got most of those that followed. */
static void add_failures(const struct table *table, char *line, uint32_t balancer)
{
    uint64_t replications = table->experiment->replications, failed = 0, most = 0;
    uint32_t fullest = 0;
    char count[TEXT_MAX], most_count[TEXT_MAX];
    for (uint32_t s = 0; s < table->scenario->servers; s++) {
        uint64_t retries = 0;
        for (uint64_t r = 0; r < replications; r++) {
            const struct world_tally *tally =
                world_tally_at(table_result(table, balancer, r), 0, s);
            failed += tally->failed;
            retries += tally->retries;
        }
        fullest = retries > most ? s : fullest;
        most = retries > most ? retries : most;
    }
    assert(replications > 0);
    failed = (failed + replications / 2) / replications;
    most = (most + replications / 2) / replications;
    if (failed > 0)
        line_add(line, LINE_MAX_TEXT, "%s attempt%s failed", text_count(failed, count),
                 failed == 1 ? "" : "s");
    if (failed > 0 && most > 0)
        line_add(line, LINE_MAX_TEXT, "; retried most on %s (%s)",
                 table->scenario->server[fullest].name, text_count(most, most_count));
    if (failed > 0)
        line_add(line, LINE_MAX_TEXT, ".");
}

void table_block_changes(const struct table *table, uint32_t balancer)
{
    const struct world_result *result = table_result(table, 0, 0);
    uint32_t said = 0;
    char line[LINE_MAX_TEXT] = "", count[TEXT_MAX];
    for (uint32_t m = 0; m < result->moments; m++)
        add_event(table, line, &said, balancer, result->moment[m].event);
    if (said > SAID)
        line_add(line, sizeof line, "And %" PRIu32 " more.", said - SAID);
    print_line(table, line);
    struct summary absent = table_summary(table, "picks_absent", balancer, 0);
    line[0] = '\0';
    if (absent.mean >= .5)
        line_add(line, sizeof line, "%s picks of servers that had left or were down. ",
                 text_count((uint64_t)(absent.mean + .5), count));
    if (any_unseeded(table, balancer))
        line_add(line, sizeof line, "The count table was full or absent: picked without it.");
    print_line(table, line);
    line[0] = '\0';
    add_failures(table, line, balancer);
    print_line(table, line);
    print_line(table, table_evenness(table, balancer, line, sizeof line));
}
