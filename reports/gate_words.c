/* gate_words.c: a gate's findings in words. */
#include "reports/gate_parts.h"

#include "reports/story.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

void gate_add(char text[GATE_TEXT_MAX], const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, GATE_TEXT_MAX - length, format, arguments);
    va_end(arguments);
}

const char *gate_verdict_text(enum gate_verdict verdict)
{
    static const char *const text[GATE_VERDICTS] = {"SAME", "PASS",         "BETTER",   "CHANGED",
                                                    "FAIL", "CANNOT JUDGE", "not gated"};
    return text[verdict];
}

char *gate_label_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    bool warning =
        finding->warns && (finding->verdict == GATE_FAIL || finding->verdict == GATE_CANNOT_JUDGE);
    text[0] = '\0';
    gate_add(text, "%s%s", gate_verdict_text(finding->verdict), warning ? " (a warning)" : "");
    return text;
}

/* The gravest first. */
static const enum gate_verdict by_gravity[GATE_VERDICTS] = {
    GATE_FAIL, GATE_CANNOT_JUDGE, GATE_CHANGED, GATE_BETTER, GATE_PASS, GATE_SAME, GATE_NOT_GATED};

enum gate_verdict gate_gravest(const struct gate_judged *judged)
{
    for (int i = 0; by_gravity[i] != GATE_NOT_GATED; i++)
        if (judged->count[by_gravity[i]] > 0)
            return by_gravity[i];
    return GATE_CANNOT_JUDGE;
}

bool gate_fails(const struct gate_report *report, const struct gate_finding *finding)
{
    if (report->exact)
        return finding->verdict != GATE_SAME && finding->verdict != GATE_NOT_GATED;
    return finding->verdict == GATE_FAIL && !finding->warns;
}

/* ---- A finding ---- */

char *gate_metric_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    gate_add(text, "%s", finding->metric != NULL ? finding->metric : "every metric");
    if (finding->traffic != NULL && strcmp(finding->traffic, "all") != 0)
        gate_add(text, ", traffic %s", finding->traffic);
    return text;
}

char *gate_row_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    gate_add(text, "%s of %s", finding->metric != NULL ? finding->metric : "every metric",
             finding->balancer);
    if (finding->traffic != NULL && strcmp(finding->traffic, "all") != 0)
        gate_add(text, ", traffic %s", finding->traffic);
    return text;
}

bool gate_has_numbers(const struct gate_finding *finding)
{
    if (finding->verdict == GATE_NOT_GATED || finding->verdict == GATE_SAME)
        return false;
    return finding->why == GATE_JUDGED || finding->why == GATE_TOO_FEW || finding->why == GATE_RARE;
}

/* Three or four digits are enough to see; but those before the point are all shown, as far as a
 * double has them. */
static void add_number(char text[GATE_TEXT_MAX], const char *before, double number, int digits)
{
    double from = digits < 4 ? 100 : 1000;
    bool large = fabs(number) >= from && fabs(number) < 1e15;
    gate_add(text, "%s", before);
    gate_add(text, "%.*g", large ? 15 : digits, large ? round(number) : number);
}

char *gate_value_text(const struct gate_finding *finding, double value, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add_number(text, "", value, 4);
    gate_add(text, "%s", finding->is_time ? " s" : "");
    return text;
}

char *gate_difference_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    const struct gate_answer *answer = &finding->answer;
    bool down = answer->worse < 0;
    const char *way = finding->warns ? down ? "down by " : "up by "
                      : down         ? "better by "
                                     : "worse by ";
    text[0] = '\0';
    add_number(text, way, fabs(answer->worse), 3);
    if (!answer->has_interval)
        return text;
    add_number(text, " (95%: ", down ? 0 - answer->high_95 : answer->low_95, 3);
    add_number(text, " to ", down ? 0 - answer->low_95 : answer->high_95, 3);
    if (finding->why == GATE_TOO_FEW) { /* it was decided by this one */
        add_number(text, "; ", down ? 0 - answer->high : answer->low, 3);
        add_number(text, " to ", down ? 0 - answer->low : answer->high, 3);
        gate_add(text, " for all rows at once");
    }
    gate_add(text, ")");
    return text;
}

char *gate_tolerance_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add_number(text, "", finding->tolerance, 3);
    return text;
}

/* Why it is not judged. */
static void add_why(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    if (finding->verdict == GATE_NOT_GATED && finding->needs == 0)
        gate_add(text, "no value to compare");
    else if (finding->verdict == GATE_NOT_GATED && finding->needs == GATE_RUNS_NEVER)
        gate_add(text, "no number of runs would do");
    else if (finding->verdict == GATE_NOT_GATED)
        gate_add(text, "needs %" PRIu64 " runs", finding->needs);
    else if (finding->why != GATE_JUDGED)
        gate_add(text, "%s", gate_why_text(finding->why));
    if (finding->why == GATE_TOO_FEW && finding->answer.needs == GATE_RUNS_NEVER)
        gate_add(text, ", whatever the number of runs");
    else if (finding->why == GATE_TOO_FEW)
        gate_add(text, ": it has %" PRIu64 " runs, and to tell takes %" PRIu64, finding->runs,
                 finding->answer.needs);
}

