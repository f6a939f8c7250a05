/* test_scenario_faults.c: what users get wrong, and what they are told: all of it, each in its
 * place. */
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/told.h"

static void the_whole(void)
{
    static const struct told_row row[] = {
        {"", "0:0 nothing is written here\n"},
        {"[]", "1:1 the scenario must be a mapping, {key: value, ...}\n"},
        {"x", "1:1 the scenario must be a mapping, {key: value, ...}\n"},
        {"about: x\n",
         "1:1 the scenario needs 'format': version of this format\n"
         "1:1 the scenario needs 'name': what the reports call it\n"
         "1:1 the scenario needs 'duration': simulated time\n"
         "1:1 the scenario needs 'servers': those in the list at the start\n"
         "1:1 the scenario needs 'traffic': who opens connections, and for how long\n"
         "1:1 the scenario needs 'balancers': who is compared; the first is the reference\n"},
        {"format: 2\nname: a\nduration: 10m\n" SERVERS TRAFFIC BALANCERS,
         "1:9 format 2 is not known; this lbsim reads format 1\n"},
        {"format: one\nname: a\nduration: 10m\n" SERVERS TRAFFIC BALANCERS,
         "1:9 'one' is not a whole number\n"},
        {"format: 1\nname: WS scale\nduration: 0s\n" SERVERS TRAFFIC BALANCERS,
         "2:7 'WS scale' is not a scenario's name: a-z 0-9 _ -, 64 bytes at most\n"
         "3:11 a run must last longer than nothing\n"},
        {"format: 1\nname: [a]\nduration: 10\n" SERVERS TRAFFIC BALANCERS,
         "2:7 a single value is wanted here: a name\n"
         "3:11 '10' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {"format: 1\nname: \"\"\nduration:\n" SERVERS TRAFFIC BALANCERS,
         "2:7 '' is not a scenario's name: a-z 0-9 _ -, 64 bytes at most\n"
         "3:1 a value is wanted here: a time, like 20m\n"},
        {WITH("seed: -1"), "7:7 '-1' is not a whole number\n"},
        {WITH("seed: 18446744073709551616"),
         "7:7 18446744073709551616 is out of range: 0 to 18446744073709551615\n"},
        {WITH("replications: 0"), "7:15 0 is out of range: 1 to 100000\n"},
        {WITH("replications: 100001"), "7:15 100001 is out of range: 1 to 100000\n"},
        {WITH("about: {}"), "7:8 a single value is wanted here: a sentence\n"},
        {WITH("about:"), "7:1 a value is wanted here: a sentence\n"},
        {WITH("duraton: 5m"), "7:1 unknown key 'duraton' (did you mean 'duration'?)\n"},
        {WITH("Seed: 5"), "7:1 unknown key 'Seed' (did you mean 'seed'?)\n"},
        {WITH("frobnicate: 5"),
         "7:1 unknown key 'frobnicate' (there are: format, name, about, seed, duration, "
         "replications, measure, sample, gateway, servers, traffic, events, balancers, "
         "expect, start, autoscaler, groups, upstream, sees, include, shed, queue, stale)\n"},
        {WITH("seed: 1\nseed: 2"), "8:1 duplicate key 'seed' (the first is on line 7)\n"},
    };
    CHECK_TOLD(row);
}

#define MUST_FIT "an `accept` list must fit its workers: "

