/* lbsim_zone.c: the line `lbsim_zone`, its memory, and how upstreams share it.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

#define ROWS      1024u /* as many processes as an nginx can have */
#define SCOPES    32u   /* generations with connections left; of view `generation`, workers */
#define SLOTS_MAX 4096u
#define LEAN      64u  /* bytes a server that a scope has for its algorithm, */
#define LEAN_BASE 256u /* and for all of them, unless a ring or a map wants thousands */
#define MAGIC     UINT64_C(0x6C6273696D7A6E31) /* changes with the layout of a zone */

/* At the start of the memory. Shares follow. */
struct lbsim_head {
    _Atomic uint64_t magic; /* written last */
    uint64_t seal, size;
    _Atomic uint32_t generation;
};

static size_t lbsim_head_size(void)
{
    return ngx_align(sizeof(struct lbsim_head), LB_ALIGN);
}

/* Of all that decides where something is. */
static uint64_t lbsim_seal(const struct lbsim_zone *zone)
{
    const uint64_t sealed[] = {MAGIC,
                               LB_ABI,
                               zone->shape.slots,
                               zone->shape.rows,
                               zone->shape.scopes,
                               zone->shape.memory,
                               lbsim_share_size(&zone->shape)};
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (ngx_uint_t i = 0; i < sizeof sealed / sizeof *sealed; i++)
        h = (h ^ sealed[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

/* ---- The memory ---- */

/* nginx keeps the memory of a zone whose size stays, whatever is in it, and old workers use it as
 * they know it. So a few bytes of the size tell the layout: another one is another size. */
static size_t lbsim_telling_size(const struct lbsim_zone *zone)
{
    size_t header = ngx_align(sizeof(ngx_slab_pool_t), LB_ALIGN);
    return ngx_align(header + zone->size, ngx_pagesize) + 1 +
           (size_t)(lbsim_seal(zone) % (ngx_pagesize - 1));
}

static bool lbsim_head_is(const struct lbsim_head *head, const struct lbsim_zone *zone)
{
    return atomic_load(&((struct lbsim_head *)head)->magic) == MAGIC &&
           head->seal == lbsim_seal(zone) && head->size == zone->size;
}

static void lbsim_format(struct lbsim_head *head, const struct lbsim_zone *zone)
{
    head->seal = lbsim_seal(zone);
    head->size = zone->size;
    atomic_store(&head->generation, 0);
    for (uint32_t i = 0; i < zone->shares; i++) {
        char *memory = (char *)head + lbsim_head_size() + i * lbsim_share_size(&zone->shape);
        lbsim_share_at(memory, &zone->shape).name[0] = '\0';
    }
    atomic_store(&head->magic, MAGIC);
}

static bool lbsim_is_configured(const struct lbsim_zone *zone, const struct lbsim_share *share)
{
    struct lbsim_upstream *const *user = zone->users.elts;
    for (ngx_uint_t i = 0; i < zone->users.nelts; i++)
        if (lbsim_share_is(share, &user[i]->us->host))
            return true;
    return false;
}

/* Where nobody is left, what no upstream is configured for is not looked after, but given up. */
static void lbsim_give_up_others(struct lbsim_head *head, const struct lbsim_zone *zone)
{
    for (uint32_t i = 0; i < zone->shares; i++) {
        char *memory = (char *)head + lbsim_head_size() + i * lbsim_share_size(&zone->shape);
        struct lbsim_share share = lbsim_share_at(memory, &zone->shape);
        if (!lbsim_is_configured(zone, &share))
            share.name[0] = '\0';
    }
}

/* The share of this name; else a free one; else one that nobody uses, nor will. */
static struct lbsim_share lbsim_find_share(char *first, const struct lbsim_zone *zone,
                                           const ngx_str_t *name)
{
    struct lbsim_share free = {.name = NULL}, unused = free;
    for (uint32_t i = zone->shares; i-- > 0;) {
        struct lbsim_share share =
            lbsim_share_at(first + i * lbsim_share_size(&zone->shape), &zone->shape);
        if (lbsim_share_is(&share, name))
            return share;
        if (share.name[0] == '\0')
            free = share;
        else if (!lbsim_is_configured(zone, &share) && !lbsim_share_in_use(&share))
            unused = share;
    }
    return free.name != NULL ? free : unused;
}

/* Without one its workers count on their own, and say so. */
static void lbsim_give_share(struct lbsim_head *head, const struct lbsim_zone *zone,
                             struct lbsim_upstream *u, bool alone)
{
    const ngx_str_t *name = &u->us->host;
    ngx_log_t *log = zone->cycle->log;
    uint64_t taken_back = 0;
    struct lbsim_share share = lbsim_find_share((char *)head + lbsim_head_size(), zone, name);
    if (share.name == NULL)
        return;
    int status = LB_BAD_MEMORY;
    if (lbsim_share_is(&share, name)) {
        status = alone ? lbsim_share_recover(&share, &taken_back) : lbsim_share_attach(&share);
        if (status < 0)
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "lbsim upstream \"%V\": its counts in zone \"%V\" are spoilt, and start "
                          "from zero",
                          name, &u->shm->shm.name);
    }
    if (status < 0 && (alone || !lbsim_share_in_use(&share)))
        status = lbsim_share_format(&share, name);
    if (status < 0)
        return;
    if (taken_back > 0)
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "lbsim upstream \"%V\": %uL connections of dead workers were taken back",
                      name, taken_back);
    u->share = share;
}

/* ---- For every configuration, in the master ---- */

/* If there is one of this name already. */
static void lbsim_say_anew(ngx_shm_zone_t *shm, const char *why)
{
    ngx_list_part_t *part = (ngx_list_part_t *)&ngx_cycle->shared_memory.part;
    for (; part != NULL; part = part->next) {
        const ngx_shm_zone_t *before = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++)
            if (before[i].shm.name.len == shm->shm.name.len &&
                ngx_memcmp(before[i].shm.name.data, shm->shm.name.data, shm->shm.name.len) == 0)
                ngx_log_error(NGX_LOG_WARN, shm->shm.log, 0,
                              "lbsim zone \"%V\" %s; its counts start from zero", &shm->shm.name,
                              why);
    }
}

