/* mini_pick.c: the mini host's picks and releases, each held against the ledger.
 * SPDX-License-Identifier: MIT */
#include "mini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNTOUCHED UINT32_C(0xDEADBEEF)

struct attempt { /* one call of lb_pick, and what was known before it */
    uint32_t picker, members;
    const struct lb_mini_request *request;
    uint32_t usable, listed; /* how many members were; of these, how many the scope still lists */
    uint64_t *tried, before[MINI_TRIED];
    int status;
    struct lb_lease lease;
    uint32_t member;
    enum lb_mini_turn turn;
};

static void trace(struct lb_mini_host *host, struct lb_mini_pick pick)
{
    if (host->traced == host->trace_room) {
        uint32_t room = host->trace_room == 0 ? 512 : 2 * host->trace_room;
        struct lb_mini_pick *wider = lb_mini_new(room * sizeof *wider);
        if (host->traced > 0)
            memcpy(wider, host->trace, host->traced * sizeof *wider);
        free(host->trace);
        host->trace = wider;
        host->trace_room = room;
    }
    host->trace[host->traced++] = pick;
}

static void look_before(const struct lb_mini_host *host, struct attempt *attempt)
{
    const struct lb_mini_picker *mine = &host->picker[attempt->picker];
    attempt->turn = lb_mini_turn(host, attempt->picker, attempt->tried);
    attempt->members = mine->list.members;
    for (uint32_t i = 0; i < attempt->members; i++) {
        bool usable = lb_mini_usable(host, attempt->picker, i, attempt->tried, attempt->turn);
        attempt->usable += usable;
        attempt->listed += usable && host->scope[mine->scope].listed[mine->list.member[i].slot];
    }
    if (attempt->tried != NULL)
        memcpy(attempt->before, attempt->tried, sizeof attempt->before);
}

/* Is it for want of a place, at a member that could serve else? */
static bool waits(const struct lb_mini_host *host, const struct attempt *attempt)
{
    const uint64_t *tried = attempt->tried == NULL ? NULL : attempt->before;
    enum lb_when_full when_full = lb_algorithm_when_full(host->trial->algorithm);
    bool waits = false;
    for (uint32_t i = 0; i < attempt->members && when_full != LB_TAKES_OTHER; i++)
        waits = waits || ((when_full == LB_WAITS_FOR_ANY || i == attempt->member) &&
                          lb_mini_usable(host, attempt->picker, i, tried, attempt->turn) &&
                          lb_mini_full(host, attempt->picker, i));
    return waits;
}

/* A picker whose scope heard of a newer list may also be refused a server that only it still has:
 * nobody said that the algorithm must remember those who left. */
static void check_refused(struct lb_mini_host *host, const struct attempt *attempt)
{
    const struct lb_mini_picker *mine = &host->picker[attempt->picker];
    bool newest = mine->list.edition == host->scope[mine->scope].edition;
    if (attempt->listed > 0 && !waits(host, attempt))
        lb_mini_fault(host, newest ? LAW_NONE : LAW_OWN_LIST,
                      "LB_NO_SERVER, and %u of %u members are usable", attempt->listed,
                      attempt->members);
    bool insists = lb_algorithm_when_full(host->trial->algorithm) == LB_WAITS_FOR_IT;
    if (attempt->member != LB_NONE && !insists)
        lb_mini_fault(host, LAW_NONE, "LB_NO_SERVER, and place %u is named", attempt->member);
    if (attempt->tried != NULL &&
        memcmp(attempt->tried, attempt->before, sizeof attempt->before) != 0)
        lb_mini_fault(host, LAW_NONE, "LB_NO_SERVER changed the tried bits");
    if (attempt->lease.slot != UNTOUCHED || attempt->lease.row != UNTOUCHED)
        lb_mini_fault(host, LAW_NONE, "LB_NO_SERVER changed what it was handed");
    lb_mini_check(host, LAW_NONE);
}

static bool tried_as_it_should(const struct attempt *attempt)
{
    uint64_t wanted[MINI_TRIED];
    memcpy(wanted, attempt->before, sizeof wanted);
    wanted[attempt->member / 64] |= (uint64_t)1 << (attempt->member % 64);
    return memcmp(wanted, attempt->tried, sizeof wanted) == 0;
}

