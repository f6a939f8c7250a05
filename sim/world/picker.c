/* picker.c: the gateway's pickers: built over scopes, edited in place, gone when unused. */
#include "sim/engine/memory.h"
#include "sim/world/gateway_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The second value of a request's stream of streams: where the DNS answer begins. */
enum { ANSWER_DRAW = 1 };

void picker_number_servers(struct gateway *gateway, bool begins)
{
    bool zero = !begins && gateway->balancer->trait[TRAIT_RING_ID] == RING_ID_ZERO;
    for (uint32_t i = 0; begins && i < gateway->config.servers; i++)
        gateway->server[i].known = false;
    if (begins)
        gateway->ids = 0;
    for (uint32_t i = 0; i < gateway->members; i++) {
        struct server_state *server = &gateway->server[gateway->member[i].server];
        if (!server->known)
            server->id = zero ? 0 : ++gateway->ids;
        server->known = true;
    }
}

/* The gateway's list as liblb takes it, in the scope's slots, beginning at member `first`. A DNS
 * answer carries addresses only. */
static const struct lb_member *list_for(struct gateway *gateway, const struct picker *picker,
                                        uint32_t first)
{
    const uint8_t *trait = gateway->balancer->trait;
    bool bare = trait[TRAIT_ANSWER] != ANSWER_LIST;
    for (uint32_t i = 0; i < gateway->members; i++) {
        const struct gateway_member *member =
            &gateway
                 ->member[first + i < gateway->members ? first + i : first + i - gateway->members];
        bool unlimited = bare || trait[TRAIT_WHEN_FULL] == FULL_IGNORE;
        bool counted = !bare && trait[TRAIT_FAILURES] == FAILURES_COUNTED;
        const struct server_state *server = &gateway->server[member->server];
        bool slow = !bare && starts_slowly(gateway, picker->life, server);
        gateway->list[i] = (struct lb_member){
            .slot = scope_slot(gateway, picker->scope, member->server),
            .weight = bare ? 1 : member->weight,
            .max_conns = unlimited ? 0 : member->max_conns,
            .max_fails = !counted                 ? 0
                         : member->says_max_fails ? member->max_fails
                                                  : 1,
            .fail_timeout_s = member->says_fail_timeout ? member->fail_timeout_s : 10,
            .slow_start_s = slow ? server->slow_start_s : 0,
            .since_s = server->since_s,
            .id = server->id,
            .flags = bare ? 0 : (member->backup ? LB_BACKUP : 0u) | (member->down ? LB_DOWN : 0u),
        };
    }
    return gateway->list;
}

static void name_members(const struct gateway *gateway, struct picker *picker, uint32_t first)
{
    picker->members = gateway->members;
    for (uint32_t i = 0; i < gateway->members; i++)
        picker->server[i] = gateway->member[(first + i) % gateway->members].server;
    if (picker->place == NULL)
        return;
    memset(picker->place, 0xff, gateway->config.servers * sizeof *picker->place); /* LB_NONE */
    for (uint32_t i = 0; i < gateway->members; i++) {
        picker->member[i] = gateway->list[i];
        picker->place[picker->server[i]] = i;
    }
}

static struct lb_picker_config config_for(const struct gateway *gateway, const struct life *life,
                                          const struct scope *scope)
{
    const struct balancer *balancer = gateway->balancer;
    struct lb_picker_config config = {
        .algorithm = balancer->algorithm,
        .scope = scope->index,
        .members_max = gateway->config.servers,
        .seeded = balancer->view->seeded,
        .counts = gateway->counts[life->instance],
        .upstream = gateway->config.upstream,
    };
    memcpy(config.param, balancer->param, sizeof config.param);
    if (balancer->trait[TRAIT_SINGLE] == SINGLE_BYPASSED)
        config.quirks |= LB_SOLE_UNCOUNTED;
    if (balancer->trait[TRAIT_WEIGHT_ZERO] == ZERO_LAST)
        config.quirks |= LB_ZERO_IS_LAST;
    if (balancer->trait[TRAIT_COUNT_TABLE] == TABLE_GUESSED)
        config.quirks |= LB_COUNTS_GUESSED;
    if (balancer->trait[TRAIT_COUNT_TABLE] == TABLE_FOLLOWED)
        config.quirks |= LB_COUNTS_KEPT | LB_COUNTS_FOLLOWED;
    if (gateway->config.witness != NULL)
        config.quirks |= LB_CHECKED;
    return config;
}

