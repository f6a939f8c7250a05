/* test_event_faults.c: events that cannot be: what users are told, all of it, each in its place. */
#include "tests/harness.h"
#include "tests/told.h"

static void events(void)
{
    static const struct told_row row[] = {
        {WITH_EVENTS("{at: 1m}"), "7:9 events must be a list, [{at: 10m, add: s3}]\n"},
        {WITH_EVENTS("soon"), "7:9 events must be a list, [{at: 10m, add: s3}]\n"},
        {WITH_EVENTS("[1m]"), "7:10 an event must be a mapping, {key: value, ...}\n"},
        {WITH_EVENTS("[{}]"), "7:10 an event needs 'at': when\n"},
        {WITH_EVENTS("[{at: 1m}]"), "7:10 nothing happens here: add, remove, weight, reload, "
                                    "touch, crash, flap, fail, close or cut is missing\n"},
        {WITH_EVENTS("[{at: 1m, name: a b, touch: true}]"),
         "7:25 'a b' is not a name: letters, digits and . _ : - after a letter or digit, no '..', "
         "64 bytes at most\n"},
        {WITH_EVENTS("[{at: 1m, tuoch: true}]"),
         "7:19 unknown key 'tuoch' (did you mean 'touch'?)\n"},
        {WITH_EVENTS("[{at: 1m, touch: yes}, {at: 1m, reload: false}, {at: 1m, touch: }]"),
         "7:26 only 'true' makes sense here, not 'yes'\n"
         "7:49 only 'true' makes sense here, not 'false'\n"
         "7:66 a value is wanted here: true\n"},
        {WITH_EVENTS("[{at: 1m, touch: true, add: s3}, {at: 1m, crash: {worker: 0}, cut: {}}]"),
         "7:10 one entry, one kind of event: only add, remove and weight go together\n"
         "7:42 one entry, one kind of event: only add, remove and weight go together\n"},
        {WITH_EVENTS("[{at: 1m, name: up, add: s3}, {at: 2m, name: up, touch: true}]"),
         "7:39 two events are called 'up'\n"},
        {WITH_EVENTS("[{at: 1m, touch: true}, {at: 2m, name: 1, touch: true}]"),
         "7:33 '1' is what files call event #1; give it another name\n"},
        {WITH_EVENTS("[{at: 1m, name: f, flap: {server: s1, for: 1s}}, "
                     "{at: 2m, name: f:back, touch: true}]"),
         "7:58 'f:back' is what files call event f's return; give it another name\n"},
        {WITH_EVENTS("[{at: 1m, flap: {server: s1, for: 1s}}, "
                     "{at: 2m, name: 1:back, touch: true}]"),
         "7:49 '1:back' is what files call event #1's return; give it another name\n"},
        {WITH_EVENTS("[{at: 1m, add: []}, {at: 1m, remove: []}, {at: 1m, weight: {}}]"),
         "7:24 nobody is named here\n"
         "7:46 nobody is named here\n"
         "7:68 weight must be a mapping of servers, {s2: 10}\n"},
        {WITH_EVENTS("[{at: 1m, add: }, {at: 1m, remove: {name: s1}}, {at: 1m, weight: s1}]"),
         "7:19 a value is wanted here: a server's name\n"
         "7:44 a single value is wanted here: a server's name\n"
         "7:74 weight must be a mapping of servers, {s2: 10}\n"},
        {WITH_EVENTS("[{at: 1m, add: [s3, s3], drain: 5s}]"),
         "7:10 'drain' is about servers that leave, and nobody does\n"
         "7:29 server 's3' is listed twice\n"},
        {WITH_EVENTS("[{at: 1m, remove: [s1, s1..s2], drain: never}]"),
         "7:32 server 's1' is listed twice\n"
         "7:48 'never' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"},
        {WITH_EVENTS("[{at: 1m, weight: {s1: -1, s2: 65536}}]"),
         "7:32 '-1' is not a whole number\n"
         "7:40 65536 is out of range: 0 to 65535\n"},
        {WITH_EVENTS("[{at: 1m, weight: {s1..s2: 3, s2: 4}}]"),
         "7:39 server 's2' is listed twice\n"},
        {WITH_EVENTS("[{at: 1m, add: {name: s3, weigth: 3, zone: az1}}]"),
         "7:35 unknown key 'weigth' (did you mean 'weight'?)\n"
         "7:46 'zone' is planned, not there yet\n"},
        {WITH_EVENTS("[{at: 1m, crash: 0}, {at: 1m, crash: {}}, {at: 1m, crash: {worker: 1024}}]"),
         "7:26 crash must be a mapping, {key: value, ...}\n"
         "7:46 crash needs 'worker': which worker's life ends\n"
         "7:76 1024 is out of range: 0 to 1023\n"},
        {WITH_EVENTS("[{at: 1m, crash: {instance: 0, wroker: 1}}]"),
         "7:26 crash needs 'worker': which worker's life ends\n"
         "7:27 'instance' is planned, not there yet\n"
         "7:40 unknown key 'wroker' (did you mean 'worker'?)\n"},
        {WITH_EVENTS("[{at: 1m, flap: s1}, {at: 1m, flap: {}}]"),
         "7:25 flap must be a mapping, {key: value, ...}\n"
         "7:45 flap needs 'server': whom the health check takes out\n"
         "7:45 flap needs 'for': until it is back\n"},
        {WITH_EVENTS("[{at: 1m, flap: {server: s1..s2, for: 0s}}]"),
         "7:34 one server is wanted here, not several\n"
         "7:47 a server that is out for no time is not out\n"},
        {WITH_EVENTS("[{at: 1m, flap: {server: [s1], fro: 5s}}]"),
         "7:25 flap needs 'for': until it is back\n"
         "7:34 a single value is wanted here: a server's name\n"
         "7:40 unknown key 'fro' (did you mean 'for'?)\n"},
        {WITH_EVENTS("[{at: 1m, close: true}, {at: 1m, cut: {traffic: x, server: s9, share: 50}}]"),
         "7:26 which connections? {} for all, or a filter like {server: s2}\n"
         "7:33 there is no server 's9'\n"
         "7:57 unknown traffic 'x' (there are: t)\n"
         "7:79 '50' is not a share: 0% to 100%, like 50%\n"},
        {WITH_EVENTS("[{at: 1m, close: {trafic: t, share: 101%, order: eldest, count: -1}}]"),
         "7:27 unknown key 'trafic' (did you mean 'traffic'?)\n"
         "7:45 '101%' is not a share: 0% to 100%, like 50%\n"
         "7:58 unknown order 'eldest' (did you mean 'oldest'?)\n"
         "7:73 '-1' is not a whole number\n"},
        {WITH_EVENTS("[{at: 1m, cut: {share: 50%, count: 5}}, {at: 1m, cut: {server: s1..s4}}]"),
         "7:24 either share or count, not both\n"
         "7:49 there is no server 's4'\n"
         "7:72 one server is wanted here, not several\n"},
        {WITH_EVENTS("[{at: 1m, restart: s1, each: 45s, down: 20s}, {at: 2m, every: 10m, until: "
                     "24h, reload: true}, {at: 3m, fail: {zone: az1}}]"),
         "7:19 'restart' is planned, not there yet\n"
         "7:32 'each' is planned, not there yet\n"
         "7:43 'down' is planned, not there yet\n"
         "7:64 'every' is planned, not there yet\n"
         "7:76 'until' is planned, not there yet\n"
         "7:118 fail needs 'server': who dies\n"
         "7:119 'zone' is planned, not there yet\n"},
    };
    CHECK_TOLD(row);
}