/* Before anything is written down of this pick. */
static void check_chosen(struct lb_mini_host *host, const struct attempt *attempt)
{
    const struct lb_mini_picker *mine = &host->picker[attempt->picker];
    uint32_t member = attempt->member, row = mine->row;
    bool newest = mine->list.edition == host->scope[mine->scope].edition;
    if (member >= attempt->members || mine->list.member[member].slot != attempt->lease.slot) {
        lb_mini_fault(host, newest ? LAW_USABLE : LAW_OWN_LIST,
                      "place %u of %u members was picked, the lease says %s", member,
                      attempt->members, lb_mini_name(host, attempt->lease.slot));
        return;
    }
    const uint64_t *before = attempt->tried == NULL ? NULL : attempt->before;
    const char *why = lb_mini_why_not(host, attempt->picker, member, before, attempt->turn);
    if (why != NULL)
        lb_mini_fault(host, attempt->usable == 0 ? LAW_NONE : LAW_USABLE,
                      "%s was picked, but %s (weight %u, %lld open, max_conns %u)",
                      lb_mini_name(host, attempt->lease.slot), why,
                      mine->list.member[member].weight,
                      (long long)lb_mini_load(host, attempt->picker, member),
                      mine->list.member[member].max_conns);
    if (attempt->tried != NULL && !tried_as_it_should(attempt))
        lb_mini_fault(host, LAW_USABLE, "the tried bits are not as before plus the one picked");
    if (attempt->lease.row != row)
        lb_mini_fault(host, LAW_ONE_COUNT, "the lease names row %u, not %u", attempt->lease.row,
                      row);
}

static uint32_t count(struct lb_mini_host *host, const struct attempt *attempt)
{
    struct lb_mini_picker *mine = &host->picker[attempt->picker];
    uint32_t slot = attempt->lease.slot;
    const struct lb_member *chosen = &mine->list.member[attempt->member];
    struct lb_mini_health *health = &host->scope[mine->scope].health[slot];
    if (chosen->max_fails > 0 && mine->list.members > 1 &&
        host->now_s > health->asked_s + chosen->fail_timeout_s)
        health->asked_s = host->now_s;
    if (mine->row != LB_NONE) {
        host->row[mine->row].open[slot]++;
        host->scope[mine->scope].open[slot]++;
        int32_t counted = lb_row_count(host->region[0], mine->row, slot);
        if (counted != host->row[mine->row].open[slot])
            lb_mini_fault(host, LAW_ONE_COUNT, "row %u counts %d on %s after the pick, not %d",
                          mine->row, counted, lb_mini_name(host, slot),
                          host->row[mine->row].open[slot]);
    }
    if (host->view->seeded) {
        host->table[mine->instance].count[slot]++;
        host->table[mine->instance].present[slot] = true;
    }
    mine->connections++;
    struct lb_mini_connection *opened = &host->connection[host->connections];
    *opened = (struct lb_mini_connection){.picker = attempt->picker,
                                          .edition = mine->list.edition,
                                          .lease = attempt->lease,
                                          .request = *attempt->request};
    opened->request.attempts++;
    opened->request.tried[attempt->member / 64] |= (uint64_t)1 << (attempt->member % 64);
    return host->connections++;
}

/* The key of the request's own draws, another for each attempt; NULL: it draws from its scope. */
static const uint64_t *draw_key(const struct lb_mini_host *host,
                                const struct lb_mini_request *asked, uint64_t room[2])
{
    bool own = asked->draws == MINI_DRAWS_OWN || host->setup.own_draws ||
               (asked->draws == MINI_DRAWS_EITHER && host->setup.either_own);
    room[0] = (asked->id + UINT64_C(1)) * UINT64_C(0xD1B54A32D192ED03);
    room[1] = asked->id + ((uint64_t)asked->attempts << 32);
    return own ? room : NULL;
}

size_t lb_mini_key(uint32_t number, char key[MINI_KEY])
{
    if (number == 0)
        key[0] = '\0';
    else
        snprintf(key, MINI_KEY, "10.%u.%u.1", number % 7, number % 199);
    return strlen(key);
}

uint32_t lb_mini_pick(struct lb_mini_host *host, uint32_t picker,
                      const struct lb_mini_request *asked)
{
    char key[MINI_KEY];
    uint64_t room[2], tried[MINI_TRIED];
    memcpy(tried, asked->tried, sizeof tried);
    struct attempt attempt = {.picker = picker,
                              .request = asked,
                              .tried = asked->attempts > 0 || asked->tells_tried ? tried : NULL,
                              .lease = {.slot = UNTOUCHED, .row = UNTOUCHED},
                              .member = UNTOUCHED};
    struct lb_request request = {.draw_key = draw_key(host, asked, room),
                                 .tried = attempt.tried,
                                 .now_s = host->now_s,
                                 .key = key,
                                 .key_length = lb_mini_key(asked->key, key)};
    if (host->broken || host->connections == MINI_CONNECTIONS)
        return MINI_NO_PICK;
    lb_mini_settle(host, picker);
    look_before(host, &attempt);
    host->trial->page->call = "a pick";
    attempt.status = lb_pick(host->picker[picker].picker, host->picker[picker].row, &request,
                             &attempt.lease, &attempt.member);
    host->trial->page->call = NULL;
    host->trial->page->verdict.drew |= request.draws > 0;
    trace(host, (struct lb_mini_pick){attempt.status, attempt.lease.slot, request.draws, host->step,
                                      asked->draws == MINI_DRAWS_EITHER});
    if (attempt.status == LB_NO_SERVER) {
        check_refused(host, &attempt);
        return MINI_NO_PICK;
    }
    if (attempt.status == LB_BAD_PICK)
        lb_mini_fault(host, LAW_USABLE, "place %u of %u members was picked", attempt.member,
                      attempt.members);
    else if (attempt.status != LB_OK)
        lb_mini_fault(host, LAW_NONE, "a pick returned \"%s\"", lb_status_text(attempt.status));
    else
        check_chosen(host, &attempt);
    if (host->broken)
        return MINI_NO_PICK;
    uint32_t connection = count(host, &attempt);
    lb_mini_check(host, LAW_ONE_COUNT);
    return connection;
}

