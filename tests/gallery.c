/* gallery.c: runs, draws, and looks at what was left. */
#include "tests/gallery.h"

#include "tests/harness.h"
#include "tests/told.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gallery gallery_open(const char *one, const char *other)
{
    struct gallery gallery = {.home = "/tmp/lbsim-plots-XXXXXX"};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(gallery.home));
    snprintf(gallery.place, sizeof gallery.place, "%s/out", gallery.home);
    const char *text[] = {one, other};
    for (int i = 0; i < 2 && text[i] != NULL; i++) {
        struct scenario *scenario = scenario_of(text[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
        gallery.scenario[i] = scenario;
        gallery.experiment[i] = experiment_run(
            scenario,
            &(struct run_options){
                .seed = scenario->seed, .replications = 1, .series = SERIES_FIRST, .threads = 1});
        gallery.experiments++;
    }
    return gallery;
}

void gallery_draw(struct gallery *gallery, bool png, uint32_t limit_s)
{
    char why[256];
    struct output *output = output_begin(gallery->place, why, sizeof why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    CU_ASSERT_TRUE(report_plots(
        (const struct experiment *const *)gallery->experiment, gallery->experiments,
        &(struct plots_options){.png = png, .limit_s = limit_s}, output, &gallery->outcome));
    CU_ASSERT_TRUE(output_commit(output, why, sizeof why));
}

void gallery_remove(const char *path)
{
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char inner[512];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            gallery_remove(inner);
    }
    if (directory != NULL)
        closedir(directory);
    remove(path);
}

void gallery_close(struct gallery *gallery)
{
    for (uint32_t i = 0; i < gallery->experiments; i++) {
        experiment_free(gallery->experiment[i]);
        scenario_free(gallery->scenario[i]);
    }
    gallery_remove(gallery->home);
}

bool gallery_has_file(const struct gallery *gallery, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/plots/%s", gallery->place, name);
    return access(path, F_OK) == 0;
}

/* A file's text, the caller's to free; "" if there is none. */
char *gallery_text(const struct gallery *gallery, const char *name)
{
    char path[512], *text = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/plots/%s", gallery->place, name);
    FILE *from = fopen(path, "rb"), *to = open_memstream(&text, &size);
    for (int byte; from != NULL && (byte = getc(from)) != EOF;)
        putc(byte, to);
    CHECK_ROW(from != NULL, "%s is there", name);
    if (from != NULL)
        fclose(from);
    fclose(to);
    return text;
}

/* What there is up to the next such character, cut off there; NULL: nothing is left. */
char *gallery_cut(char **rest, const char *at)
{
    char *text = *rest;
    if (text == NULL)
        return NULL;
    size_t length = strcspn(text, at);
    *rest = text[length] == '\0' ? NULL : text + length + 1;
    text[length] = '\0';
    return text;
}

/* The next line that is not blank, cut off at its end; NULL: there is none. */
char *gallery_next_line(char **rest)
{
    char *line;
    do
        line = gallery_cut(rest, "\n");
    while (line != NULL && *line == '\0');
    return line;
}
