/* gate_github.c: annotations for GitHub: `::error file=...,line=...,col=...,title=...::message`, as
 * its documentation of workflow commands has them. */
#include "reports/gate_parts.h"

#include <inttypes.h>
#include <string.h>

/* In messages a line ends the command; in properties a comma or a colon would, too. */
static void put_escaped(FILE *to, const char *text, bool property)
{
    for (; *text != '\0'; text++) {
        if (*text == '%')
            fputs("%25", to);
        else if (*text == '\r')
            fputs("%0D", to);
        else if (*text == '\n')
            fputs("%0A", to);
        else if (property && *text == ':')
            fputs("%3A", to);
        else if (property && *text == ',')
            fputs("%2C", to);
        else
            fputc((unsigned char)*text < ' ' ? '?' : *text, to);
    }
}

/* ---- Annotations ---- */

/* Where a balancer stands in the scenario's file; the head of it where there is none: -b named it,
 * or the baseline alone has it. */
static struct place place_of(const struct scenario *scenario, const char *balancer)
{
    for (uint32_t b = 0; balancer != NULL && b < scenario->balancers; b++)
        if (strcmp(scenario->balancer[b].name, balancer) == 0 &&
            scenario->balancer[b].place.line > 0)
            return scenario->balancer[b].place;
    return (struct place){1, 1, 1};
}

static void put_head(FILE *to, const char *level, const struct scenario *scenario,
                     const char *balancer, const char *title)
{
    struct place place = place_of(scenario, balancer);
    fprintf(to, "::%s file=", level);
    put_escaped(to, scenario->file, true);
    fprintf(to, ",line=%" PRIu32 ",col=%" PRIu32 ",title=", place.line, place.column);
    put_escaped(to, title, true);
    fputs("::", to);
}

/* "error", "warning", or NULL: nothing is said of it. */
static const char *level_of(const struct gate_report *report, const struct gate_finding *finding)
{
    bool unjudged = finding->verdict == GATE_CANNOT_JUDGE;
    if (gate_fails(report, finding) || (unjudged && !finding->warns))
        return "error";
    return unjudged || finding->verdict == GATE_FAIL ? "warning" : NULL;
}

/* Findings of one balancer that are of one level: [i, end) of all. */
struct group {
    const struct gate_judged *judged;
    uint32_t end;
    const char *level;
    const struct gate_finding *gravest;
    uint64_t rows;
};

static bool is_in(const struct gate_report *report, const struct group *group, uint32_t i)
{
    const char *level = level_of(report, &group->judged->finding[i]);
    return level != NULL && strcmp(level, group->level) == 0;
}

static struct group group_of(const struct gate_report *report, const struct gate_judged *judged,
                             uint32_t from, const char *level)
{
    const struct gate_finding *finding = judged->finding;
    struct group group = {.judged = judged, .end = from, .level = level};
    for (uint32_t i = from;
         i < judged->findings && strcmp(finding[i].balancer, finding[from].balancer) == 0; i++) {
        group.end = i + 1;
        if (!is_in(report, &group, i))
            continue;
        group.rows++;
        if (group.gravest == NULL ||
            (finding[i].verdict == GATE_FAIL && group.gravest->verdict != GATE_FAIL))
            group.gravest = &finding[i];
    }
    return group;
}

static void put_row(FILE *to, const struct group *group, const struct gate_finding *finding)
{
    char text[GATE_TEXT_MAX];
    if (group->rows > 1) {
        put_escaped(to, gate_metric_text(finding, text), false);
        fputs(": ", to);
    }
    put_escaped(to, gate_finding_text(finding, text), false);
    fputs("%0A", to);
    put_escaped(to, gate_event_text(group->judged, finding, text), false);
    fputs(*text != '\0' ? "%0A" : "", to);
}

