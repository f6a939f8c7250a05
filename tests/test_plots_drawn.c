/* test_plots_drawn.c: the scripts of pictures can be trusted with any text, and gnuplot takes them;
 * without it the rest is there all the same. */
#include "tests/gallery.h"
#include "tests/harness.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Texts that mean harm ---- */

static const char harm[] = "it's `touch HACKED` $(touch HACKED)\"@x\\ %d ${y} <b>&\n'; "
                           "system('touch HACKED') #";

/* Takes what is quoted out of a script, in place; false: a quote is not closed on its line. */
static bool unquote(char *script)
{
    bool quoted = false;
    char *to = script;
    for (const char *at = script; *at != '\0'; at++) {
        if (*at == '\'')
            quoted = !quoted;
        else if (quoted && *at == '\n')
            return false;
        else if (!quoted)
            *to++ = *at;
    }
    *to = '\0';
    return !quoted;
}

static void check_script(const struct gallery *gallery, const char *name)
{
    static const char *const words[] = {"reset", "NAME = ", "load ",   "set ", "unset ",
                                        "plot ", "     ",   "FONT = ", "if (", "PNG = "};
    char *script = gallery_text(gallery, name), *rest = script, *line;
    CHECK_ROW(unquote(script), "%s: quotes are closed", name);
    CHECK_ROW(strpbrk(script, "`\"@|&") == NULL, "%s: only plain characters", name);
    while ((line = gallery_next_line(&rest)) != NULL) {
        bool comment = line[0] == '#', known = comment;
        CHECK_ROW(comment || (strstr(line, "HACKED") == NULL && strstr(line, "system") == NULL),
                  "%s: harm stays in its quotes", name);
        for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
            known = known || strncmp(line, words[i], strlen(words[i])) == 0;
        CHECK_ROW(known, "%s: %s", name, line);
    }
    free(script);
}

static void spoil(struct scenario *scenario)
{
    scenario->name = scenario->about = harm;
    scenario->event[0].name = harm;
    scenario->server[0].name = harm;
    scenario->server[scenario->servers - 1].name = harm;
    scenario->balancer[0].name = arena_text(&scenario->arena, harm, strlen(harm));
}

static void test_harm(void)
{
    struct gallery gallery = gallery_open(FEW, MANY);
    char path[128];
    unsigned scripts = 0, quoted = 0;
    spoil(gallery.scenario[0]);
    spoil(gallery.scenario[1]);
    gallery_draw(&gallery, false, 0);
    snprintf(path, sizeof path, "%s/plots", gallery.place);
    DIR *directory = opendir(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        CHECK_ROW(name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789._-")] == '\0',
                  "%s is a plain name", name);
        CU_ASSERT(strcmp(name, "HACKED") != 0);
        if (strlen(name) < 3 || strcmp(name + strlen(name) - 3, ".gp") != 0)
            continue;
        char *script = gallery_text(&gallery, name);
        quoted += strstr(script, "$(touch HACKED)") != NULL;
        scripts++;
        free(script);
        check_script(&gallery, name);
    }
    closedir(directory);
    CU_ASSERT(scripts >= 10 && quoted + 2 == scripts); /* all but style.gp and all.gp */
    CU_ASSERT(access("HACKED", F_OK) != 0);
    if (gallery.outcome.end != PLOTS_NO_GNUPLOT)
        CHECK_ROW(gallery.outcome.end == PLOTS_DRAWN && gallery.outcome.drawn == scripts - 2,
                  "%u pictures drawn: %s", gallery.outcome.drawn, gallery.outcome.why);
    gallery_close(&gallery);
}

/* ---- Names ---- */

static void test_names(void)
{
    struct gallery gallery = gallery_open(FEW, MANY);
    struct scenario *few = gallery.scenario[0];
    few->balancer[0].name = arena_text(&few->arena, "a_b", 3); /* as a:b becomes */
    setenv("PATH", "", 1);
    gallery_draw(&gallery, false, 0);
    CU_ASSERT(gallery_has_file(&gallery, "few_distribution.gp") &&
              gallery_has_file(&gallery, "many_distribution.csv"));
    CU_ASSERT(gallery_has_file(&gallery, "few_live_a_b.gp") &&
              gallery_has_file(&gallery, "few_live_a_b-2.gp"));
    CU_ASSERT(gallery_has_file(&gallery, "many_heat_round_robin.gp") &&
              !gallery_has_file(&gallery, "few_heat_a_b.gp"));
    gallery_close(&gallery);
}

/* ---- gnuplot ---- */

/* The pictures themselves, where the program is installed. */
static void test_pictures(void)
{
    struct gallery gallery = gallery_open(FEW, NULL);
    gallery_draw(&gallery, true, 0);
    if (gallery.outcome.end == PLOTS_NO_GNUPLOT) {
        printf("\n    gnuplot is not installed: the drawing is skipped\n");
    } else {
        CHECK_ROW(gallery.outcome.end == PLOTS_DRAWN, "drawn: %s", gallery.outcome.why);
        CU_ASSERT(gallery.outcome.pictures == 12 && gallery.outcome.drawn == 12);
        CU_ASSERT_TRUE(gallery_has_file(&gallery, "compare.png"));
        char *svg = gallery_text(&gallery, "live_a_b.svg");
        CU_ASSERT(strstr(svg, ">a:b<") != NULL && strstr(svg, ">s3<") != NULL &&
                  strstr(svg, ">up: s3 joins<") != NULL &&
                  strstr(svg, ">live connections<") != NULL);
        free(svg);
        svg = gallery_text(&gallery, "newcomer.svg");
        CU_ASSERT(strstr(svg, ">entitled to 33.3%<") != NULL && strstr(svg, "round_robin") != NULL);
        free(svg);
        svg = gallery_text(&gallery, "compare.svg");
        CU_ASSERT(strstr(svg, ">A question?<") != NULL);
        free(svg);
    }
    gallery_close(&gallery);
}

