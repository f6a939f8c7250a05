/* gate_markdown.c: the verdict as a page of Markdown, for the summary of a CI job. */
#include "reports/gate_parts.h"

#include <inttypes.h>
#include <string.h>

/* Text in which nothing is a mark, and no bar ends a cell of a table. */
static void put_text(FILE *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n' || *text == '\r') {
            fputc(' ', to);
            continue;
        }
        if (strchr("\\|*_`<>[]#", *text) != NULL)
            fputc('\\', to);
        fputc(*text, to);
    }
}

static void put_cell(FILE *to, const char *text)
{
    put_text(to, text);
    fputs(" | ", to);
}

static void put_line(FILE *to, const char *what, const char *text)
{
    fputs(what, to);
    put_text(to, text);
    fputs(".\n", to);
}

/* Why, after what, and who is off: as far as there is anything to say. */
static void put_notes(FILE *to, const struct gate_judged *judged,
                      const struct gate_finding *finding)
{
    char note[3][GATE_TEXT_MAX] = {"", "", ""};
    bool any = false;
    gate_note_text(finding, note[0]);
    gate_event_text(judged, finding, note[1]);
    if (finding->verdict == GATE_FAIL)
        gate_place_text(finding, note[2]);
    for (int i = 0; i < 3; i++)
        if (note[i][0] != '\0') {
            put_text(to, any ? "; " : "");
            put_text(to, note[i]);
            any = true;
        }
    fputs(" |\n", to);
}

static void put_row(FILE *to, const struct gate_judged *judged, const struct gate_finding *finding)
{
    char text[GATE_TEXT_MAX];
    fputs("| ", to);
    put_cell(to, gate_label_text(finding, text));
    put_cell(to, finding->balancer);
    put_cell(to, gate_metric_text(finding, text));
    if (gate_has_numbers(finding)) {
        put_cell(to, gate_value_text(finding, finding->before, text));
        put_cell(to, gate_value_text(finding, finding->after, text));
        put_cell(to, gate_difference_text(finding, text));
        put_cell(to, gate_tolerance_text(finding, text));
    } else {
        fputs("| | | | ", to);
    }
    put_notes(to, judged, finding);
}

static void put_rows(FILE *to, const struct gate_judged *judged)
{
    static const enum gate_verdict order[] = {GATE_FAIL, GATE_CANNOT_JUDGE, GATE_CHANGED,
                                              GATE_BETTER, GATE_NOT_GATED};
    bool head = false;
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        for (uint32_t i = 0; i < judged->findings; i++) {
            if (judged->finding[i].verdict != order[v])
                continue;
            if (!head)
                fputs("\n| verdict | balancer | metric | baseline | now | by how much | tolerated "
                      "| |\n|---|---|---|---|---|---|---|---|\n",
                      to);
            head = true;
            put_row(to, judged, &judged->finding[i]);
        }
}

static bool is_commanded(const struct gate_finding *finding)
{
    return finding->verdict != GATE_SAME && finding->verdict != GATE_PASS &&
           finding->verdict != GATE_NOT_GATED;
}

/* The commands of each balancer that has something to be seen. */
static void put_commands(FILE *to, const struct gate_report *report,
                         const struct gate_judged *judged)
{
    char text[GATE_TEXT_MAX];
    const char *last = "";
    bool whole = judged->why != GATE_JUDGED, any = whole;
    for (uint32_t i = 0; i < judged->findings; i++)
        any = any || is_commanded(&judged->finding[i]);
    if (!any)
        return;
    fputs("\n```sh\n", to);
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        if (finding->verdict != GATE_FAIL || strcmp(finding->balancer, last) == 0)
            continue;
        last = finding->balancer;
        fprintf(to, "%s  # see it\n", gate_see_text(report, judged, finding, text));
    }
    fprintf(to, "%s  # %s\n```\n", gate_accept_text(report, judged, text),
            whole ? "begin anew" : "accept it");
}

static void put_expectations(FILE *to, const struct gate_report *report,
                             const struct gate_judged *judged)
{
    const struct judgements *judgements = gate_judgements(report, judged);
    char sentence[EXPECT_TEXT_MAX], text[GATE_TEXT_MAX];
    bool head = false;
    for (uint32_t i = 0; judgements != NULL && i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        enum gate_expected ended = gate_expected_of(it);
        if (ended == GATE_EXPECTED_HELD || ended == GATE_EXPECTED_LEFT_OUT)
            continue;
        if (!head)
            fputs("\n| expectation | line | what |\n|---|---|---|\n", to);
        head = true;
        fputs("| ", to);
        put_cell(to, expect_verdict_text(it));
        fprintf(to, "%" PRIu32 " | ", it->expectation->place.line);
        put_text(to, expect_sentence(judgements, it, sentence));
        fputs(" |\n", to);
    }
    if (head)
        fprintf(to, "\n```sh\n%s  # see it\n```\n", gate_expected_see_text(report, judged, text));
}

/* What the numbers above are of. */
static void put_metrics(FILE *to, const struct gate_report *report)
{
    bool any = false;
    for (uint32_t m = 0; metric_at(m) != NULL; m++) {
        if (!gate_explains(report, metric_at(m)))
            continue;
        fputs(any ? "- " : "\n- ", to);
        put_text(to, metric_at(m)->name);
        fputs(": ", to);
        put_text(to, metric_at(m)->about);
        fputc('\n', to);
        any = true;
    }
}

void report_gate_markdown(const struct gate_report *report, FILE *to)
{
    static const char *const meaning[] = {"passed", "failed", "cannot judge"};
    char text[GATE_TEXT_MAX];
    fprintf(to, "## lbsim gate: %s\n", meaning[report->code]);
    for (uint32_t i = 0; i < report->scenarios; i++) {
        const struct gate_judged *judged = report->judged[i];
        fprintf(to, "\n### %s: %s\n\n", judged->scenario->name,
                gate_verdict_text(gate_gravest(judged)));
        if (judged->why != GATE_JUDGED)
            put_line(to, "It cannot be judged: ", gate_whole_text(report, judged, text));
        else
            fprintf(to, "%s\n", gate_counts_text(judged->count, text));
        put_rows(to, judged);
        put_commands(to, report, judged);
        put_expectations(to, report, judged);
    }
    put_metrics(to, report);
}
