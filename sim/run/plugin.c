/* plugin.c: opening shared objects with algorithms of a user's own. */
#include "sim/run/plugin.h"

#include "algorithms/lb_author.h"
#include "sim/engine/memory.h"
#include "sim/run/aside.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    OPENING_MS = 5 * 1000, /* what code that runs as a file is loaded may take */
    ALGORITHMS_MOST = 64,  /* in one file */
    LIVED = 86, /* the exit code of who came through it: not that of somebody who leaves */
};

/* A name without a slash is a file here, not one of the system's. */
static void *load(const char *path)
{
    size_t room = strlen(path) + sizeof "./";
    char *here = memory_zeroed(room, 1);
    snprintf(here, room, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *handle = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    free(here);
    return handle;
}

static bool say(char why[PLUGIN_WHY], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool say(char why[PLUGIN_WHY], const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(why, PLUGIN_WHY, format, values);
    va_end(values);
    return false;
}

static bool look_at_algorithm(const struct plugins *plugins, const struct plugin *plugin,
                              char why[PLUGIN_WHY])
{
    const struct lb_algorithm *algorithm = plugin->algorithm[plugin->algorithms];
    if (!plugin_table_whole(algorithm, why))
        return false;
    const struct lb_algorithm *other = plugins_find(plugins, algorithm->name);
    if (other != NULL)
        return say(why, "'%s' is a name that %s has already", algorithm->name,
                   plugins_file(plugins, other)->path);
    for (uint32_t i = 0; i < plugin->algorithms; i++)
        if (strcmp(plugin->algorithm[i]->name, algorithm->name) == 0)
            return say(why, "'%s' is there twice", algorithm->name);
    return true;
}

/* Loads it, and looks at all that it says of itself. */
static bool open_one(const struct plugins *plugins, struct plugin *plugin, char why[PLUGIN_WHY])
{
    plugin->handle = load(plugin->path);
    if (plugin->handle == NULL)
        return say(why, "cannot be loaded: %s", dlerror());
    const struct lb_plugin *table = dlsym(plugin->handle, "lb_plugin");
    if (table == NULL)
        return say(why, "exports no 'lb_plugin'; end its file with LB_PLUGIN(&mine); "
                        "(see lb_author.h)");
    if (table->abi != LB_ABI)
        return say(why,
                   "was built for LB_ABI %u, this lbsim has %u; build it again, with the lb.h and "
                   "lb_author.h of this lbsim",
                   table->abi, LB_ABI);
    if (table->algorithm == NULL || table->algorithm[0] == NULL)
        return say(why, "brings no algorithm");
    plugin->algorithm = table->algorithm;
    for (; plugin->algorithm[plugin->algorithms] != NULL; plugin->algorithms++) {
        if (plugin->algorithms >= ALGORITHMS_MOST)
            return say(why, "brings more than %d algorithms, or no NULL after them",
                       ALGORITHMS_MOST);
        if (!look_at_algorithm(plugins, plugin, why))
            return false;
    }
    return true;
}

static void close_one(struct plugin *plugin)
{
    if (plugin->handle != NULL)
        dlclose(plugin->handle);
    free(plugin->path);
}

/* Whether it ended by itself in the time that it has; else it is ended, whatever signals it holds
 * back. */
static bool wait_for(pid_t child, int *status)
{
    enum { LOOK_MS = 2 };
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
    for (uint32_t looks = 0; looks < OPENING_MS / LOOK_MS; looks++) {
        pid_t ended = waitpid(child, status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR))
            return true;
        nanosleep(&look, NULL);
    }
    kill(child, SIGKILL);
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    return false;
}

/* The same in a process of its own. false: it did not live through it. Where there can be no
 * process, nothing is learnt. */
static bool survives(const struct plugins *plugins, const struct plugin *plugin,
                     char why[PLUGIN_WHY])
{
    int status = 0;
    fflush(NULL);
    pid_t before = getpid(), child = fork();
    if (child == 0) {
        struct plugin trial = *plugin;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == before) /* else it died in between */
            open_one(plugins, &trial, why);
        _exit(LIVED);
    }
    if (child < 0)
        return true;
    if (!wait_for(child, &status))
        return say(why, "did not come back when it was loaded");
    if (WIFSIGNALED(status))
        return say(why, "crashed (%s) when it was loaded, before any call: is its table whole?",
                   strsignal(WTERMSIG(status)));
    return WEXITSTATUS(status) == LIVED || say(why, "ended the program when it was loaded");
}

static void add(struct plugins *plugins, const struct plugin *plugin)
{
    plugins->plugin =
        memory_resized(plugins->plugin, plugins->plugins + 1, sizeof *plugins->plugin);
    plugins->plugin[plugins->plugins++] = *plugin;
    plugins->own =
        memory_resized(plugins->own, plugins->owns + plugin->algorithms, sizeof *plugins->own);
    for (uint32_t i = 0; i < plugin->algorithms; i++)
        plugins->own[plugins->owns++] = plugin->algorithm[i];
}

enum plugin_status plugins_open(struct plugins *plugins, const char *path, char why[PLUGIN_WHY])
{
    struct plugin plugin = {.path = memory_text(path, strlen(path))};
    char reason[PLUGIN_WHY];
    int stdout_kept = aside_begin();
    enum plugin_status status = plugin_file_look(path, &plugin.hash, reason);
    if (status == PLUGIN_FINE &&
        (!survives(plugins, &plugin, reason) || !open_one(plugins, &plugin, reason)))
        status = PLUGIN_REFUSED;
    if (status == PLUGIN_FINE) {
        add(plugins, &plugin);
    } else {
        snprintf(why, PLUGIN_WHY, "%.400s: %.600s", path, reason);
        close_one(&plugin);
    }
    aside_end(stdout_kept);
    return status;
}

void plugins_close(struct plugins *plugins)
{
    int stdout_kept = plugins->plugins > 0 ? aside_begin() : -1;
    for (uint32_t i = 0; i < plugins->plugins; i++)
        close_one(&plugins->plugin[i]);
    aside_end(stdout_kept);
    free(plugins->plugin);
    free(plugins->own);
    *plugins = (struct plugins){.plugins = 0};
}

struct vocabulary plugins_vocabulary(const struct plugins *plugins)
{
    return (struct vocabulary){.own = plugins->own, .owns = plugins->owns};
}

const struct plugin *plugins_file(const struct plugins *plugins,
                                  const struct lb_algorithm *algorithm)
{
    for (uint32_t i = 0; i < plugins->plugins; i++)
        for (uint32_t k = 0; k < plugins->plugin[i].algorithms; k++)
            if (plugins->plugin[i].algorithm[k] == algorithm)
                return &plugins->plugin[i];
    return NULL;
}

const struct lb_algorithm *plugins_find(const struct plugins *plugins, const char *name)
{
    for (uint32_t i = 0; i < plugins->owns; i++)
        if (strcmp(plugins->own[i]->name, name) == 0)
            return plugins->own[i];
    return NULL;
}
