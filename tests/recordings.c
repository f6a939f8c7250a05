/* recordings.c: which scenario file a recorded row is, and how to read it. */
#include "tests/recordings.h"

#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

/* ---- What the fields say; seconds are those of the scenario files ---- */

#define READ(field, kind, from_s, until_s)                                                         \
    {                                                                                              \
        field, READ_##kind, from_s, until_s, false, 0                                              \
    }
#define READ_FIRST(count, field, kind, from_s, until_s)                                            \
    {                                                                                              \
        field, READ_##kind, from_s, until_s, false, count                                          \
    }
#define BY_SHARES(field, kind, from_s, until_s)                                                    \
    {                                                                                              \
        field, READ_##kind, from_s, until_s, true, 0                                               \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, READ_LIVE, 0, 0, false, 0                                                            \
    }

/* 400 until 20 s, the third server at 60 s, 200 at 120 s, 60 at 180 s, all closed at 240 s, 120
 * short ones at 300 s. */
#define SCALE_UP                                                                                   \
    READ("servers_before", MEMBERS, 0, 50), READ("n_before", SERVED, 0, 50),                       \
        READ("phase1_live", LIVE, 0, 50), BY_SHARES("phase1_by_worker", BY_WORKER, 0, 50),         \
        READ("servers_after", MEMBERS, 0, 110), READ("n_new", SERVED, 110, 170),                   \
        READ("phase2_new", PICKS, 110, 170),                                                       \
        BY_SHARES("phase2_new_by_worker", BY_WORKER, 110, 170), READ("final_live", LIVE, 0, 170),  \
        READ("next60", PICKS, 170, 240), READ("live_after_close", LIVE, 0, 290),                   \
        READ("after_drain_120_short", PICKS, 290, 350), READ("failed", REFUSED, 0, 360)

static const struct reading scale_up[] = {SCALE_UP, END};

static const struct reading scale_up_cut[] = {
    SCALE_UP,
    READ("reconnected", SERVED, 60, 110),
    READ("live_after_reconnect", LIVE, 0, 110),
    END,
};

static const struct reading rolling[] = {
    READ("n", SERVED, 0, 50),          READ("history.0.1", LIVE, 0, 50),
    READ("history.1.1", LIVE, 0, 110), READ("history.2.1", LIVE, 0, 170),
    READ("history.3.1", LIVE, 0, 230), READ("history.4.1", LIVE, 0, 360),
    READ("failed", REFUSED, 0, 360),   END,
};

static const struct reading held[] = {
    READ("n", SERVED, 0, 60),
    READ("live", LIVE, 0, 60),
    BY_SHARES("by_worker", BY_WORKER, 0, 60),
    END,
};

static const struct reading reloads[] = {
    READ("picks_per_epoch", SEQUENCE, 0, 200),
    READ("live", LIVE, 0, 200),
    END,
};

static const struct reading crash_uneven[] = {
    READ("live_before", LIVE, 0, 50),
    READ("live_after_server3_closed", LIVE, 0, 110),
    READ("live_after_kill9", LIVE, 0, 170),
    READ("new60", PICKS, 170, 240),
    READ("live", LIVE, 0, 240),
    END,
};

static const struct reading crash_full[] = {
    READ("held", LIVE, 0, 50),
    READ("refused_at_limit", REFUSED, 50, 110),
    READ("live_after_kill9", LIVE, 0, 130),
    READ("after_kill.ok", SERVED, 180, 190),
    READ("after_kill.refused", REFUSED, 180, 190),
    READ("later.ok", SERVED, 190, 200),
    READ("later.refused", REFUSED, 190, 200),
    READ("after_reload.ok", SERVED, 300, 310),
    READ("after_reload.refused", REFUSED, 300, 310),
    END,
};

static const struct reading crash_one_of_two[] = {
    BY_SHARES("by_worker", BY_WORKER, 0, 50),
    BY_SHARES("victim_had", LOST, 50, 70),
    BY_SHARES("live_after_kill9", LIVE, 0, 70),
    READ("new120", PICKS, 120, 180),
    BY_SHARES("new_by_worker", BY_WORKER, 120, 180),
    BY_SHARES("live", LIVE, 0, 180),
    END,
};