/* One annotation for all of them: GitHub shows ten errors of a step, and not the eleventh. */
static void put_group(FILE *to, const struct gate_report *report, const struct group *group,
                      uint32_t from)
{
    char text[GATE_TEXT_MAX], title[GATE_TEXT_MAX + 64];
    const struct gate_finding *gravest = group->gravest;
    if (gravest == NULL)
        return;
    uint64_t alike = 0;
    for (uint32_t i = from; i < group->end; i++)
        alike += is_in(report, group, i) && group->judged->finding[i].verdict == gravest->verdict;
    if (alike == 1)
        snprintf(title, sizeof title, "%s: %s", gate_verdict_text(gravest->verdict),
                 gate_row_text(gravest, text));
    else
        snprintf(title, sizeof title, "%s: %" PRIu64 " rows of %s",
                 gate_verdict_text(gravest->verdict), alike, gravest->balancer);
    put_head(to, group->level, group->judged->scenario, gravest->balancer, title);
    for (uint32_t i = from; i < group->end; i++)
        if (is_in(report, group, i))
            put_row(to, group, &group->judged->finding[i]);
    put_escaped(to, gate_place_text(gravest, text), false);
    fputs(*text != '\0' ? "%0Asee it: " : "see it: ", to);
    put_escaped(to, gate_see_text(report, group->judged, gravest, text), false);
    fputs("%0Aaccept it: ", to);
    put_escaped(to, gate_accept_text(report, group->judged, text), false);
    fputc('\n', to);
}

static void put_findings(FILE *to, const struct gate_report *report,
                         const struct gate_judged *judged)
{
    for (uint32_t i = 0, end = 0; i < judged->findings; i = end) {
        struct group errors = group_of(report, judged, i, "error");
        struct group warnings = group_of(report, judged, i, "warning");
        put_group(to, report, &errors, i);
        put_group(to, report, &warnings, i);
        end = errors.end;
    }
}

static void put_expected(FILE *to, const struct gate_report *report,
                         const struct gate_judged *judged, const struct judgement *it)
{
    const struct judgements *judgements = gate_judgements(report, judged);
    enum gate_expected ended = gate_expected_of(it);
    const struct place *place = &it->expectation->place;
    char sentence[EXPECT_TEXT_MAX], text[GATE_TEXT_MAX];
    if (ended == GATE_EXPECTED_HELD || ended == GATE_EXPECTED_LEFT_OUT)
        return;
    fprintf(to, "::%s file=", ended == GATE_EXPECTED_WARNED ? "warning" : "error");
    put_escaped(to, judged->scenario->file, true);
    fprintf(to, ",line=%" PRIu32 ",col=%" PRIu32 ",title=", place->line, place->column);
    put_escaped(to, ended == GATE_EXPECTED_UNJUDGED ? "CANNOT JUDGE" : "FAIL", true);
    snprintf(text, sizeof text, ": %s of %s (expectation)", it->expectation->metric, it->balancer);
    put_escaped(to, text, true);
    fputs("::", to);
    put_escaped(to, expect_sentence(judgements, it, sentence), false);
    fputs("%0Asee it: ", to);
    put_escaped(to, gate_expected_see_text(report, judged, text), false);
    fputc('\n', to);
}

void report_gate_github(const struct gate_report *report, FILE *to)
{
    char text[GATE_TEXT_MAX];
    for (uint32_t i = 0; i < report->scenarios; i++) {
        const struct gate_judged *judged = report->judged[i];
        if (judged->why != GATE_JUDGED) {
            put_head(to, "error", judged->scenario, NULL, gate_verdict_text(GATE_CANNOT_JUDGE));
            put_escaped(to, gate_whole_text(report, judged, text), false);
            fputs("%0Abegin anew: ", to);
            put_escaped(to, gate_accept_text(report, judged, text), false);
            fputc('\n', to);
        }
        put_findings(to, report, judged);
        const struct judgements *judgements = gate_judgements(report, judged);
        for (uint32_t e = 0; judgements != NULL && e < judgements->count; e++)
            put_expected(to, report, judged, &judgements->judgement[e]);
    }
}
