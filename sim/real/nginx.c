/* nginx.c: an nginx of our own: found, started, told of new lists, ended. */
#define _DEFAULT_SOURCE /* for closefrom() */
#include "sim/real/nginx.h"

#include "sim/real/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 8000, STEP_MS = 2, END_MS = 3000, PATH_ROOM = PREFIX_ROOM + 16 };

/* ---- Files ---- */

static bool trouble(struct nginx *nginx, const char *what)
{
    snprintf(nginx->trouble, sizeof nginx->trouble, "%s: %s", what, strerror(errno));
    return false;
}

static bool is_program(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

bool nginx_find(struct nginx *nginx, const char *file)
{
    static const char *const beside[] = {"/usr/sbin", "/usr/local/sbin", "/usr/local/nginx/sbin"};
    const char *path = getenv("PATH");
    if (file != NULL) {
        snprintf(nginx->program, sizeof nginx->program, "%s", file);
        return is_program(file);
    }
    for (const char *at = path; at != NULL && *at != '\0'; at += at[0] == ':') {
        size_t length = strcspn(at, ":");
        snprintf(nginx->program, sizeof nginx->program, "%.*s/nginx", (int)length, at);
        at += length;
        if (is_program(nginx->program))
            return true;
    }
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        snprintf(nginx->program, sizeof nginx->program, "%s/nginx", beside[i]);
        if (is_program(nginx->program))
            return true;
    }
    return false;
}

bool nginx_make_prefix(struct nginx *nginx)
{
    if (prefix_make(nginx->prefix))
        return true;
    nginx->prefix[0] = '\0';
    return trouble(nginx, "cannot make a directory for nginx");
}

static void path_of(const struct nginx *nginx, const char *name, char path[PATH_ROOM])
{
    snprintf(path, PATH_ROOM, "%s/%s", nginx->prefix, name);
}

static bool write_config(struct nginx *nginx, const struct real_config *config,
                         const struct real_member *list)
{
    char path[PATH_ROOM];
    path_of(nginx, "nginx.conf", path);
    FILE *to = fopen(path, "w");
    if (to == NULL)
        return trouble(nginx, "cannot write nginx.conf");
    real_config_write(config, list, to);
    return fclose(to) == 0 || trouble(nginx, "cannot write nginx.conf");
}

/* ---- Its error log ---- */

/* Whether a line is one of those that say that something is wrong. */
static bool is_alert(const char *line)
{
    return strstr(line, " [alert] ") != NULL || strstr(line, " [crit] ") != NULL ||
           strstr(line, " [emerg] ") != NULL;
}

static bool is_our_doing(const char *line)
{
    return strstr(line, "exited on signal 9") != NULL;
}

/* The first alert of its log, or the last one, from its text on; "" if there is none. */
static void find_alert(const struct nginx *nginx, bool last, char *text, size_t room)
{
    char path[PATH_ROOM], line[1024];
    path_of(nginx, "error.log", path);
    FILE *log = fopen(path, "r");
    text[0] = '\0';
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        if (!is_alert(line) || is_our_doing(line) || (!last && text[0] != '\0'))
            continue;
        const char *from = strchr(line, ']');
        snprintf(text, room, "%.*s", (int)strcspn(from + 2, "\n"), from + 2);
    }
    if (log != NULL)
        fclose(log);
}

/* nginx says what it is when it starts: "... [notice] 7#7: nginx/1.22.1". */
static void find_version(struct nginx *nginx)
{
    char path[PATH_ROOM], line[1024];
    path_of(nginx, "error.log", path);
    FILE *log = fopen(path, "r");
    while (log != NULL && nginx->version[0] == '\0' && fgets(line, sizeof line, log) != NULL) {
        const char *said = strstr(line, ": nginx/");
        if (said != NULL)
            snprintf(nginx->version, sizeof nginx->version, "%.*s", (int)strcspn(said + 8, " \n"),
                     said + 8);
    }
    if (log != NULL)
        fclose(log);
}

/* ---- Its workers ---- */

static bool is_among(pid_t one, const pid_t *some, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (some[i] == one)
            return true;
    return false;
}

/* Those that accept. A worker says "worker process" when it has joined, and adds "is shutting down"
 * before it closes its listening sockets. */
static uint32_t accepting(const struct nginx *nginx, pid_t *pid)
{
    uint32_t children = processes_children(nginx->master, pid, NGINX_CHILDREN_MAX), kept = 0;
    for (uint32_t i = 0; i < children; i++) {
        char title[256];
        if (processes_title(pid[i], title, sizeof title) &&
            strcmp(title, "nginx: worker process") == 0)
            pid[kept++] = pid[i];
    }
    return kept;
}

/* All workers accept, and none of these. */
static bool is_serving(const struct nginx *nginx, const pid_t *old, uint32_t olds)
{
    pid_t pid[NGINX_CHILDREN_MAX];
    uint32_t count = accepting(nginx, pid);
    for (uint32_t i = 0; i < count; i++)
        if (is_among(pid[i], old, olds))
            return false;
    return count == nginx->workers;
}