static void failures(void)
{
    static const struct told_row row[] = {
        {WITH_EVENTS("[{at: 1m, fail: s1}, {at: 1m, fail: {}}, {at: 1m, fail: {servre: s1}}]"),
         "7:25 fail must be a mapping, {key: value, ...}\n"
         "7:45 fail needs 'server': who dies\n"
         "7:65 fail needs 'server': who dies\n"
         "7:66 unknown key 'servre' (did you mean 'server'?)\n"},
        {WITH_EVENTS("[{at: 1m, fail: {server: [s1]}}, {at: 1m, fail: {server: s1..s2}}, "
                     "{at: 1m, fail: {server: s9}}, {at: 1m, fail: {server: s3}}]"),
         "7:34 a single value is wanted here: a server's name\n"
         "7:66 one server is wanted here, not several\n"
         "7:76 there is no server 's9' to fail\n"
         "7:106 there is no server 's3' to fail\n"},
        {WITH_EVENTS("[{at: 1m, remove: s2}, {at: 1m, fail: {server: s2}}]"),
         "7:32 server 's2' is not in the list at that time, so it cannot fail\n"},
        {WITH_EVENTS("[{at: 10m, fail: {server: s2}}, {at: 11m, fail: {server: s2}}]"),
         "7:15 this is at or past the end: the run lasts 10m\n"
         "7:46 this is at or past the end: the run lasts 10m\n"},
        {WITH_EVENTS("[{at: 1m, fail: {server: s1}, detect: soon, back: }]"),
         "7:47 'soon' is not a time: a number and a unit (ns us ms s m h d), like 20m\n"
         "7:53 a value is wanted here: a time, like 20m\n"},
        /* found out when it is back, or later; a return at once is one that nobody could detect */
        {WITH_EVENTS("[{at: 1m, fail: {server: s1}, detect: 5s, back: 5s}, {at: 2m, fail: "
                     "{server: s1}, detect: 2m, back: 5s}, {at: 3m, fail: {server: s1}, detect: "
                     "0s, back: 0s}]"),
         "7:47 the server is back before anybody detects that it is gone; leave 'detect' out\n"
         "7:99 the server is back before anybody detects that it is gone; leave 'detect' out\n"
         "7:151 the server is back before anybody detects that it is gone; leave 'detect' out\n"},
        {WITH_EVENTS("[{at: 1m, touch: true, detect: 5s}, {at: 1m, flap: {server: s1, for: 1s}, "
                     "back: 5s}, {at: 1m, fail: {server: s1}, add: s3}, {at: 1m, detect: 5s}]"),
         "7:40 'detect' is about a server that fails, and none does\n"
         "7:89 'back' is about a server that fails, and none does\n"
         "7:94 one entry, one kind of event: only add, remove and weight go together\n"
         "7:133 nothing happens here: add, remove, weight, reload, touch, crash, flap, fail, close "
         "or cut is missing\n"
         "7:150 'detect' is about a server that fails, and none does\n"},
        /* as files call its parts */
        {WITH_EVENTS(
             "[{at: 1m, name: f, fail: {server: s1}, detect: 1s, back: 2s}, "
             "{at: 2m, name: f:back, touch: true}, {at: 2m, name: f:detected, touch: true}, "
             "{at: 2m, name: 1:back, touch: true}]"),
         "7:71 'f:back' is what files call event f's return; give it another name\n"
         "7:108 'f:detected' is what files call event f's detection; give it another name\n"},
        {WITH_EVENTS("[{at: 1m, fail: {server: s1}, detect: 1s}, {at: 2m, name: 1:detected, touch: "
                     "true}, {at: 3m, name: 1:back, touch: true}]"),
         "7:52 '1:detected' is what files call event #1's detection; give it another name\n"},
    };
    CHECK_TOLD(row);
}