static void gateways(void)
{
    static const struct told_row row[] = {
        {WITH("gateway: [4]"), "7:10 gateway must be a mapping, {key: value, ...}\n"},
        {WITH("gateway: {instances: 0, workers: 0, accept: fair, old_workers: never}"),
         "7:22 0 is out of range: 1 to 1024\n"
         "7:34 0 is out of range: 1 to 1024\n"
         "7:45 unknown way to accept 'fair' (there are: random, in_turn)\n"
         "7:64 'never' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH("gateway: {wokers: 4, instances: 1025, workers: 1025, old_workers: 240}"),
         "7:11 unknown key 'wokers' (did you mean 'workers'?)\n"
         "7:33 1025 is out of range: 1 to 1024\n"
         "7:48 1025 is out of range: 1 to 1024\n"
         "7:67 '240' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH("gateway: {old_workers: {after: 240s}}"),
         "7:24 a single value is wanted here: a time, like 20m\n"},
        {WITH("gateway: {accept: {random: 1}}"),
         "7:19 a single value is wanted here: way to accept\n"},
        {WITH("gateway: {accept: [65, 64, 62, 49]}"), "7:19 " MUST_FIT "4 shares, but 1 worker\n"},
        {WITH("gateway: {accept: [1], workers: 2}"), "7:19 " MUST_FIT "1 share, but 2 workers\n"},
        {WITH("gateway: {workers: 2, accept: []}"),
         "7:31 nobody would take a connection: an `accept` list needs a share above 0\n"},
        {WITH("gateway: {workers: 2, accept: [0, 0]}"),
         "7:31 nobody would take a connection: an `accept` list needs a share above 0\n"},
        {WITH("gateway: {accept: [1, -1, 65536, 0.5, [1], x, 50%]}"), /* and then no more of it */
         "7:23 '-1' is not a whole number\n"
         "7:27 65536 is out of range: 0 to 65535\n"
         "7:34 '0.5' is not a whole number\n"
         "7:39 a single value is wanted here: a whole number\n"
         "7:44 'x' is not a whole number\n"
         "7:47 '50%' is not a whole number\n"},
        {WITH("gateway: {instances: 1024, workers: 16}"), ""},
        {WITH("gateway: {instances: 964, workers: 17}"),
         "7:10 964 instances of 17 workers each; 16384 workers in all at most\n"},
        {WITH_BALANCERS("[{preset: random, workers: 1024}]\ngateway: {instances: 17}"),
         "6:13 'random' has 1024 workers in each of 17 instances; 16384 in all at most\n"},
        {WITH("gateway: {accept: [1, 1], workers: many}"), "7:36 'many' is not a whole number\n"},
        {WITH_BALANCERS("[random, {name: b, preset: random, workers: 3},\n"
                        "  {name: c, preset: random, workers: 2},\n"
                        "  {name: d, preset: random, workers: 1}]\n"
                        "gateway: {accept: [3, 1], workers: 2}"),
         "6:21 " MUST_FIT "2 shares, but 'b' has 3 workers\n"
         "8:3 " MUST_FIT "2 shares, but 'd' has 1 worker\n"},
        {WITH_BALANCERS("[{name: b, preset: random, workers: 2}]\ngateway: {accept: [1]}"),
         "6:13 " MUST_FIT "1 share, but 'b' has 2 workers\n"},
    };
    CHECK_TOLD(row);
}

