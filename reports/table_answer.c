/* table_answer.c: the answer: who is best and who is worst, by how much, and what they did. */
#include "reports/table_parts.h"

#include "sim/engine/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 4, TRIED = 50 };

/* Some of the balancers: all for whom `in` is true. */
struct side {
    const bool *in;
    uint32_t count;
    const struct ranking *ranking; /* whose order they are named in; NULL: the scenario's */
    bool worst_first;
};

/* ---- Words ---- */

static uint32_t nth_of(struct side side, uint32_t i)
{
    if (side.ranking == NULL)
        return i;
    return side.ranking->order[side.worst_first ? side.ranking->ranked - 1 - i : i];
}

static void add_names(const struct table *table, char *line, struct side side)
{
    uint32_t said = 0, shown = side.count <= NAMES_SHOWN ? side.count : NAMES_SHOWN - 1;
    char name[NAME_SHOWN + 1];
    for (uint32_t i = 0; said < shown; i++) {
        uint32_t b = nth_of(side, i);
        if (!side.in[b])
            continue;
        line_add_comma(line, LINE_MAX_TEXT, said++, side.count);
        line_add(line, LINE_MAX_TEXT, "%s", table_name(table, b, name));
    }
    if (side.count > shown)
        line_add(line, LINE_MAX_TEXT, " and %" PRIu32 " more", side.count - shown);
}

typedef char *number_text(double, char buffer[TEXT_MAX]);

/* The least and the greatest mean of a metric on one side: "25 to 34", or one number if both look
 * alike. "": nobody has one. */
static char *range_text(const struct table *table, const char *metric, uint32_t change,
                        struct side side, number_text *text, char range[2 * TEXT_MAX + 8])
{
    bool any = false;
    double low = 0, high = 0;
    char one[TEXT_MAX], other[TEXT_MAX];
    range[0] = '\0';
    for (uint32_t b = 0; b < table->scenario->balancers; b++) {
        struct summary summary = {.count = 0};
        if (side.in[b])
            summary = table_summary(table, metric, b, change);
        if (summary.count == 0)
            continue;
        low = !any || summary.mean < low ? summary.mean : low;
        high = !any || summary.mean > high ? summary.mean : high;
        any = true;
    }
    if (!any)
        return range;
    line_add(range, 2 * TEXT_MAX + 8, "%s", text(low, one));
    if (strcmp(one, text(high, other)) != 0)
        line_add(range, 2 * TEXT_MAX + 8, " to %s", other);
    return range;
}

/* ---- What they did at a change ---- */

struct span {
    uint64_t judged, settled; /* runs */
    uint64_t low_ns, high_ns; /* medians */
};

static struct span span_of(const struct table *table, uint32_t change, struct side side)
{
    struct span span = {.low_ns = UINT64_MAX};
    for (uint32_t b = 0; b < table->scenario->balancers; b++) {
        if (!side.in[b])
            continue;
        struct settling settling = table_settling(table, b, change);
        span.judged += settling.judged;
        span.settled += settling.settled;
        if (settling.settled > 0 && settling.median_ns < span.low_ns)
            span.low_ns = settling.median_ns;
        if (settling.settled > 0 && settling.median_ns > span.high_ns)
            span.high_ns = settling.median_ns;
    }
    return span;
}

/* in_full: with what it means. */
static void add_settling(const struct table *table, char *line, uint32_t change, struct side side,
                         bool in_full)
{
    struct span span = span_of(table, change, side);
    char low[TEXT_MAX], high[TEXT_MAX], next[STORY_MAX], when[STORY_MAX + 8] = "by the end";
    if (span.judged == 0)
        return;
    line_add(line, LINE_MAX_TEXT, "%s", line[0] == '\0' ? "" : "; ");
    if (span.settled == 0) {
        if (table_change_after(table, change, next) != NULL)
            snprintf(when, sizeof when, "before %s", next);
        line_add(line, LINE_MAX_TEXT,
                 in_full ? "not every server came within 10%% of its fair share %s (not settled)"
                         : "not settled %s",
                 when);
        return;
    }
    text_time_rounded(span.low_ns, low);
    text_time_rounded(span.high_ns, high);
    if (span.high_ns == 0) {
        line_add(line, LINE_MAX_TEXT, "%s",
                 in_full ? "every server was within 10% of its fair share at once (settled)"
                         : "settled at once");
    } else {
        bool one = strcmp(low, high) == 0;
        line_add(line, LINE_MAX_TEXT,
                 in_full ? "it took %s%s%s until every server was within 10%% of its fair share "
                           "for good (settled)"
                         : "settled in %s%s%s",
                 low, one ? "" : " to ", one ? "" : high);
    }
    if (span.settled < span.judged)
        line_add(line, LINE_MAX_TEXT,
                 table->experiment->replications == 1 ? " by %" PRIu64 " of the %" PRIu64
                                                      : " in %" PRIu64 " of %" PRIu64 " runs",
                 span.settled, span.judged);
}

