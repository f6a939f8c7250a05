/* test_summary_csv.c: the CSV files of numbers, from results put there by hand. */
#include "reports/report.h"

#include "sim/engine/memory.h"
#include "tests/harness.h"
#include "tests/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void report(const struct experiment *, bool header, FILE *);

static char *text_of(report *of, const struct hand *hand, bool header)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    of(&hand->experiment, header, to);
    fclose(to);
    return text;
}

static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text; (at = strstr(at, line)) != NULL; at++)
        if ((at == text || at[-1] == '\n') && at[length] == '\n')
            return true;
    return false;
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

#define CHECK_LINES(text, ...) check_lines(text, (const char *const[]){__VA_ARGS__, NULL})

static void check_lines(const char *text, const char *const *line)
{
    for (; *line != NULL; line++)
        CHECK_ROW(has_line(text, *line), "no line %s", *line);
}

/* So many rows of metrics has a traffic in a trial; of the changes, one adds servers. */
static size_t metric_rows(void)
{
    size_t rows = 0;
    for (uint32_t i = 0; metric_at(i) != NULL; i++)
        rows += metric_at(i)->scope == METRIC_OF_CHANGE ? HAND_CHANGES : 1;
    return rows;
}

static void test_summary(void)
{
    struct hand hand;
    hand_begin(&hand, 3, 2);
    struct world_result *result = hand_result(&hand, 2, 1);
    result->flow[0].cut = 12;
    world_tally_at(result, 2, 0)->live = 2;
    world_tally_at(result, 2, 1)->live = 1;
    hand_after(result, HAND_RELOAD, 0)->judged = true;
    hand_after(result, HAND_RELOAD, 0)->outside_until_ns = 500000001;
    char *text = text_of(report_summary_csv, &hand, true);
    CU_ASSERT_EQUAL(lines_of(text), 1 + 3 * 2 * 3 * metric_rows());
    CHECK_LINES(text, "scenario,balancer,replication,traffic,metric,value", "hand,one,0,all,cut,0",
                "hand,\"three,four\",1,all,cut,12", "hand,\"three,four\",1,a,cut,0",
                "hand,\"three,four\",1,all,settle_s:3,0.5",
                "hand,\"three,four\",1,all,settle_s:flap:back,",
                "hand,\"three,four\",1,b,live_misplaced,0.333333333", "hand,two,1,b,live_cv,",
                "hand,two,0,a,newcomer_share_100:up,");
    CU_ASSERT_PTR_NULL(strstr(text, "newcomer_share_100:flap"));
    free(text);
    text = text_of(report_summary_csv, &hand, false);
    CU_ASSERT_EQUAL(lines_of(text), 3 * 2 * 3 * metric_rows());
    free(text);
    hand_end(&hand);
}

/* 2 3 4 5 6 refused: 4 -+ 2.776445 sqrt(.5). Settled: 3 of 5, after 0, .1 and .3 s. */
static void test_intervals(void)
{
    static const uint64_t outside_ns[] = {1000000000, 0, 300000001, 100000001, 950000000};
    struct hand hand;
    hand_begin(&hand, 1, 5);
    for (uint64_t r = 0; r < 5; r++) {
        struct world_result *result = hand_result(&hand, 0, r);
        result->flow[1].refused = 2 + r;
        result->measure[2].picks_df = 2;
        result->measure[2].picks_chi2 = 2;
        hand_after(result, HAND_UP, 0)->judged = true;
        hand_after(result, HAND_UP, 0)->outside_until_ns = outside_ns[r];
    }
    char *text = text_of(report_intervals_csv, &hand, true);
    CU_ASSERT_EQUAL(lines_of(text), 1 + 3 * metric_rows());
    CHECK_LINES(text, "scenario,balancer,metric,n,empty,mean,sd,lo95,hi95,min,max,traffic,median",
                "hand,one,refused,5,0,4,1.58113883,2.037,5.963,2,6,a,4",
                "hand,one,refused,5,0,0,0,0,0,0,0,all,0",
                "hand,one,settle_s:up,3,2,,,,,0,0.3,all,0.1",
                "hand,one,settle_s:flap,0,5,,,,,,,all,", "hand,one,live_jain,0,5,,,,,,,b,",
                "hand,one,picks_chi2_p,5,0,0.3679,0,0.3679,0.3679,0.3679,0.3679,b,0.3679");
    free(text);
    hand_end(&hand);
    hand_begin(&hand, 1, 1);
    text = text_of(report_intervals_csv, &hand, false);
    CHECK_LINES(text, "hand,one,refused,1,0,0,,,,0,0,all,0"); /* one number spreads nowhere */
    free(text);
    hand_end(&hand);
}

static void test_servers(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 1);
    struct world_result *result = hand_result(&hand, 0, 0);
    *world_tally_at(result, 2, 1) = (struct world_tally){.picks = 1,
                                                         .picks_absent = 7,
                                                         .retries = 8,
                                                         .failed = 9,
                                                         .live = 2,
                                                         .live_peak = 3,
                                                         .live_mean = .25,
                                                         .closed = 4,
                                                         .cut = 5};
    world_tally_at(result, 2, 2)->picks = 3;
    result->present_ns[1] = 1500000000;
    char *text = text_of(report_servers_csv, &hand, true);
    CU_ASSERT_EQUAL(lines_of(text), 1 + 3 * 3);
    CHECK_LINES(text,
                "scenario,balancer,replication,traffic,server,weight,picks,share_pct,live_end,"
                "live_mean,live_peak,present_s,closed,cut,picks_absent,retries,failed",
                "hand,one,0,all,s1,1,0,,0,0,0,0,0,0,0,0,0",
                "hand,one,0,b,s2,1,1,25,2,0.25,3,1.5,4,5,7,8,9");
    free(text);
    hand_end(&hand);
}

static void test_series(void)
{
    struct hand hand;
    hand_begin(&hand, 1, 2);
    hand.experiment.samples = 2;
    hand.experiment.sample_ns = memory_zeroed(2, sizeof(uint64_t));
    hand.experiment.sample_ns[1] = 2500000000;
    struct series *series = series_new(HAND_SERVERS);
    hand_result(&hand, 0, 0)->series = series;
    series_add(series, (struct series_state[]){{1, 2, 3}, {0, 0, 0}, {4, 5, 1}});
    series_add(series, (struct series_state[]){{0, 2, 3}, {0, 0, 9}, {6, 7, 0}});
    char *text = text_of(report_timeseries_csv, &hand, true);
    CU_ASSERT_EQUAL(lines_of(text), 1 + 2 * 3);
    CHECK_LINES(text, "scenario,balancer,replication,time_s,server,live,picks,weight",
                "hand,one,0,0,s1,1,2,3", "hand,one,0,0,s2,0,0,0", "hand,one,0,0,s3,4,5,1",
                "hand,one,0,2.5,s1,0,2,3", "hand,one,0,2.5,s2,0,0,9", "hand,one,0,2.5,s3,6,7,0");
    free(text);
    hand_end(&hand);
}

static const struct test tests[] = {
    {"summary.csv", test_summary},
    {"intervals.csv", test_intervals},
    {"servers.csv", test_servers},
    {"timeseries.csv", test_series},
};

SUITE("summary_csv", tests)