/* nginx's own memory, behind the header that it writes at the start, and unlocks when a worker
 * dies. */
static struct lbsim_head *lbsim_anonymous(ngx_shm_zone_t *shm, bool kept)
{
    struct lbsim_zone *zone = shm->data;
    struct lbsim_head *head =
        (void *)(shm->shm.addr + ngx_align(sizeof(ngx_slab_pool_t), LB_ALIGN));
    if (!kept) {
        lbsim_say_anew(shm, "was of another size or layout");
        lbsim_format(head, zone);
    } else if (!lbsim_head_is(head, zone)) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0,
                      "lbsim zone \"%V\" is in use with another layout; give it another name",
                      &shm->shm.name);
        return NULL;
    }
    return head;
}

static struct lbsim_head *lbsim_in_file(ngx_shm_zone_t *shm)
{
    struct lbsim_zone *zone = shm->data;
    if (lbsim_file_open(zone->cycle, &zone->path, zone->size, false, &zone->file) != NGX_OK)
        return NULL;
    if (zone->file->kept && !lbsim_head_is(zone->file->memory, zone)) {
        ngx_log_error(NGX_LOG_WARN, zone->cycle->log, 0,
                      "lbsim zone in \"%V\" was of another size or layout; its counts start from "
                      "zero in a new file",
                      &zone->path);
        if (lbsim_file_open(zone->cycle, &zone->path, zone->size, true, &zone->file) != NGX_OK)
            return NULL;
    }
    if (!zone->file->kept) {
        lbsim_say_anew(shm, "lies in a new file");
        lbsim_format(zone->file->memory, zone);
    }
    return zone->file->memory;
}

/* `before` is the zone of the configuration before, if nginx kept its memory. It may be another
 * module's that was loaded from another place, so only the memory is trusted. */
static ngx_int_t lbsim_init_zone(ngx_shm_zone_t *shm, void *before)
{
    struct lbsim_zone *zone = shm->data;
    const ngx_core_conf_t *core =
        (ngx_core_conf_t *)ngx_get_conf(zone->cycle->conf_ctx, ngx_core_module);
    if (!core->master) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0,
                      "lbsim zone \"%V\" needs \"master_process on\"", &shm->shm.name);
        return NGX_ERROR;
    }
    if (ngx_test_config)
        return NGX_OK;
    struct lbsim_head *head =
        zone->path.len > 0 ? lbsim_in_file(shm) : lbsim_anonymous(shm, before != NULL);
    if (head == NULL)
        return NGX_ERROR;
    zone->generation = atomic_fetch_add(&head->generation, 1) + 1;
    bool alone = zone->file != NULL && zone->file->alone;
    if (alone)
        lbsim_give_up_others(head, zone);
    struct lbsim_upstream **user = zone->users.elts;
    for (ngx_uint_t i = 0; i < zone->users.nelts; i++)
        lbsim_give_share(head, zone, user[i], alone);
    return NGX_OK;
}

