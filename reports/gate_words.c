/* gate_words.c: a gate's findings in words. */
#include "reports/gate_parts.h"

#include "reports/story.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void add(char text[GATE_TEXT_MAX], const char *format,
                                                      ...)
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
    add(text, "%s", finding->metric != NULL ? finding->metric : "every metric");
    if (finding->traffic != NULL && strcmp(finding->traffic, "all") != 0)
        add(text, ", traffic %s", finding->traffic);
    return text;
}

char *gate_row_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add(text, "%s of %s", finding->metric != NULL ? finding->metric : "every metric",
        finding->balancer);
    if (finding->traffic != NULL && strcmp(finding->traffic, "all") != 0)
        add(text, ", traffic %s", finding->traffic);
    return text;
}

static void add_not_gated(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    if (finding->needs == 0)
        add(text, "it had no value to compare");
    else if (finding->needs == GATE_RUNS_NEVER)
        add(text, "no number of runs would do");
    else
        add(text, "it needs %" PRIu64 " runs", finding->needs);
}

/* From what to what, by how much, and how much of that is tolerated. */
static void add_numbers(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    const struct gate_answer *answer = &finding->answer;
    const char *unit = finding->is_time ? " s" : "";
    const char *way = finding->warns ? "another by" : answer->worse < 0 ? "better by" : "worse by";
    double sign = answer->worse < 0 && !finding->warns ? -1 : 1;
    double low = sign > 0 ? answer->low_95 : -answer->high_95;
    double high = sign > 0 ? answer->high_95 : -answer->low_95;
    add(text, "%.4g -> %.4g%s, %s %.3g", finding->before, finding->after, unit, way,
        sign * answer->worse);
    if (answer->has_interval)
        add(text, " (95%%: %.3g to %.3g)", low, high);
    add(text, "; tolerated %.3g", finding->tolerance);
    if (finding->endless > 0 && finding->runs == 1)
        add(text, "; it did not settle");
    else if (finding->endless > 0)
        add(text, "; it did not settle in %" PRIu64 " of %" PRIu64 " runs", finding->endless,
            finding->runs);
}

char *gate_finding_text(const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    if (finding->verdict == GATE_NOT_GATED) {
        add_not_gated(finding, text);
        return text;
    }
    if (finding->verdict == GATE_SAME) {
        add(text, "the same in %" PRIu64 " run%s", finding->runs, finding->runs == 1 ? "" : "s");
        return text;
    }
    bool open = finding->why == GATE_TOO_FEW || finding->why == GATE_RARE;
    if (finding->why != GATE_JUDGED)
        add(text, "%s", gate_why_text(finding->why));
    if (finding->why == GATE_TOO_FEW && finding->answer.needs != GATE_RUNS_NEVER)
        add(text, ", which takes %" PRIu64 " runs to tell", finding->answer.needs);
    if (open)
        add(text, ": ");
    if (finding->why == GATE_JUDGED || open)
        add_numbers(finding, text);
    return text;
}

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
        add(text, "furthest off in run 0: %s with %.4g connections instead of %.4g", place->server,
            place->held, place->entitled);
    else if (place->server != NULL)
        add(text, "no server in particular: in run 0 none is off by 5%% of its share on average");
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
        add(text, "after %s: ", name);
    else
        add(text, "after event %s: ", name + 1);
    add(text, "%s", story_event(judged->scenario, finding->event, story));
    return text;
}

/* ---- What to type ---- */

/* As a shell takes it for one word. */
static void add_word(char text[GATE_TEXT_MAX], const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./:=,+-@%";
    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        add(text, " %s", word);
        return;
    }
    add(text, " '");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            add(text, "'\\''");
        else
            add(text, "%c", *word);
    add(text, "'");
}

/* The scenario's place among the report's. */
static uint32_t place_of(const struct gate_report *report, const struct gate_judged *judged)
{
    uint32_t i = 0;
    while (report->judged[i] != judged)
        i++;
    return i;
}

char *gate_whole_text(const struct gate_report *report, const struct gate_judged *judged,
                      char text[GATE_TEXT_MAX])
{
    const char *damage = report->damage != NULL ? report->damage[place_of(report, judged)] : NULL;
    text[0] = '\0';
    add(text, "%s", gate_why_text(judged->why));
    if (damage != NULL)
        add(text, ": %s", damage);
    return text;
}

static void add_scenario(char text[GATE_TEXT_MAX], const struct gate_report *report,
                         const struct gate_judged *judged)
{
    add_word(text, report->word != NULL ? report->word[place_of(report, judged)]
                                        : judged->scenario->file);
}

/* What both commands have of this one. */
static void add_options(char text[GATE_TEXT_MAX], const struct gate_report *report)
{
    for (uint32_t i = 0; report->plugins != NULL && i < report->plugins->plugins; i++) {
        add(text, " --plugin");
        add_word(text, report->plugins->plugin[i].path);
    }
    if (report->has_seed)
        add(text, " -s %" PRIu64, report->seed);
}

/* As the command line has it: its -b stand in the order of the scenario's balancers. */
static const char *spelling(const struct gate_report *report, const struct gate_judged *judged,
                            const char *balancer)
{
    for (uint32_t b = 0; report->asked != NULL && b < judged->scenario->balancers; b++)
        if (strcmp(judged->scenario->balancer[b].name, balancer) == 0)
            return report->asked[b];
    return balancer;
}

char *gate_see_text(const struct gate_report *report, const struct gate_judged *judged,
                    const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add(text, "lbsim run");
    add_scenario(text, report, judged);
    add(text, " -b");
    add_word(text, spelling(report, judged, finding->balancer));
    add(text, " -r %" PRIu64, finding->runs > 0 ? finding->runs : 1);
    add_options(text, report);
    return text;
}

/* Whether the baseline is of others, too, whom -b left out of this run: it must keep them. */
static bool leaves_out(const struct gate_judged *judged)
{
    const struct gate_baseline *baseline = judged->baseline;
    for (uint32_t i = 0; baseline != NULL && i < baseline->balancers; i++) {
        bool runs = false;
        for (uint32_t b = 0; b < judged->scenario->balancers; b++)
            runs =
                runs || strcmp(judged->scenario->balancer[b].name, baseline->balancer[i].name) == 0;
        if (!runs)
            return true;
    }
    return false;
}

char *gate_accept_text(const struct gate_report *report, const struct gate_judged *judged,
                       char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    add(text, "lbsim gate");
    add_scenario(text, report, judged);
    for (uint32_t b = 0;
         report->asked != NULL && b < judged->scenario->balancers && !leaves_out(judged); b++) {
        add(text, " -b");
        add_word(text, report->asked[b]);
    }
    add_options(text, report);
    if (report->directory != NULL) {
        add(text, " --baseline");
        add_word(text, report->directory);
    }
    add(text, " --update");
    return text;
}

char *gate_counts_text(const uint64_t *count, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    for (int i = 0; i < GATE_VERDICTS; i++)
        if (count[by_gravity[i]] > 0)
            add(text, "%s%" PRIu64 " %s", text[0] != '\0' ? ", " : "", count[by_gravity[i]],
                gate_verdict_text(by_gravity[i]));
    return text;
}
