/* gate_junit.c: the verdict as JUnit XML, which every CI system reads. */
#include "reports/gate_parts.h"

#include "sim/workload/utf8.h"

#include <inttypes.h>
#include <string.h>

static const char *entity_of(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    default:
        return NULL;
    }
}

/* Text as XML has it. What XML cannot hold at all, in a file's name for one, becomes '?'. */
static void put_text(FILE *to, const char *text)
{
    const char *end = text + strlen(text);
    while (text < end) {
        uint32_t code;
        size_t length = utf8_character(text, end, &code);
        const char *entity = length > 0 ? entity_of(code) : "?";
        if (entity == NULL && (!utf8_is_text(code) || (code & 0xfffe) == 0xfffe))
            entity = "?";
        if (entity != NULL)
            fputs(entity, to);
        else
            fwrite(text, 1, length, to);
        text += length > 0 ? length : 1;
    }
}

static void put_attribute(FILE *to, const char *name, const char *text)
{
    fprintf(to, " %s=\"", name);
    put_text(to, text);
    fputc('"', to);
}

enum outcome { FINE, FAILURE, ERROR, SKIPPED, OUTCOMES };

static enum outcome outcome_of(const struct gate_report *report, const struct gate_finding *finding)
{
    if (gate_fails(report, finding))
        return FAILURE;
    if (finding->verdict == GATE_CANNOT_JUDGE && !finding->warns)
        return ERROR;
    return finding->verdict == GATE_NOT_GATED ? SKIPPED : FINE;
}

static void put_line(FILE *to, const char *what, const char *text)
{
    if (*text == '\0')
        return;
    fputs(what, to);
    put_text(to, text);
    fputc('\n', to);
}

/* The message once more, for there are systems, GitLab for one, that show the text of an element
 * and not its attributes; how to see it, and to accept it. */
static void put_body(FILE *to, const struct gate_report *report, const struct gate_judged *judged,
                     const struct gate_finding *finding)
{
    char text[GATE_TEXT_MAX];
    put_line(to, "", gate_finding_text(finding, text));
    put_line(to, "", gate_event_text(judged, finding, text));
    put_line(to, "", gate_place_text(finding, text));
    put_line(to, "see it: ", gate_see_text(report, judged, finding, text));
    put_line(to, "accept it: ", gate_accept_text(report, judged, text));
}

static void put_case(FILE *to, const struct gate_report *report, const struct gate_judged *judged,
                     const struct gate_finding *finding)
{
    static const char *const element[OUTCOMES] = {NULL, "failure", "error", "skipped"};
    char text[GATE_TEXT_MAX];
    enum outcome outcome = outcome_of(report, finding);
    fputs("    <testcase", to);
    snprintf(text, sizeof text, "%s.%s", judged->scenario->name, finding->balancer);
    put_attribute(to, "classname", text);
    put_attribute(to, "name", gate_metric_text(finding, text));
    if (outcome == FINE) {
        fputs("/>\n", to);
        return;
    }
    fprintf(to, ">\n      <%s", element[outcome]);
    gate_finding_text(finding, text);
    put_attribute(to, "message", text);
    if (outcome == SKIPPED) {
        fputc('>', to);
        put_text(to, text);
    } else {
        put_attribute(to, "type", gate_verdict_text(finding->verdict));
        fputc('>', to);
        put_body(to, report, judged, finding);
    }
    fprintf(to, "</%s>\n    </testcase>\n", element[outcome]);
}

/* A scenario that could not be judged as a whole is a case of its own. */
static void put_whole(FILE *to, const struct gate_report *report, const struct gate_judged *judged)
{
    char text[GATE_TEXT_MAX];
    const char *element = report->exact ? "failure" : "error";
    fputs("    <testcase", to);
    put_attribute(to, "classname", judged->scenario->name);
    fprintf(to, " name=\"baseline\">\n      <%s", element);
    put_attribute(to, "message", gate_whole_text(report, judged, text));
    put_attribute(to, "type", gate_verdict_text(GATE_CANNOT_JUDGE));
    fputc('>', to);
    put_line(to, "", text);
    put_line(to, "begin anew: ", gate_accept_text(report, judged, text));
    fprintf(to, "</%s>\n    </testcase>\n", element);
}

