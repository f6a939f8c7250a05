/* play.c: a plan against real nginx, one step after another. */
#include "sim/real/play.h"

#include "sim/engine/memory.h"
#include "sim/real/post.h"

#include <stdlib.h>
#include <string.h>

struct play {
    const struct real_plan *plan;
    const struct real_config *config;
    struct nginx *nginx;
    struct wire *wire;
    struct real_outcome *outcome;
    uint64_t lost; /* connections that should have broken so far, and did */
};

/* Who is broken was to be in a crash, or was not. */
static void lose(struct play *play, uint64_t connection)
{
    if (wire_is_held(play->wire, connection))
        play->outcome->survived++;
    else if (play->outcome->server[connection] != NO_SERVER)
        play->lost++;
}

static void look(const struct play *play, uint64_t number)
{
    wire_settle(play->wire);
    uint64_t *live = &play->outcome->live[number * play->plan->servers];
    for (uint32_t i = 0; i < play->plan->servers; i++)
        live[i] = wire_held(play->wire, i);
}

static bool by_wire(struct play *play, bool done)
{
    if (!done)
        snprintf(play->nginx->trouble, sizeof play->nginx->trouble, "%s", wire_trouble(play->wire));
    return done;
}

static bool set_health(struct play *play, uint64_t server, bool out)
{
    char target[160];
    snprintf(target, sizeof target, REAL_STATUS "?upstream=u&server=%s&state=%s",
             play->config->address[server], out ? "down" : "up");
    return post_to(wire_gateway_port(play->wire), target, play->nginx->trouble,
                   sizeof play->nginx->trouble);
}

static bool play_step(struct play *play, const struct real_step *step)
{
    const struct real_plan *plan = play->plan;
    switch (step->kind) {
    case REAL_OPEN:
        return by_wire(play, wire_open(play->wire, step->number, plan->open[step->number].key,
                                       &play->outcome->server[step->number]));
    case REAL_LOST:
        lose(play, step->number);
        return by_wire(play, wire_close(play->wire, step->number));
    case REAL_CLOSE:
        return by_wire(play, wire_close(play->wire, step->number));
    case REAL_CUT:
        return by_wire(play, wire_cut(play->wire, step->number));
    case REAL_DIE:
        return by_wire(play, wire_die(play->wire, (uint32_t)step->number));
    case REAL_RISE:
        return by_wire(play, wire_rise(play->wire, (uint32_t)step->number));
    case REAL_RELOAD:
        return nginx_reload(play->nginx, play->config, real_list(plan, step->number));
    case REAL_OUT:
    case REAL_BACK:
        return set_health(play, step->number, step->kind == REAL_OUT);
    case REAL_CRASH: /* its sockets were closed before another took its place */
        if (!nginx_crash(play->nginx))
            return false;
        wire_settle(play->wire);
        return true;
    case REAL_LOOK:
        look(play, step->number);
        return true;
    }
    return false;
}

static bool play_all(struct play *play)
{
    if (!nginx_start(play->nginx, play->config, real_list(play->plan, 0)))
        return false;
    for (uint64_t i = 0; i < play->plan->steps; i++) {
        if (play->nginx->stop()) {
            play->nginx->trouble[0] = '\0';
            return false;
        }
        if (!nginx_runs(play->nginx) || /* its workers would serve on without it */
            !play_step(play, &play->plan->step[i]))
            return false;
    }
    play->outcome->broken = wire_broken(play->wire) - play->lost;
    /* An old worker that is told to go while it holds some would log an alert of each. */
    return by_wire(play, wire_close_all(play->wire));
}

bool real_play(const struct real_plan *plan, struct real_config *config, struct nginx *nginx,
               struct wire *wire, struct real_outcome *outcome)
{
    struct play play = {
        .plan = plan, .config = config, .nginx = nginx, .wire = wire, .outcome = outcome};
    *outcome = (struct real_outcome){
        .server = memory_zeroed(plan->opens, sizeof *outcome->server),
        .live = memory_zeroed((size_t)plan->looks * plan->servers, sizeof *outcome->live),
    };
    bool done = nginx_make_prefix(nginx);
    if (done) {
        config->prefix = nginx->prefix;
        wire_begin(wire, plan->opens);
        done = play_all(&play);
    }
    snprintf(outcome->nginx_version, sizeof outcome->nginx_version, "%s", nginx->version);
    wire_begin(wire, 0); /* which also gives descriptors back, should they have run out */
    nginx_stop(nginx, outcome->alert, sizeof outcome->alert);
    return done;
}

void real_outcome_free(struct real_outcome *outcome)
{
    free(outcome->server);
    free(outcome->live);
}
