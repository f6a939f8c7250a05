/* plan.c: a simulated run, noted step by step. */
#include "sim/real/plan.h"

#include "sim/engine/memory.h"
#include "sim/real/upstream.h"
#include "sim/run/run.h"

#include <stdlib.h>
#include <string.h>

#define NO_LIST UINT32_MAX

/* The open of each connection of a source, the latest. */
struct source_opens {
    uint64_t *open;
    uint64_t room;
};

/* A plan while the world runs. */
struct notes {
    struct real_plan *plan;
    const struct world_config *config;
    struct source_opens *source; /* traffic by traffic, entry by entry */
    uint32_t *first_source;      /* [traffics] */
    uint32_t sources;
    uint32_t changing; /* the event whose list is being noted; NO_LIST */
    bool crashing;     /* the connections of a dead worker are being noted */
    bool *risen;       /* [events]: of those that fail, whose server was noted to be up again */
    uint64_t step_room, open_room, live;
    atomic_bool stop;
};

static bool gave_up(struct notes *notes)
{
    bool crowded = notes->plan->many_opens || notes->plan->many_reloads;
    atomic_store_explicit(&notes->stop, crowded, memory_order_relaxed);
    return crowded;
}

/* Room for one more of an array that doubles. */
static void *grown(void *array, uint64_t count, uint64_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room == 0 ? 1024 : 2 * *room;
    return memory_resized(array, *room, size);
}

static void add_step(struct notes *notes, enum real_kind kind, uint64_t number)
{
    struct real_plan *plan = notes->plan;
    plan->step = grown(plan->step, plan->steps, &notes->step_room, sizeof *plan->step);
    plan->step[plan->steps++] = (struct real_step){.kind = kind, .number = number};
    if (kind != REAL_RELOAD)
        notes->changing = NO_LIST;
    if (kind != REAL_CRASH && kind != REAL_LOST)
        notes->crashing = false;
}

/* ---- Looks ---- */

static struct real_look *add_look(struct notes *notes, const char *name)
{
    struct real_plan *plan = notes->plan;
    struct real_look *look = &plan->look[plan->looks];
    look->name = name;
    look->live = arena_zeroed(&plan->arena, plan->servers, sizeof *look->live);
    add_step(notes, REAL_LOOK, plan->looks++);
    return look;
}

/* What an event found. A tick serves its events first, but what an older one left to be done may be
 * served before: so the world says where the look stands, and what is to be seen. */
static void note_moment(void *context, const struct world_moment *moment)
{
    struct notes *notes = context;
    if (gave_up(notes))
        return;
    struct real_look *look = add_look(notes, notes->config->event[moment->event].name);
    memcpy(look->live, moment->live, notes->plan->servers * sizeof *look->live);
}

static void look_at_end(struct notes *notes, const struct world_result *result)
{
    struct real_look *look = add_look(notes, "the end");
    for (uint32_t server = 0; server < notes->plan->servers; server++)
        look->live[server] = world_tally_at(result, 0, server)->live;
}

/* ---- The dead ---- */

static void rise(struct notes *notes, uint32_t event)
{
    if (!notes->risen[event])
        add_step(notes, REAL_RISE, notes->config->event[event].server);
    notes->risen[event] = true;
}

/* Nobody is told that a server is up again which is not in the list by then; but it may join later,
 * so it must be up before the next open. */
static void rise_unseen(struct notes *notes, uint64_t now_ns)
{
    const struct world_config *config = notes->config;
    for (uint32_t i = 0; notes->plan->deaths > 0 && i < config->events; i++) {
        const struct world_event *event = &config->event[i];
        if (event->kind == EVENT_FAIL && event->at_ns <= now_ns &&
            event->back_ns <= now_ns - event->at_ns)
            rise(notes, i);
    }
}

/* ---- Opens and ends ---- */

static uint64_t *open_of(struct notes *notes, uint32_t traffic, uint32_t entry, uint64_t connection)
{
    struct source_opens *source = &notes->source[notes->first_source[traffic] + entry];
    while (connection >= source->room)
        source->open = grown(source->open, source->room, &source->room, sizeof *source->open);
    return &source->open[connection];
}

