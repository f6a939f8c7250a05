/* lbsim_life.c: which process is who, whether it lives, and the lock that it may leave behind.
 * SPDX-License-Identifier: MIT */
#include "lbsim.h"

#define PID_BITS 22 /* Linux gives no process a higher number */

/* A process number comes again, but not with the same start: ticks since the machine's. */
struct lbsim_process {
    char state;
    uint64_t start;
};

/* The third and the 22nd field of /proc/PID/stat. The second may hold anything, but ends in the
 * last parenthesis. NGX_DECLINED: there is no such process; NGX_ERROR: that cannot be told, as when
 * no descriptor is left, or /proc is mounted with hidepid and the process is another user's. */
static ngx_int_t lbsim_read_process(ngx_pid_t pid, struct lbsim_process *process)
{
    u_char path[NGX_INT64_LEN + sizeof "/proc//stat"];
    char text[1024];
    *ngx_sprintf(path, "/proc/%P/stat", pid) = '\0';
    ngx_fd_t fd = ngx_open_file(path, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE)
        return ngx_errno == NGX_ENOENT && kill(pid, 0) != 0 && ngx_errno == NGX_ESRCH ? NGX_DECLINED
                                                                                      : NGX_ERROR;
    ssize_t got = ngx_read_fd(fd, text, sizeof text - 1);
    ngx_err_t error = ngx_errno;
    ngx_close_file(fd);
    if (got <= 0)
        return got < 0 && error == NGX_ESRCH ? NGX_DECLINED : NGX_ERROR;
    text[got] = '\0';
    char *at = strrchr(text, ')');
    if (at == NULL || at[1] != ' ')
        return NGX_ERROR;
    process->state = at[2];
    for (ngx_uint_t field = 2; field < 22; field++) {
        at = ngx_strchr(at + 1, ' ');
        if (at == NULL)
            return NGX_ERROR;
    }
    process->start = strtoull(at, NULL, 10);
    return NGX_OK;
}

uint64_t lbsim_life_of(ngx_pid_t pid)
{
    struct lbsim_process process;
    if (lbsim_read_process(pid, &process) != NGX_OK)
        return 0;
    return process.start << PID_BITS | (uint64_t)pid;
}

ngx_pid_t lbsim_life_pid(uint64_t life)
{
    return (ngx_pid_t)(life & (((uint64_t)1 << PID_BITS) - 1));
}

bool lbsim_alive(uint64_t life)
{
    struct lbsim_process process;
    ngx_int_t found = lbsim_read_process(lbsim_life_pid(life), &process);
    if (found != NGX_OK)
        return found == NGX_ERROR;
    return process.state != 'Z' && process.state != 'X' && process.start == life >> PID_BITS;
}

bool lbsim_alive_as_asked(struct lbsim_asked *asked, uint64_t life)
{
    /* By a multiple of it: numbers of processes that were started together differ little. */
    ngx_uint_t place = (ngx_uint_t)(life * UINT64_C(0x9E3779B97F4A7C15) >> 32) % LBSIM_ASKED;
    if (asked->life[place] != life) {
        asked->alive[place] = lbsim_alive(life);
        asked->life[place] = life;
    }
    return asked->alive[place];
}

static bool lbsim_owner_alive(void *context, uint64_t owner)
{
    return lbsim_alive(owner);
}

/* One that died while it joined has a row that is not noted yet, so here all are asked. */
static bool lbsim_take_lock(struct lb_region *region, uint64_t dead, uint64_t life)
{
    if (!lb_take_lock(region, dead, life))
        return false;
    lb_reap(region, lbsim_owner_alive, NULL);
    lb_scope_close_life(region, dead);
    return true;
}

/* It is held for well under a microsecond, unless the kernel took the processor from its holder. So
 * who finds it held spins, then yields, and only then asks whether the holder lives. */
void lbsim_lock(struct lb_region *region, uint64_t life)
{
    const ngx_uint_t spins = ngx_ncpu > 1 ? 1024 : 1, yields = 16;
    for (ngx_uint_t tries = 1; !lb_try_lock(region, life); tries++) {
        if (tries % spins != 0) {
            ngx_cpu_pause();
            continue;
        }
        uint64_t holder = lb_lock_holder(region);
        if (tries % (spins * yields) == 0 && holder != 0 && !lbsim_alive(holder) &&
            lbsim_take_lock(region, holder, life))
            return;
        ngx_sched_yield();
    }
}
