/* processes.h: what /proc says of other processes. */
#ifndef SIM_REAL_PROCESSES_H
#define SIM_REAL_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Its children into pid[most]; how many. */
uint32_t processes_children(pid_t parent, pid_t *pid, uint32_t most);
/* How it calls itself, without what stands behind a blank or NUL at the end. false: it is gone. */
bool processes_title(pid_t, char *title, size_t room);
/* When it started, in the kernel's ticks since the machine did; 0: that cannot be told. */
uint64_t processes_start(pid_t);
/* Whether the process of this number that started then is there no more, for certain: the number
 * alone may be another's by now. */
bool processes_has_ended(pid_t, uint64_t start);
void processes_sleep_ms(long ms);
/* Of a clock that nobody sets. */
uint64_t processes_clock_ms(void);
/* File descriptors that this process may have beside those it has, and its children may have. It
 * allows itself as many as it is allowed to. */
uint64_t processes_descriptors(void);

#endif