/* A reload that was given up has left what is there as it was. One that is not must not fail here,
 * for then the master ends: a file without a name is memory like other. */
ngx_int_t lbsim_name_files(ngx_cycle_t *cycle)
{
    for (ngx_list_part_t *part = &cycle->shared_memory.part; part != NULL; part = part->next) {
        const ngx_shm_zone_t *shm = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            const struct lbsim_zone *zone = lbsim_zone_of(&shm[i]);
            if (zone != NULL && zone->file != NULL)
                lbsim_file_name(zone->file);
        }
    }
    return NGX_OK;
}

/* ---- When all upstreams are known ---- */

/* A scope has as much for its algorithm as the largest of those wants that run here. Lean ones all
 * have the same, and so have the others: one may then follow another in the same memory. */
static size_t lbsim_shape(struct lbsim_zone *zone, uint32_t slots)
{
    struct lbsim_upstream *const *user = zone->users.elts;
    const struct lb_algorithm *algorithm;
    size_t lean = LEAN_BASE + (size_t)LEAN * slots, largest = lean;
    bool is_lean = true;
    for (uint32_t i = 0; (algorithm = lb_algorithm_at(i)) != NULL; i++)
        largest = ngx_max(largest, lb_algorithm_memory(algorithm, slots));
    for (ngx_uint_t i = 0; i < zone->users.nelts; i++)
        is_lean = is_lean && lb_algorithm_memory(user[i]->config.algorithm, slots) <= lean;
    zone->shape.slots = slots;
    zone->shape.memory = is_lean ? lean : largest;
    return lbsim_share_size(&zone->shape);
}

/* How many shares of so many servers, or one of as many as there is room for. */
static ngx_int_t lbsim_divide(ngx_conf_t *cf, struct lbsim_zone *zone, const ngx_str_t *name)
{
    size_t room = zone->size - lbsim_head_size(), share = 0;
    uint32_t slots = zone->one_share ? SLOTS_MAX : zone->shape.slots;
    do
        share = lbsim_shape(zone, slots);
    while (share > room && zone->one_share && --slots > 0);
    zone->shares = slots == 0 || share == 0 ? 0 : zone->one_share ? 1 : (uint32_t)(room / share);
    if (zone->shares > 0)
        return NGX_OK;
    slots = slots == 0 ? 1 : slots;
    return LBSIM_REFUSE(
        cf, "lbsim zone \"%V\" is too small: %uD servers and %uD rows take %uz bytes", name, slots,
        zone->shape.rows, lbsim_shape(zone, slots) + lbsim_head_size());
}

static ngx_int_t lbsim_settle(ngx_conf_t *cf, ngx_shm_zone_t *shm, struct lbsim_zone *zone)
{
    const ngx_str_t *name = &shm->shm.name;
    struct lbsim_upstream *const *user = zone->users.elts;
    if (lbsim_divide(cf, zone, name) != NGX_OK)
        return NGX_ERROR;
    if (zone->users.nelts > zone->shares)
        return LBSIM_REFUSE(cf, "lbsim: zone \"%V\" has room for %uD upstream%s, not for \"%V\"%s",
                            name, zone->shares, zone->shares == 1 ? "" : "s",
                            &user[zone->shares]->us->host,
                            zone->one_share ? "; servers=N in its line makes room for more" : "");
    for (ngx_uint_t i = 0; i < zone->users.nelts; i++)
        if (user[i]->members.nelts > zone->shape.slots)
            return LBSIM_REFUSE(cf,
                                "lbsim: zone \"%V\" has room for %uD servers, but upstream \"%V\" "
                                "has %ui",
                                name, zone->shape.slots, &user[i]->us->host,
                                user[i]->members.nelts);
    if (zone->path.len == 0)
        shm->shm.size = lbsim_telling_size(zone);
    return NGX_OK;
}

ngx_int_t lbsim_settle_zones(ngx_conf_t *cf)
{
    for (ngx_list_part_t *part = &cf->cycle->shared_memory.part; part != NULL; part = part->next) {
        ngx_shm_zone_t *shm = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            struct lbsim_zone *zone = lbsim_zone_of(&shm[i]);
            if (zone != NULL && lbsim_settle(cf, &shm[i], zone) != NGX_OK)
                return NGX_ERROR;
        }
    }
    return NGX_OK;
}

