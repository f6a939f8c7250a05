/* gate_self.c: lbsim gate --self-test: a gate that cannot fail says nothing by passing. */
#include "reports/story.h"
#include "sim/cli/console.h"
#include "sim/cli/gate_parts.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What all scenarios together say of one variant. */
struct seen {
    const char **by; /* balancers of which some row failed, each once */
    uint32_t count;
    uint64_t failed, rows; /* rows: that could be judged */
    char what[256];        /* the row that failed most clearly */
    double clearly;        /* by so many times what is tolerated, or so */
};

static bool is_seen(const struct seen *seen, const char *balancer)
{
    for (uint32_t i = 0; i < seen->count; i++)
        if (strcmp(seen->by[i], balancer) == 0)
            return true;
    return false;
}

/* Names that outlive the judgement: the scenario's. */
static void see(struct seen *seen, const struct scenario *scenario, const char *balancer)
{
    for (uint32_t b = 0; b < scenario->balancers && !is_seen(seen, balancer); b++)
        if (strcmp(scenario->balancer[b].name, balancer) == 0) {
            seen->by = memory_resized(seen->by, seen->count + 1, sizeof *seen->by);
            seen->by[seen->count++] = scenario->balancer[b].name;
        }
}

static void look(const struct gate_judged *judged, struct seen *seen)
{
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        seen->rows += finding->verdict != GATE_NOT_GATED && finding->verdict != GATE_CANNOT_JUDGE;
        if (finding->verdict != GATE_FAIL || finding->warns)
            continue;
        see(seen, judged->scenario, finding->balancer);
        double clearly = finding->answer.worse / (finding->tolerance > 0 ? finding->tolerance : 1);
        if (seen->failed++ > 0 && clearly <= seen->clearly)
            continue;
        seen->clearly = clearly;
        snprintf(seen->what, sizeof seen->what, "%s of %s in %s", finding->metric,
                 finding->balancer, judged->scenario->name);
    }
}

/* false: given up. */
static bool try_variant(const struct gate_job *gate, enum gate_variant variant, uint64_t tests,
                        struct seen *seen)
{
    bool partly = command_line_value(gate->job.line, "balancer") != NULL;
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        struct gate_judged *judged = gate_compare(gate->job.scenario[i], gate->baseline[i], partly,
                                                  tests, variant, &gate->options);
        if (judged == NULL)
            return false;
        look(judged, seen);
        gate_judged_free(judged);
    }
    return true;
}

/* Whether all baselines are there and fit, by which alone anything can be tried. */
static bool all_fit(const struct gate_job *gate)
{
    bool fit = true;
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        struct scenario nobody = *gate->job.scenario[i];
        nobody.balancers = 0;
        struct gate_judged *judged =
            gate_compare(&nobody, gate->baseline[i], true, 1, GATE_AS_IT_IS, &gate->options);
        if (judged != NULL && judged->why != GATE_JUDGED && gate->damage[i] == NULL)
            console_error("gate: --self-test: %s: %s; lbsim gate %s --update makes it anew",
                          nobody.name, gate_why_text(judged->why), gate->job.line->word[i]);
        fit = fit && judged != NULL && judged->why == GATE_JUDGED;
        gate_judged_free(judged);
    }
    return fit;
}

/* Balancers of which no row fails in any scenario: the gate is blind to this fault in them, or it
 * is none of theirs. */
static void say_unseen(const struct gate_job *gate, const struct seen *seen, FILE *to)
{
    struct seen told = {.failed = 0};
    char *line = NULL;
    size_t size = 0;
    FILE *into = open_memstream(&line, &size);
    for (uint32_t i = 0; i < gate->job.scenarios; i++) {
        const struct scenario *scenario = gate->job.scenario[i];
        for (uint32_t b = 0; b < scenario->balancers; b++) {
            const char *name = scenario->balancer[b].name;
            if (is_seen(seen, name) || is_seen(&told, name))
                continue;
            fprintf(into, "%s %s", told.count == 0 ? "no row of" : ",", name);
            see(&told, scenario, name);
        }
    }
    fclose(into);
    if (told.count > 0) {
        fputs("    ", to);
        story_print(to, line, 6);
    }
    free(told.by);
    free(line);
}

static bool say(const struct gate_job *gate, enum gate_variant variant, const struct seen *seen,
                FILE *to)
{
    bool harmless = variant == GATE_OTHER_PICKS;
    bool fine = harmless ? seen->failed == 0 && seen->rows > 0 : seen->failed > 0;
    fprintf(to, "%-30s %s\n", gate_variant_text(variant),
            seen->failed > 0  ? fine ? "fails, as it must" : "FAILS, though nothing is worse"
            : seen->rows == 0 ? "CANNOT BE JUDGED"
            : harmless        ? "does not fail, as it must not"
                              : "DOES NOT FAIL: this gate cannot see it");
    if (seen->failed > 0)
        fprintf(to, "    %" PRIu64 " row%s, %s first\n", seen->failed, seen->failed == 1 ? "" : "s",
                seen->what);
    if (seen->failed > 0 && !harmless)
        say_unseen(gate, seen, to);
    return fine;
}

int gate_self_test(struct gate_job *gate)
{
    char *text = NULL;
    size_t size = 0;
    bool fine = true, whole = true;
    uint64_t tests = 0;
    if (!all_fit(gate))
        return EXIT_INVALID;
    for (uint32_t i = 0; i < gate->job.scenarios; i++)
        tests += gate_tests(gate->baseline[i]);
    FILE *to = open_memstream(&text, &size);
    for (int variant = GATE_OTHER_PICKS; whole && variant < GATE_VARIANTS; variant++) {
        struct seen seen = {.failed = 0};
        whole = try_variant(gate, (enum gate_variant)variant, tests, &seen);
        if (whole)
            fine = say(gate, (enum gate_variant)variant, &seen, to) && fine;
        free(seen.by);
    }
    gate_clear(gate);
    fprintf(to, "\nself-test: %s\n",
            fine ? "exit 0: this gate can fail, and does not without reason"
                 : "exit 2: this gate cannot be relied on");
    fclose(to);
    int code = whole ? EXIT_FINE : EXIT_INTERRUPTED;
    if (whole && !gate->job.quiet)
        code = console_write(text, size);
    free(text);
    return code != EXIT_FINE ? code : fine ? EXIT_FINE : EXIT_INVALID;
}
