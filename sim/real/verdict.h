/* verdict.h: predicted and observed, side by side. */
#ifndef SIM_REAL_VERDICT_H
#define SIM_REAL_VERDICT_H

#include "sim/real/play.h"

struct verdict {
    uint64_t picks_wrong, first_wrong; /* first_wrong: among the opens */
    uint32_t looks_wrong;
    bool identical; /* every pick, every table, nothing lost, no alert */
    /* nginx raised an alert, lost what nobody took from it, or refused whom anybody could take */
    bool unsound;
    const char *excuse; /* why picks and tables need not be identical; or NULL */
};

/* Whether that is as it should be. */
static inline bool verdict_is_fine(const struct verdict *verdict)
{
    return verdict->identical || (verdict->excuse != NULL && !verdict->unsound);
}

struct verdict verdict_of(const struct real_plan *, const struct real_outcome *,
                          const char *excuse);

/* The tables at each change and at the end, and what is to be said of them. */
void verdict_print(const struct verdict *, const struct real_plan *, const struct real_outcome *,
                   FILE *);

/* The counts that a look observed, for a line: "200 200 200", or the range of many. */
void verdict_print_counts(const struct real_plan *, const struct real_outcome *, uint32_t look,
                          FILE *);

#endif
