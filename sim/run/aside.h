/* aside.h: what code of a user's own prints on stdout goes to stderr: stdout is for results. */
#ifndef SIM_RUN_ASIDE_H
#define SIM_RUN_ASIDE_H

/* From here on; returns what aside_end() is to be handed. Of the whole process, so not for two
 * threads at a time. Where stdout or stderr is closed nothing changes. */
int aside_begin(void);
void aside_end(int stdout_kept);

#endif