static const struct reading unchanged_none[] = {
    READ("live_before", LIVE, 0, 110),
    READ("new60", PICKS, 110, 170),
    READ("live", LIVE, 0, 170),
    READ("failed", REFUSED, 0, 170),
    END,
};

static const struct reading unchanged_reload[] = {
    READ("live_before", LIVE, 0, 410),
    READ("new60", PICKS, 410, 470),
    READ("live", LIVE, 0, 470),
    READ("failed", REFUSED, 230, 470),
    END,
};

/* HAProxy: 400 until 20 s, the third server at 60 s, 200 from 120 s on, 20 a second; s1 drains at
 * 180 s while 60 come, and is cut at 240 s. */
#define SET_SERVER                                                                                 \
    READ("A_2servers_400held.live", LIVE, 0, 50), READ_FIRST(60, "B_first60", SEQUENCE, 120, 130), \
        READ("B_new_conns", PICKS, 120, 130), READ("B_longest_run_s3", NEWCOMER_RUN, 120, 130),    \
        READ_FIRST(20, "B_s3_of_first_20_50_100_200.0", NEWCOMER, 120, 130),                       \
        READ_FIRST(50, "B_s3_of_first_20_50_100_200.1", NEWCOMER, 120, 130),                       \
        READ_FIRST(100, "B_s3_of_first_20_50_100_200.2", NEWCOMER, 120, 130),                      \
        READ_FIRST(200, "B_s3_of_first_20_50_100_200.3", NEWCOMER, 120, 130),                      \
        READ("B_after_200.live", LIVE, 0, 170), READ("C_drain_s1_60_new", PICKS, 180, 240),        \
        READ("C_drain.live", LIVE, 0, 230), READ("C_reconnect", PICKS, 240, 300),                  \
        READ("C_after_reconnect.live", LIVE, 0, 290)

static const struct reading set_server[] = {SET_SERVER, END};

#define SECOND(n) READ("B_s3_each_s_weight_throttle_live." #n ".3", NEWCOMER, 120, 121 + n)

static const struct reading set_server_paced[] = {
    SET_SERVER, SECOND(0), SECOND(1), SECOND(2), SECOND(3), SECOND(4),
    SECOND(5),  SECOND(6), SECOND(7), SECOND(8), SECOND(9), END,
};

/* The new process counts what it took. */
static const struct reading haproxy_reload[] = {
    READ("A_400held.live", LIVE, 0, 50),         READ_FIRST(60, "B_first60", SEQUENCE, 120, 130),
    READ("B_new_conns", PICKS, 120, 130),        READ("B_true_live.live", LIVE, 0, 170),
    READ("B_new_process_view", PICKS, 120, 170), END,
};

#define HTTP                                                                                       \
    READ("first_400", PICKS, 0, 50), READ("proxy_scur_before", LIVE, 0, 110),                      \
        READ("next_200", PICKS, 110, 170), READ("proxy_scur_after", LIVE, 0, 170)

static const struct reading websocket[] = {HTTP, READ("total_by_server", LIVE, 0, 170), END};
static const struct reading keep_alive[] = {HTTP, READ("total_by_server", PICKS, 0, 170), END};

/* Connections come and go, and the third server is there at 8 s. All rows of a repetition were sent
 * the same clients, so it is not how many there are that is read, but who has them. */
#define LEAD(row, at_s) READ("live_each_s." #row, LEAD, 0, at_s)

static const struct reading churn[] = {
    LEAD(0, 1),
    LEAD(1, 2),
    LEAD(2, 3),
    LEAD(3, 4),
    LEAD(4, 5),
    LEAD(5, 6),
    LEAD(6, 7),
    LEAD(7, 8),
    LEAD(8, 9),
    LEAD(9, 10),
    LEAD(10, 11),
    LEAD(11, 12),
    LEAD(12, 13),
    LEAD(13, 14),
    LEAD(14, 15),
    LEAD(15, 16),
    LEAD(16, 17),
    LEAD(17, 18),
    LEAD(18, 19),
    LEAD(19, 20),
    LEAD(20, 21),
    LEAD(21, 22),
    LEAD(22, 23),
    READ_FIRST(100, "s3_of_first_100_after", NEWCOMER, 8, 24),
    READ("seconds_to_max_over_mean_1_10", LEVEL_IN, 8, 23),
    END,
};

