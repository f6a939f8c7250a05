/* aside.c: stdout, put aside for a while. */
#include "sim/run/aside.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int aside_begin(void)
{
    fflush(stdout);
    int kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (kept < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        return kept;
    close(kept);
    return -1;
}

void aside_end(int stdout_kept)
{
    if (stdout_kept < 0)
        return;
    fflush(stdout);
    dup2(stdout_kept, STDOUT_FILENO);
    close(stdout_kept);
}
