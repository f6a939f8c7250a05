/* health.c: servers that die, and health checks that see it, or see what is not there.
 *
 * A server is dead as long as one of its failures is not over: it refuses connections. It is out as
 * long as a flap of it is not over, or it is dead and one of its failures was detected. The two are
 * independent, and follow the server, not its place in the list: who leaves and returns meanwhile
 * is as dead or as out as before. */
#include "sim/world/world_parts.h"

bool health_edits_list(const struct world *world)
{
    return world->config->balancer->change == CHANGE_REBUILD;
}

/* The step follows after so long, unless the run is over by then. */
static void follow(struct world *world, uint32_t event, uint64_t after_ns, enum step step)
{
    if (after_ns < world->config->duration_ns - world->now_ns)
        agenda_event(world, world->now_ns + after_ns, event, step, 0);
}

/* What a change of health means to those who watch the list: nobody sees that of a server that
 * left. */
static void note(struct world *world, uint32_t event, enum world_part part,
                 enum world_log_kind kind, uint64_t number)
{
    uint32_t server = world->config->event[event].server;
    if (!world->server[server].in_list)
        return;
    changes_note(world, event, part);
    notes_log(world, event, server, kind, number);
}

/* The balancer learns what the health checks say. */
static void set_down(struct world *world, uint32_t index, bool down)
{
    struct server *server = &world->server[index];
    server->down = down;
    if (!health_edits_list(world))
        gateway_set_down(world->gateway, index, down);
    else if (server->in_list)
        happenings_hand_over(world);
}

/* ---- Flaps: nothing happens to the server ---- */

void health_flap(struct world *world, uint32_t index)
{
    const struct world_event *event = &world->config->event[index];
    follow(world, index, event->for_ns, STEP_BACK);
    world->server[event->server].outs++;
    set_down(world, event->server, true);
    note(world, index, PART_SELF, LOG_OUT, 0);
}

void health_flap_over(struct world *world, uint32_t index)
{
    uint32_t which = world->config->event[index].server;
    struct server *server = &world->server[which];
    server->outs--;
    if (server->outs > 0 || server->detected)
        return;
    set_down(world, which, false);
    note(world, index, PART_BACK, LOG_BACK, 0);
}

/* ---- Failures ---- */

/* A health check finds a dead server out. false: that is nothing new to anybody. */
static bool find_out(struct world *world, uint32_t index)
{
    struct server *server = &world->server[index];
    bool known = server->detected;
    server->detected = true;
    if (known || server->outs > 0)
        return false;
    set_down(world, index, true);
    return true;
}

/* Its connections end with it; the balancer hears that of each, but not why. Found out at once, it
 * is out before that, so that none of their places is given to anybody. */
void health_fail(struct world *world, uint32_t index)
{
    const struct world_event *event = &world->config->event[index];
    world->server[event->server].failures++;
    bool out = event->detect_ns == 0 && find_out(world, event->server);
    uint32_t cut = happenings_cut_server(world, event->server);
    if (event->detect_ns > 0)
        follow(world, index, event->detect_ns, STEP_DETECTED);
    follow(world, index, event->back_ns, STEP_BACK);
    note(world, index, PART_SELF, LOG_FAILED, cut);
    if (out)
        note(world, index, PART_DETECTED, LOG_DETECTED, 0);
}

/* Comes before the failure is over, so the server is dead. */
void health_detect(struct world *world, uint32_t index)
{
    if (find_out(world, world->config->event[index].server))
        note(world, index, PART_DETECTED, LOG_DETECTED, 0);
}

/* Whoever found out that it died sees at once that it is up. */
void health_recover(struct world *world, uint32_t index)
{
    uint32_t which = world->config->event[index].server;
    struct server *server = &world->server[which];
    if (--server->failures > 0)
        return;
    bool known = server->detected;
    server->detected = false;
    if (server->outs > 0)
        return;
    if (known)
        set_down(world, which, false);
    note(world, index, PART_BACK, LOG_BACK, 0);
}