/* ---- Who was recorded ---- */

static bool says(const json_t *row, const char *key, const char *word)
{
    char number[32];
    const json_t *value = json_object_get(row, key);
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    return json_is_integer(value)  ? strcmp(number, word) == 0
           : json_is_string(value) ? strcmp(json_string_value(value), word) == 0
                                   : false;
}

static bool is_zone(const json_t *row)
{
    return json_is_true(json_object_get(row, "zone")) || says(row, "kind", "static_zone");
}

static bool is_by_dns(const json_t *row)
{
    return says(row, "change", "dns") || says(row, "mode", "dns") ||
           says(row, "kind", "resolve_zone");
}

/* Round robin and least_conn are rules, unless several workers each follow them for themselves. */
static void place_nginx(const json_t *row, struct placed *placed)
{
    bool rule = says(row, "algo", "round_robin") || says(row, "algo", "least_conn");
    const json_t *workers = json_object_get(row, "workers");
    placed->workers = workers == NULL ? 1 : (uint32_t)json_integer_value(workers);
    snprintf(placed->balancer, sizeof placed->balancer, "nginx-%s%s",
             json_string_value(json_object_get(row, "algo")),
             is_by_dns(row) ? "-resolve"
             : is_zone(row) ? "-zone"
                            : "");
    for (char *at = placed->balancer; *at != '\0'; at++)
        if (*at == '_')
            *at = '-';
    bool shared = placed->workers == 1 || is_zone(row) || is_by_dns(row);
    placed->match = rule && shared ? MATCH_EXACT : MATCH_BY_CHANCE;
}

/* By DNS it was recorded to begin at the second server: 66 67 67 of 200. */
static void place_scale_up(const json_t *row, struct placed *placed)
{
    place_nginx(row, placed);
    if (is_by_dns(row) && says(row, "algo", "round_robin"))
        placed->match = MATCH_WITHIN_ONE;
}

#define OTHER_TIES "3.5 breaks ties in another way"

/* HAProxy's threads are one process. Of 2.6.12, which the presets are, every process draws alike;
 * 3.5-dev5 breaks the ties of leastconn by lot, and those of random by another rule. */
static void place_haproxy(const json_t *row, struct placed *placed)
{
    const char *method = json_string_value(json_object_get(row, "algo"));
    bool random = says(row, "algo", "random(2)"), newer = !says(row, "haproxy", "2.6.12");
    placed->workers = 1;
    snprintf(placed->balancer, sizeof placed->balancer, "haproxy-%s%s", random ? "random" : method,
             says(row, "exp", "reload-scale-up") ? "-reload" : "");
    placed->ties_drawn = newer && says(row, "algo", "leastconn");
    placed->match = random ? MATCH_BY_CHANCE : placed->ties_drawn ? MATCH_WITHIN_ONE : MATCH_EXACT;
    placed->again = random && !says(row, "rep", "1");
    placed->left_out = newer && random ? OTHER_TIES : NULL;
}

/* All servers are idle, always: whose ties are drawn draws everything. */
static void place_keep_alive(const json_t *row, struct placed *placed)
{
    place_haproxy(row, placed);
    if (placed->ties_drawn) {
        placed->match = MATCH_BY_CHANCE;
        placed->left_out = OTHER_TIES;
    }
}

/* Both versions were sent the same clients. */
static void place_churn(const json_t *row, struct placed *placed)
{
    place_haproxy(row, placed);
    if (!says(row, "slowstart_s", "0"))
        snprintf(placed->balancer, sizeof placed->balancer, "haproxy-%s-slow",
                 json_string_value(json_object_get(row, "algo")));
    placed->match = MATCH_BY_CHANCE;
    placed->again = !says(row, "haproxy", "2.6.12");
}

/* ---- The table ---- */

#define SETTINGS         "exp nginx algo workers zone rep "
#define HAPROXY_SETTINGS "exp t haproxy algo nbthread rep "
#define SET_SERVER_ASIDE                                                                           \
    HAPROXY_SETTINGS "slowstart_s how paced_per_s A_2servers_400held B_s3_of_first_20_50_100_200 " \
                     "B_after_200 B_s3_each_s_weight_throttle_live C_drain C_maint_s1_live_kept "  \
                     "C_shutdown_sessions_eof C_after_reconnect"

