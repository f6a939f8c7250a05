/* mini_check.c: the library's counts against the mini host's own. SPDX-License-Identifier: MIT */
#include "mini.h"

#include <string.h>

int64_t lb_mini_load(const struct lb_mini_host *host, uint32_t picker, uint32_t member)
{
    const struct lb_mini_picker *mine = &host->picker[picker];
    const struct lb_mini_scope *scope = &host->scope[mine->scope];
    uint32_t slot = mine->list.member[member].slot;
    return scope->open[slot] + scope->base[slot];
}

bool lb_mini_counts_failures(const struct lb_mini_host *host, uint32_t picker)
{
    const struct lb_mini_list *list = &host->picker[picker].list;
    bool counts = false;
    for (uint32_t i = 0; i < list->members; i++)
        counts = counts || list->member[i].max_fails > 0;
    return counts && list->members > 1;
}

static bool is_tried(const uint64_t *tried, uint32_t member)
{
    return tried != NULL && (tried[member / 64] >> (member % 64) & 1) != 0;
}

static bool left_alone(const struct lb_mini_host *host, const struct lb_mini_picker *picker,
                       const struct lb_member *asked)
{
    const struct lb_mini_health *health = &host->scope[picker->scope].health[asked->slot];
    return asked->max_fails > 0 && picker->list.members > 1 && health->fails >= asked->max_fails &&
           host->now_s <= health->asked_s + asked->fail_timeout_s;
}

bool lb_mini_full(const struct lb_mini_host *host, uint32_t picker, uint32_t member)
{
    const struct lb_member *asked = &host->picker[picker].list.member[member];
    return asked->max_conns > 0 && lb_mini_load(host, picker, member) >= asked->max_conns;
}

/* Could it serve, if its turn came? Where requests wait, also who is full could. */
static bool able(const struct lb_mini_host *host, uint32_t picker, uint32_t member,
                 const uint64_t *tried)
{
    const struct lb_member *asked = &host->picker[picker].list.member[member];
    if (is_tried(tried, member) || left_alone(host, &host->picker[picker], asked))
        return false;
    if (host->down[asked->slot] || asked->weight == 0 || (asked->flags & LB_DOWN) != 0)
        return false;
    return lb_algorithm_when_full(host->trial->algorithm) != LB_TAKES_OTHER ||
           !lb_mini_full(host, picker, member);
}

/* Backups serve when nobody else is able, and then to the end of the request. A member that the
 * scope does not list any more need not be known to the algorithm, and so keeps no backup out. */
enum lb_mini_turn lb_mini_turn(const struct lb_mini_host *host, uint32_t picker,
                               const uint64_t *tried)
{
    const struct lb_mini_picker *mine = &host->picker[picker];
    bool backups = false, others = false;
    for (uint32_t i = 0; i < mine->list.members; i++) {
        const struct lb_member *one = &mine->list.member[i];
        if ((one->flags & LB_BACKUP) != 0)
            backups = backups || is_tried(tried, i);
        else
            others = others ||
                     (host->scope[mine->scope].listed[one->slot] && able(host, picker, i, tried));
    }
    return backups ? MINI_BACKUPS : others ? MINI_OTHERS : MINI_ANYBODY;
}

bool lb_mini_usable(const struct lb_mini_host *host, uint32_t picker, uint32_t member,
                    const uint64_t *tried, enum lb_mini_turn turn)
{
    bool backup = (host->picker[picker].list.member[member].flags & LB_BACKUP) != 0;
    return turn != (backup ? MINI_OTHERS : MINI_BACKUPS) && able(host, picker, member, tried);
}

const char *lb_mini_why_not(const struct lb_mini_host *host, uint32_t picker, uint32_t member,
                            const uint64_t *tried, enum lb_mini_turn turn)
{
    const struct lb_member *asked = &host->picker[picker].list.member[member];
    bool backup = (asked->flags & LB_BACKUP) != 0;
    if (is_tried(tried, member))
        return "it was tried";
    if (host->down[asked->slot] || (asked->flags & LB_DOWN) != 0)
        return "it is down";
    if (asked->weight == 0)
        return "its weight is 0";
    if (left_alone(host, &host->picker[picker], asked))
        return "it failed, and is left alone";
    if (lb_mini_full(host, picker, member))
        return "it is full";
    if (backup && turn == MINI_OTHERS)
        return "it is a backup, and others are left";
    return !backup && turn == MINI_BACKUPS ? "the request is with the backups" : NULL;
}

static void check_rows(struct lb_mini_host *host, enum law law)
{
    for (uint32_t row = 0; row < MINI_ROWS; row++)
        for (uint32_t slot = 0; host->row[row].used && slot < host->setup.servers; slot++) {
            int32_t counted = lb_row_count(host->region[row % 2], row, slot);
            if (counted != host->row[row].open[slot])
                lb_mini_fault(host, law, "row %u counts %d on %s, %d are open", row, counted,
                              lb_mini_name(host, slot), host->row[row].open[slot]);
        }
}

