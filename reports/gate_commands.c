/* gate_commands.c: what to type, to see what a gate found and to accept it. */
#include "reports/gate_parts.h"
#include "reports/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As a shell takes it for one word. */
static void add_word(char text[GATE_TEXT_MAX], const char *word)
{
    char *quoted = text_shell_word(word);
    gate_add(text, " %s", quoted);
    free(quoted);
}

static void add_scenario(char text[GATE_TEXT_MAX], const struct gate_report *report,
                         const struct gate_judged *judged)
{
    add_word(text, report->word != NULL ? report->word[gate_number_of(report, judged)]
                                        : judged->scenario->file);
}

/* What both commands have of this one. */
static void add_options(char text[GATE_TEXT_MAX], const struct gate_report *report)
{
    for (uint32_t i = 0; report->plugins != NULL && i < report->plugins->plugins; i++) {
        gate_add(text, " --plugin");
        add_word(text, report->plugins->plugin[i].path);
    }
    if (report->has_seed)
        gate_add(text, " -s %" PRIu64, report->seed);
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

/* By as many runs as any of its rows with that verdict has. */
static uint64_t runs_of(const struct gate_judged *judged, const struct gate_finding *like)
{
    uint64_t runs = 1;
    for (uint32_t i = 0; i < judged->findings; i++) {
        const struct gate_finding *finding = &judged->finding[i];
        if (finding->verdict == like->verdict && finding->runs > runs &&
            strcmp(finding->balancer, like->balancer) == 0)
            runs = finding->runs;
    }
    return runs;
}

char *gate_see_text(const struct gate_report *report, const struct gate_judged *judged,
                    const struct gate_finding *finding, char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    gate_add(text, "lbsim run");
    add_scenario(text, report, judged);
    gate_add(text, " -b");
    add_word(text, spelling(report, judged, finding->balancer));
    gate_add(text, " -r %" PRIu64, runs_of(judged, finding));
    add_options(text, report);
    return text;
}

static void add_asked(char text[GATE_TEXT_MAX], const struct gate_report *report,
                      const struct gate_judged *judged)
{
    for (uint32_t b = 0; report->asked != NULL && b < judged->scenario->balancers; b++) {
        gate_add(text, " -b");
        add_word(text, report->asked[b]);
    }
}

char *gate_expected_see_text(const struct gate_report *report, const struct gate_judged *judged,
                             char text[GATE_TEXT_MAX])
{
    text[0] = '\0';
    gate_add(text, "lbsim run");
    add_scenario(text, report, judged);
    add_asked(text, report, judged);
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
    gate_add(text, "lbsim gate");
    add_scenario(text, report, judged);
    if (!leaves_out(judged))
        add_asked(text, report, judged);
    add_options(text, report);
    if (report->directory != NULL) {
        gate_add(text, " --baseline");
        add_word(text, report->directory);
    }
    gate_add(text, " --update");
    return text;
}
