/* shipped.h: the scenarios that come with the program. */
#ifndef SIM_CLI_SHIPPED_H
#define SIM_CLI_SHIPPED_H

#include <stdbool.h>
#include <stddef.h>

enum { SHIPPED_ROOM = 4096 };

/* Where one is whose name this is, such as ws_scale or truth/nginx_scale_up; false: none. */
bool shipped_path(const char *name, char path[SHIPPED_ROOM]);

/* The names of all, each once, in the order of the alphabet, those of directories last. */
struct shipped {
    char **name;
    size_t count;
};
struct shipped shipped_all(void);
void shipped_free(struct shipped *);

#endif
