/* leave_lock.c: takes the lock of the first region in a zone's file, and dies with it.
 * SPDX-License-Identifier: MIT
 *
 * usage: leave_lock FILE. Exit 0: it is left behind; 1: there is no region; 2: it cannot be had. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lb.h"

int main(int argc, char **argv)
{
    struct stat found;
    struct lb_region *region;
    int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;
    if (fd < 0 || fstat(fd, &found) != 0)
        return 1;
    size_t size = (size_t)found.st_size;
    char *zone = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (zone == MAP_FAILED)
        return 1;
    for (size_t at = 0; at + LB_ALIGN <= size; at += LB_ALIGN) {
        if (lb_region_attach(zone + at, size - at, &region) != LB_OK)
            continue;
        /* The module finds the process in the number's last bits. */
        for (int tries = 0; tries < 1000; tries++) {
            if (lb_try_lock(region, (uint64_t)getpid()))
                return 0;
            nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
        }
        return 2;
    }
    return 1;
}
