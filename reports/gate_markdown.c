/* gate_markdown.c: the verdict as a page of Markdown, for the summary of a CI job. */
#include "reports/gate_parts.h"

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

static bool is_shown(const struct gate_finding *finding)
{
    return finding->verdict != GATE_SAME && finding->verdict != GATE_PASS;
}

static void put_rows(FILE *to, const struct gate_judged *judged)
{
    char text[GATE_TEXT_MAX];
    bool head = false;
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        if (!is_shown(finding))
            continue;
        if (!head)
            fputs("\n| verdict | balancer | metric | what | where |\n|---|---|---|---|---|\n", to);
        head = true;
        fputs("| ", to);
        put_cell(to, gate_verdict_text(finding->verdict));
        put_cell(to, finding->balancer);
        put_cell(to, gate_metric_text(finding, text));
        put_cell(to, gate_finding_text(finding, text));
        put_cell(to, finding->verdict == GATE_FAIL ? gate_place_text(finding, text) : "");
        fputc('\n', to);
    }
}

/* The commands of each balancer that has something to be seen. */
static void put_commands(FILE *to, const struct gate_report *report,
                         const struct gate_judged *judged)
{
    char text[GATE_TEXT_MAX];
    const char *last = "";
    bool any = judged->why != GATE_JUDGED;
    for (uint32_t i = 0; i < judged->findings; i++)
        any =
            any || (is_shown(&judged->finding[i]) && judged->finding[i].verdict != GATE_NOT_GATED);
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
    fprintf(to, "%s  # accept it\n```\n", gate_accept_text(report, judged, text));
}

static void put_expectations(FILE *to, const struct judgements *judgements)
{
    char sentence[EXPECT_TEXT_MAX];
    bool head = false;
    for (uint32_t i = 0; judgements != NULL && i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        enum gate_expected ended = gate_expected_of(it);
        if (ended == GATE_EXPECTED_HELD || ended == GATE_EXPECTED_LEFT_OUT)
            continue;
        if (!head)
            fputs("\n| expectation | what |\n|---|---|\n", to);
        head = true;
        fputs("| ", to);
        put_cell(to, expect_verdict_text(it));
        put_cell(to, expect_sentence(judgements, it, sentence));
        fputc('\n', to);
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
        put_expectations(to, gate_judgements(report, judged));
    }
}
