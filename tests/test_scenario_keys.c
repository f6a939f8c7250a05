/* test_scenario_keys.c: the keys of format 1: those that are there, and those that are planned. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define NO   " is planned, not there yet\n"
#define LATE " planned, not there yet"

/* The format's spelling is fixed, so that files never break: a key that is not there yet is refused
 * in its place, never ignored. */
static void planned_keys_are_refused(void)
{
    static const struct told_row row[] = {
        {WITH("start: {t: {live: 20000, spread: even}}"), "7:1 'start'" NO},
        {WITH("autoscaler: {}"), "7:1 'autoscaler'" NO},
        {WITH("groups: {}"), "7:1 'groups'" NO},
        {WITH("upstream: {}"), "7:1 'upstream'" NO},
        {WITH("sees: {}"), "7:1 'sees'" NO},
        {WITH("include: x.yaml"), "7:1 'include'" NO},
        {WITH("shed: {}"), "7:1 'shed'" NO},
        {WITH("queue: {}"), "7:1 'queue'" NO},
        {WITH("stale: {}"), "7:1 'stale'" NO},

        {WITH_SERVERS("[{name: s1, zone: az1}]"), "6:22 'zone'" NO},

        {WITH_ARRIVALS("{trace: file.csv}"), "6:26 'trace'" NO},
        {WITH_ARRIVALS("{poisson: [{at: 0h, rate: 4/s}, {at: 9h, rate: 17/s}]}"),
         "6:35 rate curves are" LATE "; now: 5/s\n"},
        {WITH_TRAFFIC("{t: {max_age: {after: 1h}, arrivals: {every: 1s}, lasts: forever}}"),
         "6:15 'max_age'" NO},
        {WITH_RECONNECT("{after: 1s, backoff: 2}"), "6:77 'backoff'" NO},
        {WITH_RECONNECT("{after: 1s, cap: 60s}"), "6:77 'cap'" NO},

        {WITH_EVENTS("[{at: 1m, add: ws21..ws40, each: 30s}]"), "7:36 'each'" NO},
        {WITH_EVENTS("[{at: 1m, restart: s1}]"), "7:19 'restart'" NO},
        {WITH_EVENTS("[{at: 1m, down: 20s}]"), "7:19 'down'" NO},
        {WITH_EVENTS("[{at: 1m, every: 10m, reload: true}]"), "7:19 'every'" NO},
        {WITH_EVENTS("[{at: 1m, until: 24h, reload: true}]"), "7:19 'until'" NO},
        {WITH_EVENTS("[{at: 1m, fail: {server: s1, zone: az1}}]"), "7:38 'zone'" NO},
        {WITH_EVENTS("[{at: 1m, crash: {worker: 0}, back: 20s}]"),
         "7:45 'back' of a crash is" LATE "\n"},
        {WITH_EVENTS("[{at: 1m, crash: {worker: 0, instance: 0}}]"), "7:38 'instance'" NO},

        {WITH_BALANCERS("[{preset: random, accept: [1, 1]}]"), "6:30 'accept'" NO},
    };
    CHECK_TOLD(row);
}

/* ---- The table of keys, from which help and documentation come ---- */

struct listing {
    FILE *there, *planned;
    const char *section;
};

static void take_key(void *context, const char *section, const struct scenario_key *key)
{
    struct listing *listing = context;
    if (strcmp(section, listing->section) == 0)
        fprintf(key->planned ? listing->planned : listing->there, " %s%s", key->name,
                key->required ? "!" : "");
    CHECK_ROW(key->about != NULL && key->about[0] != '\0' && key->form != NULL,
              "%s: %s is not explained", section, key->name);
}

static void the_table_has_every_key(void)
{
    static const struct {
        const char *section, *there, *planned; /* with a '!': must be given */
    } row[] = {
        {"the scenario",
         " format! name! about seed duration! replications measure sample gateway servers! "
         "traffic! events balancers! expect",
         " start autoscaler groups upstream sees include shed queue stale"},
        {"measure", " from", ""},
        {"gateway", " instances workers accept old_workers", ""},
        {"server", " name! weight max_conns backup max_fails fail_timeout slow_start", " zone"},
        {"traffic", " arrivals! lasts! reconnect key", " max_age"},
        {"zipf", " keys! s!", ""},
        {"reconnect", " after! tries lasts", " backoff cap"},
        {"an event",
         " at! name add remove drain weight reload touch crash flap fail detect back close cut",
         " each restart down every until"},
        {"close and cut", " traffic server share count order", ""},
        {"flap", " server! for!", ""},
        {"fail", " server!", " zone"},
        {"crash", " worker!", " instance"},
        {"a balancer", " name preset algorithm view change workers draws reap after_crash",
         " accept"},
        {"an expectation",
         " balancer metric! traffic at max min equals tolerance at_most at_least level of", ""},
        {"a comparison", " balancer! factor", ""},
        {"a balancer's habits",
         " single returns place when_full answer weight_zero failures "
         "release_twice count_table slow_start redispatch ring_id",
         ""},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char *there, *planned;
        size_t size[2];
        struct listing listing = {.there = open_memstream(&there, &size[0]),
                                  .planned = open_memstream(&planned, &size[1]),
                                  .section = row[i].section};
        scenario_keys(&(struct vocabulary){.owns = 0}, take_key, &listing);
        fclose(listing.there);
        fclose(listing.planned);
        CHECK_ROW(strcmp(there, row[i].there) == 0, "%s has%s", row[i].section, there);
        CHECK_ROW(strcmp(planned, row[i].planned) == 0, "%s will have%s", row[i].section, planned);
        free(there);
        free(planned);
    }
}

static const struct test tests[] = {
    {"planned keys are refused in their place", planned_keys_are_refused},
    {"the table has every key", the_table_has_every_key},
};

SUITE("test_scenario_keys", tests)