static struct lb_picker *build(struct gateway *gateway, struct picker *picker, void *memory,
                               uint32_t first)
{
    struct lb_picker_config config = config_for(gateway, picker->life, picker->scope);
    struct lb_region *region = picker->scope->region;
    size_t size = lb_picker_size(region, &config);
    if (memory == NULL)
        memory = memory_aligned(LB_ALIGN, size);
    struct lb_picker *made = NULL;
    gateway_asks(gateway, WITNESS_BUILD, picker->life);
    int status = lb_picker_init(memory, size, region, &config, list_for(gateway, picker, first),
                                gateway->members, &made);
    assert(status >= 0);
    scope_answers(gateway, picker->scope);
    gateway->unseeded = gateway->unseeded || status == LB_UNSEEDED;
    name_members(gateway, picker, first);
    return made;
}

struct picker *picker_build(struct gateway *gateway, struct life *life)
{
    struct picker *picker = memory_zeroed(1, sizeof *picker), *before = life->current;
    picker->life = life;
    picker->generation = gateway->generation;
    picker->scope = scope_open(gateway, life);
    picker->scope->pickers++;
    picker->server = memory_zeroed(gateway->config.servers, sizeof *picker->server);
    if (gateway->balancer->trait[TRAIT_WHEN_FULL] == FULL_QUEUE) {
        picker->member = memory_zeroed(gateway->config.servers, sizeof *picker->member);
        picker->place = memory_zeroed(gateway->config.servers, sizeof *picker->place);
    }
    picker->lb = build(gateway, picker, NULL, 0);
    picker->row = gateway->balancer->view->per_request
                      ? LB_NONE
                      : lb_row_claim(picker->scope->region, life->id, picker->scope->index);
    assert(picker->row != LB_NONE || gateway->balancer->view->per_request);
    picker->next = life->pickers;
    life->pickers = picker;
    life->current = picker;
    if (before != NULL)
        picker_end_if_over(gateway, before);
    return picker;
}

void picker_tell_again(struct gateway *gateway, struct picker *picker)
{
    const struct lb_member *list = list_for(gateway, picker, 0);
    gateway_asks(gateway, WITNESS_EDIT, picker->life);
    int status = lb_picker_edit(picker->lb, list, gateway->members);
    assert(status == LB_OK);
    (void)status;
    scope_answers(gateway, picker->scope);
    name_members(gateway, picker, 0);
}

void picker_edit(struct gateway *gateway, struct picker *picker)
{
    picker_tell_again(gateway, picker);
    picker->edition++;
}

void picker_begin_request(struct gateway *gateway, struct picker *picker, struct stream draws)
{
    uint32_t first = 0;
    if (gateway->balancer->trait[TRAIT_ANSWER] == ANSWER_ROTATED && gateway->members > 1) {
        uint64_t value = stream_value(stream_of(draws, ANSWER_DRAW), 0);
        first = (uint32_t)stream_below(value, gateway->members);
        gateway->draws++;
    }
    picker->scope->begun++;
    lb_scope_restart(picker->scope->region, picker->scope->index);
    picker->lb = build(gateway, picker, picker->lb, first);
}

void picker_free(struct picker *picker)
{
    struct picker **at = &picker->life->pickers;
    while (*at != picker)
        at = &(*at)->next;
    *at = picker->next;
    picker->scope->pickers--;
    memory_aligned_free(picker->lb);
    free(picker->server);
    free(picker->member);
    free(picker->place);
    free(picker);
}

uint32_t picker_pick(struct gateway *gateway, struct picker *picker,
                     const struct gateway_request *request, const struct stream *draws,
                     uint64_t *tried, struct lb_lease *lease)
{
    struct lb_request asked = {.draw_key =
                                   draws != NULL ? (uint64_t[]){draws->k0, draws->k1} : NULL,
                               .tried = tried,
                               .now_s = gateway->now_s,
                               .key = request->key,
                               .key_length = request->key_length};
    uint32_t member;
    gateway_asks(gateway, WITNESS_PICK, picker->life);
    int status = lb_pick(picker->lb, picker->row, &asked, lease, &member);
    if (status == LB_BAD_PICK && gateway->config.witness != NULL) {
        gateway->config.witness->member = member;
        witness_aborts(gateway->config.witness, WITNESS_CHOSE);
    }
    scope_answers(gateway, picker->scope);
    gateway->draws += asked.draws;
    gateway->unseeded = gateway->unseeded || status == LB_UNSEEDED;
    picker->insists = NO_SERVER;
    if (status == LB_NO_SERVER && member != LB_NONE)
        picker->insists = picker->server[member];
    if (status == LB_NO_SERVER)
        return NO_SERVER;
    assert(status >= 0);
    return picker->server[member];
}

void picker_end_if_over(struct gateway *gateway, struct picker *picker)
{
    if (picker == picker->life->current || picker->connections > 0)
        return;
    picker_free(picker);
    scopes_sweep(gateway);
}