static void add_endless(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    if (finding->endless == 0)
        return;
    gate_add(text, "%sit did not settle", text[0] != '\0' ? "; " : "");
    if (finding->runs > 1)
        gate_add(text, " in %" PRIu64 " of %" PRIu64 " runs", finding->endless, finding->runs);
}

char *gate_finding_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    char part[GATE_TEXT_MAX];
    text[0] = '\0';
    if (finding->verdict == GATE_SAME) {
        gate_add(text, "the same in %" PRIu64 " run%s", finding->runs,
                 finding->runs == 1 ? "" : "s");
        return text;
    }
    add_why(finding, text);
    if (!gate_has_numbers(finding))
        return text;
    gate_add(text, "%s%s", text[0] != '\0' ? "; " : "",
             gate_value_text(finding, finding->before, part));
    gate_add(text, " -> %s", gate_value_text(finding, finding->after, part));
    gate_add(text, ", %s", gate_difference_text(finding, part));
    gate_add(text, "; tolerated %s", gate_tolerance_text(finding, part));
    add_endless(finding, text);
    return text;
}

char *gate_note_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add_why(finding, text);
    if (gate_has_numbers(finding))
        add_endless(finding, text);
    return text;
}

/* ---- Where ---- */

/* Less than a twentieth of its share, over all that time, is nobody's in particular: servers take
 * turns at being off. */
static bool is_off(const struct gate_place *place)
{
    return fabs(place->held - place->entitled) >= .05 * place->entitled;
}

char *gate_place_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    const struct gate_place *place = &finding->place;
    text[0] = '\0';
    if (place->server != NULL && is_off(place))
        gate_add(text, "furthest off in run 0: %s with %.4g connections instead of %.4g",
                 place->server, place->held, place->entitled);
    else if (place->server != NULL)
        gate_add(text,
                 "no server in particular: in run 0 none is off by 5%% of its share on average");
    return text;
}

char *gate_event_text(const struct gate_judged *judged, const struct gate_finding *finding,
                      char text[GATE_TEXT_MAX])
{
    char story[STORY_MAX];
    text[0] = '\0';
    if (finding->event == NULL)
        return text;
    const char *name = finding->event->name;
    if (*name != '#')
        gate_add(text, "after %s: ", name);
    else
        gate_add(text, "after event %s: ", name + 1);
    gate_add(text, "%s", story_event(judged->scenario, finding->event, story));
    return text;
}

/* ---- A scenario ---- */

uint32_t gate_number_of(const struct gate_report *report, const struct gate_judged *judged)
{
    uint32_t i = 0;
    while (report->judged[i] != judged)
        i++;
    return i;
}

char *gate_whole_text(const struct gate_report *report, const struct gate_judged *judged,
                      char text[GATE_TEXT_MAX])
{
    uint32_t i = gate_number_of(report, judged);
    text[0] = '\0';
    gate_add(text, "%s", gate_why_text(judged->why));
    if (judged->why == GATE_NO_BASELINE && report->path != NULL)
        gate_add(text, ": no file %s", report->path[i]);
    if (judged->why == GATE_OTHER_SEED)
        gate_add(text, ": %" PRIu64 " instead of %" PRIu64, judged->baseline->seed,
                 report->has_seed ? report->seed : judged->scenario->seed);
    if (judged->why == GATE_OTHER_METRICS)
        gate_add(text, ": %" PRIu64 " instead of %d", judged->baseline->metric_version,
                 METRIC_VERSION);
    if (judged->why == GATE_OTHER_SAMPLING)
        gate_add(text, ": %" PRIu64 " instead of %d", judged->baseline->sampling_version,
                 STREAM_VERSION);
    if (report->damage != NULL && report->damage[i] != NULL)
        gate_add(text, ": %s", report->damage[i]);
    return text;
}

/* ---- What its metrics are ---- */

static bool is_of(const struct gate_finding *finding, const struct metric *metric)
{
    size_t length = strlen(metric->name);
    return finding->metric != NULL && strncmp(finding->metric, metric->name, length) == 0 &&
           (finding->metric[length] == '\0' || finding->metric[length] == ':');
}

bool gate_explains(const struct gate_report *report, const struct metric *metric)
{
    for (uint32_t s = 0; s < report->scenarios; s++)
        for (uint32_t i = 0; i < report->judged[s]->findings; i++) {
            const struct gate_finding *finding = &report->judged[s]->finding[i];
            bool open = finding->verdict == GATE_FAIL || finding->verdict == GATE_CANNOT_JUDGE;
            if (open && gate_has_numbers(finding) && is_of(finding, metric))
                return true;
        }
    return false;
}

/* ---- How many ---- */

char *gate_counts_text(const uint64_t *count, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    for (int i = 0; i < GATE_VERDICTS; i++)
        if (count[by_gravity[i]] > 0)
            gate_add(text, "%s%" PRIu64 " %s", text[0] != '\0' ? ", " : "", count[by_gravity[i]],
                     gate_verdict_text(by_gravity[i]));
    return text;
}