static void times(void)
{
    static const struct told_row row[] = {
        {WITH_EVENTS("[{touch: true}]"), "7:10 an event needs 'at': when\n"},
        {WITH_EVENTS("[{at: 10, touch: true}, {at: -1m, touch: true}, {at: , touch: true}, "
                     "{at: [1m], touch: true}]"),
         "7:15 '10' is neither a time (a number and a unit, like 10m) nor an event\n"
         "7:38 '-1m' is not a time: like 10m, or EVENT + 5m\n"
         "7:58 a value is wanted here: a time, like 10m or up + 5m\n"
         "7:83 a single value is wanted here: a time, like 10m or up + 5m\n"},
        {WITH_EVENTS("[{at: up, touch: true}, {at: up - 1m, touch: true}, {at: up + 1, touch: "
                     "true}, {at: up + , touch: true}, {at: + 1m, touch: true}]"),
         "7:15 there is no event 'up'\n"
         "7:38 'up - 1m' is not a time: like 10m, or EVENT + 5m\n"
         "7:66 'up + 1' is not a time: like 10m, or EVENT + 5m\n"
         "7:93 'up +' is not a time: like 10m, or EVENT + 5m\n"
         "7:119 '+ 1m' is not a time: like 10m, or EVENT + 5m\n"},
        {WITH_EVENTS("[{at: pu + 1m, touch: true}, {at: 1m, name: up, touch: true}]"),
         "7:15 there is no event 'pu' (did you mean 'up'?)\n"},
        {WITH_EVENTS("[{at: up + 1m, name: up, touch: true}]"),
         "7:15 this event is waiting for itself\n"},
        {WITH_EVENTS("[{at: b + 1m, name: a, touch: true}, {at: c, name: b, touch: true}, "
                     "{at: a, name: c, touch: true}, {at: c + 1h, touch: true}]"),
         "7:15 this event is waiting for itself\n"},
        {WITH_EVENTS("[{at: 10m, touch: true}, {at: 599999999999ns, touch: true}, {at: 1h, name: "
                     "x, touch: true}, {at: x + 1s, touch: true}]"),
         "7:15 this is at or past the end: the run lasts 10m\n"
         "7:74 this is at or past the end: the run lasts 10m\n"
         "7:106 this is at or past the end: the run lasts 10m\n"},
        {WITH_EVENTS("[{at: 1m, name: x, touch: true}, {at: x + 106751d, name: y, touch: true}, "
                     "{at: y + 106751d, touch: true}]"),
         "7:47 this is at or past the end: the run lasts 10m\n"
         "7:88 this is at or past the end: the run lasts 10m\n"},
    };
    CHECK_TOLD(row);
}

