/* worlds.h: small worlds, put together in a few lines, and what became of them as short texts. */
#ifndef TESTS_WORLDS_H
#define TESTS_WORLDS_H

#include "sim/world/world.h"

#define SECOND UINT64_C(1000000000)

enum {
    STAGE_SERVERS = 6,
    STAGE_TRAFFICS = 6,
    STAGE_ENTRIES = 3,
    STAGE_EVENTS = 12,
    STAGE_SAMPLES = 40,
    STAGE_TEXT = 1024,
};

/* A world in the making; all of it may be changed by hand before it runs, and it may run often. */
struct stage {
    struct balancer balancer;
    struct world_server server[STAGE_SERVERS];
    struct world_traffic traffic[STAGE_TRAFFICS];
    struct arrivals arrivals[STAGE_TRAFFICS][STAGE_ENTRIES];
    struct world_event event[STAGE_EVENTS];
    struct world_weight added[STAGE_EVENTS][STAGE_SERVERS], weighed[STAGE_EVENTS][STAGE_SERVERS];
    uint32_t removed[STAGE_EVENTS][STAGE_SERVERS];
    uint64_t sample_ns[STAGE_SAMPLES];
    struct world_config config;
    struct world_result *result; /* of the last run */
};

/* Servers s1, s2, ... of weight 1, all in the list; one instance, one worker; seed 1. */
void stage_begin(struct stage *, const char *preset, uint32_t servers, uint64_t duration_ns);
/* Traffic that does not reconnect. */
struct world_traffic *stage_traffic(struct stage *, const char *name, struct arrivals,
                                    struct distribution lasts);
/* One arrivals entry more, of the traffic that was added last. */
void stage_entry(struct stage *, struct arrivals);
/* Adds an event: a close or cut takes all, oldest first, a drain lasts for ever. */
struct world_event *stage_event(struct stage *, uint64_t at_ns, enum world_event_kind);
/* A change of the list: "+3 -1 2:4" adds s3, removes s1, gives s2 the weight 4. */
struct world_event *stage_change(struct stage *, uint64_t at_ns, const char *change);
void stage_sample(struct stage *, uint64_t at_ns); /* in rising order */
const struct world_result *stage_run(struct stage *);
void stage_end(struct stage *);

/* ---- What arrives, and how long it lasts ---- */

struct arrivals burst(uint64_t count, uint64_t at_ns, uint64_t over_ns);
struct arrivals every(uint64_t gap_ns);
struct arrivals poisson(double mean_gap_ns);
struct distribution constant(uint64_t ns);
struct distribution uniform(uint64_t min_ns, uint64_t max_ns);
struct distribution exponential(uint64_t mean_ns);
struct distribution forever(void);

/* ---- What became of it ---- */

/* Connections open at the end, server by server, of row 0 (all) or 1 + traffic: "2 1 0". */
char *text_of_live(const struct world_result *, uint32_t row, char text[STAGE_TEXT]);
/* The same when an event came, and at a sampling time. */
char *text_of_moment(const struct world_result *, uint32_t moment, char text[STAGE_TEXT]);
/* A server's state at a sampling time. */
struct series_state state_at(const struct world_result *, uint32_t sample, uint32_t server);
/* The same at all sampling times: "0 0, 1 0, 1 1". */
char *text_of_samples(const struct world_result *, char text[STAGE_TEXT]);
/* The sum over servers of the integral of live, in connections x ns; below 2^52. */
uint64_t integral_of(const struct world_result *, uint32_t row, uint64_t duration_ns);

/* Whether two runs are equal in everything that a result holds. */
bool results_equal(const struct world_result *, const struct world_result *);

#define CHECK_LIVE(stage, row, expected)                                                           \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_live((stage)->result, row, text_);                                                 \
        CHECK_ROW(strcmp(text_, expected) == 0, "live is %s, expected %s", text_, expected);       \
    } while (0)
#define CHECK_MOMENT(stage, moment, expected)                                                      \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_moment((stage)->result, moment, text_);                                            \
        CHECK_ROW(strcmp(text_, expected) == 0, "live was %s, expected %s", text_, expected);      \
    } while (0)
#define CHECK_SAMPLES(stage, expected)                                                             \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_samples((stage)->result, text_);                                                   \
        CHECK_ROW(strcmp(text_, expected) == 0, "samples are %s, expected %s", text_, expected);   \
    } while (0)

#endif
