/* test_scenario_events.c: events as they are read: when, what, to whom. */
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

#define COUNT(row) (sizeof row / sizeof *row)

#define BASE                                                                                       \
    "format: 1\nname: a\nduration: 10m\nservers: [s1, {name: s2, weight: 2, max_conns: 9}]\n"      \
    "traffic:\n  t: {arrivals: {every: 1s}, lasts: forever}\n"                                     \
    "  u: {arrivals: {every: 1s}, lasts: forever}\nbalancers: [random]\n"

/* ---- Events in a line each ---- */

static void tell_filter(FILE *into, const struct scenario *scenario,
                        const struct world_filter *filter)
{
    static const char *const orders[] = {
        [ORDER_RANDOM] = "random", [ORDER_OLDEST] = "oldest", [ORDER_NEWEST] = "newest"};
    fprintf(into, " of %s on %s",
            filter->traffic == FILTER_ANY ? "any" : scenario->traffic[filter->traffic].name,
            filter->server == FILTER_ANY ? "any" : scenario->server[filter->server].name);
    if (filter->count == UINT64_MAX)
        fprintf(into, " share %" PRIu64, filter->share_e9);
    else
        fprintf(into, " count %" PRIu64, filter->count);
    fprintf(into, " %s", orders[filter->order]);
}

static void tell_change(FILE *into, const struct scenario *scenario,
                        const struct world_event *event)
{
    for (uint32_t i = 0; i < event->adds; i++)
        fprintf(into, " +%s=%u", scenario->server[event->add[i].server].name, event->add[i].weight);
    for (uint32_t i = 0; i < event->removes; i++)
        fprintf(into, " -%s", scenario->server[event->remove[i]].name);
    if (event->drain_ns != SPAN_FOREVER)
        fprintf(into, " drain %" PRIu64, event->drain_ns);
    for (uint32_t i = 0; i < event->weights; i++)
        fprintf(into, " %s=%u", scenario->server[event->weight[i].server].name,
                event->weight[i].weight);
}

static void tell_event(FILE *into, const struct scenario *scenario, const struct world_event *event)
{
    static const char *const kinds[] = {
        [EVENT_CHANGE] = "change", [EVENT_RELOAD] = "reload", [EVENT_TOUCH] = "touch",
        [EVENT_CRASH] = "crash",   [EVENT_FLAP] = "flap",     [EVENT_FAIL] = "fail",
        [EVENT_CLOSE] = "close",   [EVENT_CUT] = "cut"};
    fprintf(into, "%" PRIu64 " %s %s", event->at_ns, event->name, kinds[event->kind]);
    if (event->kind == EVENT_CHANGE)
        tell_change(into, scenario, event);
    if (event->kind == EVENT_CRASH)
        fprintf(into, " %u", event->worker);
    if (event->kind == EVENT_FLAP)
        fprintf(into, " %s for %" PRIu64, scenario->server[event->server].name, event->for_ns);
    if (event->kind == EVENT_FAIL)
        fprintf(into, " %s", scenario->server[event->server].name);
    if (event->detect_ns != SPAN_FOREVER)
        fprintf(into, " detect %" PRIu64, event->detect_ns);
    if (event->back_ns != SPAN_FOREVER)
        fprintf(into, " back %" PRIu64, event->back_ns);
    if (event->kind == EVENT_CLOSE || event->kind == EVENT_CUT)
        tell_filter(into, scenario, &event->filter);
    fputc('\n', into);
}

/* Loads BASE with these events, and compares what they are. */
static void check_events(const char *events, const char *expected)
{
    char text[4096], *told;
    size_t size;
    snprintf(text, sizeof text, "%s%s", BASE, events);
    struct scenario *scenario = scenario_of(text);
    if (scenario == NULL)
        return;
    FILE *into = open_memstream(&told, &size);
    for (uint32_t i = 0; i < scenario->events; i++)
        tell_event(into, scenario, &scenario->event[i]);
    fclose(into);
    CHECK_ROW(strcmp(told, expected) == 0, "%sgives\n%snot\n%s", events, told, expected);
    free(told);
    scenario_free(scenario);
}

/* ---- Tests ---- */

