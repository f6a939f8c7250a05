/* test_table.c: the terminal's report: what it says of runs that can be told beforehand. */
#include "reports/report.h"
#include "reports/text.h"
#include "tests/harness.h"
#include "tests/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Telling ---- */

/* The report, with any run of blanks and line ends as one blank, so that it does not matter where
 * lines break; and no line is wider than a terminal. */
static char *report_of(const char *yaml, uint64_t replications)
{
    struct scenario *scenario = scenario_of(yaml);
    if (scenario == NULL)
        return NULL;
    struct experiment *experiment = experiment_run(
        scenario,
        &(struct run_options){.seed = scenario->seed, .replications = replications, .threads = 2});
    char *text = NULL;
    size_t size = 0, to = 0, column = 0;
    FILE *stream = open_memstream(&text, &size);
    report_table(experiment, &(struct table_options){.all = false}, stream);
    fclose(stream);
    for (size_t from = 0; from < size; from++) {
        column = text[from] == '\n' ? 0 : column + 1;
        CHECK_ROW(column <= 80, "a line of %zu: %.*s", column, (int)column,
                  &text[from - column + 1]);
        bool blank = text[from] == ' ' || text[from] == '\n';
        if (!blank || to == 0 || text[to - 1] != ' ')
            text[to++] = blank ? ' ' : text[from];
    }
    text[to] = '\0';
    experiment_free(experiment);
    scenario_free(scenario);
    return text;
}

static void check_says(const char *yaml, uint64_t replications, const char *const *phrase)
{
    char *text = report_of(yaml, replications);
    for (; text != NULL && *phrase != NULL; phrase++) {
        bool never = **phrase == '!';
        CHECK_ROW((strstr(text, *phrase + never) != NULL) != never, "%s: %s", *phrase, text);
    }
    free(text);
}

/* Phrases that stand in the report; those that begin with ! do not. */
#define SAYS(yaml, replications, ...)                                                              \
    check_says(yaml, replications, (const char *const[]){__VA_ARGS__, NULL})

#define HELD(count) "traffic: {t: {arrivals: {burst: " count ", at: 0s}, lasts: forever}}\n"
#define TOP         "format: 1\nname: a\nduration: 100s\n"
#define PAIR        "balancers: [round_robin, least_conn]\n"

/* ---- Reports ---- */

/* Two hundred on two servers, and for the second half of the time on three: a third of them would
 * have to move then, a sixth on average; max sums up to 100, the mean to (100 + 200/3) / 2. */
static void test_exact(void)
{
    SAYS(TOP HELD("200") PAIR "servers: [s1, s2]\nevents: [{at: 50s, name: up, add: s3}]\n", 1,
         "None stands out: round_robin and least_conn, alike.",
         "On average, 16.67% of the live connections would have to move",
         "carries 1.200 times its own (max/mean). After up (s3 joins), not every server came "
         "within 10% of its fair share by the end (not settled).",
         "round_robin 16.67% 1.200 no least_conn 16.67% 1.200 no", "200 connections",
         "up: not settled by the end.",
         "Nothing is left to chance here: every run gives these numbers.", "!Worst:", "!One run");
}

/* With two hundred more from 75 s on: the one that counts gives the newcomer the first hundred of
 * them; the other deals them out as before, a third to each. */
static void test_newcomer(void)
{
    SAYS(TOP "traffic: {t: {arrivals: [{burst: 200, at: 0s}, {burst: 200, at: 75s, over: 20s}], "
             "lasts: forever}}\n" PAIR
             "servers: [s1, s2]\nevents: [{at: 50s, name: up, add: s3}]\n",
         1, "Best: least_conn.", "Worst: round_robin.",
         "After up (s3 joins), 100 of the next 100 new connections went to the newcomer (fair "
         "share 33)",
         "After up, 33 of the next 100 new connections went to the newcomer (fair share 33); not "
         "settled by the end.");
}

#define POISSON "traffic: {t: {arrivals: {poisson: 20/s}, lasts: forever}}\nservers: [s1, s2]\n"

