/* library.c: the picks of the library without nginx, for those of the module to be held against.
 * SPDX-License-Identifier: MIT
 *
 * usage: library list
 * Every algorithm, and again with each other word, or the least number, of each of its parameters:
 * "KIND ALGORITHM [NAME=VALUE]", where KIND is the key that it takes: none, text or address.
 *
 *        library SEED KEY FIRST THEN PORT:WEIGHT... -- ALGORITHM [NAME=VALUE]...
 * Connections that stay open, on 127.0.0.1:PORT...: FIRST of them without the last server, then,
 * after a reload, THEN with all. KEY is the number N of the first, whose key is /N, and so on; or
 * the text that is the key of each. Prints the server (from 1) of each, - for none. Exit 2: that
 * cannot be. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lb.h"

#define SERVERS_MAX 8u

struct play {
    struct lb_region *region;
    struct lb_picker_config config;
    struct lb_member server[SERVERS_MAX];
    uint32_t servers;
    uint64_t opened, first_key;
    const char *only_key; /* NULL: keys are numbers */
};

static void fail(const char *what)
{
    fprintf(stderr, "library: %s\n", what);
    exit(2);
}

static void *new_memory(size_t size)
{
    void *memory = aligned_alloc(LB_ALIGN, (size + LB_ALIGN - 1) / LB_ALIGN * LB_ALIGN);
    if (size == 0 || memory == NULL)
        fail("no memory");
    return memory;
}

static uint64_t value_of(const struct lb_param *param, const char *text)
{
    for (uint64_t i = 0; param->words != NULL && param->words[i] != NULL; i++)
        if (strcmp(param->words[i], text) == 0)
            return i;
    if (param->words != NULL)
        fail(text);
    return strtoull(text, NULL, 10);
}

static void set_param(struct play *play, const char *text)
{
    const struct lb_param *param = lb_algorithm_params(play->config.algorithm);
    size_t length = strcspn(text, "=");
    for (uint32_t i = 0; i < LB_PARAMS_MAX && param[i].name != NULL; i++)
        if (strlen(param[i].name) == length && strncmp(param[i].name, text, length) == 0) {
            play->config.param[i] = value_of(&param[i], text + length + (text[length] == '='));
            return;
        }
    fail(text);
}

static void add_server(struct play *play, const char *text)
{
    char key[LB_KEY_MAX + 1];
    const char *weight = strchr(text, ':');
    if (weight == NULL || play->servers == SERVERS_MAX)
        fail(text);
    int length = snprintf(key, sizeof key, "127.0.0.1:%.*s", (int)(weight - text), text);
    play->server[play->servers] = (struct lb_member){
        .slot = lb_slot(play->region, key, (size_t)length),
        .weight = (uint32_t)strtoul(weight + 1, NULL, 10),
        .max_fails = 1, /* nginx's, unless it is told otherwise */
        .fail_timeout_s = 10,
        .id = play->servers + 1,
    };
    play->servers++;
}

/* A worker of the next generation: a row and a picker of its own, in the scope of all. */
static void open_by_new_worker(struct play *play, uint64_t life, uint32_t servers, uint64_t opens)
{
    struct lb_picker *picker;
    uint32_t row = lb_row_claim(play->region, life, play->config.scope);
    size_t size = lb_picker_size(play->region, &play->config);
    if (lb_picker_init(new_memory(size), size, play->region, &play->config, play->server, servers,
                       &picker) != LB_OK)
        fail("no picker");
    for (uint64_t i = 0; i < opens; i++) {
        char number[24];
        uint64_t tried = 0;
        uint32_t member;
        struct lb_lease lease;
        snprintf(number, sizeof number, "/%" PRIu64, play->first_key + play->opened);
        const char *key = play->only_key != NULL ? play->only_key : number;
        struct lb_request asked = {.tried = &tried, .key = key, .key_length = strlen(key)};
        printf("%s", play->opened++ == 0 ? "" : " ");
        if (lb_pick(picker, row, &asked, &lease, &member) == LB_OK)
            printf("%" PRIu32, member + 1);
        else
            printf("-");
    }
}

/* A region with a scope of this seed. */
static void begin(struct play *play, const char *algorithm, const char *seed, const char *key)
{
    char *end;
    const uint64_t draw_key[2] = {strtoull(seed, NULL, 10), 0};
    struct lb_shape shape = {.slots = SERVERS_MAX, .rows = 2, .scopes = 1, .mode = LB_SUM};
    play->config.algorithm = lb_algorithm_find(algorithm);
    if (play->config.algorithm == NULL)
        fail("no such algorithm");
    shape.memory = lb_algorithm_memory(play->config.algorithm, SERVERS_MAX);
    size_t size = lb_region_size(&shape);
    if (lb_region_format(new_memory(size), size, &shape, &play->region) != LB_OK)
        fail("no region");
    lb_picker_defaults(play->config.algorithm, &play->config);
    play->config.members_max = SERVERS_MAX;
    play->config.scope = lb_scope_open(play->region, (struct lb_scope_key){.life = 0}, draw_key);
    play->first_key = strtoull(key, &end, 10);
    play->only_key = *end == '\0' ? NULL : key;
}

/* ---- The list ---- */

static void list_one(const struct lb_algorithm *algorithm, const struct lb_param *param,
                     uint64_t value)
{
    struct lb_picker_config config;
    lb_picker_defaults(algorithm, &config);
    if (param != NULL)
        config.param[param - lb_algorithm_params(algorithm)] = value;
    const char *kind = !lb_algorithm_keyed(algorithm)                    ? "none"
                       : lb_algorithm_addressed(algorithm, config.param) ? "address"
                                                                         : "text";
    printf("%s %s", kind, lb_algorithm_name(algorithm));
    if (param != NULL && param->words != NULL)
        printf(" %s=%s", param->name, param->words[value]);
    else if (param != NULL)
        printf(" %s=%" PRIu64, param->name, value);
    putchar('\n');
}

static void list_all(void)
{
    const struct lb_algorithm *algorithm;
    for (uint32_t i = 0; (algorithm = lb_algorithm_at(i)) != NULL; i++) {
        const struct lb_param *param = lb_algorithm_params(algorithm);
        list_one(algorithm, NULL, 0);
        for (uint32_t k = 0; k < LB_PARAMS_MAX && param[k].name != NULL; k++) {
            uint64_t least = param[k].words == NULL ? param[k].min : 0;
            for (uint64_t value = least;
                 value == least || (param[k].words != NULL && param[k].words[value] != NULL);
                 value++)
                if (value != param[k].fallback)
                    list_one(algorithm, &param[k], value);
        }
    }
}

int main(int argc, char **argv)
{
    struct play play = {.servers = 0};
    int dashes = 5;
    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        list_all();
        return 0;
    }
    while (dashes < argc && strcmp(argv[dashes], "--") != 0)
        dashes++;
    if (dashes + 1 >= argc)
        fail("usage: library list, or library SEED KEY FIRST THEN PORT:WEIGHT... -- ALGORITHM "
             "[NAME=VALUE]...");
    begin(&play, argv[dashes + 1], argv[1], argv[2]);
    for (int i = 5; i < dashes; i++)
        add_server(&play, argv[i]);
    for (int i = dashes + 2; i < argc; i++)
        set_param(&play, argv[i]);
    open_by_new_worker(&play, 1, play.servers - 1, strtoull(argv[3], NULL, 10));
    open_by_new_worker(&play, 2, play.servers, strtoull(argv[4], NULL, 10));
    putchar('\n');
    return 0;
}