/* "100 of the next 100 new connections went to the newcomer (fair share 33); settled in 6m37s"; ""
 * if there is nothing to say. */
static char *deed(const struct table *table, uint32_t change, struct side side, bool in_full,
                  char *line)
{
    char range[2 * TEXT_MAX + 8];
    const struct world_change *at = &table_result(table, 0, 0)->change[change];
    line[0] = '\0';
    range_text(table, "newcomer_share_100", change, side, table_of_100, range);
    if (range[0] != '\0')
        line_add(line, LINE_MAX_TEXT,
                 "%s of the next 100 new connections went to the newcomer%s (fair share %.0f)",
                 range, table->scenario->event[at->event].adds == 1 ? "" : "s", 100 * at->entitled);
    add_settling(table, line, change, side, in_full);
    return line;
}

/* The change that tells most: the first, additions before others, at which the two sides differ;
 * or if they never do, of which there is anything to say. -1: there is none. */
static int64_t telling_change(const struct table *table, struct side one, struct side other)
{
    const struct world_result *result = table_result(table, 0, 0);
    char a[LINE_MAX_TEXT], b[LINE_MAX_TEXT];
    int64_t found = -1;
    int found_merit = 0;
    for (uint32_t change = 0, tried = 0; change < result->changes && tried < TRIED; change++) {
        if (!result->change[change].measured)
            continue;
        tried++;
        deed(table, change, one, false, a);
        deed(table, change, other, false, b);
        bool differ = other.count > 0 && strcmp(a, b) != 0;
        bool any = a[0] != '\0' || b[0] != '\0';
        int merit = any + 2 * (any && result->change[change].adds) + 4 * differ;
        if (merit > found_merit) {
            found_merit = merit;
            found = change;
        }
    }
    return found;
}

/* ---- Sentences ---- */

/* Who refuses connections has fewer to place: a rank that was won so must be told. */
static void add_refused(const struct table *table, char *line, struct side side)
{
    double least = INFINITY, most = 0;
    char one[TEXT_MAX], other[TEXT_MAX];
    for (uint32_t b = 0; b < table->scenario->balancers; b++) {
        double refused = table_summary(table, "refused", b, 0).mean;
        least = refused < least ? refused : least;
        if (side.in[b] && refused > most)
            most = refused;
    }
    if (most > least)
        line_add(line, LINE_MAX_TEXT, " But %s opens were refused; the least of all is %s.",
                 text_count((uint64_t)(most + .5), one), text_count((uint64_t)(least + .5), other));
}

/* " (s3 joins)" */
static char *what_happened(const struct table *table, uint32_t change, char story[STORY_MAX + 3])
{
    const struct world_change *at = &table_result(table, 0, 0)->change[change];
    const struct world_event *event = &table->scenario->event[at->event];
    char words[STORY_MAX];
    snprintf(story, STORY_MAX + 3, " (%s)",
             at->part == PART_SELF ? story_event(table->scenario, event, words)
                                   : story_part(table->scenario, event, at->part, words));
    return story;
}

static void say_numbers(const struct table *table, const struct yardstick *by, struct side side,
                        int64_t change, bool in_full)
{
    char line[LINE_MAX_TEXT] = "", done[LINE_MAX_TEXT], name[STORY_MAX];
    char story[STORY_MAX + 3], share[2 * TEXT_MAX + 8], full[2 * TEXT_MAX + 8];
    range_text(table, by->misplaced, 0, side, table_percent, share);
    range_text(table, by->max_over_mean, 0, side, table_quotient, full);
    if (in_full)
        line_add(line, sizeof line,
                 "%s %s of the live connections would have to move for every server to have its "
                 "fair share (misplaced), and the fullest server carries %s times its own "
                 "(max/mean).",
                 by->over_time ? "On average,"
                               : "Too few were open for an average over time. At the end,",
                 share, full);
    else
        line_add(line, sizeof line, "%s misplaced, max/mean %s.", share, full);
    if (change >= 0 && deed(table, (uint32_t)change, side, in_full, done)[0] != '\0')
        line_add(line, sizeof line, " After %s%s, %s.",
                 table_change_name(table, (uint32_t)change, NAME_SHOWN, name),
                 in_full ? what_happened(table, (uint32_t)change, story) : "", done);
    if (in_full)
        add_refused(table, line, side);
    table_say(table, 2, line);
}

