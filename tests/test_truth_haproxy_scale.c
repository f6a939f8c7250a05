/* test_truth_haproxy_scale.c: HAProxy's ordered methods as servers come and go, and in many
 * processes, against recordings of 2.6.12 and 3.5-dev5. */
#include "tests/harness.h"
#include "tests/ordered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- haproxy_scale ---- */

static unsigned longest_run(const struct ordered_play *played, size_t first, size_t picks,
                            char server)
{
    unsigned longest = 0, run = 0;
    for (size_t i = first; i < first + picks; i++) {
        run = played->pick[i] == server ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* 400 are held by two, a third is enabled, 200 more come. */
static bool same_newcomer(const json_t *row, const struct ordered_play *played)
{
    static const size_t of_first[] = {20, 50, 100, 200};
    const json_t *shares = json_object_get(row, "B_s3_of_first_20_50_100_200"), *second;
    bool same =
        same_live(row, json_object_get(row, "A_2servers_400held"), counts_of(played, 0, 400), "A");
    same &= same_picks(row, haproxy_text(row, "B_first60"), played, 400);
    same &= same_counts(row, json_object_get(row, "B_new_conns"), counts_of(played, 400, 200), "B");
    same &= same_live(row, json_object_get(row, "B_after_200"), counts_of(played, 0, 600), "B");
    same &= same_number(row, haproxy_whole(row, "B_longest_run_s3"),
                        longest_run(played, 400, 200, '3'), "the longest run");
    for (size_t i = 0; i < 4; i++)
        same &= same_number(row, json_integer_value(json_array_get(shares, i)),
                            counts_of(played, 400, of_first[i]).of[3], "the newcomer's share");
    size_t i;
    json_array_foreach(json_object_get(row, "B_s3_each_s_weight_throttle_live"), i, second)
    {
        size_t came = (size_t)(json_integer_value(json_array_get(second, 0)) *
                               haproxy_whole(row, "paced_per_s"));
        same &= same_number(row, json_integer_value(json_array_get(second, 3)),
                            counts_of(played, 400, came).of[3], "a second's newcomer");
    }
    return same;
}

/* s1 drains while 60 come, then all its connections are cut and come back. */
static bool same_departure(const json_t *row, struct text *trace)
{
    text_add(trace, "members,,s2=1 s3=1\n");
    add_opens(trace, 600, 60, true);
    struct ordered_play played = play(row, "", trace);
    struct counts live = counts_of(&played, 0, 660);
    size_t cut = live.of[1];
    bool same = same_counts(row, json_object_get(row, "C_drain_s1_60_new"),
                            counts_of(&played, 600, 60), "C drain");
    same &= same_live(row, json_object_get(row, "C_drain"), live, "C drain");
    same &= same_number(row, haproxy_whole(row, "C_maint_s1_live_kept"), (long long)cut, "C kept");
    for (size_t i = 0; i < 660; i++)
        if (played.pick[i] == '1')
            text_add(trace, "close,%zu,\n", i);
    add_opens(trace, 660, cut, true);
    played = play(row, "", trace);
    struct counts back = counts_of(&played, 660, cut);
    for (int i = 0; i < 2; i++)
        same &= same_number(row,
                            json_integer_value(json_array_get(
                                json_object_get(row, "C_shutdown_sessions_eof"), (size_t)i)),
                            (long long)cut, "C cut");
    same &= same_counts(row, json_object_get(row, "C_reconnect"), back, "C reconnect");
    live.of[1] = 0;
    for (int server = 2; server <= SERVERS; server++)
        live.of[server] += back.of[server];
    return same & same_live(row, json_object_get(row, "C_after_reconnect"), live, "C after");
}

static void try_scale(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(haproxy_text(row, "exp"), "scale") != 0 || !is_ours(tally, row, true))
        return;
    CU_ASSERT_EQUAL(haproxy_whole(row, "slowstart_s"), 0);
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, true);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, true);
    struct ordered_play played = play(row, "", &trace);
    bool newcomer = same_newcomer(row, &played), departure = same_departure(row, &trace);
    keep(tally, newcomer && departure);
    free(trace.at);
}

static void try_reload(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(haproxy_text(row, "exp"), "reload-scale-up") != 0 || !is_ours(tally, row, true))
        return;
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, true);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, true);
    struct ordered_play played = play(row, "-reload", &trace);
    bool same = same_live(row, json_object_get(row, "A_400held"), counts_of(&played, 0, 400), "A");
    same &= same_picks(row, haproxy_text(row, "B_first60"), &played, 400);
    same &=
        same_counts(row, json_object_get(row, "B_new_conns"), counts_of(&played, 400, 200), "B");
    same &= same_live(row, json_object_get(row, "B_true_live"), counts_of(&played, 0, 600), "B");
    keep(tally, same & same_counts(row, json_object_get(row, "B_new_process_view"),
                                   believed_of(&played), "believed"));
    free(trace.at);
}

