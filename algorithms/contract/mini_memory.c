/* mini_memory.c: memory for regions, private or mapped at two addresses.
 * SPDX-License-Identifier: MIT */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif
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
