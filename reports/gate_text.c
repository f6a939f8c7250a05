/* gate_text.c: the verdict for people: what became worse, where, by how much; how to see it, and
 * how to accept it. */
#include "reports/gate_parts.h"
#include "reports/story.h"
#include "sim/workload/fault.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct page {
    const struct gate_report *report;
    FILE *to;
};

static void put_bold(const struct page *page, const char *text)
{
    fputs(page->report->colour ? "\033[1m" : "", page->to);
    fputs(text, page->to);
    fputs(page->report->colour ? "\033[0m" : "", page->to);
}

static void put_indented(const struct page *page, const char *text)
{
    enum { INDENT = 6 };
    char *safe = NULL; /* it may name files */
    size_t size = 0;
    if (text[0] == '\0')
        return;
    FILE *to = open_memstream(&safe, &size);
    faults_print_text(text, to);
    fclose(to);
    fprintf(page->to, "%*s", INDENT, "");
    story_print(page->to, safe, INDENT);
    free(safe);
}

/* What to type is never broken into lines. */
static void put_command(const struct page *page, const char *what, const char *command)
{
    fprintf(page->to, "      %s ", what);
    faults_print_text(command, page->to);
    fputc('\n', page->to);
}

/* ---- A scenario ---- */

/* Where it is off stands below the last of those that say the same of it. */
static bool is_place_shown(const struct gate_finding *finding, const struct gate_finding *next)
{
    return finding->verdict == GATE_FAIL &&
           (next == NULL || strcmp(next->balancer, finding->balancer) != 0 ||
            next->event != finding->event || next->place.server != finding->place.server);
}

static void put_finding(const struct page *page, const struct gate_judged *judged,
                        const struct gate_finding *finding, const struct gate_finding *next)
{
    char text[GATE_TEXT_MAX];
    fputs("  ", page->to);
    put_bold(page, gate_label_text(finding, text));
    fprintf(page->to, "  %s\n", gate_row_text(finding, text));
    put_indented(page, gate_finding_text(finding, text));
    put_indented(page, gate_event_text(judged, finding, text));
    if (is_place_shown(finding, next))
        put_indented(page, gate_place_text(finding, text));
}

static bool is_shown(const struct gate_finding *finding)
{
    return finding->verdict != GATE_SAME && finding->verdict != GATE_PASS &&
           finding->verdict != GATE_NOT_GATED;
}

/* Whether both sides have the row, so that there is something to see. */
static bool is_compared(const struct gate_finding *finding)
{
    return gate_has_numbers(finding) || finding->why == GATE_NO_VALUE;
}

/* The next finding of this verdict, from `at` on; or NULL. */
static const struct gate_finding *find(const struct gate_judged *judged, enum gate_verdict verdict,
                                       uint32_t at)
{
    while (at < judged->findings && judged->finding[at].verdict != verdict)
        at++;
    return at < judged->findings ? &judged->finding[at] : NULL;
}

/* The command that shows them stands below the last of a balancer's findings. */
static void put_findings(const struct page *page, const struct gate_judged *judged,
                         enum gate_verdict verdict)
{
    char text[GATE_TEXT_MAX];
    const struct gate_finding *next = NULL;
    for (const struct gate_finding *at = find(judged, verdict, 0); at != NULL; at = next) {
        next = find(judged, verdict, (uint32_t)(at - judged->finding) + 1);
        put_finding(page, judged, at, next);
        bool is_last = next == NULL || strcmp(next->balancer, at->balancer) != 0;
        if (is_last && is_compared(at))
            put_command(page, "see it:", gate_see_text(page->report, judged, at, text));
    }
}

static bool is_alike(const struct gate_finding *one, const struct gate_finding *other)
{
    return one->verdict == other->verdict && one->needs == other->needs &&
           strcmp(one->balancer, other->balancer) == 0;
}

/* The rows of one balancer that are not gated for the same reason, from the first on. */
static void put_rows_not_gated(const struct page *page, const struct gate_judged *judged,
                               const struct gate_finding *first)
{
    char text[GATE_TEXT_MAX], *line = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&line, &size);
    fputs("not gated: ", to);
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        if (is_alike(finding, first))
            fprintf(to, "%s%s", finding == first ? "" : ", ", gate_metric_text(finding, text));
    }
    fprintf(to, " of %s: %s", first->balancer, gate_finding_text(first, text));
    fclose(to);
    fputs("  ", page->to);
    story_print(page->to, line, 4);
    free(line);
}

/* All that is not watched over, every time. */
static void put_not_gated(const struct page *page, const struct gate_judged *judged)
{
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        bool told = finding->verdict != GATE_NOT_GATED;
        for (uint32_t before = 0; before < i && !told; before++)
            told = is_alike(&judged->finding[before], finding);
        if (!told)
            put_rows_not_gated(page, judged, finding);
    }
}

/* Whether the baseline is of something else. */
static bool needs_another(const struct gate_judged *judged)
{
    if (judged->why != GATE_JUDGED)
        return true;
    for (uint32_t i = 0; i < judged->findings; i++)
        if (is_shown(&judged->finding[i]) && !is_compared(&judged->finding[i]))
            return true;
    return false;
}