static void test_without_gnuplot(void)
{
    static const char *const paths[] = {"", "/nowhere/at/all"};
    for (int i = 0; i < 2; i++) {
        struct gallery gallery = gallery_open(FEW, NULL);
        setenv("PATH", paths[i], 1);
        gallery_draw(&gallery, false, 0);
        CU_ASSERT(gallery.outcome.end == PLOTS_NO_GNUPLOT);
        CU_ASSERT(gallery.outcome.pictures == 6 && gallery.outcome.drawn == 0);
        CU_ASSERT(strstr(gallery.outcome.why, "gnuplot") != NULL);
        CU_ASSERT(gallery_has_file(&gallery, "compare.gp") &&
                  gallery_has_file(&gallery, "compare.csv") &&
                  gallery_has_file(&gallery, "style.gp") && gallery_has_file(&gallery, "all.gp"));
        CU_ASSERT_FALSE(gallery_has_file(&gallery, "compare.svg"));
        gallery_close(&gallery);
    }
}

/* Puts a program called gnuplot at the only place where it is sought. */
static void draw_with(struct gallery *gallery, const char *program, uint32_t limit_s)
{
    char path[64];
    snprintf(path, sizeof path, "%s/gnuplot", gallery->home);
    FILE *to = fopen(path, "w");
    fprintf(to, "#!/bin/sh\n%s\n", program);
    fclose(to);
    chmod(path, 0700);
    setenv("PATH", gallery->home, 1);
    gallery_draw(gallery, false, limit_s);
}

static void test_failing_gnuplot(void)
{
    static const struct {
        const char *program, *why;
        uint32_t limit_s;
    } rows[] = {
        {"echo; echo 'plot x'; echo '     ^'; echo '\"a.gp\" line 3: it is bad'; echo more; exit 1",
         "gnuplot: \"a.gp\" line 3: it is bad", 10},
        {"echo 'cannot open display' >&2; exit 7", "gnuplot: cannot open display", 10},
        {"exit 1", "gnuplot: it ended with an error", 10},
        {"kill -9 $$", "gnuplot was ended by signal 9", 10},
        {"exec /bin/sleep 30", "gnuplot was stopped after 1 s", 1},
        {"/usr/bin/head -c 3000000 /dev/zero; exit 0", "gnuplot left 6 of 6 pictures out", 10},
        {"printf '<svg' > compare.svg; exit 0", "gnuplot left 6 of 6 pictures out", 10},
        {"read -r line; [ -z \"$line\" ] && [ \"$1\" = -d ] && [ -f \"$2\" ] && echo '<svg "
         "width=1></svg>' "
         "> compare.svg; exit 0",
         "gnuplot left 5 of 6 pictures out", 10},
    };
    struct gallery gallery = gallery_open(FEW, NULL);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(gallery.place, sizeof gallery.place, "%s/out%u", gallery.home, i);
        draw_with(&gallery, rows[i].program, rows[i].limit_s);
        CU_ASSERT(gallery.outcome.end == PLOTS_FAILED);
        CHECK_ROW(strcmp(gallery.outcome.why, rows[i].why) == 0, "%s: %s", rows[i].program,
                  gallery.outcome.why);
        CHECK_ROW(gallery_has_file(&gallery, "compare.svg") == (gallery.outcome.drawn == 1),
                  "%s: half a picture stays", rows[i].program);
    }
    gallery_close(&gallery);
}

/* ---- Where it all goes ---- */

static void test_output(void)
{
    char home[] = "/tmp/lbsim-plots-XXXXXX", place[64], path[128], why[256];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(home));
    snprintf(place, sizeof place, "%s/out", home);
    struct output *output = output_begin(place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    FILE *to = output_open(output, "plots/a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    CU_ASSERT_TRUE(output_close(output, to));
    to = output_open(output, "plots/b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    CU_ASSERT_TRUE(output_close(output, to));
    char *aside = output_path(output, "plots");
    CU_ASSERT(access(aside, F_OK) == 0 && access(place, F_OK) != 0);
    CU_ASSERT_TRUE(output_commit(output, why, sizeof why));
    CU_ASSERT(access(aside, F_OK) != 0);
    snprintf(path, sizeof path, "%s/plots/b", place);
    CU_ASSERT(access(path, F_OK) == 0);
    free(aside);
    snprintf(place, sizeof place, "%s/other", home);
    output = output_begin(place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    output_close(output, output_open(output, "plots/a"));
    output_abandon(output);
    gallery_remove(place); /* there is nothing to remove */
    snprintf(place, sizeof place, "%s/out", home);
    gallery_remove(place);
    CU_ASSERT(rmdir(home) == 0);
}

static const struct test tests[] = {
    {"texts that mean harm are but texts", test_harm},
    {"gnuplot draws all", test_pictures},
    {"names are plain, and no two alike", test_names},
    {"without gnuplot, data and scripts are there", test_without_gnuplot},
    {"a gnuplot that fails is told of, and stopped", test_failing_gnuplot},
    {"a directory in the output", test_output},
};

SUITE("plots_drawn", tests)
