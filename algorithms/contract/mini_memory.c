/* mini_memory.c: memory for regions, private or mapped at two addresses.
 * SPDX-License-Identifier: MIT */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
#include "../lb_region.h"
#include "mini.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *lb_mini_new(size_t size)
{
    size_t whole = (size / LB_ALIGN + 1) * LB_ALIGN;
    void *memory = aligned_alloc(LB_ALIGN, whole);
    if (memory == NULL) {
        fputs("contract: no memory\n", stderr);
        abort();
    }
    return memset(memory, 0, whole);
}

/* A file without a name, as long as the region. */
static int open_nameless(size_t size)
{
    char path[] = "/tmp/contract.XXXXXX";
    int file = mkstemp(path);
    if (file < 0)
        return -1;
    unlink(path);
    if (ftruncate(file, (off_t)size) == 0)
        return file;
    close(file);
    return -1;
}

static bool map_twice(struct lb_mini_memory *memory)
{
    int file = open_nameless(memory->size);
    if (file < 0)
        return false;
    for (int i = 0; i < 2; i++)
        memory->at[i] = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory->at[0] != MAP_FAILED && memory->at[1] != MAP_FAILED)
        return true;
    for (int i = 0; i < 2; i++)
        if (memory->at[i] != MAP_FAILED)
            munmap(memory->at[i], memory->size);
    return false;
}

bool lb_mini_memory_get(struct lb_mini_memory *memory, size_t size, bool two_addresses)
{
    *memory = (struct lb_mini_memory){.size = size, .mapped = two_addresses};
    if (two_addresses)
        return map_twice(memory);
    memory->at[0] = memory->at[1] = lb_mini_new(size);
    /* A region must not lean on zeroes that nobody promised. */
    memset(memory->at[0], 0xA5, size);
    return true;
}

void lb_mini_memory_free(struct lb_mini_memory *memory)
{
    if (memory->mapped) {
        for (int i = 0; i < 2; i++)
            if (memory->at[i] != NULL)
                munmap(memory->at[i], memory->size);
    } else {
        free(memory->at[0]);
    }
}

/* Whoever writes past its memory would meet that of another scope, and who knows what there. So
 * each scope has some more than was asked for: zero as it begins, and nobody's to write. */
size_t lb_mini_beyond(size_t asked)
{
    enum { BEYOND = 256 };
    return asked > SIZE_MAX - BEYOND ? asked : asked + BEYOND;
}

void lb_mini_check_memory(struct lb_mini_host *host)
{
    struct lb_map map = lb_map_of(host->region[0]);
    for (uint32_t i = 0; i < MINI_SCOPES && !host->broken; i++) {
        const char *memory = &map.memory[host->scope[i].scope * map.memory_stride];
        if (!host->scope[i].used)
            continue;
        for (size_t at = host->asked; at < map.memory_stride; at++)
            if (memory[at] != 0) {
                lb_mini_fault(host, LAW_MEMORY,
                              "it asked for %zu bytes for %u slots, and wrote to byte %zu",
                              host->asked, host->setup.servers, at);
                break;
            }
    }
}