/* What is to be said of several who are named together. */
static char *together(const struct table *table, const struct ranking *ranking, char words[64])
{
    uint64_t runs = table->experiment->replications;
    if (ranking->apart <= APART_HARDLY)
        snprintf(words, 64, ranking->apart == APART_NOT ? "alike" : "practically alike");
    else if (runs == 1)
        snprintf(words, 64, "which one run cannot tell apart");
    else
        snprintf(words, 64, "which %" PRIu64 " runs cannot tell apart", runs);
    return words;
}

/* Without intervals it is chance's own measure that keeps them together, however far apart their
 * numbers look. */
static void say_how_near(const struct table *table, const struct yardstick *by,
                         const struct ranking *ranking)
{
    char line[LINE_MAX_TEXT] = "", measure[TEXT_MAX];
    struct noise noise = table_noise(table, ranking->order[0]);
    double low = table_summary(table, by->misplaced, ranking->order[0], 0).mean, high = low;
    for (uint32_t i = 0; i < ranking->ranked; i++)
        if (ranking->best[ranking->order[i]])
            high = table_summary(table, by->misplaced, ranking->order[i], 0).mean;
    if (ranking->apart != APART_UNKNOWN || noise.empty || high - low <= TABLE_IMMATERIAL ||
        table->experiment->replications >= SUMMARY_LEAST)
        return;
    line_add(line, sizeof line,
             "What is between them is less than connections placed by lot leave misplaced (%s), "
             "and may be chance.",
             table_percent(noise.misplaced, measure));
    table_say(table, 2, line);
}

static void say_ranks(const struct table *table, const struct yardstick *by,
                      const struct ranking *ranking)
{
    struct side best = {ranking->best, ranking->bests, ranking, false};
    struct side worst = {ranking->worst, ranking->worsts, ranking, true};
    int64_t change = telling_change(table, best, worst);
    char line[LINE_MAX_TEXT] = "", words[64];
    if (ranking->ranked > 1)
        line_add(line, sizeof line, "%s", worst.count > 0 ? "Best: " : "None stands out: ");
    add_names(table, line, best);
    if (best.count > 1)
        line_add(line, sizeof line, ", %s", together(table, ranking, words));
    line_add(line, sizeof line, "%s", ranking->ranked > 1 ? "." : ":");
    table_bold_line(table, line);
    say_numbers(table, by, best, change, true);
    say_how_near(table, by, ranking);
    if (worst.count > 0) {
        snprintf(line, sizeof line, "Worst: ");
        add_names(table, line, worst);
        line_add(line, sizeof line, ".");
        table_bold_line(table, line);
        say_numbers(table, by, worst, change, false);
    }
}

static void say_busiest(const struct table *table, struct side side, const char *reason)
{
    char line[LINE_MAX_TEXT] = "", range[2 * TEXT_MAX + 8];
    if (side.count == 0)
        return;
    add_names(table, line, side);
    range_text(table, "picks_max_over_mean", 0, side, table_quotient, range);
    line_add(line, sizeof line, ": the busiest server got %s times its fair share of the picks%s.",
             range, reason);
    table_say(table, 2, line);
}

/* Too little was open to be compared: what is left is who was picked, and that ranks nobody. */
static void say_picks(const struct table *table)
{
    uint32_t balancers = table->scenario->balancers;
    bool *even = memory_zeroed(balancers, sizeof *even);
    bool *other = memory_zeroed(balancers, sizeof *other);
    struct side evens = {.in = even}, others = {.in = other};
    for (uint32_t b = 0; b < balancers; b++) {
        if (table_summary(table, "picks_max_over_mean", b, 0).count == 0)
            continue;
        even[b] = table_even_by_chance(table, b);
        other[b] = !even[b];
        evens.count += even[b];
        others.count += other[b];
    }
    table_bold_line(table,
                    evens.count + others.count > 0
                        ? "Nobody can be ranked: connections were too few or too short. What "
                          "is left is who was picked:"
                        : "Nobody can be ranked: no server was ever picked.");
    say_busiest(table, others, "");
    say_busiest(table, evens, ", as even as chance leaves them");
    free(even);
    free(other);
}

void table_answer(const struct table *table)
{
    const struct yardstick *by = table_yardstick(table);
    if (by->ranks) {
        struct ranking ranking = table_rank(table, by->misplaced);
        say_ranks(table, by, &ranking);
        table_rank_free(&ranking);
    } else {
        say_picks(table);
    }
    table_gap(table);
}