static void who_is_there(void)
{
    static const struct told_row row[] = {
        {WITH_EVENTS("[{at: 1m, remove: s3}, {at: 1m, weight: {s4: 2}}, {at: 1m, flap: {server: "
                     "s5, for: 1s}}, {at: 1m, cut: {server: s6}}]"),
         "7:27 there is no server 's3' to leave\n"
         "7:49 there is no server 's4' to be reweighted\n"
         "7:59 there is no server 's5' to flap\n"
         "7:98 there is no server 's6'\n"},
        {WITH_EVENTS("[{at: 2m, add: s3}, {at: 1m, remove: s3}, {at: 1m, weight: {s3: 2}}, "
                     "{at: 1m, flap: {server: s3, for: 1s}}]"),
         "7:46 server 's3' is not in the list at that time, so it cannot leave\n"
         "7:68 server 's3' is not in the list at that time, so it cannot be reweighted\n"
         "7:78 server 's3' is not in the list at that time, so it cannot flap\n"},
        {WITH_EVENTS("[{at: 1m, remove: s1}, {at: 2m, remove: s1}, {at: 2m, weight: {s1: 2}}, "
                     "{at: 3m, add: s1}, {at: 4m, add: [s1, s2]}]"),
         "7:49 server 's1' is not in the list at that time, so it cannot leave\n"
         "7:71 server 's1' is not in the list at that time, so it cannot be reweighted\n"
         "7:114 server 's1' is in the list already at that time, so it cannot enter\n"
         "7:114 server 's2' is in the list already at that time, so it cannot enter\n"},
        /* in one entry: a removal first, then an addition, then weights */
        {WITH_EVENTS("[{at: 1m, add: s1, remove: s1, weight: {s1: 4}}, {at: 2m, remove: s2, "
                     "weight: {s2: 4}}]"),
         "7:87 server 's2' is not in the list at that time, so it cannot be reweighted\n"},
        /* at one time: in the order written */
        {WITH_EVENTS("[{at: 1m, remove: s3}, {at: 1m, add: s3}]"),
         "7:27 server 's3' is not in the list at that time, so it cannot leave\n"},
        /* nothing follows from a time that is not known */
        {WITH_EVENTS("[{at: 1m, add: s3}, {at: 2mm, remove: s3}, {at: 5m, add: s3}, {at: 6m, "
                     "remove: s1}, {at: 7m, remove: s1}]"),
         "7:34 '2mm' is neither a time (a number and a unit, like 10m) nor an event\n"
         "7:110 server 's1' is not in the list at that time, so it cannot leave\n"},
        {WITH_SERVERS("[s1, {name: s2, max_conns: 5}]\nevents: [{at: 1m, remove: s2}, {at: 2m, "
                      "add: {name: s2, max_conns: 6}}]"),
         "7:53 's2' has max_conns 5 already; a server keeps it\n"},
        {WITH_SERVERS("[s1, {name: s2, backup: true, fail_timeout: 5s}]\nevents: [{at: 1m, remove: "
                      "s2}, {at: 2m, add: {name: s2, backup: false, max_fails: 2, fail_timeout: "
                      "1m}}]"),
         "7:53 's2' has backup true already; a server keeps it\n"
         "7:53 's2' has max_fails 1 already; a server keeps it\n"
         "7:53 's2' has fail_timeout 5s already; a server keeps it\n"},
        {WITH_SERVERS("[s1, {name: s2, slow_start: 5s}]\nevents: [{at: 1m, remove: [s1, s2]}, {at: "
                      "2m, add: [{name: s2, slow_start: 1m}, {name: s1, slow_start: 1s}]}]"),
         "7:60 's2' has slow_start 5s already; a server keeps it\n"
         "7:88 's1' has slow_start 0s already; a server keeps it\n"},
    };
    CHECK_TOLD(row);
}

static const struct test tests[] = {
    {"what an event does", events},
    {"servers that fail", failures},
    {"when it is", times},
    {"servers that are not there", who_is_there},
};

SUITE("test_event_faults", tests)
