/* prefix.h: the directory that nginx runs in: made, removed, and found again if its owner died. */
#ifndef SIM_REAL_PREFIX_H
#define SIM_REAL_PREFIX_H

#include <stdbool.h>

enum { PREFIX_ROOM = 160 };

/* Makes one for this process, in $TMPDIR, or /tmp where that is none that nginx.conf could hold.
 * false: see errno. */
bool prefix_make(char prefix[PREFIX_ROOM]);
/* With all that is in it. */
void prefix_remove(const char *prefix);
/* Removes there what other processes of this user made and were killed before they could remove it.
 * Their names say who made them; whoever may still be alive, here or elsewhere, keeps his. */
void prefix_remove_orphans(void);

#endif
