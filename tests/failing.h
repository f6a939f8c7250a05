/* failing.h: worlds whose servers die: how they are told to, and what came of it as text. */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

#include "tests/harness.h"
#include "tests/worlds.h"

#include <string.h>

#define NEVER SPAN_FOREVER

struct world_event *fail(struct stage *, uint64_t at_ns, uint32_t server, uint64_t detect_ns,
                         uint64_t back_ns);
struct world_event *flap(struct stage *, uint64_t at_ns, uint32_t server, uint64_t for_ns);
/* The traffic that was added last reconnects so. */
void comes_back(struct stage *, uint64_t after_ns, uint64_t tries);

/* picks+retries-failed of each server: "3+0-1 3+1-0". */
char *text_of_picks(const struct world_result *, char text[STAGE_TEXT]);
/* What happened when: "100 failed 2, 120 detected, 150 back". */
char *text_of_log(const struct world_result *, char text[STAGE_TEXT]);

#define CHECK_PICKS(stage, expected)                                                               \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_picks((stage)->result, text_);                                                     \
        CHECK_ROW(strcmp(text_, expected) == 0, "%s: picks are %s, expected %s",                   \
                  (stage)->balancer.preset->name, text_, expected);                                \
    } while (0)

#define CHECK_LOG(stage, expected)                                                                 \
    do {                                                                                           \
        char text_[STAGE_TEXT];                                                                    \
        text_of_log((stage)->result, text_);                                                       \
        CHECK_ROW(strcmp(text_, expected) == 0, "%s", text_);                                      \
    } while (0)

#endif
