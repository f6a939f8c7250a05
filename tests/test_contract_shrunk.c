/* test_contract_shrunk.c: a lawless algorithm is shown by the shortest list of operations: as short
 * as one worked out by hand, played again it breaks the law again, and without any one of its
 * operations it does not. */
#include "algorithms/contract/contract.h"
#include "tests/harness.h"
#include "tests/lawless.h"

#include <string.h>

struct shown {
    const struct lawless *lawless;
    uint32_t faults;
};

static void check_trace(const struct lawless *lawless, const struct lb_contract_fault *fault)
{
    const char *name = lawless->algorithm.name;
    uint32_t operations = fault->trace->operations, lines = 0;
    CHECK_ROW(operations == lawless->operations && operations <= 10,
              "%s: %u operations, not %u:\n%s", name, operations, lawless->operations,
              fault->trace->text);
    for (const char *at = fault->trace->text; *at != '\0'; at++)
        lines += *at == '\n';
    CHECK_ROW(strncmp(fault->trace->text, "op,id,value\n", 12) == 0 && lines == operations + 1,
              "%s: its trace is\n%s", name, fault->trace->text);
    CHECK_ROW(fault->step >= 1 && fault->step <= operations + 1, "%s: seen at %u", name,
              fault->step);
    if (operations > 10)
        return; /* it was not shrunk: to go on would take minutes */
    CHECK_ROW(lb_contract_again(fault, 0), "%s: the trace does not show it again", name);
    for (uint32_t i = 1; i <= operations; i++)
        CHECK_ROW(!lb_contract_again(fault, i), "%s: operation %u is not needed:\n%s", name, i,
                  fault->trace->text);
}

static void check_fault(void *context, const struct lb_contract_fault *fault)
{
    struct shown *shown = context;
    shown->faults++;
    CHECK_ROW(strcmp(fault->law, shown->lawless->law) == 0, "%s: law %s, not %s: %s",
              fault->algorithm, fault->law, shown->lawless->law, fault->what);
    if (shown->lawless->operations > 0 && fault->trace != NULL)
        check_trace(shown->lawless, fault);
    else
        CHECK_ROW(shown->lawless->operations == 0 &&
                      (fault->trace == NULL || fault->trace->operations == 0),
                  "%s: no list, or one that is not needed", fault->algorithm);
}

static void lawless_algorithms_are_shown_by_the_shortest_list(void)
{
    for (uint32_t i = 0; lawless_at(i) != NULL; i++) {
        struct shown shown = {.lawless = lawless_at(i)};
        struct lb_contract_result result;
        if (lawless_at(i)->law == NULL)
            continue;
        int broken = lb_contract_find(&lawless_at(i)->algorithm, lawless_at(i)->law, 1, check_fault,
                                      NULL, &shown, &result);
        CHECK_ROW(broken == 1 && shown.faults == 1, "%s: %d laws broken, %u faults told",
                  lawless_at(i)->algorithm.name, broken, shown.faults);
        CHECK_ROW(result.died == (strcmp(lawless_at(i)->law, "returns") == 0), "%s: died is %d",
                  lawless_at(i)->algorithm.name, result.died);
    }
}

static void every_law_has_somebody_who_breaks_it(void)
{
    for (uint32_t law = 0; lb_contract_law_at(law) != NULL; law++) {
        uint32_t breakers = 0;
        for (uint32_t i = 0; lawless_at(i) != NULL; i++)
            breakers += lawless_at(i)->law != NULL &&
                        strcmp(lawless_at(i)->law, lb_contract_law_at(law)->name) == 0;
        CHECK_ROW(breakers > 0, "nobody breaks the law %s", lb_contract_law_at(law)->name);
    }
}

static const struct test tests[] = {
    {"lawless algorithms are shown by the shortest list",
     lawless_algorithms_are_shown_by_the_shortest_list},
    {"every law has somebody who breaks it", every_law_has_somebody_who_breaks_it},
};
SUITE("test_contract_shrunk", tests)