/* WebSockets are held; a connection that is kept alive and idle is counted by nobody. */
static void try_http(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(haproxy_text(row, "exp"), "http-held-scale") != 0)
        return;
    bool held = strcmp(haproxy_text(row, "kind"), "websocket") == 0;
    if (!is_ours(tally, row, held))
        return;
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1\n");
    add_opens(&trace, 0, 400, held);
    struct ordered_play played = play(row, "", &trace);
    struct counts before = believed_of(&played);
    text_add(&trace, "members,,s1=1 s2=1 s3=1\n");
    add_opens(&trace, 400, 200, held);
    played = play(row, "", &trace);
    bool same =
        same_counts(row, json_object_get(row, "first_400"), counts_of(&played, 0, 400), "first");
    same &=
        same_counts(row, json_object_get(row, "next_200"), counts_of(&played, 400, 200), "next");
    same &= same_counts(row, json_object_get(row, "total_by_server"), counts_of(&played, 0, 600),
                        "total");
    same &= same_counts(row, json_object_get(row, "proxy_scur_before"), before, "before");
    keep(tally, same & same_counts(row, json_object_get(row, "proxy_scur_after"),
                                   believed_of(&played), "after"));
    free(trace.at);
}

static void test_scale(void)
{
    struct tally scale = {.others = 0}, reload = {.others = 0}, http = {.others = 0};
    truth_each("haproxy_scale.jsonl", try_scale, &scale);
    report("haproxy_scale", scale, (struct tally){.score.tried = 32, .others = 12});
    truth_each("haproxy_scale.jsonl", try_reload, &reload);
    report("haproxy_scale, reload-scale-up", reload,
           (struct tally){.score.tried = 24, .others = 12});
    truth_each("haproxy_scale.jsonl", try_http, &http);
    report("haproxy_scale, http-held-scale", http, (struct tally){.score.tried = 21, .drawn = 3});
}

/* ---- haproxy_multi ---- */

/* Separate processes: one gateway of so many instances. */
static void try_instances(void *context, const json_t *row)
{
    struct tally *tally = context;
    if (strcmp(haproxy_text(row, "exp"), "multi-instance") != 0 || !is_ours(tally, row, false))
        return;
    static const char *const name[] = {"s1", "s2", "s3", "s4", "s5", "s6"};
    char preset[64];
    snprintf(preset, sizeof preset, "haproxy-%s", haproxy_text(row, "algo"));
    struct balancer balancer = balancer_of_preset(preset_find(preset));
    uint32_t instances = (uint32_t)haproxy_whole(row, "instances");
    struct gateway *gateway = gateway_new(&(struct gateway_config){.balancer = &balancer,
                                                                   .server_name = name,
                                                                   .servers = 6,
                                                                   .stays_max = 6,
                                                                   .lives_max = instances,
                                                                   .instances = instances,
                                                                   .workers = 1,
                                                                   .upstream = "u"});
    struct gateway_member member[6] = {{.weight = 0}};
    for (uint32_t i = 0; i < 6; i++)
        member[i] = (struct gateway_member){.server = i, .weight = 1};
    gateway_set_members(gateway, member, 6);
    const char *recorded = haproxy_text(row, "seq0");
    size_t picks = strlen(recorded);
    struct counts counts = {{0}};
    bool same = picks == (size_t)haproxy_whole(row, "per_instance");
    for (size_t i = 0; i < picks; i++)
        for (uint32_t instance = 0; instance < instances; instance++) {
            struct gateway_hold hold;
            struct stream draws = stream_root(1, 0, STREAM_PICK, 0);
            uint32_t server = gateway_open(gateway, instance, 0, draws, &hold);
            counts.of[server + 1]++;
            same = same && (char)('1' + server) == recorded[i];
        }
    CHECK_ROW(same, "%s: every instance picks %s", name_of(row).text, recorded);
    same &= haproxy_whole(row, "distinct_sequences") == 1;
    keep(tally, same & same_counts(row, json_object_get(row, "counts"), counts, "counts"));
    gateway_free(gateway);
}

static void try_burst(void *context, const json_t *row)
{
    struct tally *tally = context;
    struct text trace = {0};
    if (strcmp(haproxy_text(row, "exp"), "concurrent-burst") != 0 || !is_ours(tally, row, true))
        return;
    size_t n = (size_t)haproxy_whole(row, "n");
    text_add(&trace, "op,id,value\nmembers,,s1=1 s2=1 s3=1 s4=1 s5=1 s6=1\n");
    add_opens(&trace, 0, n, true);
    struct ordered_play played = play(row, "", &trace);
    struct counts counts = counts_of(&played, 0, n);
    unsigned least = counts.of[1], most = least;
    for (int server = 2; server <= 6; server++) {
        least = counts.of[server] < least ? counts.of[server] : least;
        most = counts.of[server] > most ? counts.of[server] : most;
    }
    bool same = same_number(row, haproxy_whole(row, "max_minus_min"), most - least, "max - min");
    keep(tally, same & same_counts(row, json_object_get(row, "counts"), counts, "counts"));
    free(trace.at);
}

static void test_multi(void)
{
    struct tally instances = {.others = 0}, burst = {.others = 0};
    truth_each("haproxy_multi.jsonl", try_instances, &instances);
    report("haproxy_multi, multi-instance", instances,
           (struct tally){.score.tried = 9, .others = 12, .drawn = 3});
    truth_each("haproxy_multi.jsonl", try_burst, &burst);
    report("haproxy_multi, concurrent-burst", burst,
           (struct tally){.score.tried = 24, .others = 24});
}

static const struct test tests[] = {
    {"HAProxy, a third server", test_scale},
    {"HAProxy, many processes, and bursts", test_multi},
};

SUITE("truth_haproxy_scale", tests)
