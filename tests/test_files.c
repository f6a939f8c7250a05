/* test_files.c: what is in the place where a file is to be put. */
#include "reports/files.h"
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void go_aside(char place[])
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(place));
    CU_ASSERT_EQUAL_FATAL(chdir(place), 0);
}

static bool write_to(const char *path, char why[256])
{
    struct files *files = files_begin();
    FILE *to = files_open(files, path, why, 256);
    if (to == NULL) {
        files_abandon(files);
        return false;
    }
    fputs("new", to);
    return files_commit(files, why, 256);
}

static void check_holds(const char *path, const char *words)
{
    char text[16] = "";
    FILE *from = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(from);
    text[fread(text, 1, sizeof text - 1, from)] = '\0';
    fclose(from);
    CU_ASSERT_STRING_EQUAL(text, words);
}

/* A new file, an old one, and one that a link leads to: the link stays. */
static void test_written(void)
{
    char place[] = "/tmp/lbsim_files.XXXXXX", why[256];
    struct stat status;
    go_aside(place);
    CU_ASSERT(write_to("fresh", why) && write_to("fresh", why));
    check_holds("fresh", "new");
    FILE *old = fopen("old", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(old);
    fputs("old", old);
    fclose(old);
    CU_ASSERT_EQUAL(symlink("old", "link"), 0);
    CU_ASSERT(write_to("link", why));
    check_holds("old", "new");
    CU_ASSERT(lstat("link", &status) == 0 && S_ISLNK(status.st_mode));
    CU_ASSERT(unlink("fresh") == 0 && unlink("old") == 0 && unlink("link") == 0);
    CU_ASSERT(chdir("/") == 0 && rmdir(place) == 0); /* nothing else was left */
}

/* A directory, a pipe, and a link to an open pipe, as /dev/stdout is one, which leads to no path:
 * none is replaced. */
static void test_in_the_way(void)
{
    static const char *const things[] = {"directory", "pipe", "link"};
    char place[] = "/tmp/lbsim_files.XXXXXX", why[256], open_pipe[64];
    int ends[2];
    go_aside(place);
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    snprintf(open_pipe, sizeof open_pipe, "/proc/self/fd/%d", ends[1]);
    CU_ASSERT(mkdir("directory", 0777) == 0 && mkfifo("pipe", 0666) == 0);
    CU_ASSERT(symlink(open_pipe, "link") == 0);
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        struct stat before, after;
        CU_ASSERT_EQUAL(lstat(things[i], &before), 0);
        CHECK_ROW(!write_to(things[i], why), "%s was replaced", things[i]);
        CHECK_ROW(strstr(why, things[i]) != NULL, "%s: %s", things[i], why);
        CU_ASSERT_EQUAL(lstat(things[i], &after), 0);
        CHECK_ROW(before.st_ino == after.st_ino, "%s is another one", things[i]);
    }
    close(ends[0]);
    close(ends[1]);
    CU_ASSERT(rmdir("directory") == 0 && unlink("pipe") == 0 && unlink("link") == 0);
    CU_ASSERT(chdir("/") == 0 && rmdir(place) == 0);
}

static const struct test tests[] = {
    {"files, old and new", test_written},
    {"what is no file", test_in_the_way},
};

SUITE("files", tests)