static enum outcome outcome_expected(const struct judgement *it)
{
    switch (gate_expected_of(it)) {
    case GATE_EXPECTED_FAILED:
        return FAILURE;
    case GATE_EXPECTED_UNJUDGED:
        return ERROR;
    case GATE_EXPECTED_LEFT_OUT:
        return SKIPPED;
    default:
        return FINE;
    }
}

/* One line may expect several things of several balancers: the number tells them apart. */
static void put_expected(FILE *to, const struct gate_report *report,
                         const struct gate_judged *judged, uint32_t i)
{
    const struct judgements *judgements = gate_judgements(report, judged);
    static const char *const element[OUTCOMES] = {NULL, "failure", "error", "skipped"};
    const struct judgement *it = &judgements->judgement[i];
    enum outcome outcome = outcome_expected(it);
    char text[EXPECT_TEXT_MAX], command[GATE_TEXT_MAX];
    fputs("    <testcase", to);
    snprintf(text, sizeof text, "%s.expect", judged->scenario->name);
    put_attribute(to, "classname", text);
    snprintf(text, sizeof text, "%" PRIu32 ": %s of %s, line %" PRIu32, i + 1,
             it->expectation->metric, it->balancer, it->expectation->place.line);
    put_attribute(to, "name", text);
    if (outcome == FINE) {
        fputs("/>\n", to);
        return;
    }
    fprintf(to, ">\n      <%s", element[outcome]);
    put_attribute(to, "message", expect_sentence(judgements, it, text));
    if (outcome != SKIPPED)
        put_attribute(to, "type", "expect");
    fputc('>', to);
    put_line(to, "", text);
    if (outcome != SKIPPED)
        put_line(to, "see it: ", gate_expected_see_text(report, judged, command));
    fprintf(to, "</%s>\n    </testcase>\n", element[outcome]);
}

static void count_cases(const struct gate_report *report, const struct gate_judged *judged,
                        uint64_t count[OUTCOMES])
{
    for (uint32_t i = 0; i < judged->findings; i++)
        count[outcome_of(report, &judged->finding[i])]++;
    if (judged->why != GATE_JUDGED)
        count[report->exact ? FAILURE : ERROR]++;
    const struct judgements *judgements = gate_judgements(report, judged);
    for (uint32_t i = 0; judgements != NULL && i < judgements->count; i++)
        count[outcome_expected(&judgements->judgement[i])]++;
}

static void put_counts(FILE *to, const uint64_t count[OUTCOMES])
{
    fprintf(to,
            " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64
            "\" skipped=\"%" PRIu64 "\"",
            count[FINE] + count[FAILURE] + count[ERROR] + count[SKIPPED], count[FAILURE],
            count[ERROR], count[SKIPPED]);
}

void report_gate_junit(const struct gate_report *report, FILE *to)
{
    uint64_t all[OUTCOMES] = {0};
    for (uint32_t i = 0; i < report->scenarios; i++)
        count_cases(report, report->judged[i], all);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lbsim gate\"", to);
    put_counts(to, all);
    fputs(">\n", to);
    for (uint32_t i = 0; i < report->scenarios; i++) {
        const struct gate_judged *judged = report->judged[i];
        uint64_t count[OUTCOMES] = {0};
        count_cases(report, judged, count);
        fputs("  <testsuite", to);
        put_attribute(to, "name", judged->scenario->name);
        put_counts(to, count);
        fputs(">\n", to);
        if (judged->why != GATE_JUDGED)
            put_whole(to, report, judged);
        for (uint32_t f = 0; f < judged->findings; f++)
            put_case(to, report, judged, &judged->finding[f]);
        const struct judgements *judgements = gate_judgements(report, judged);
        for (uint32_t e = 0; judgements != NULL && e < judgements->count; e++)
            put_expected(to, report, judged, e);
        fputs("  </testsuite>\n", to);
    }
    fputs("</testsuites>\n", to);
}