/* ---- The line: lbsim_zone NAME SIZE [path=FILE] [servers=N] [rows=N]; ---- */

static ngx_int_t lbsim_zone_option(ngx_conf_t *cf, struct lbsim_zone *zone, ngx_str_t word)
{
    u_char *value = (u_char *)ngx_strchr(word.data, '=');
    size_t name = value == NULL ? 0 : (size_t)(value - word.data);
    ngx_int_t number = 0;
    if (name == 4 && ngx_strncmp(word.data, "path", 4) == 0) {
        zone->path = (ngx_str_t){.len = word.len - 5, .data = value + 1};
        return zone->path.len == 0 ? LBSIM_REFUSE(cf, "lbsim_zone: path= names no file")
                                   : lbsim_file_full_name(cf, &zone->path);
    }
    if (value != NULL)
        number = ngx_atoi(value + 1, word.len - name - 1);
    if (name == 7 && ngx_strncmp(word.data, "servers", 7) == 0) {
        zone->one_share = false;
        zone->shape.slots = (uint32_t)number;
        return number > 0 && number <= (ngx_int_t)SLOTS_MAX
                   ? NGX_OK
                   : LBSIM_REFUSE(cf, "lbsim_zone: servers is a number from 1 to %uD", SLOTS_MAX);
    }
    if (name == 4 && ngx_strncmp(word.data, "rows", 4) == 0) {
        zone->shape.rows = (uint32_t)number;
        return number > 0 && number <= 65536
                   ? NGX_OK
                   : LBSIM_REFUSE(cf, "lbsim_zone: rows is a number from 1 to 65536");
    }
    return LBSIM_REFUSE(cf, "lbsim_zone: \"%V\" is none of path=FILE, servers=N, rows=N", &word);
}

/* A file is one zone's. */
static ngx_int_t lbsim_check_path(ngx_conf_t *cf, const struct lbsim_zone *zone)
{
    ngx_list_part_t *part = &cf->cycle->shared_memory.part;
    for (; part != NULL && zone->path.len > 0; part = part->next) {
        const ngx_shm_zone_t *shm = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            const struct lbsim_zone *other = lbsim_zone_of(&shm[i]);
            if (other != NULL && other->path.len == zone->path.len &&
                ngx_memcmp(other->path.data, zone->path.data, zone->path.len) == 0)
                return LBSIM_REFUSE(cf, "lbsim_zone: zone \"%V\" lies in \"%V\" already",
                                    &shm[i].shm.name, &zone->path);
        }
    }
    return NGX_OK;
}

char *lbsim_zone_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t *word = cf->args->elts;
    ssize_t size = ngx_parse_size(&word[2]);
    if (size == NGX_ERROR || size < (ssize_t)(8 * ngx_pagesize))
        return "needs a size of at least eight pages, such as 1m";
    if (word[1].len > LBSIM_NAME_MAX)
        return "has a name that is too long";
    struct lbsim_zone *zone = ngx_pcalloc(cf->pool, sizeof *zone);
    if (zone == NULL || ngx_array_init(&zone->users, cf->pool, 4, sizeof(void *)) != NGX_OK)
        return NGX_CONF_ERROR;
    zone->cycle = cf->cycle;
    zone->size = (size_t)size;
    zone->one_share = true;
    zone->shape = (struct lb_shape){.rows = ROWS, .scopes = SCOPES, .mode = LB_SUM};
    for (ngx_uint_t i = 3; i < cf->args->nelts; i++)
        if (lbsim_zone_option(cf, zone, word[i]) != NGX_OK)
            return NGX_CONF_ERROR;
    if (lbsim_check_path(cf, zone) != NGX_OK)
        return NGX_CONF_ERROR;
    ngx_shm_zone_t *shm = lbsim_zone_named(cf, &word[1], 8 * ngx_pagesize);
    if (shm == NULL)
        return NGX_CONF_ERROR;
    if (shm->data != NULL)
        return "is there twice for the same zone";
    shm->init = lbsim_init_zone;
    shm->data = zone;
    return NGX_CONF_OK;
}

/* The tag is nginx's own, so it is the same when the module comes from another file: the memory is
 * kept. */
ngx_shm_zone_t *lbsim_zone_named(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
    return ngx_shared_memory_add(cf, name, size, &ngx_http_core_module);
}

struct lbsim_zone *lbsim_zone_of(const ngx_shm_zone_t *shm)
{
    return shm->init == lbsim_init_zone ? shm->data : NULL;
}
