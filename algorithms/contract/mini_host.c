/* mini_host.c: the host around an algorithm, and its pickers. SPDX-License-Identifier: MIT */
#include "mini.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lb_mini_fault(struct lb_mini_host *host, enum law law, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (!host->broken)
        lb_contract_fault_found(host->trial, law, host->step, "%s", what);
    host->broken = true;
}

const char *lb_mini_name(const struct lb_mini_host *host, uint32_t slot)
{
    return slot < host->setup.servers ? lb_slot_key(host->region[0], slot) : "nobody";
}

/* ---- Opening and closing ---- */

/* Servers are interned in another order than lists have them, so that a slot is never a place. */
static void intern_servers(struct lb_mini_host *host)
{
    uint32_t servers = host->setup.servers, order[MINI_SERVERS];
    uint64_t state = 12217;
    for (uint32_t i = 0; i < servers; i++)
        order[i] = i;
    for (uint32_t i = servers; i > 1; i--) {
        uint32_t j = lb_mini_below(&state, i), swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
    for (uint32_t i = 0; i < servers; i++) {
        char key[16];
        int length = snprintf(key, sizeof key, "s%u", order[i] + 1);
        uint32_t slot = lb_slot(host->region[i % 2], key, (size_t)length);
        if (slot != i || lb_slot(host->region[0], key, (size_t)length) != slot)
            lb_mini_fault(host, LAW_LEDGER, "server %s has no slot of its own", key);
        host->slot[order[i]] = slot;
    }
}

static bool make_region(struct lb_mini_host *host)
{
    host->trial->page->call = "the question for its memory";
    host->asked = lb_algorithm_memory(host->trial->algorithm, host->setup.servers);
    host->trial->page->call = NULL;
    struct lb_shape shape = {
        .slots = host->setup.servers,
        .rows = MINI_ROWS,
        .scopes = MINI_SCOPES,
        .mode = host->setup.mode,
        .memory = lb_mini_beyond(host->asked),
    };
    size_t size = lb_region_size(&shape);
    struct lb_mini_memory *memory = &host->memory;
    if (!lb_mini_memory_get(memory, size, host->setup.two_addresses)) {
        lb_mini_fault(host, LAW_ADDRESSES, "this machine cannot map a file twice: not tried");
        return false;
    }
    if (lb_region_format(memory->at[0], size, &shape, &host->region[0]) == LB_OK &&
        lb_region_attach(memory->at[1], size, &host->region[1]) == LB_OK)
        return true;
    lb_mini_fault(host, LAW_ADDRESSES, "a region of %zu bytes could not be made", size);
    return false;
}

static void configure(const struct lb_mini_host *host, struct lb_picker_config *config)
{
    lb_picker_defaults(host->trial->algorithm, config);
    memcpy(config->param, host->trial->param, sizeof config->param);
    config->members_max = host->setup.servers;
    config->seeded = host->view->seeded;
    config->upstream = "contract";
}

static void make_pickers(struct lb_mini_host *host)
{
    struct lb_picker_config config;
    configure(host, &config);
    host->picker_size = lb_picker_size(host->region[0], &config);
    host->picker_size = (host->picker_size + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN;
    host->picker_memory = lb_mini_new(MINI_PICKERS * host->picker_size);
    for (uint32_t i = 0; i < MINI_WORKERS; i++)
        host->worker[i] = (struct lb_mini_worker){.life = ++host->last_life,
                                                  .instance = i / (MINI_WORKERS / MINI_INSTANCES),
                                                  .picker = LB_NONE};
}

static void make_tables(struct lb_mini_host *host)
{
    size_t size = 64 + (size_t)host->setup.servers * 256;
    for (uint32_t i = 0; i < MINI_INSTANCES && host->view->seeded; i++) {
        host->table_memory[i] = lb_mini_new(size);
        if (lb_counts_format(host->table_memory[i], size, &host->table[i].counts) != LB_OK ||
            lb_counts_capacity(size) < host->setup.servers)
            lb_mini_fault(host, LAW_LEDGER, "a count table of %zu bytes could not be made", size);
    }
}

struct lb_mini_host *lb_mini_open(const struct lb_mini_setup *setup)
{
    struct lb_mini_host *host = lb_mini_new(sizeof *host);
    host->setup = *setup;
    host->trial = setup->trial;
    host->view = setup->trial->view;
    host->generation = 1;
    if (make_region(host)) {
        intern_servers(host);
        make_pickers(host);
        make_tables(host);
    }
    return host;
}

void lb_mini_close(struct lb_mini_host *host)
{
    lb_mini_memory_free(&host->memory);
    free(host->picker_memory);
    for (uint32_t i = 0; i < MINI_INSTANCES; i++)
        free(host->table_memory[i]);
    free(host->trace);
    free(host);
}

/* ---- Scopes and rows ---- */

static bool same_key(struct lb_scope_key a, struct lb_scope_key b)
{
    return a.life == b.life && a.instance == b.instance && a.generation == b.generation;
}

/* The region, by the one address or by the other. */
static struct lb_region *region(struct lb_mini_host *host)
{
    host->side ^= 1;
    return host->region[host->side];
}

static uint32_t find_scope(struct lb_mini_host *host, struct lb_scope_key key)
{
    uint32_t at = LB_NONE;
    for (uint32_t i = 0; i < MINI_SCOPES && at == LB_NONE; i++)
        if (host->scope[i].used && same_key(host->scope[i].key, key))
            at = i;
    const uint64_t draw_key[2] = {
        host->setup.scope_key[0] + key.life * 101 + key.generation * UINT64_C(10007),
        host->setup.scope_key[1] + key.instance,
    };
    uint32_t scope = lb_scope_open(region(host), key, draw_key);
    if (at != LB_NONE && scope == host->scope[at].scope)
        return at;
    if (at != LB_NONE || scope == LB_NONE) {
        lb_mini_fault(host, LAW_LEDGER, "a scope was not found again, or none was left");
        return LB_NONE;
    }
    for (at = 0; host->scope[at].used; at++)
        continue;
    host->scope[at] = (struct lb_mini_scope){.used = true, .key = key, .scope = scope};
    return at;
}

static uint32_t claim_row(struct lb_mini_host *host, uint64_t life, uint32_t scope)
{
    uint32_t row = lb_row_claim(region(host), life, host->scope[scope].scope);
    if (row >= MINI_ROWS) {
        lb_mini_fault(host, LAW_LEDGER, "no row was left");
        return LB_NONE;
    }
    struct lb_mini_row *mine = &host->row[row];
    if (mine->used && (mine->life != life || mine->scope != scope))
        lb_mini_fault(host, LAW_LEDGER, "row %u was given to two owners", row);
    if (!mine->used)
        *mine = (struct lb_mini_row){.used = true, .life = life, .scope = scope};
    return row;
}

/* ---- Building pickers ---- */

/* The count table and the scope's base, as they must be once a picker is built. */
static void seed(struct lb_mini_host *host, const struct lb_mini_picker *mine)
{
    struct lb_mini_table *table = &host->table[mine->instance];
    bool listed[MINI_SERVERS] = {false};
    for (uint32_t i = 0; i < mine->list.members; i++)
        listed[mine->list.member[i].slot] = true;
    for (uint32_t slot = 0; slot < host->setup.servers; slot++) {
        table->present[slot] = listed[slot];
        if (!listed[slot])
            table->count[slot] = 0;
        else
            host->scope[mine->scope].base[slot] = table->count[slot];
    }
}

static void note_list(struct lb_mini_host *host, const struct lb_mini_picker *mine)
{
    struct lb_mini_scope *scope = &host->scope[mine->scope];
    if (scope->torn)
        memset(scope->listed, 0, sizeof scope->listed);
    scope->torn = false;
    for (uint32_t i = 0; i < mine->list.members; i++) /* who enters anew has not failed yet */
        if (!scope->listed[mine->list.member[i].slot])
            scope->health[mine->list.member[i].slot] = (struct lb_mini_health){0};
    memset(scope->listed, 0, sizeof scope->listed);
    scope->edition = mine->list.edition;
    for (uint32_t i = 0; i < mine->list.members; i++)
        scope->listed[mine->list.member[i].slot] = true;
}

/* A scope whose memory was torn forgets, and takes the list of whoever acts in it first; who
 * brought a newer one tells it again. */
void lb_mini_settle(struct lb_mini_host *host, uint32_t picker)
{
    const struct lb_mini_picker *mine = &host->picker[picker];
    const struct lb_mini_scope *scope = &host->scope[mine->scope];
    if (scope->torn || scope->edition < mine->list.edition)
        note_list(host, mine);
}

static void init(struct lb_mini_host *host, uint32_t picker)
{
    struct lb_mini_picker *mine = &host->picker[picker];
    struct lb_picker_config config;
    configure(host, &config);
    config.scope = host->scope[mine->scope].scope;
    config.counts = host->table[mine->instance].counts;
    mine->list = host->list;
    void *memory = (char *)host->picker_memory + picker * host->picker_size;
    host->trial->page->call = "the building of a picker";
    int status = lb_picker_init(memory, host->picker_size, region(host), &config, mine->list.member,
                                mine->list.members, &mine->picker);
    host->trial->page->call = NULL;
    if (status != LB_OK)
        lb_mini_fault(host, LAW_LEDGER, "a picker was not built: %s", lb_status_text(status));
    if (host->view->seeded)
        seed(host, mine);
    note_list(host, mine);
}

static uint32_t unused_picker(const struct lb_mini_host *host)
{
    uint32_t at = 0;
    while (at < MINI_PICKERS && host->picker[at].used)
        at++;
    return at < MINI_PICKERS ? at : LB_NONE;
}

/* LB_NONE: the elders' connections leave no room for another; what needs it is not done. */
static uint32_t build(struct lb_mini_host *host, struct lb_mini_worker *worker)
{
    uint32_t at = unused_picker(host);
    if (at == LB_NONE) {
        lb_mini_sweep(host);
        at = unused_picker(host);
    }
    if (at == LB_NONE)
        return LB_NONE;
    struct lb_scope_key who = {worker->life, worker->instance, host->generation};
    uint32_t scope = find_scope(host, lb_view_key(host->view, who));
    uint32_t row = scope == LB_NONE || host->view->per_request
                       ? LB_NONE
                       : claim_row(host, worker->life, scope);
    if (host->broken)
        return LB_NONE;
    struct lb_mini_picker *mine = &host->picker[at];
    *mine = (struct lb_mini_picker){.used = true,
                                    .life = worker->life,
                                    .instance = worker->instance,
                                    .generation = host->generation,
                                    .scope = scope,
                                    .row = row};
    worker->picker = at;
    init(host, at);
    return at;
}

uint32_t lb_mini_current(struct lb_mini_host *host, uint32_t worker)
{
    struct lb_mini_worker *asked = &host->worker[worker];
    uint32_t at = asked->picker;
    if (at == LB_NONE || host->picker[at].generation != host->generation) {
        at = build(host, asked);
        if (at == LB_NONE)
            return LB_NONE;
        lb_mini_check(host, LAW_EDIT);
    }
    if (host->view->per_request && !host->broken) {
        struct lb_mini_scope *scope = &host->scope[host->picker[at].scope];
        lb_scope_restart(region(host), scope->scope);
        memset(scope->listed, 0, sizeof scope->listed);
        init(host, at);
    }
    return host->broken ? LB_NONE : at;
}

bool lb_mini_is_current(const struct lb_mini_host *host, uint32_t picker)
{
    for (uint32_t i = 0; i < MINI_WORKERS; i++)
        if (host->worker[i].picker == picker)
            return true;
    return false;
}

/* ---- New lists ---- */

static void take_list(struct lb_mini_host *host, const struct lb_member *member, uint32_t members)
{
    host->list.members = members;
    host->list.edition = ++host->edition;
    memcpy(host->list.member, member, members * sizeof *member);
}

static void edit(struct lb_mini_host *host, uint32_t picker, const struct lb_mini_list *list)
{
    struct lb_mini_picker *mine = &host->picker[picker];
    host->trial->page->call = "an edit";
    int status = lb_picker_edit(mine->picker, list->member, list->members);
    host->trial->page->call = NULL;
    if (status != LB_OK)
        lb_mini_fault(host, LAW_EDIT, "a list was refused: %s", lb_status_text(status));
    mine->list = *list;
    note_list(host, mine);
}

void lb_mini_edit(struct lb_mini_host *host, const struct lb_member *member, uint32_t members)
{
    take_list(host, member, members);
    for (uint32_t i = 0; i < MINI_WORKERS; i++) {
        uint32_t picker = host->worker[i].picker;
        if (picker != LB_NONE && host->picker[picker].generation == host->generation)
            edit(host, picker, &host->list);
    }
    lb_mini_check(host, LAW_EDIT);
}

void lb_mini_rebuild(struct lb_mini_host *host, const struct lb_member *member, uint32_t members)
{
    take_list(host, member, members);
    host->generation++;
    lb_mini_sweep(host);
}

void lb_mini_reload(struct lb_mini_host *host, const struct lb_member *member, uint32_t members)
{
    take_list(host, member, members);
    lb_mini_renew(host);
}

void lb_mini_renew(struct lb_mini_host *host)
{
    host->generation++;
    for (uint32_t i = 0; i < MINI_WORKERS; i++) {
        host->worker[i].life = ++host->last_life;
        host->worker[i].picker = LB_NONE;
    }
    lb_mini_sweep(host);
}

void lb_mini_edit_idly(struct lb_mini_host *host)
{
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        if (host->picker[i].used &&
            host->picker[i].list.edition == host->scope[host->picker[i].scope].edition) {
            struct lb_mini_list same = host->picker[i].list;
            edit(host, i, &same);
        }
    lb_mini_check(host, LAW_EDIT);
}

void lb_mini_set_down(struct lb_mini_host *host, uint32_t slot, bool down)
{
    host->down[slot] = down;
    lb_slot_set_down(region(host), slot, down);
}
