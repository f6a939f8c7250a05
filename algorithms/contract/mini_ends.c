/* mini_ends.c: what ends in the mini host: lives, rows, scopes, pickers.
 * SPDX-License-Identifier: MIT */
#include "mini.h"

/* ---- Crashes and reaping ---- */

bool lb_mini_is_alive(void *context, uint64_t life)
{
    const struct lb_mini_host *host = context;
    for (uint32_t i = 0; i < MINI_WORKERS; i++)
        if (host->worker[i].life == life)
            return true;
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        if (host->picker[i].used && host->picker[i].life == life)
            return true;
    return false;
}

uint64_t lb_mini_forget_row(struct lb_mini_host *host, uint32_t row)
{
    struct lb_mini_row *mine = &host->row[row];
    uint64_t forgotten = 0;
    for (uint32_t slot = 0; slot < host->setup.servers; slot++) {
        forgotten += (uint64_t)mine->open[slot];
        if (mine->scope != LB_NONE)
            host->scope[mine->scope].open[slot] -= mine->open[slot];
    }
    mine->used = false;
    return forgotten;
}

static void drop_row(struct lb_mini_host *host, uint32_t row, enum law law)
{
    host->trial->page->call = "the dropping of a row";
    uint64_t wanted = lb_mini_forget_row(host, row), dropped = lb_row_drop(host->region[0], row);
    host->trial->page->call = NULL;
    if (dropped != wanted)
        lb_mini_fault(host, law, "row %u counted %llu connections, dropping it gave %llu", row,
                      (unsigned long long)wanted, (unsigned long long)dropped);
}

void lb_mini_reap(struct lb_mini_host *host)
{
    uint64_t wanted = 0;
    for (uint32_t row = 0; row < MINI_ROWS; row++)
        if (host->row[row].used && !lb_mini_is_alive(host, host->row[row].life))
            wanted += lb_mini_forget_row(host, row);
    uint64_t reaped = lb_reap(host->region[1], lb_mini_is_alive, host);
    if (reaped != wanted)
        lb_mini_fault(host, LAW_DROP, "%llu connections of the dead were counted, %llu were reaped",
                      (unsigned long long)wanted, (unsigned long long)reaped);
    lb_mini_check(host, LAW_DROP);
}

/* Connections of a picker that died are gone without a release. */
static void lose_connections(struct lb_mini_host *host, uint32_t picker)
{
    for (uint32_t i = host->connections; i-- > 0;)
        if (host->connection[i].picker == picker)
            host->connection[i] = host->connection[--host->connections];
    host->picker[picker].connections = 0;
}

void lb_mini_crash(struct lb_mini_host *host, uint32_t worker, bool reaped)
{
    uint64_t life = host->worker[worker].life;
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        if (host->picker[i].used && host->picker[i].life == life) {
            lose_connections(host, i);
            host->picker[i].used = false;
        }
    host->worker[worker].life = ++host->last_life;
    host->worker[worker].picker = LB_NONE;
    for (uint32_t row = 0; row < MINI_ROWS; row++) {
        bool theirs = host->row[row].used && host->row[row].life == life;
        if (theirs && reaped)
            drop_row(host, row, LAW_DROP);
        else if (theirs)
            host->row[row].lost = true;
    }
    lb_mini_check(host, LAW_DROP);
    lb_mini_sweep(host);
}

/* ---- A death under the lock ---- */

void lb_mini_take_over(struct lb_mini_host *host)
{
    enum { DEAD = 1000001, SELF = 1000002 };
    struct lb_region *region = host->region[0];
    if (!lb_try_lock(region, DEAD) || lb_try_lock(region, SELF) ||
        !lb_take_lock(region, DEAD, SELF) || lb_lock_holder(region) != SELF)
        lb_mini_fault(host, LAW_TAKEOVER, "the lock of a dead holder could not be taken");
    lb_unlock(region);
    for (uint32_t scope = 0; scope < MINI_SCOPES; scope++)
        host->scope[scope].torn = host->scope[scope].used;
    lb_mini_check(host, LAW_TAKEOVER);
}

/* ---- Sweeping ---- */

static bool picker_needed(const struct lb_mini_host *host, uint32_t picker)
{
    const struct lb_mini_picker *mine = &host->picker[picker];
    return mine->connections > 0 ||
           (lb_mini_is_current(host, picker) && mine->generation == host->generation);
}

static bool row_needed(const struct lb_mini_host *host, uint32_t row)
{
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        if (host->picker[i].used && host->picker[i].row == row)
            return true;
    return host->row[row].lost;
}

/* Nobody picks in it now, and nobody will. */
static bool scope_over(const struct lb_mini_host *host, uint32_t scope)
{
    const struct lb_mini_scope *mine = &host->scope[scope];
    for (uint32_t i = 0; i < MINI_PICKERS; i++)
        if (host->picker[i].used && host->picker[i].scope == scope)
            return false;
    return (host->view->by_life && !lb_mini_is_alive((void *)host, mine->key.life)) ||
           (host->view->by_generation && mine->key.generation != host->generation);
}

static void close_scope(struct lb_mini_host *host, uint32_t scope)
{
    for (uint32_t row = 0; row < MINI_ROWS; row++)
        if (host->row[row].used && host->row[row].scope == scope)
            host->row[row].scope = LB_NONE;
    lb_scope_close(host->region[0], host->scope[scope].scope);
    host->scope[scope].used = false;
}

void lb_mini_sweep(struct lb_mini_host *host)
{
    /* A worker's picker of an old generation stays until it builds the next; here it may go. */
    for (uint32_t i = 0; i < MINI_PICKERS; i++) {
        if (!host->picker[i].used || picker_needed(host, i))
            continue;
        host->picker[i].used = false;
        for (uint32_t w = 0; w < MINI_WORKERS; w++)
            if (host->worker[w].picker == i)
                host->worker[w].picker = LB_NONE;
    }
    uint32_t leaked = 0;
    for (uint32_t row = 0; row < MINI_ROWS; row++) {
        if (host->row[row].used && !row_needed(host, row))
            drop_row(host, row, LAW_ZERO);
        leaked += host->row[row].used && host->row[row].lost;
    }
    for (uint32_t scope = 0; scope < MINI_SCOPES; scope++)
        if (host->scope[scope].used && scope_over(host, scope))
            close_scope(host, scope);
    if (leaked > MINI_ROWS / 3)
        lb_mini_reap(host);
}