/* Workers whose master was killed would serve on for ever. They are in its group, whose number is
 * nobody else's while the master is not waited for; and they are ours to wait for, see
 * nginx_start(). */
static void end_group(struct nginx *nginx)
{
    pid_t group = nginx->master;
    kill(-group, SIGKILL);
    while (waitpid(-group, NULL, 0) > 0 || errno == EINTR)
        continue;
    nginx->master = 0;
}

static bool has_ended(struct nginx *nginx)
{
    siginfo_t how = {0};
    if (nginx->master == 0)
        return true;
    if (waitid(P_PID, (id_t)nginx->master, &how, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        how.si_pid == 0)
        return false;
    end_group(nginx);
    return true;
}

bool nginx_runs(struct nginx *nginx)
{
    if (!has_ended(nginx))
        return true;
    snprintf(nginx->trouble, sizeof nginx->trouble, "nginx has ended before the scenario");
    return false;
}

static bool wait_until_serving(struct nginx *nginx, const char *what, const pid_t *old,
                               uint32_t olds)
{
    char said[384];
    for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += STEP_MS) {
        if (has_ended(nginx))
            break;
        if (is_serving(nginx, old, olds))
            return true;
        if (nginx->stop()) {
            nginx->trouble[0] = '\0';
            return false;
        }
        processes_sleep_ms(STEP_MS);
    }
    find_alert(nginx, true, said, sizeof said);
    snprintf(nginx->trouble, sizeof nginx->trouble, "nginx does not %s%s%s", what,
             said[0] != '\0' ? ": " : "", said);
    return false;
}

/* ---- Its life ---- */

/* The child's part; does not return. A master that outlived us would serve on for ever. */
static void become_nginx(const struct nginx *nginx, pid_t parent)
{
    char prefix[PATH_ROOM], config[PATH_ROOM], log[PATH_ROOM];
    sigset_t none;
    snprintf(prefix, sizeof prefix, "%s/", nginx->prefix);
    path_of(nginx, "nginx.conf", config);
    path_of(nginx, "error.log", log);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0); /* Ctrl-C is for us; nginx is ended when all is cleaned up */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it has died before we could ask for that */
        _exit(127);
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    closefrom(3);      /* what we were given is not nginx's, whose connections have to fit in */
    unsetenv("NGINX"); /* in which nginx hands its sockets to another */
    execl(nginx->program, nginx->program, "-p", prefix, "-c", config, "-e", log, (char *)NULL);
    _exit(127);
}

bool nginx_start(struct nginx *nginx, const struct real_config *config,
                 const struct real_member *list)
{
    if (!write_config(nginx, config, list))
        return false;
    nginx->workers = config->workers;
    nginx->version[0] = '\0';
    fflush(NULL); /* what is in our buffers is not the child's */
    prctl(PR_SET_CHILD_SUBREAPER,
          1UL); /* workers that lose their master are ours, see end_group() */
    pid_t parent = getpid(), child = fork();
    if (child < 0)
        return trouble(nginx, "cannot start nginx");
    if (child == 0)
        become_nginx(nginx, parent);
    nginx->master = child;
    if (!wait_until_serving(nginx, "start", NULL, 0))
        return false;
    find_version(nginx);
    return true;
}

bool nginx_reload(struct nginx *nginx, const struct real_config *config,
                  const struct real_member *list)
{
    pid_t old[NGINX_CHILDREN_MAX];
    uint32_t olds = accepting(nginx, old);
    if (!write_config(nginx, config, list))
        return false;
    kill(nginx->master, SIGHUP);
    return wait_until_serving(nginx, "reload", old, olds);
}

bool nginx_crash(struct nginx *nginx)
{
    pid_t pid[NGINX_CHILDREN_MAX];
    if (accepting(nginx, pid) == 0) {
        snprintf(nginx->trouble, sizeof nginx->trouble, "nginx has no worker to crash");
        return false;
    }
    kill(pid[0], SIGKILL);
    return wait_until_serving(nginx, "replace a worker", pid, 1);
}

/* In three seconds if it can be done politely. */
static void end_master(struct nginx *nginx)
{
    kill(nginx->master, SIGTERM);
    for (int waited_ms = 0; waited_ms < END_MS; waited_ms += STEP_MS) {
        if (has_ended(nginx))
            return;
        processes_sleep_ms(STEP_MS);
    }
    end_group(nginx);
}

void nginx_stop(struct nginx *nginx, char *alert, size_t room)
{
    alert[0] = '\0';
    if (nginx->master != 0)
        end_master(nginx);
    if (nginx->prefix[0] == '\0')
        return;
    find_alert(nginx, false, alert, room);
    prefix_remove(nginx->prefix);
    nginx->prefix[0] = '\0';
}