/* Whom the last one chose is dead, and another is asked. */
static void follow_open(struct notes *notes, const struct world_pick *pick)
{
    struct real_plan *plan = notes->plan;
    plan->open[plan->opens - 1].server = pick->server;
    notes->live -= pick->server == NO_SERVER;
}

static void note_pick(void *context, const struct world_pick *pick)
{
    struct notes *notes = context;
    struct real_plan *plan = notes->plan;
    if (pick->retry > 0) {
        follow_open(notes, pick);
        return;
    }
    plan->many_opens = plan->many_opens || plan->opens == REAL_OPENS_MAX;
    if (gave_up(notes))
        return;
    rise_unseen(notes, pick->at_ns);
    plan->open = grown(plan->open, plan->opens, &notes->open_room, sizeof *plan->open);
    plan->open[plan->opens] = (struct real_open){
        .server = pick->server,
        .key = pick->key_length > 0 ? arena_text(&plan->arena, pick->key, pick->key_length) : NULL};
    add_step(notes, REAL_OPEN, plan->opens);
    *open_of(notes, pick->traffic, pick->entry, pick->connection) = plan->opens++;
    notes->live += pick->server != NO_SERVER;
    if (notes->live > plan->held_max)
        plan->held_max = notes->live;
}

static void begin_crash(struct notes *notes)
{
    if (!notes->crashing) {
        add_step(notes, REAL_CRASH, 0);
        notes->plan->crashes++;
    }
    notes->crashing = true;
}

/* Whether the server dies in this tick. */
static bool is_dying(const struct notes *notes, uint32_t server, uint64_t at_ns)
{
    for (uint32_t i = 0; i < notes->config->events; i++) {
        const struct world_event *event = &notes->config->event[i];
        if (event->kind == EVENT_FAIL && event->server == server && event->at_ns == at_ns)
            return true;
    }
    return false;
}

static void note_end(void *context, const struct world_end *end)
{
    struct notes *notes = context;
    if (gave_up(notes))
        return;
    if (end->lost)
        begin_crash(notes);
    uint64_t open = *open_of(notes, end->traffic, end->entry, end->connection);
    bool dying = is_dying(notes, notes->plan->open[open].server, end->at_ns);
    add_step(notes, end->lost ? REAL_LOST : dying ? REAL_CUT : REAL_CLOSE, open);
    notes->live--;
}

/* ---- Lists ---- */

/* The list that the gateway is now told: a copy of the one before, to be edited. */
static void new_list(struct notes *notes)
{
    struct real_plan *plan = notes->plan;
    plan->many_reloads = plan->many_reloads || plan->reloads == REAL_RELOADS_MAX;
    if (gave_up(notes))
        return;
    size_t servers = plan->servers;
    plan->list = memory_resized(plan->list, (plan->lists + 1) * servers, sizeof *plan->list);
    struct real_member *list = &plan->list[plan->lists * servers];
    memcpy(list, list - servers, servers * sizeof *list);
    add_step(notes, REAL_RELOAD, plan->lists++);
    plan->reloads++;
}

/* An event changes its list entry by entry, and the gateway is told once. */
static struct real_member *list_of(struct notes *notes, const struct world_log *log)
{
    struct real_plan *plan = notes->plan;
    if (notes->changing != log->event) {
        new_list(notes);
        notes->changing = log->event;
    }
    return &plan->list[(size_t)(plan->lists - 1) * plan->servers + log->server];
}

/* A dead server is up before anybody is told so. */
static void note_back(struct notes *notes, const struct world_log *log)
{
    const struct world_event *event = &notes->config->event[log->event];
    if (event->kind == EVENT_FAIL)
        rise(notes, log->event);
    if (event->kind != EVENT_FLAP && event->detect_ns == SPAN_FOREVER)
        return;
    add_step(notes, REAL_BACK, log->server);
    notes->plan->flaps++;
}