static const struct recording recordings[] = {
    {"nginx_c_scaling", "change", "reload", "truth/nginx_scale_up", scale_up,
     SETTINGS "listen change old_workers_still_up", place_scale_up},
    {"nginx_c_scaling", "change", "dns", "truth/nginx_scale_up", scale_up,
     SETTINGS "listen change old_workers_still_up", place_scale_up},
    {"nginx_c_scaling", "change", "reload_timeout", "truth/nginx_scale_up_cut", scale_up_cut,
     SETTINGS "listen change old_workers_still_up", place_scale_up},
    {"nginx_c_rolling", "exp", "c_rolling_restart", "truth/nginx_rolling_restart", rolling,
     SETTINGS "mode history", place_nginx},
    {"nginx_d_held", "exp", "d_held", "truth/nginx_held", held,
     SETTINGS "spread worst_worker_spread", place_nginx},
    {"nginx_r_reloads", "exp", "r_repeated_reload", "truth/nginx_reloads", reloads,
     SETTINGS "reloads opens_per_epoch old_workers", place_nginx},
    {"nginx_f_crash", "exp", "f_crash_uneven", "truth/nginx_crash", crash_uneven, SETTINGS,
     place_nginx},
    {"nginx_f_crash", "exp", "f_crash_max_conns", "truth/nginx_crash_full", crash_full,
     SETTINGS "max_conns waited_s after_kill later after_reload", place_nginx},
    {"nginx_f_crash", "exp", "f_crash_one_of_two", "truth/nginx_crash_one_of_two", crash_one_of_two,
     SETTINGS, place_nginx},
    {"nginx_g_extras", "action", "none", "truth/nginx_unchanged_reload", unchanged_none,
     SETTINGS "kind action", place_nginx},
    {"nginx_g_extras", "action", "reload", "truth/nginx_unchanged_reload", unchanged_reload,
     SETTINGS "kind action", place_nginx},
    {"haproxy_scale", "paced_per_s", "20", "truth/haproxy_scale_up", set_server_paced,
     SET_SERVER_ASIDE, place_haproxy},
    {"haproxy_scale", "exp", "scale", "truth/haproxy_scale_up", set_server, SET_SERVER_ASIDE,
     place_haproxy},
    {"haproxy_scale", "exp", "reload-scale-up", "truth/haproxy_reload", haproxy_reload,
     HAPROXY_SETTINGS "A_400held B_true_live old_process_alive_with_conns old_alive_after",
     place_haproxy},
    {"haproxy_scale", "kind", "websocket", "truth/haproxy_scale_up", websocket,
     HAPROXY_SETTINGS "kind", place_haproxy},
    {"haproxy_scale", "kind", "idle-keepalive", "truth/haproxy_keep_alive", keep_alive,
     HAPROXY_SETTINGS "kind", place_keep_alive},
    {"haproxy_churn", "exp", "churn-scale-up", "truth/haproxy_churn", churn,
     HAPROXY_SETTINGS "slowstart_s arrival_per_s mean_life_s enable_at_s live_each_s", place_churn},
};

const struct recording *recording_of(const char *file, const json_t *row)
{
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings; i++)
        if (strcmp(recordings[i].file, file) == 0 &&
            says(row, recordings[i].key, recordings[i].word))
            return &recordings[i];
    return NULL;
}

static bool is_aside(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool recording_has_all(const struct recording *recording, const json_t *row)
{
    bool all = true;
    for (void *at = json_object_iter((json_t *)row); at != NULL;
         at = json_object_iter_next((json_t *)row, at)) {
        const char *field = json_object_iter_key(at);
        bool known = is_aside(recording->aside, field);
        for (const struct reading *reading = recording->reading; reading->field != NULL; reading++)
            known = known || strcmp(reading->field, field) == 0;
        CHECK_ROW(known, "%s: somebody reads %s", recording->file, field);
        all = all && known;
    }
    return all;
}

enum match match_of(const struct reading *reading, const struct placed *placed)
{
    if (placed->ties_drawn && reading->kind == READ_SEQUENCE)
        return MATCH_NOT;
    return reading->by_shares && placed->workers > 1 ? MATCH_BY_CHANCE : placed->match;
}