static void check_views(struct lb_mini_host *host, enum law law)
{
    for (uint32_t i = 0; i < MINI_PICKERS; i++) {
        const struct lb_mini_picker *mine = &host->picker[i];
        for (uint32_t member = 0; mine->used && member < mine->list.members; member++) {
            int64_t believed = lb_believed(mine->picker, member),
                    wanted = lb_mini_load(host, i, member);
            if (believed != wanted)
                lb_mini_fault(host, law, "the view is believed to see %lld on %s, it must see %lld",
                              (long long)believed,
                              lb_mini_name(host, mine->list.member[member].slot),
                              (long long)wanted);
        }
    }
}

/* The slot of a key of the count table, by the server's name. */
static uint32_t slot_of(const struct lb_mini_host *host, const char *key)
{
    for (uint32_t slot = 0; slot < host->setup.servers; slot++)
        if (strcmp(lb_slot_key(host->region[0], slot), key) == 0)
            return slot;
    return LB_NONE;
}

static void check_table(struct lb_mini_host *host, const struct lb_mini_table *table)
{
    static const char prefix[] = "conn_count:contract:";
    uint32_t cells = 0, present = 0;
    const char *key;
    int32_t count;
    for (; lb_counts_at(table->counts, cells, &key, &count); cells++) {
        uint32_t slot = strncmp(key, prefix, sizeof prefix - 1) == 0
                            ? slot_of(host, key + sizeof prefix - 1)
                            : LB_NONE;
        if (slot == LB_NONE || !table->present[slot] || table->count[slot] != count)
            lb_mini_fault(host, LAW_LEDGER, "the count table says %d of %s", count, key);
    }
    for (uint32_t slot = 0; slot < host->setup.servers; slot++)
        present += table->present[slot];
    if (present != cells)
        lb_mini_fault(host, LAW_LEDGER, "the count table has %u keys, not %u", cells, present);
}

/* The bits of a score, and whether there is one. */
static bool score_bits(const struct lb_picker *picker, uint32_t member, uint64_t *bits)
{
    double score = 0;
    bool scored = lb_score(picker, member, &score);
    memcpy(bits, &score, sizeof *bits);
    return scored;
}

static void ask_scores(struct lb_mini_host *host)
{
    host->trial->page->call = "a question for a score";
    for (uint32_t i = 0; i < MINI_PICKERS; i++) {
        const struct lb_mini_picker *mine = &host->picker[i];
        for (uint32_t member = 0; mine->used && member < mine->list.members; member++) {
            uint64_t one, two;
            bool scored = score_bits(mine->picker, member, &one);
            if (score_bits(mine->picker, member, &two) != scored || one != two)
                lb_mini_fault(host, LAW_SAME_AGAIN, "%s has two scores, asked for twice",
                              lb_mini_name(host, mine->list.member[member].slot));
            uint32_t place = lb_place(mine->picker, member);
            if (lb_place(mine->picker, member) != place)
                lb_mini_fault(host, LAW_SAME_AGAIN, "%s has two places, asked for twice",
                              lb_mini_name(host, mine->list.member[member].slot));
        }
    }
    host->trial->page->call = NULL;
}

void lb_mini_check(struct lb_mini_host *host, enum law law)
{
    if (host->setup.asked && !host->broken)
        ask_scores(host);
    if (host->setup.unchecked || host->broken)
        return;
    check_rows(host, law);
    check_views(host, law == LAW_ONE_COUNT ? LAW_LEDGER : law);
    if (lb_region_check(host->region[0]) != LB_OK)
        lb_mini_fault(host, law == LAW_ONE_COUNT ? LAW_LEDGER : law,
                      "lb_region_check found loads, rows or index at odds");
    for (uint32_t i = 0; i < MINI_INSTANCES; i++)
        if (host->table[i].counts != NULL)
            check_table(host, &host->table[i]);
}

void lb_mini_check_zero(struct lb_mini_host *host)
{
    for (uint32_t i = 0; i < MINI_PICKERS; i++) {
        const struct lb_mini_picker *mine = &host->picker[i];
        for (uint32_t member = 0; mine->used && member < mine->list.members; member++) {
            uint32_t slot = mine->list.member[member].slot;
            int64_t believed = lb_believed(mine->picker, member);
            if (believed != host->scope[mine->scope].base[slot])
                lb_mini_fault(host, LAW_ZERO, "all is released, and %s is left with %lld",
                              lb_mini_name(host, slot), (long long)believed);
        }
    }
    for (uint32_t row = 0; row < MINI_ROWS; row++)
        for (uint32_t slot = 0; slot < host->setup.servers; slot++)
            if (lb_row_count(host->region[0], row, slot) != 0)
                lb_mini_fault(host, LAW_ZERO, "all is released, and row %u still counts", row);
}