static void note_log(void *context, const struct world_log *log)
{
    struct notes *notes = context;
    if (gave_up(notes))
        return;
    switch (log->kind) {
    case LOG_ADDED:
    case LOG_WEIGHT:
        *list_of(notes, log) = (struct real_member){
            .listed = true,
            .weight = (uint32_t)log->number,
        };
        return;
    case LOG_REMOVED:
        list_of(notes, log)->listed = false;
        return;
    case LOG_TOUCH:
    case LOG_RELOAD:
        new_list(notes);
        return;
    case LOG_FAILED:
        add_step(notes, REAL_DIE, log->server);
        notes->plan->deaths++;
        return;
    case LOG_OUT:
    case LOG_DETECTED:
        add_step(notes, REAL_OUT, log->server);
        notes->plan->flaps++;
        return;
    case LOG_BACK:
        note_back(notes, log);
        return;
    case LOG_CRASH:
        begin_crash(notes);
        notes->crashing = false;
        return;
    default: /* what closes and cuts did was told by the ends */
        return;
    }
}

/* ---- All of it ---- */

static void begin(struct notes *notes)
{
    const struct world_config *config = notes->config;
    struct real_plan *plan = notes->plan;
    notes->first_source = memory_zeroed(config->traffics, sizeof *notes->first_source);
    for (uint32_t t = 0; t < config->traffics; t++) {
        notes->first_source[t] = notes->sources;
        notes->sources += config->traffic[t].arrivals_count;
    }
    notes->source = memory_zeroed(notes->sources, sizeof *notes->source);
    notes->risen = memory_zeroed(config->events, sizeof *notes->risen);
    plan->look = memory_zeroed((size_t)config->events + 1, sizeof *plan->look);
    plan->list = memory_zeroed(plan->servers, sizeof *plan->list);
    plan->lists = 1;
    for (uint32_t i = 0; i < plan->servers; i++)
        plan->list[i] = (struct real_member){.listed = config->server[i].at_start,
                                             .weight = config->server[i].weight};
}

static void release(struct notes *notes)
{
    for (uint32_t i = 0; i < notes->sources; i++)
        free(notes->source[i].open);
    free(notes->source);
    free(notes->first_source);
    free(notes->risen);
}

struct real_plan *real_plan_make(const struct scenario *scenario, const struct balancer *balancer,
                                 const struct real_upstream *upstream, const char *const *address)
{
    struct real_plan *plan = memory_zeroed(1, sizeof *plan);
    struct balancer played = *balancer;
    struct world_config config = run_world(scenario, &played);
    struct world_server *server = arena_zeroed(&plan->arena, config.servers, sizeof *server);
    struct notes notes = {.plan = plan, .config = &config, .changing = NO_LIST};
    for (uint32_t i = 0; i < config.servers; i++) {
        server[i] = config.server[i];
        server[i].name = address[i];
    }
    config.server = server;
    played.change = CHANGE_RELOAD; /* nginx knows no other; real_upstream_of() saw to it */
    if (upstream->module) {        /* its draws are the scope's, from its own seed */
        played.draws = DRAWS_SEQUENCE;
        config.draw_key = upstream->draw_key;
    }
    config.on_pick = note_pick;
    config.on_end = note_end;
    config.on_log = note_log;
    config.on_moment = note_moment;
    config.pick_context = &notes;
    config.stop = &notes.stop;
    plan->scenario = scenario;
    plan->servers = config.servers;
    plan->workers = balancer->workers > 0 ? balancer->workers : config.workers;
    begin(&notes);
    struct world_result *result = world_run(&config);
    if (!gave_up(&notes))
        look_at_end(&notes, result);
    plan->draws = result->draws;
    world_result_free(result);
    release(&notes);
    return plan;
}

void real_plan_free(struct real_plan *plan)
{
    if (plan == NULL)
        return;
    free(plan->step);
    free(plan->open);
    free(plan->list);
    free(plan->look);
    arena_free(&plan->arena);
    free(plan);
}