static void servers(void)
{
    static const struct told_row row[] = {
        {WITH_SERVERS("s1"), "6:10 servers must be a list, [s1, s2]\n"},
        {WITH_SERVERS(""), "6:1 servers must be a list, [s1, s2]\n"},
        {WITH_SERVERS("[]"), "6:10 no server is named, neither here nor in an event\n"},
        {WITH_SERVERS("[s1, s2, s1]"), "6:19 server 's1' is listed twice\n"},
        {WITH_SERVERS("[w1..w3, w2]"), "6:19 server 'w2' is listed twice\n"},
        {WITH_SERVERS("[a b, .a, \"\", [s1], \"s/1\"]"),
         "6:11 'a b' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"
         "6:16 '.a' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"
         "6:20 '' is not a name: letters, digits and . _ : - after a letter or digit, no '..', 64 "
         "bytes at most\n"
         "6:24 a single value is wanted here: a server's name\n"
         "6:30 's/1' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"},
        {WITH_SERVERS("[{nam: s1, weigth: 3}]"),
         "6:11 server needs 'name': what it is called\n"
         "6:12 unknown key 'nam' (did you mean 'name'?)\n"
         "6:21 unknown key 'weigth' (did you mean 'weight'?)\n"},
        {WITH_SERVERS("[{name: s1, weight: 65536, max_conns: 1000000001}, {name: s2, weight: -1}]"),
         "6:30 65536 is out of range: 0 to 65535\n"
         "6:48 1000000001 is out of range: 0 to 1000000000\n"
         "6:80 '-1' is not a whole number\n"},
        {WITH_SERVERS("[{name: s1, slow_start: 10}, {name: s2, slow_start: 1500ms}, {name: s3, "
                      "slow_start: 4294967296s}, {name: s4, slow_start: forever}]"),
         "6:34 '10' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
         "6:62 a slow start goes by whole seconds, not by parts of one\n"
         "6:94 a slow start of over 4294967295s never ends\n"
         "6:131 'forever' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH_SERVERS("[{name: s1, backup: yes, max_fails: -1, fail_timeout: 10}]"),
         "6:30 unknown answer 'yes' (there are: false, true)\n"
         "6:46 '-1' is not a whole number\n"
         "6:64 '10' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH_SERVERS("[{name: s1, max_fails: 1000001, fail_timeout: 1500ms}, {name: s2, "
                      "fail_timeout: 11575d}]"),
         "6:33 1000001 is out of range: 0 to 1000000\n"
         "6:56 whole seconds are wanted here, like 10s\n"
         "6:90 '11575d' is too long: at most 1000000000s\n"},
        {WITH_SERVERS("[{name: s1, weight: 1.5, max_conns: many}]"),
         "6:30 '1.5' is not a whole number\n"
         "6:46 'many' is not a whole number\n"},
        {WITH_SERVERS("[w3..w1, w01..w5, w1..x3, a..b, w1.., ..w3, w1...w3, w1..w3..w5, w1..3]"),
         "6:11 'w3..w1' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:19 'w01..w5' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:28 'w1..x3' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:36 'a..b' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:42 'w1..' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:48 '..w3' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:54 'w1...w3' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:63 'w1..w3..w5' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:75 'w1..3' is not a range: the same name with a rising number, like ws01..ws20\n"},
        {WITH_SERVERS("[w1..w1234567890]"), "6:11 'w1..w1234567890' is not a range: the same name "
                                            "with a rising number, like ws01..ws20\n"},
        {WITH_SERVERS("[w1..w65537]"), "6:11 'w1..w65537' is 65537 servers; 65536 at most\n"},
        {WITH_SERVERS("[.w1...w3, -1..-3]"),
         "6:11 '.w1...w3' is not a range: the same name with a rising number, like ws01..ws20\n"
         "6:21 '-1..-3' is not a range: the same name with a rising number, like ws01..ws20\n"},
        {WITH_SERVERS("[w00001..w65536, x]"), "6:27 more than 65536 servers\n"},
    };
    CHECK_TOLD(row);
}

static void arrivals(void)
{
    static const struct told_row row[] = {
        {WITH_TRAFFIC("[]"), "6:10 traffic must name at least one: {websocket: {...}}\n"},
        {WITH_TRAFFIC("{}"), "6:10 traffic must name at least one: {websocket: {...}}\n"},
        {WITH_TRAFFIC("{t: 5}"), "6:14 traffic must be a mapping, {key: value, ...}\n"},
        {WITH_TRAFFIC("{t: {}}"),
         "6:14 traffic needs 'arrivals': when connections arrive; a list adds up\n"
         "6:14 traffic needs 'lasts': how long a connection stays open\n"},
        {WITH_TRAFFIC("{all: {arrivals: {every: 1s}, lasts: forever}, \"a b\": {lasts: forever, "
                      "arival: x}}"),
         "6:11 'all' is what the reports call all traffic\n"
         "6:57 'a b' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"
         "6:64 traffic needs 'arrivals': when connections arrive; a list adds up\n"
         "6:81 unknown key 'arival' (did you mean 'arrivals'?)\n"},
        {WITH_ARRIVALS("[]"), "6:25 arrivals are missing, like {poisson: 5/s}\n"},
        {WITH_ARRIVALS("{}"), "6:25 arrivals are missing, like {poisson: 5/s}\n"},
        {WITH_ARRIVALS("5/s"), "6:25 arrivals must be a mapping, like {poisson: 5/s}\n"},
        {WITH_ARRIVALS("{at: 3s}"),
         "6:26 unknown kind of arrivals 'at' (there are: poisson, every, burst, keep)\n"},
        {WITH_ARRIVALS("{brust: 3, at: 3s}"),
         "6:26 unknown kind of arrivals 'brust' (did you mean 'burst'?)\n"},
        {WITH_ARRIVALS("{poisson: 5}"),
         "6:35 '5' is not a rate: a number above 0 a unit of time, like 5/s\n"},
        {WITH_ARRIVALS("{poisson: 0/s}"),
         "6:35 '0/s' is not a rate: a number above 0 a unit of time, like 5/s\n"},
        {WITH_ARRIVALS("{poisson: }"), "6:26 a value is wanted here: a rate, like 5/s\n"},
        {WITH_ARRIVALS("{poisson: {rate: 5/s}}"),
         "6:35 a single value is wanted here: a rate, like 5/s\n"},
        {WITH_ARRIVALS("{poisson: 1e-308/d}"), "6:25 poisson must be above 0 and finite\n"},
        {WITH_ARRIVALS("{poisson: [{at: 0h, rate: 4/s}]}"),
         "6:35 rate curves are planned, not there yet; now: 5/s\n"},
        {WITH_ARRIVALS("{every: 0s}"), "6:25 every must be above 0\n"},
        {WITH_ARRIVALS("{every: 5}"),
         "6:33 '5' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH_ARRIVALS("{burst: 0}"), "6:25 burst must be above 0\n"},
        {WITH_ARRIVALS("{burst: 1000000000001}"),
         "6:33 1000000000001 is out of range: 0 to 1000000000000\n"},
        {WITH_ARRIVALS("{burst: 3, aat: 3s, over: -1s, rate: 5/s}"),
         "6:36 unknown key 'aat' (did you mean 'at'?)\n"
         "6:51 '-1s' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
         "6:56 unknown key 'rate' (there are: burst, at, over)\n"},
        {WITH_ARRIVALS("{keep: 0}"), "6:25 keep must be above 0\n"},
        {WITH_ARRIVALS("{keep: 10000001}"), "6:32 10000001 is out of range: 0 to 10000000\n"},
        {WITH_ARRIVALS("{keep: 1000000000}"), "6:32 1000000000 is out of range: 0 to 10000000\n"},
        {WITH_ARRIVALS("{keep: 3, at: 1s}"), "6:35 unknown key 'at' (there are: keep)\n"},
        {WITH_ARRIVALS("{kep: 3}"), "6:26 unknown kind of arrivals 'kep' (did you mean 'keep'?)\n"},
        {WITH_ARRIVALS("[{every: 1s}, {keep: 3}, {trace: x.csv}, x]"),
         "6:51 'trace' is planned, not there yet\n"
         "6:66 arrivals must be a mapping, like {poisson: 5/s}\n"},
    };
    CHECK_TOLD(row);
}

static void holds(void)
{
    static const struct told_row row[] = {
        {WITH_LASTS(""), "6:38 a value is wanted here: a distribution, like {exponential: 20m}\n"},
        {WITH_LASTS("{}"), "6:45 one distribution is wanted here, like {exponential: 20m}\n"},
        {WITH_LASTS("[forever]"),
         "6:45 one distribution is wanted here, like {exponential: 20m}\n"},
        {WITH_LASTS("5m"), "6:45 '5m' alone is no distribution; did you mean {constant: 5m}?\n"},
        {WITH_LASTS("for ever"),
         "6:45 unknown distribution 'for ever' (did you mean 'forever'?)\n"},
        {WITH_LASTS("eternally"),
         "6:45 unknown distribution 'eternally' (there are: exponential, constant, uniform, "
         "lognormal, pareto, weibull, empirical, forever)\n"},
        {WITH_LASTS("exponential"), "6:45 exponential needs its parameters: {exponential: ...}\n"},
        {WITH_LASTS("{forever: 5m}"), "6:46 forever takes nothing\n"},
        {WITH_LASTS("{expnential: 5m}"),
         "6:46 unknown distribution 'expnential' (did you mean 'exponential'?)\n"},
        {WITH_LASTS("{exponential: 5m, constant: 3m}"),
         "6:45 one distribution is wanted here, like {exponential: 20m}\n"},
        {WITH_LASTS("{exponential: 0s}"), "6:59 mean of exponential must be above 0\n"},
        {WITH_LASTS("{exponential: }"), "6:46 a value is wanted here: a time, like 20m\n"},
        {WITH_LASTS("{exponential: [5m]}"), "6:59 exponential needs mean: {mean: ...}\n"},
        {WITH_LASTS("{exponential: {mean: 5m, sigma: 1}}"),
         "6:70 unknown key 'sigma' (there are: mean)\n"},
        {WITH_LASTS("{uniform: 5m}"), "6:55 uniform needs min and max: {min: ...}\n"},
        {WITH_LASTS("{uniform: {mni: 5s}}"),
         "6:55 uniform needs 'min': the least\n"
         "6:55 uniform needs 'max': the bound above, never reached\n"
         "6:56 unknown key 'mni' (did you mean 'min'?)\n"},
        {WITH_LASTS("{uniform: {min: 5s, max: 4s}}"),
         "6:55 max of uniform must not be below min\n"},
        {WITH_LASTS("{lognormal: {median: 0s, sigma: -1}}"), "6:77 '-1' is not a number\n"},
        {WITH_LASTS("{lognormal: {median: 5m, sigma: 1e999}}"), "6:77 '1e999' is not a number\n"},
        {WITH_LASTS("{pareto: {min: 1s, alpha: 0}}"), "6:54 alpha of pareto must be above 0\n"},
        {WITH_LASTS("{weibull: {scale: 1s, shape: much}}"), "6:74 'much' is not a number\n"},
        {WITH_LASTS("{empirical: }"),
         "6:46 a value is wanted here: a CSV file with a column lasts_s\n"},
        {WITH_LASTS("{empirical: build/nothing/there.csv}"),
         "6:57 cannot read 'build/nothing/there.csv': No such file or directory\n"},
    };
    CHECK_TOLD(row);
}

static void reconnects(void)
{
    static const struct told_row row[] = {
        {WITH_RECONNECT("5s"), "6:65 reconnect must be a mapping, {key: value, ...}\n"},
        {WITH_RECONNECT("{}"), "6:65 reconnect needs 'after': how long until it tries\n"},
        {WITH_RECONNECT("{after: 5, tries: 0, lasts: old}"),
         "6:73 '5' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
         "6:83 0 is out of range: 1 to 1000000\n"
         "6:93 unknown hold of a reconnect 'old' (there are: rest, new)\n"},
        {WITH_RECONNECT("{after: , tries: 1000001, tires: 3}"),
         "6:66 a value is wanted here: a distribution, like {exponential: 20m}\n"
         "6:82 1000001 is out of range: 1 to 1000000\n"
         "6:91 unknown key 'tires' (did you mean 'tries'?)\n"},
        {WITH_RECONNECT("{after: 0s}"),
         "6:65 to reconnect at once without end takes for ever: 'after: 0s' needs 'tries'\n"},
        {WITH_RECONNECT("{after: {constant: 0s}, lasts: new}"),
         "6:65 to reconnect at once without end takes for ever: 'after: 0s' needs 'tries'\n"},
        {WITH_RECONNECT("{after: [0s], backoff: 2, cap: 60s}"),
         "6:73 one distribution is wanted here, like {exponential: 20m}\n"
         "6:79 'backoff' is planned, not there yet\n"
         "6:91 'cap' is planned, not there yet\n"},
        /* told although something else is wrong further up */
        {HEAD "servers: [a b]\n" BALANCERS "traffic: {t: {arrivals: {every: 1s}, lasts: forever, "
              "reconnect: {after: 0s}}}\n",
         "4:11 'a b' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"
         "6:65 to reconnect at once without end takes for ever: 'after: 0s' needs 'tries'\n"},
    };
    CHECK_TOLD(row);
}

/* ---- Files of measured spans ---- */

#define SPANS "build/test_scenario_faults.csv"

/* What is said of a scenario that takes its holds from a file of this text. */
static void check_spans(const char *spans, const char *expected)
{
    FILE *file = fopen(SPANS, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(spans, file);
    fclose(file);
    char *told;
    scenario_free(scenario_named("x.yaml", WITH_LASTS("{empirical: " SPANS "}"), &told));
    CHECK_ROW(strcmp(told, expected) == 0, "%ssays\n%snot\n%s", spans, told, expected);
    free(told);
    remove(SPANS);
}

static void files_of_spans(void)
{
    check_spans("lasts_s\n1\n", "");
    check_spans("", "6:57 " SPANS ": the file is empty\n");
    check_spans("lasts_s\n", "6:57 empirical must hold at least one value\n");
    check_spans("seconds\n1\n", "6:57 '" SPANS "' has no column 'lasts_s'\n");
    check_spans("lasts_s,who\n1,a\nx,b\n-2,c\n",
                "6:57 " SPANS ":3:1: 'x' is not a number of seconds\n");
    check_spans("who,lasts_s\na,1\nb,\n", "6:57 " SPANS ":3:3: '' is not a number of seconds\n");
    check_spans("who,lasts_s\na\n",
                "6:57 " SPANS ":2:1: 1 field in this row, but the header has 2\n");
    check_spans("lasts_s\n1e3\n", "6:57 " SPANS ":2:1: '1e3' is not a number of seconds\n");
    check_spans("lasts_s\n99999999999\n", "6:57 " SPANS ":2:1: '99999999999' is too long a time\n");
}

/* The same fault is told although something else is wrong further up. */
static void an_empty_file_of_spans_among_others(void)
{
    FILE *file = fopen(SPANS, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("lasts_s\n", file);
    fclose(file);
    static const struct told_row row[] = {
        {"seeed: 3\n" WITH_LASTS("{empirical: " SPANS "}"),
         "1:1 unknown key 'seeed' (did you mean 'seed'?)\n"
         "7:57 empirical must hold at least one value\n"},
    };
    CHECK_TOLD(row);
    remove(SPANS);
}

/* ---- All in one run ---- */

static const char many[] = "format: 1\n"
                           "name: Many\n"
                           "duration: 10 minutes\n"
                           "seeed: 7\n"
                           "gateway: {workers: none}\n"
                           "servers: [s1, s1, {name: s2, wieght: 2}]\n"
                           "traffic:\n"
                           "  web:\n"
                           "    arrivals: {poisson: 5}\n"
                           "    lasts: {expo: 20m}\n"
                           "    max_age: {after: 1h}\n"
                           "events:\n"
                           "  - {at: 1m, remove: s3}\n"
                           "  - {at: pu + 1m, add: s4}\n"
                           "  - {name: up, at: 2m}\n"
                           "balancers:\n"
                           "  - rounb_robin\n"
                           "  - {algorithm: least_conn, view: wroker}\n"
                           "expect: {}\n";

static void all_faults_in_one_run(void)
{
    static const struct told_row row[] = {
        {many, "2:7 'Many' is not a scenario's name: a-z 0-9 _ -, 64 bytes at most\n"
               "3:11 '10 minutes' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
               "4:1 unknown key 'seeed' (did you mean 'seed'?)\n"
               "5:20 'none' is not a whole number\n"
               "6:15 server 's1' is listed twice\n"
               "6:30 unknown key 'wieght' (did you mean 'weight'?)\n"
               "9:25 '5' is not a rate: a number above 0 a unit of time, like 5/s\n"
               "10:13 unknown distribution 'expo' (there are: exponential, constant, uniform, "
               "lognormal, pareto, weibull, empirical, forever)\n"
               "11:5 'max_age' is planned, not there yet\n"
               "13:22 there is no server 's3' to leave\n"
               "14:10 there is no event 'pu' (did you mean 'up'?)\n"
               "15:5 nothing happens here: add, remove, weight, reload, touch, crash, flap, fail, "
               "close or cut is missing\n"
               "17:5 unknown preset 'rounb_robin' (did you mean 'round_robin'?)\n"
               "18:35 unknown view 'wroker' (did you mean 'worker'?)\n"
               "19:9 expect must be a list, [{metric: refused, max: 0}]\n"},
    };
    CHECK_TOLD(row);
}

static const struct test tests[] = {
    {"the scenario's own keys", the_whole},
    {"the gateway", gateways},
    {"servers and ranges", servers},
    {"traffic and arrivals", arrivals},
    {"holds", holds},
    {"reconnects", reconnects},
    {"files of spans", files_of_spans},
    {"an empty file of spans among other faults", an_empty_file_of_spans_among_others},
    {"all faults in one run, in the order of the text", all_faults_in_one_run},
};

SUITE("test_scenario_faults", tests)
