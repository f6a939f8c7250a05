/* failing.c: servers that die, for tests. */
#include "tests/failing.h"

#include <stdio.h>

struct world_event *fail(struct stage *stage, uint64_t at_ns, uint32_t server, uint64_t detect_ns,
                         uint64_t back_ns)
{
    struct world_event *event = stage_event(stage, at_ns, EVENT_FAIL);
    event->server = server;
    event->detect_ns = detect_ns;
    event->back_ns = back_ns;
    return event;
}

struct world_event *flap(struct stage *stage, uint64_t at_ns, uint32_t server, uint64_t for_ns)
{
    struct world_event *event = stage_event(stage, at_ns, EVENT_FLAP);
    event->server = server;
    event->for_ns = for_ns;
    return event;
}

void comes_back(struct stage *stage, uint64_t after_ns, uint64_t tries)
{
    struct world_traffic *traffic = &stage->traffic[stage->config.traffics - 1];
    traffic->reconnects = true;
    traffic->reconnect_after = constant(after_ns);
    traffic->reconnect_tries = tries;
}

char *text_of_picks(const struct world_result *result, char text[STAGE_TEXT])
{
    size_t length = 0;
    for (uint32_t s = 0; s < result->servers; s++) {
        const struct world_tally *tally = world_tally_at(result, 0, s);
        length +=
            (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%llu+%llu-%llu",
                             s > 0 ? " " : "", (unsigned long long)tally->picks,
                             (unsigned long long)tally->retries, (unsigned long long)tally->failed);
    }
    return text;
}

char *text_of_log(const struct world_result *result, char text[STAGE_TEXT])
{
    size_t length = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < result->logs; i++) {
        const struct world_log *log = &result->log[i];
        length +=
            (size_t)snprintf(text + length, STAGE_TEXT - length, "%s%llu s%u ", i > 0 ? ", " : "",
                             (unsigned long long)log->at_ns, log->server + 1);
        length += (size_t)snprintf(text + length, STAGE_TEXT - length,
                                   log->kind == LOG_FAILED     ? "failed %llu"
                                   : log->kind == LOG_DETECTED ? "detected"
                                   : log->kind == LOG_BACK     ? "back"
                                   : log->kind == LOG_OUT      ? "out"
                                   : log->kind == LOG_ADDED    ? "added"
                                                               : "removed",
                                   (unsigned long long)log->number);
    }
    return text;
}
