/* recordings.c: which scenario file a recorded row is, and how to read it. */
#include "tests/recordings.h"

#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

/* ---- What the fields say; seconds are those of the scenario files ---- */

#define READ(field, kind, from_s, until_s)                                                         \
    {                                                                                              \
        field, READ_##kind, from_s, until_s, false                                                 \
    }
#define BY_SHARES(field, kind, from_s, until_s)                                                    \
    {                                                                                              \
        field, READ_##kind, from_s, until_s, true                                                  \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, READ_LIVE, 0, 0, false                                                               \
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

/* ---- Who was recorded ---- */

static bool says(const json_t *row, const char *key, const char *word)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text != NULL && strcmp(text, word) == 0;
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

/* ---- The table ---- */

#define SETTINGS "exp nginx algo workers zone rep "

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
    return reading->by_shares && placed->workers > 1 ? MATCH_BY_CHANCE : placed->match;
}