/* Expectations that did not hold. */
static void put_expectations(const struct page *page, const struct gate_judged *judged)
{
    const struct judgements *judgements = gate_judgements(page->report, judged);
    char sentence[EXPECT_TEXT_MAX], text[GATE_TEXT_MAX];
    bool any = false;
    for (uint32_t i = 0; judgements != NULL && i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        enum gate_expected ended = gate_expected_of(it);
        if (ended == GATE_EXPECTED_HELD || ended == GATE_EXPECTED_LEFT_OUT)
            continue;
        fputs("  ", page->to);
        put_bold(page, ended == GATE_EXPECTED_FAILED   ? "FAIL"
                       : ended == GATE_EXPECTED_WARNED ? "FAIL (a warning)"
                                                       : "CANNOT JUDGE");
        fputs("  expected at ", page->to);
        faults_print_text(judged->scenario->file, page->to);
        fprintf(page->to, ":%" PRIu32 "\n", it->expectation->place.line);
        put_indented(page, expect_sentence(judgements, it, sentence));
        any = true;
    }
    if (any)
        put_command(page, "see it:", gate_expected_see_text(page->report, judged, text));
}

static bool wants_update(const struct gate_judged *judged)
{
    if (judged->why != GATE_JUDGED)
        return true;
    for (uint32_t i = 0; i < judged->findings; i++)
        if (is_shown(&judged->finding[i]))
            return true;
    return false;
}

static void put_scenario(const struct page *page, const struct gate_judged *judged)
{
    static const enum gate_verdict order[] = {GATE_FAIL, GATE_CANNOT_JUDGE, GATE_CHANGED,
                                              GATE_BETTER};
    char text[GATE_TEXT_MAX];
    enum gate_verdict gravest = gate_gravest(judged);
    put_bold(page, judged->scenario->name);
    fputs(": ", page->to);
    if (judged->why != GATE_JUDGED) {
        put_bold(page, gate_verdict_text(GATE_CANNOT_JUDGE));
        fputc('\n', page->to);
        put_indented(page, gate_whole_text(page->report, judged, text));
    } else {
        fprintf(page->to, "%s\n", gate_counts_text(judged->count, text));
    }
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        put_findings(page, judged, order[i]);
    if (wants_update(judged)) {
        const char *what = needs_another(judged)                                  ? "begin anew:"
                           : gravest == GATE_FAIL || gravest == GATE_CANNOT_JUDGE ? "accept it:"
                                                                                  : "take it over:";
        put_command(page, what, gate_accept_text(page->report, judged, text));
    }
    put_not_gated(page, judged);
    put_expectations(page, judged);
}

/* ---- The end ---- */

/* What the numbers above are of. */
static void put_metrics(const struct page *page)
{
    char line[GATE_TEXT_MAX];
    bool any = false;
    for (uint32_t m = 0; metric_at(m) != NULL; m++) {
        const struct metric *metric = metric_at(m);
        if (!gate_explains(page->report, metric))
            continue;
        snprintf(line, sizeof line, "%s: %s", metric->name, metric->about);
        fputs(any ? "" : "\n", page->to);
        story_print(page->to, line, 2);
        any = true;
    }
}

static const char *meaning(const struct gate_report *report, const uint64_t *count,
                           const uint64_t *expected)
{
    if (report->code == 1 && count[GATE_FAIL] > 0)
        return "exit 1: something became worse";
    if (report->code == 1 && expected[GATE_EXPECTED_FAILED] > 0)
        return "exit 1: an expectation does not hold";
    if (report->code == 1)
        return "exit 1: not everything is the same, and --exact was asked for";
    if (report->code == 2)
        return "exit 2: not everything can be judged";
    if (count[GATE_FAIL] > 0 || count[GATE_CANNOT_JUDGE] > 0)
        return "exit 0: nothing became worse, but for warnings";
    return "exit 0: nothing became worse";
}

static void put_expected(const struct page *page, const uint64_t *expected)
{
    static const char *const words[GATE_EXPECTEDS] = {"held", "failed", "warned of",
                                                      "cannot be judged", "left out"};
    bool any = false;
    for (int i = 0; i < GATE_EXPECTEDS; i++)
        if (expected[i] > 0) {
            fprintf(page->to, "%s%" PRIu64 " %s", any ? ", " : "expectations: ", expected[i],
                    words[i]);
            any = true;
        }
    fputs(any ? "\n" : "", page->to);
}

void report_gate_text(const struct gate_report *report, FILE *to)
{
    struct page page = {.report = report, .to = to};
    char text[GATE_TEXT_MAX];
    uint64_t count[GATE_VERDICTS] = {0}, expected[GATE_EXPECTEDS] = {0};
    for (uint32_t i = 0; i < report->scenarios; i++) {
        put_scenario(&page, report->judged[i]);
        for (int v = 0; v < GATE_VERDICTS; v++)
            count[v] += report->judged[i]->count[v];
    }
    gate_count_expected(report, expected);
    put_metrics(&page);
    fprintf(to, "\ngate: %s\n", gate_counts_text(count, text));
    put_expected(&page, expected);
    fputs("      ", to);
    put_bold(&page, meaning(report, count, expected));
    fputc('\n', to);
}