uint32_t lb_mini_find(const struct lb_mini_host *host, uint32_t id)
{
    for (uint32_t i = 0; i < host->connections; i++)
        if (host->connection[i].request.id == id)
            return i;
    return MINI_NO_PICK;
}

/* ---- Releases ---- */

static void uncount(struct lb_mini_host *host, const struct lb_mini_connection *ending)
{
    const struct lb_mini_picker *mine = &host->picker[ending->picker];
    uint32_t slot = ending->lease.slot, row = ending->lease.row;
    if (row == LB_NONE)
        return;
    host->row[row].open[slot]--;
    host->scope[mine->scope].open[slot]--;
    if (host->view->seeded) {
        host->table[mine->instance].count[slot]--;
        host->table[mine->instance].present[slot] = true;
    }
    int32_t counted = lb_row_count(host->region[1], row, slot);
    if (counted != host->row[row].open[slot])
        lb_mini_fault(host, LAW_RELEASE, "row %u counts %d on %s after the release, not %d", row,
                      counted, lb_mini_name(host, slot), host->row[row].open[slot]);
}

/* Where nothing is left to release, a release must be refused, and must leave all as it was. */
static void release_again(struct lb_mini_host *host, const struct lb_mini_connection *ended)
{
    struct lb_picker *picker = host->picker[ended->picker].picker;
    struct lb_lease lease = ended->lease;
    if (lease.row == LB_NONE || host->row[lease.row].open[lease.slot] > 0)
        return;
    if (lb_release(picker, lease) != LB_BAD_LEASE ||
        lb_fail(picker, lease, host->now_s) != LB_BAD_LEASE)
        lb_mini_fault(host, LAW_RELEASE, "a second release of %s in row %u was not refused",
                      lb_mini_name(host, lease.slot), lease.row);
    lease.row = MINI_ROWS;
    if (lb_release(picker, lease) != LB_BAD_LEASE)
        lb_mini_fault(host, LAW_RELEASE, "a release in a row that is not there was not refused");
}

/* Its success or failure, as the picker that it began with counts it. */
static void note_outcome(struct lb_mini_host *host, const struct lb_mini_connection *ended,
                         bool failed)
{
    const struct lb_mini_picker *mine = &host->picker[ended->picker];
    struct lb_mini_health *health = &host->scope[mine->scope].health[ended->lease.slot];
    if (!lb_mini_counts_failures(host, ended->picker))
        return;
    if (!failed && health->failed_s < health->asked_s)
        health->fails = 0;
    for (uint32_t i = 0; i < mine->list.members && failed; i++)
        if (mine->list.member[i].slot == ended->lease.slot && mine->list.member[i].max_fails > 0) {
            health->fails++;
            health->failed_s = health->asked_s = host->now_s;
        }
}

static void end_one(struct lb_mini_host *host, uint32_t connection, bool failed)
{
    struct lb_mini_connection ending = host->connection[connection];
    if (host->broken)
        return;
    host->connection[connection] = host->connection[--host->connections];
    host->picker[ending.picker].connections--;
    struct lb_picker *picker = host->picker[ending.picker].picker;
    host->trial->page->call = "a release";
    int status =
        failed ? lb_fail(picker, ending.lease, host->now_s) : lb_release(picker, ending.lease);
    host->trial->page->call = NULL;
    if (status != LB_OK)
        lb_mini_fault(host, LAW_RELEASE, "a release was refused: %s", lb_status_text(status));
    note_outcome(host, &ending, failed);
    uncount(host, &ending);
    release_again(host, &ending);
    lb_mini_check(host, LAW_RELEASE);
}

void lb_mini_release(struct lb_mini_host *host, uint32_t connection)
{
    end_one(host, connection, false);
}

void lb_mini_fail(struct lb_mini_host *host, uint32_t connection)
{
    end_one(host, connection, true);
}

void lb_mini_release_all(struct lb_mini_host *host)
{
    while (host->connections > 0 && !host->broken)
        lb_mini_release(host, host->connections - 1);
}
