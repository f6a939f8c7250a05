/* lbsim_share.c: an upstream's share of a zone: a region, and what the module notes beside it.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

/* ---- Layout: name, notes, picks, region ---- */

struct lbsim_layout {
    size_t row, slot, picks, region, end;
};

static struct lbsim_layout lbsim_lay_out(const struct lb_shape *shape)
{
    struct lbsim_layout at = {.row = ngx_align(LBSIM_NAME_MAX + 1, LB_ALIGN)};
    size_t rows = shape->rows, slots = shape->slots;
    at.slot = at.row + ngx_align(rows * sizeof(struct lbsim_row_note), LB_ALIGN);
    at.picks = at.slot + ngx_align(slots * sizeof(struct lbsim_slot_note), LB_ALIGN);
    at.region = at.picks + ngx_align(rows * slots * sizeof(_Atomic uint64_t), LB_ALIGN);
    at.end = at.region + ngx_align(lb_region_size(shape), LB_ALIGN);
    return at;
}

size_t lbsim_share_size(const struct lb_shape *shape)
{
    return lb_region_size(shape) == 0 ? 0 : lbsim_lay_out(shape).end;
}

/* Where the region is, until it is known to be one. */
static void *lbsim_region_of(const struct lbsim_share *share)
{
    return share->name + lbsim_lay_out(share->shape).region;
}

struct lbsim_share lbsim_share_at(void *memory, const struct lb_shape *shape)
{
    struct lbsim_layout at = lbsim_lay_out(shape);
    char *base = memory;
    return (struct lbsim_share){.name = base,
                                .row = (void *)(base + at.row),
                                .slot = (void *)(base + at.slot),
                                .picks = (void *)(base + at.picks),
                                .shape = shape};
}

/* It has its name when it is whole. Picks of a row are cleared when it is claimed. */
int lbsim_share_format(struct lbsim_share *share, const ngx_str_t *name)
{
    ngx_memzero(share->name, LBSIM_NAME_MAX + 1);
    ngx_memzero(share->row, share->shape->rows * sizeof *share->row);
    ngx_memzero(share->slot, share->shape->slots * sizeof *share->slot);
    size_t size = lb_region_size(share->shape);
    int status = lb_region_format(lbsim_region_of(share), size, share->shape, &share->region);
    if (status == LB_OK)
        ngx_memcpy(share->name, name->data, ngx_min(name->len, LBSIM_NAME_MAX));
    return status;
}

int lbsim_share_attach(struct lbsim_share *share)
{
    return lb_region_attach(lbsim_region_of(share), lb_region_size(share->shape), &share->region);
}

bool lbsim_share_is(const struct lbsim_share *share, const ngx_str_t *name)
{
    return ngx_strnlen((u_char *)share->name, LBSIM_NAME_MAX + 1) == name->len &&
           ngx_memcmp(share->name, name->data, name->len) == 0;
}

/* ---- The dead ---- */

static bool lbsim_nobody(void *context, uint64_t owner)
{
    return false;
}

int lbsim_share_recover(struct lbsim_share *share, uint64_t *taken_back)
{
    size_t size = lb_region_size(share->shape);
    int status = lb_region_recover(lbsim_region_of(share), size, &share->region);
    if (status < 0)
        return status;
    *taken_back += lb_reap(share->region, lbsim_nobody, NULL);
    for (uint32_t row = 0; row < share->shape->rows; row++) {
        uint64_t life = atomic_exchange(&share->row[row].life, 0);
        if (life != 0)
            lb_scope_close_life(share->region, life);
    }
    return LB_OK;
}

bool lbsim_share_in_use(const struct lbsim_share *share)
{
    for (uint32_t row = 0; row < share->shape->rows; row++) {
        uint64_t life = atomic_load(&share->row[row].life);
        if (life != 0 && lbsim_alive(life))
            return true;
    }
    return false;
}

/* Processes that were found dead: asked before the lock is taken, for asking takes long. */
struct lbsim_dead {
    uint64_t life[64];
    ngx_uint_t lives;
};

static bool lbsim_not_dead(void *context, uint64_t owner)
{
    const struct lbsim_dead *dead = context;
    for (ngx_uint_t i = 0; i < dead->lives; i++)
        if (dead->life[i] == owner)
            return false;
    return true;
}

uint64_t lbsim_share_reap(const struct lbsim_share *share, uint64_t self, struct lbsim_asked *asked,
                          ngx_uint_t *dropped)
{
    struct lbsim_dead dead = {.lives = 0};
    for (uint32_t row = 0; row < share->shape->rows && dead.lives < 64; row++) {
        uint64_t life = atomic_load(&share->row[row].life);
        if (life != 0 && life != self && !lbsim_alive_as_asked(asked, life))
            dead.life[dead.lives++] = life;
    }
    *dropped = 0;
    if (dead.lives == 0)
        return 0;
    lbsim_lock(share->region, self);
    uint64_t taken_back = lb_reap(share->region, lbsim_not_dead, &dead);
    for (ngx_uint_t i = 0; i < dead.lives; i++)
        lb_scope_close_life(share->region, dead.life[i]);
    for (uint32_t row = 0; row < share->shape->rows; row++)
        if (!lbsim_not_dead(&dead, atomic_load(&share->row[row].life))) {
            atomic_store(&share->row[row].life, 0);
            ++*dropped;
        }
    lb_unlock(share->region);
    return taken_back;
}

/* ---- Notes ---- */

_Atomic uint64_t *lbsim_share_picks(const struct lbsim_share *share, uint32_t row, uint32_t slot)
{
    return &share->picks[(size_t)row * share->shape->slots + slot];
}

/* FNV-1a; never 0. */
static uint64_t lbsim_hash(const ngx_str_t *key)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < key->len; i++)
        h = (h ^ key->data[i]) * UINT64_C(0x100000001B3);
    return h | 1;
}

/* A slot that was given away is another server's: what is noted of it begins anew. */
uint32_t lbsim_share_slot(const struct lbsim_share *share, uint32_t row, const ngx_str_t *key)
{
    uint32_t slot = lb_row_slot(share->region, row, (char *)key->data, key->len);
    if (slot == LB_NONE)
        return LB_NONE;
    struct lbsim_slot_note *note = &share->slot[slot];
    if (note->key_hash != lbsim_hash(key)) {
        atomic_store(&note->picks, 0);
        note->down = 0;
        note->key_hash = lbsim_hash(key);
        for (uint32_t i = 0; i < share->shape->rows; i++)
            if (atomic_load(&share->row[i].life) != 0)
                atomic_store(lbsim_share_picks(share, i, slot), 0);
    }
    return slot;
}
