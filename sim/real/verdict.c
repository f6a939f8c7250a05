/* verdict.c: predicted and observed, side by side. */
#include "sim/real/verdict.h"

#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS_SHOWN = 6, LOOKS_A_BLOCK = 3, SERVERS_SHOWN = 12, COUNTS_SHOWN = 6, NAME_SHOWN = 12 };

static uint64_t observed(const struct real_plan *plan, const struct real_outcome *outcome,
                         uint32_t look, uint32_t server)
{
    return outcome->live[(size_t)look * plan->servers + server];
}

static bool differs(const struct real_plan *plan, const struct real_outcome *outcome, uint32_t look,
                    uint32_t server)
{
    return observed(plan, outcome, look, server) != plan->look[look].live[server];
}

static bool look_differs(const struct real_plan *plan, const struct real_outcome *outcome,
                         uint32_t look)
{
    for (uint32_t server = 0; server < plan->servers; server++)
        if (differs(plan, outcome, look, server))
            return true;
    return false;
}

static bool server_differs(const struct real_plan *plan, const struct real_outcome *outcome,
                           uint32_t server)
{
    for (uint32_t look = 0; look < plan->looks; look++)
        if (differs(plan, outcome, look, server))
            return true;
    return false;
}

/* Whether some were refused that should not have been, though every server could take them. */
static bool turned_away(const struct real_plan *plan, const struct real_outcome *outcome)
{
    if (plan->deaths > 0)
        return false;
    for (uint32_t i = 0; i < plan->servers; i++)
        if (plan->scenario->server[i].max_conns > 0)
            return false;
    for (uint64_t i = 0; i < plan->opens; i++)
        if (outcome->server[i] == NO_SERVER && plan->open[i].server != NO_SERVER)
            return true;
    return false;
}

struct verdict verdict_of(const struct real_plan *plan, const struct real_outcome *outcome,
                          const char *excuse)
{
    struct verdict verdict = {.excuse = excuse};
    for (uint64_t i = 0; i < plan->opens; i++)
        if (outcome->server[i] != plan->open[i].server && verdict.picks_wrong++ == 0)
            verdict.first_wrong = i;
    for (uint32_t look = 0; look < plan->looks; look++)
        verdict.looks_wrong += look_differs(plan, outcome, look);
    verdict.identical = verdict.picks_wrong == 0 && verdict.looks_wrong == 0 &&
                        outcome->broken == 0 && outcome->survived == 0 && outcome->alert[0] == '\0';
    /* In a crash it may be the kernel that chose who is lost. */
    verdict.unsound = outcome->alert[0] != '\0' || (plan->crashes == 0 && outcome->broken > 0) ||
                      turned_away(plan, outcome);
    return verdict;
}

/* ---- Tables ---- */

/* The numbers of what is shown: all, or those that differ and the last. How many. */
static uint32_t choose(const struct real_plan *plan, const struct real_outcome *outcome,
                       uint32_t count, uint32_t most,
                       bool (*of_interest)(const struct real_plan *, const struct real_outcome *,
                                           uint32_t),
                       uint32_t *chosen)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++)
        if (count <= most || i == count - 1 || (shown < most - 1 && of_interest(plan, outcome, i)))
            chosen[shown++] = i;
    return shown;
}

static const char *server_name(const struct real_plan *plan, uint32_t server)
{
    return server == NO_SERVER ? "nobody" : plan->scenario->server[server].name;
}

