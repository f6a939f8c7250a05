/* test_real_prefix.c: nginx's directory: none is removed but what a dead process of ours left. */
#include "sim/real/prefix.h"

#include "sim/real/processes.h"
#include "tests/harness.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the directories of a test are made: $TMPDIR, until it is over. */
struct place {
    char path[64], before[256];
    bool had_before;
};

static struct place place_new(void)
{
    struct place place = {.path = "/tmp/lbsim_test_XXXXXX"};
    const char *before = getenv("TMPDIR");
    place.had_before = before != NULL;
    snprintf(place.before, sizeof place.before, "%s", before != NULL ? before : "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place.path));
    setenv("TMPDIR", place.path, 1);
    return place;
}

static void place_free(const struct place *place)
{
    prefix_remove(place->path);
    if (place->had_before)
        setenv("TMPDIR", place->before, 1);
    else
        unsetenv("TMPDIR");
}

static bool exists(const char *path)
{
    struct stat found;
    return lstat(path, &found) == 0;
}

/* Things in it, but for "." and "..". */
static int things_in(const char *path)
{
    int things = -2;
    DIR *all = opendir(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    while (readdir(all) != NULL)
        things++;
    closedir(all);
    return things;
}

/* A process that makes a directory with a file and a directory in it, says so, and waits; or dies
 * at once by SIGKILL. */
static pid_t owner_new(char prefix[PREFIX_ROOM], bool dies)
{
    int say[2];
    char inner[PREFIX_ROOM + 16];
    CU_ASSERT_EQUAL_FATAL(pipe(say), 0);
    pid_t owner = fork();
    if (owner == 0) {
        bool made = prefix_make(prefix);
        snprintf(inner, sizeof inner, "%s/proxy", prefix);
        made = made && mkdir(inner, 0700) == 0;
        snprintf(inner, sizeof inner, "%s/proxy/log", prefix);
        FILE *log = made ? fopen(inner, "w") : NULL;
        if (log != NULL && fclose(log) == 0 && write(say[1], prefix, PREFIX_ROOM) == PREFIX_ROOM)
            raise(dies ? SIGKILL : SIGSTOP);
        _exit(1);
    }
    CU_ASSERT_FATAL(owner > 0);
    close(say[1]);
    CU_ASSERT_EQUAL_FATAL(read(say[0], prefix, PREFIX_ROOM), PREFIX_ROOM);
    close(say[0]);
    return owner;
}

static void test_alive_and_dead(void)
{
    struct place place = place_new();
    char own[PREFIX_ROOM], alive[PREFIX_ROOM], dead[PREFIX_ROOM];
    struct stat found;
    CU_ASSERT_FATAL(prefix_make(own));
    CU_ASSERT(stat(own, &found) == 0 && (found.st_mode & 0777) == 0700);
    pid_t lives = owner_new(alive, false), died = owner_new(dead, true);
    CU_ASSERT_EQUAL(waitpid(died, NULL, 0), died);
    CU_ASSERT(exists(own) && exists(alive) && exists(dead));
    prefix_remove_orphans();
    CU_ASSERT(exists(own));
    CU_ASSERT(exists(alive));
    CU_ASSERT_FALSE(exists(dead));
    kill(lives, SIGKILL);
    CU_ASSERT_EQUAL(waitpid(lives, NULL, 0), lives);
    prefix_remove_orphans();
    CU_ASSERT_FALSE(exists(alive));
    prefix_remove(own);
    CU_ASSERT_EQUAL(things_in(place.path), 0);
    place_free(&place);
}

/* The parts of a name that say whose it is: lbsim_real_PLACE_PID_START_XXXXXX. */
struct name {
    char place[32];
    long pid;
    unsigned long long start;
};

static struct name name_of(const char *prefix)
{
    struct name name = {.pid = 0};
    const char *last = strrchr(prefix, '/');
    CU_ASSERT_EQUAL_FATAL(
        sscanf(last, "/lbsim_real_%16[0-9a-f]_%ld_%llu_", name.place, &name.pid, &name.start), 3);
    return name;
}

static void make_as(const struct name *name, const char *rest, char path[PREFIX_ROOM])
{
    int length = snprintf(path, PREFIX_ROOM, "%s/lbsim_real_%s_%ld_%llu_%s", getenv("TMPDIR"),
                          name->place, name->pid, name->start, rest);
    CU_ASSERT_FATAL(length < PREFIX_ROOM);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
}

/* Of names, only that of a process which certainly has ended is an orphan's. */
static void test_names(void)
{
    struct place place = place_new();
    char own[PREFIX_ROOM], dead[PREFIX_ROOM], path[PREFIX_ROOM];
    CU_ASSERT_FATAL(prefix_make(own));
    pid_t died = owner_new(dead, true);
    waitpid(died, NULL, 0);
    struct name living = name_of(own), gone = name_of(dead);
    CU_ASSERT_EQUAL(living.pid, (long)getpid());
    CU_ASSERT_EQUAL(living.start, processes_start(getpid()));
    const struct name another = {.pid = living.pid, .start = living.start + 1};
    struct name number_reused = another, elsewhere = gone;
    snprintf(number_reused.place, sizeof number_reused.place, "%s", living.place);
    elsewhere.place[0] = elsewhere.place[0] == '0' ? '1' : '0';
    const struct {
        struct name name;
        const char *rest;
        bool stays;
    } rows[] = {
        {gone, "abcdef", false},         {number_reused, "abcdef", false},
        {living, "abcdef", true},        {elsewhere, "abcdef", true},
        {gone, "abcdefg", true},         {gone, "abcde", true},
        {gone, "abcdef_of_mine", true},  {{"0", gone.pid, gone.start}, "abcdef", true},
        {{"", 0, gone.start}, "", true}, {{"", -1, 0}, "abcdef", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        make_as(&rows[i].name, rows[i].rest, path);
        prefix_remove_orphans();
        CHECK_ROW(exists(path) == rows[i].stays, "row %zu: %s", i, path);
    }
    place_free(&place);
}

/* What bears an orphan's name but is no directory of ours stays, and so does what it leads to. */
static void test_no_directory(void)
{
    struct place place = place_new();
    char dead[PREFIX_ROOM], path[PREFIX_ROOM], kept[80];
    waitpid(owner_new(dead, true), NULL, 0);
    snprintf(kept, sizeof kept, "%s/kept", place.path);
    CU_ASSERT_EQUAL_FATAL(mkdir(kept, 0700), 0);
    snprintf(path, sizeof path, "%s", dead);
    prefix_remove_orphans();
    CU_ASSERT_EQUAL_FATAL(symlink(kept, path), 0);
    prefix_remove_orphans();
    CU_ASSERT(exists(path) && exists(kept));
    CU_ASSERT_EQUAL_FATAL(unlink(path), 0);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
    prefix_remove_orphans();
    CU_ASSERT(exists(path));
    place_free(&place);
}

/* Where others may put something in its place, nothing is removed; nor what is another user's,
 * which only root can try. */
static void test_others(void)
{
    struct place place = place_new();
    char dead[PREFIX_ROOM];
    waitpid(owner_new(dead, true), NULL, 0);
    CU_ASSERT_EQUAL(chmod(place.path, 0777), 0);
    prefix_remove_orphans();
    CU_ASSERT(exists(dead));
    CU_ASSERT_EQUAL(chmod(place.path, 01777), 0);
    if (geteuid() == 0) {
        CU_ASSERT_EQUAL(chown(dead, 65534, 65534), 0);
        prefix_remove_orphans();
        CU_ASSERT(exists(dead));
        CU_ASSERT_EQUAL(chown(dead, 0, 0), 0);
    } else {
        puts("another user's directory is skipped: only root can make one");
    }
    prefix_remove_orphans();
    CU_ASSERT_FALSE(exists(dead));
    place_free(&place);
}

static const struct test tests[] = {
    {"the living keep theirs", test_alive_and_dead},
    {"names", test_names},
    {"no directory", test_no_directory},
    {"others", test_others},
};

SUITE("real_prefix", tests)