/* `down` is written below the entry that counts from it. */
static void when(void)
{
    check_events("events:\n"
                 "  - {at: down + 1s, touch: true}\n"
                 "  - {at: 1m, name: up, touch: true}\n"
                 "  - {at: up + 30s, name: down, touch: true}\n"
                 "  - {at: up, touch: true}\n"
                 "  - {at: up+1ns, touch: true}\n"
                 "  - {at: up  +   0s, touch: true}\n"
                 "  - {at: 0s, touch: true}\n"
                 "  - {at: 599.9999999999s, name: 7.a-b_c, touch: true}\n",
                 "91000000000 #1 touch\n"
                 "60000000000 up touch\n"
                 "90000000000 down touch\n"
                 "60000000000 #4 touch\n"
                 "60000000001 #5 touch\n"
                 "60000000000 #6 touch\n"
                 "0 #7 touch\n"
                 "599999999999 7.a-b_c touch\n");
}

/* At one time, what is written first happens first; and a removal before an addition in one entry.
 */
static void changes(void)
{
    check_events("events:\n"
                 "  - {at: 1m, add: s3}\n"
                 "  - {at: 1m, add: [s4, {name: s5, weight: 7, max_conns: 3}], remove: s3}\n"
                 "  - {at: 2m, remove: [s4, s5], drain: 0s}\n"
                 "  - {at: 3m, add: s5, remove: s1, drain: 2m, weight: {s2: 10}}\n"
                 "  - {at: 4m, add: {name: w01..w03, weight: 4}, drain: forever, remove: s2}\n"
                 "  - {at: 5m, weight: {w01..w02: 65535, s5: 0}}\n"
                 "  - {at: 6m, remove: w01..w03, add: w01..w02}\n",
                 "60000000000 #1 change +s3=1\n"
                 "60000000000 #2 change +s4=1 +s5=7 -s3\n"
                 "120000000000 #3 change -s4 -s5 drain 0\n"
                 "180000000000 #4 change +s5=7 -s1 drain 120000000000 s2=10\n"
                 "240000000000 #5 change +w01=4 +w02=4 +w03=4 -s2\n"
                 "300000000000 #6 change w01=65535 w02=65535 s5=0\n"
                 "360000000000 #7 change +w01=4 +w02=4 -w01 -w02 -w03\n");
}

/* Who is there is a matter of time, not of the order written. */
static void written_out_of_order(void)
{
    check_events("events:\n"
                 "  - {at: 5m, remove: s3}\n"
                 "  - {at: 4m, flap: {server: s3, for: 1m}}\n"
                 "  - {at: 1m, add: s3}\n",
                 "300000000000 #1 change -s3\n"
                 "240000000000 #2 flap s3 for 60000000000\n"
                 "60000000000 #3 change +s3=1\n");
}

static void other_kinds(void)
{
    check_events("events:\n"
                 "  - {at: 1m, reload: true}\n"
                 "  - {at: 1m, touch: true}\n"
                 "  - {at: 1m, crash: {worker: 0}}\n"
                 "  - {at: 1m, flap: {server: s2, for: 1ns}}\n"
                 "  - {at: 1m, fail: {server: s2}}\n"
                 "  - {at: 1m, fail: {server: s2}, detect: 0s, back: 1ns}\n"
                 "  - {at: 1m, detect: never, fail: {server: s1}, back: never}\n",
                 "60000000000 #1 reload\n"
                 "60000000000 #2 touch\n"
                 "60000000000 #3 crash 0\n"
                 "60000000000 #4 flap s2 for 1\n"
                 "60000000000 #5 fail s2\n"
                 "60000000000 #6 fail s2 detect 0 back 1\n"
                 "60000000000 #7 fail s1\n");
}

/* A filter may name a server that has left, or is yet to come: it still has connections, or none.
 */
static void filters(void)
{
    check_events("events:\n"
                 "  - {at: 1m, close: {}}\n"
                 "  - {at: 1m, close: {traffic: u, server: s2, share: 12.5%}}\n"
                 "  - {at: 1m, cut: {server: s3, count: 300, order: oldest}}\n"
                 "  - {at: 1m, cut: {count: 0, order: newest}}\n"
                 "  - {at: 2m, cut: {traffic: t, order: random}}\n"
                 "  - {at: 3m, add: s3}\n",
                 "60000000000 #1 close of any on any share 1000000000 random\n"
                 "60000000000 #2 close of u on s2 share 125000000 random\n"
                 "60000000000 #3 cut of any on s3 count 300 oldest\n"
                 "60000000000 #4 cut of any on any count 0 newest\n"
                 "120000000000 #5 cut of t on any share 1000000000 random\n"
                 "180000000000 #6 change +s3=1\n");
}

static const struct test tests[] = {
    {"a time, or an event and a time; in the order written", when},
    {"changes of the list", changes},
    {"who is there is a matter of time", written_out_of_order},
    {"reload, touch, crash, flap, fail", other_kinds},
    {"close and cut", filters},
};

SUITE("test_scenario_events", tests)