static void test_chance(void)
{
    SAYS(TOP POISSON "balancers: [random, {name: other, preset: random, draws: sequence}]\n", 1,
         "None stands out: random and other, which one run cannot tell apart.",
         "One run: small differences mean nothing", "!Nothing is left to chance", "!Against");
    SAYS(TOP POISSON "balancers: [random, least_conn]\n", 6, "Best: least_conn.", "Worst: random.",
         " * least_conn 0.", "! * random",
         "Against random, run by run on the same traffic: balancer misplaced max/mean least_conn -",
         " better ", "Picks: as even as chance leaves them (chi-square",
         "Means of 6 replications, with 95% intervals.", "6 replications");
    SAYS(TOP POISSON "balancers: [random, least_conn]\n", 2,
         "Means of 2 replications, too few to tell what is chance.", "!* least_conn", "!Against");
}

/* Counting holds all servers at their shares; dealing out in turn halves the variance that lots
 * have, at most, so that the two differ by less than lots leave misplaced. */
static void test_not_told_apart(void)
{
    SAYS(TOP "measure: {from: 50s}\nservers: [s1..s9]\n" PAIR
             "traffic: {t: {arrivals: {poisson: 50/s}, lasts: {exponential: 10s}}}\n",
         1, "None stands out: least_conn and round_robin, which one run cannot tell apart.",
         "What is between them is less than connections placed by lot leave misplaced (",
         "and may be chance.");
    SAYS(TOP "measure: {from: 50s}\nservers: [s1..s9]\n" PAIR
             "traffic: {t: {arrivals: {poisson: 50/s}, lasts: {exponential: 10s}}}\n",
         6, "Best: least_conn.", "Worst: round_robin.", "!What is between them");
}

/* Ten connections for every server are never there, or hardly ever; or nothing is, ever. */
static void test_not_judged(void)
{
    SAYS(TOP HELD("15") PAIR "servers: [s1, s2, s3]\n", 1,
         "Too few were open for an average over time. At the end, 0.00% of the live connections "
         "would have to move",
         "Live connections at the end:");
    SAYS("format: 1\nname: a\nduration: 100s\nservers: [s1, s2]\nbalancers: [round_robin]\n"
         "traffic: {t: {arrivals: {every: 1s}, lasts: {constant: 1ms}}}\n",
         1, "Nobody can be ranked: connections were too few or too short.",
         "round_robin: the busiest server got 1.000 times its fair share of the picks.",
         "Picks, which rank nobody: balancer misplaced max/mean round_robin 0.00% 1.000",
         "!chance alone");
}

static void test_window(void)
{
    SAYS(TOP "measure: {from: 50s}\nservers: [s1, s2]\n" PAIR
             "traffic: {t: {arrivals: {every: 1s}, lasts: forever}}\n",
         1, "Counts and averages begin at 50s; 50 connections arrive after that");
}

/* One fills up and refuses the rest; the other does not look at limits, and is as even. */
static void test_refused(void)
{
    SAYS(TOP HELD("200") "servers: [{name: s1, max_conns: 50}, {name: s2, max_conns: 50}]\n"
                         "balancers: [round_robin, apisix-merged]\n",
         1, "But 100 opens were refused; the least of all is 0.", "round_robin 0.00% 1.000 100");
}

static void test_traffics(void)
{
    SAYS(TOP "servers: [s1, s2]\n" PAIR
             "traffic:\n  one: {arrivals: {burst: 60, at: 0s}, lasts: forever}\n"
             "  two: {arrivals: {burst: 1, at: 1s}, lasts: {constant: 1ms}}\n",
         1, "Misplaced, each traffic on its own: balancer all one two round_robin 0.00% 0.00% -");
}

/* ---- Times ---- */

static void test_times(void)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } rows[] = {{0, "0s"},
                {999, "999ns"},
                {1499999, "1ms"},
                {999600000, "1s"},
                {4249999999, "4.2s"},
                {9960000000, "10s"},
                {41499999999, "41s"},
                {59600000000, "1m"},
                {UINT64_C(397499999999), "6m37s"},
                {UINT64_C(4349999999999), "1h12m"},
                {UINT64_C(259200000000000), "3d"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[TEXT_MAX];
        text_time_rounded(rows[i].ns, text);
        CHECK_ROW(strcmp(text, rows[i].text) == 0, "%s, expected %s", text, rows[i].text);
    }
}

static const struct test tests[] = {
    {"numbers by hand, and nothing left to chance", test_exact},
    {"the best and the worst, and what they did", test_newcomer},
    {"what is said of one run, of a few, of many", test_chance},
    {"not told apart", test_not_told_apart},
    {"too little to judge by", test_not_judged},
    {"counts that begin later", test_window},
    {"a rank that was won by refusing", test_refused},
    {"several traffics", test_traffics},
    {"times, rounded", test_times},
};

SUITE("table", tests)