/* So many looks side by side. */
static void print_block(const struct real_plan *plan, const struct real_outcome *outcome,
                        const uint32_t *look, uint32_t looks, const uint32_t *server,
                        uint32_t servers, FILE *to)
{
    fprintf(to, "  %-*s", NAME_SHOWN, "");
    for (uint32_t i = 0; i < looks; i++)
        fprintf(to, "  %*.20s", 20, plan->look[look[i]].name);
    fprintf(to, "\n  %-*s", NAME_SHOWN, "server");
    for (uint32_t i = 0; i < looks; i++)
        fputs("   predicted  observed", to);
    fputc('\n', to);
    for (uint32_t s = 0; s < servers; s++) {
        fprintf(to, "  %-*s", NAME_SHOWN, server_name(plan, server[s]));
        for (uint32_t i = 0; i < looks; i++)
            fprintf(to, "  %10" PRIu64 "%s%9" PRIu64, plan->look[look[i]].live[server[s]],
                    differs(plan, outcome, look[i], server[s]) ? "!" : " ",
                    observed(plan, outcome, look[i], server[s]));
        fputc('\n', to);
    }
}

static void print_tables(const struct real_plan *plan, const struct real_outcome *outcome, FILE *to)
{
    uint32_t look[LOOKS_SHOWN], server[SERVERS_SHOWN];
    uint32_t looks = choose(plan, outcome, plan->looks, LOOKS_SHOWN, look_differs, look);
    uint32_t servers = choose(plan, outcome, plan->servers, SERVERS_SHOWN, server_differs, server);
    for (uint32_t i = 0; i < looks; i += LOOKS_A_BLOCK)
        print_block(plan, outcome, look + i, looks - i < LOOKS_A_BLOCK ? looks - i : LOOKS_A_BLOCK,
                    server, servers, to);
    if (servers < plan->servers)
        fprintf(to, "  and %" PRIu32 " servers more\n", plan->servers - servers);
    if (looks < plan->looks)
        fprintf(to, "  and %" PRIu32 " tables more, before other events\n", plan->looks - looks);
}

/* ---- Sentences ---- */

static void print_difference(const struct verdict *verdict, const struct real_plan *plan,
                             const struct real_outcome *outcome, FILE *to)
{
    uint64_t first = verdict->first_wrong;
    fprintf(to, "%" PRIu64 " of %" PRIu64 " picks and %" PRIu32 " of %" PRIu32 " tables",
            verdict->picks_wrong, plan->opens, verdict->looks_wrong, plan->looks);
    if (verdict->picks_wrong > 0)
        fprintf(to, "; first pick %" PRIu64 ": %s predicted, %s observed", first + 1,
                server_name(plan, plan->open[first].server),
                server_name(plan, outcome->server[first]));
    fputc('\n', to);
    if (outcome->broken > 0)
        fprintf(to, "  %" PRIu64 " connections broke that should have been held\n",
                outcome->broken);
    if (outcome->survived > 0)
        fprintf(to, "  %" PRIu64 " connections were to die with their worker, and did not\n",
                outcome->survived);
    if (outcome->alert[0] != '\0')
        fprintf(to, "  nginx logged an alert: %s\n", outcome->alert);
}

void verdict_print(const struct verdict *verdict, const struct real_plan *plan,
                   const struct real_outcome *outcome, FILE *to)
{
    print_tables(plan, outcome, to);
    if (verdict->excuse != NULL)
        fprintf(to, "  need not be identical: %s\n", verdict->excuse);
    if (verdict->identical) {
        fprintf(to, "  identical: %" PRIu64 " pick%s, %" PRIu32 " table%s\n", plan->opens,
                plan->opens == 1 ? "" : "s", plan->looks, plan->looks == 1 ? "" : "s");
        return;
    }
    fputs("  differ: ", to);
    print_difference(verdict, plan, outcome, to);
}

void verdict_print_counts(const struct real_plan *plan, const struct real_outcome *outcome,
                          uint32_t look, FILE *to)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < plan->servers; i++) {
        uint64_t count = observed(plan, outcome, look, i);
        least = count < least ? count : least;
        most = count > most ? count : most;
        if (plan->servers <= COUNTS_SHOWN)
            fprintf(to, "%s%" PRIu64, i > 0 ? " " : "", count);
    }
    if (plan->servers > COUNTS_SHOWN)
        fprintf(to, "%" PRIu64 "..%" PRIu64, least, most);
}
