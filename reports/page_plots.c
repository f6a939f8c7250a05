/* page_plots.c: the pictures of plots/, inside the page. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"
#include "sim/workload/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SVG_BYTES = 32 << 20 };

/* By what their names begin with, in the order in which they are shown. */
static const struct {
    const char *name, *about;
    bool one_each; /* of a balancer, whose name follows */
} kinds[] = {
    {"compare", "The balancers compared", false},
    {"imbalance", "The fullest server over its fair share, over time", false},
    {"newcomer", "Who got the new connections after a server joined", false},
    {"distribution", "What every server got", false},
    {"ranks", "The servers from the fullest to the emptiest", false},
    {"live", "Live connections over time, a line a server", true},
    {"band", "Live connections over time: the fullest, the emptiest, and all between", true},
    {"heat", "Live connections over time, a row a server", true},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* What follows the scenario's name, where there are several. */
static const char *after_prefix(const struct page *page, const struct page_run *run,
                                const char *name)
{
    size_t length = strlen(run->name);
    if (page->runs == 1)
        return name;
    return strncmp(name, run->name, length) == 0 && name[length] == '_' ? name + length + 1 : NULL;
}

static int kind_of(const char *name)
{
    for (int i = 0; name != NULL && i < KINDS; i++) {
        size_t length = strlen(kinds[i].name);
        if (strncmp(name, kinds[i].name, length) == 0 && strchr("_-", name[length]) != NULL)
            return i;
    }
    return KINDS;
}

/* ---- Which there are ---- */

static int is_picture(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".svg") == 0;
}

/* Of two scenarios whose names both begin it, the longer is meant. */
static struct page_run *run_of(struct page *page, const char *name)
{
    struct page_run *found = NULL;
    for (uint32_t r = 0; r < page->runs; r++) {
        struct page_run *run = &page->run[r];
        bool fits = kind_of(after_prefix(page, run, name)) < KINDS;
        if (fits && (found == NULL || strlen(run->name) > strlen(found->name)))
            found = run;
    }
    return found;
}

enum page_status page_read_plots(struct page *page, char *why)
{
    char *path = page_path(page, "plots");
    struct dirent **entry;
    int entries = scandir(path, &entry, is_picture, alphasort);
    bool fine = entries >= 0 || errno == ENOENT;
    if (!fine)
        snprintf(why, PAGE_WHY_MAX, "cannot read %s: %s", path, strerror(errno));
    free(path);
    for (int i = 0; i < entries; i++) {
        const char *file = entry[i]->d_name;
        char *name = memory_text(file, strlen(file) - 4);
        struct page_run *run = run_of(page, name);
        if (run != NULL) {
            run->plot = memory_resized(run->plot, run->plots + 1, sizeof *run->plot);
            run->plot[run->plots++] = name;
        } else {
            free(name);
        }
        free(entry[i]);
    }
    if (entries >= 0)
        free(entry);
    return fine ? PAGE_FINE : PAGE_ENVIRONMENT;
}

/* ---- How they are shown ---- */

/* A picture is shown as an image, which runs nothing and loads nothing, whatever is in it. */
static void put_picture(const struct page *page, const struct page_run *run, const char *name,
                        FILE *to)
{
    struct input input;
    char file[512];
    const char *plain = after_prefix(page, run, name), *of = strchr(plain, '_');
    const char *about = kinds[kind_of(plain)].about;
    snprintf(file, sizeof file, "plots/%.400s.svg", name);
    char *path = page_path(page, file);
    bool whole = input_read_file(&input, path, SVG_BYTES) == INPUT_OK;
    whole = whole && strstr(input.text, "</svg>") != NULL;
    fputs("<figure>", to);
    if (whole) {
        fputs("<img alt=\"", to);
        html_text(to, about);
        fputs(of != NULL ? ": " : "", to);
        html_text(to, of != NULL ? of + 1 : "");
        fputs("; its numbers are in ", to);
        html_text(to, name);
        fputs(".csv\" src=\"data:image/svg+xml;base64,", to);
        html_base64(to, (const unsigned char *)input.text, input.length);
        fputs("\">", to);
    }
    fputs("<figcaption>", to);
    html_text(to, about);
    fputs(whole ? " \302\267 <code>" : ": this picture is not whole, and left out \302\267 <code>",
          to);
    html_text(to, file);
    fputs("</code></figcaption></figure>\n", to);
    input_free(&input);
    free(path);
}

/* Whether it is the picture of this balancer, whose name was written with plain letters. */
static bool is_of(const char *plain, const char *balancer)
{
    const char *of = strchr(plain, '_');
    if (of == NULL || strlen(of + 1) != strlen(balancer))
        return false;
    for (of++; *of != '\0'; of++, balancer++)
        if (*of != *balancer && *of != '_')
            return false;
    return true;
}

/* In the order of the balancers; then those whose names were shortened or numbered. */
static void put_kind(const struct page *page, const struct page_run *run, int kind, FILE *to)
{
    bool *shown = memory_zeroed(run->plots, sizeof *shown);
    for (uint32_t b = 0; b <= run->balancers; b++)
        for (uint32_t i = 0; i < run->plots; i++) {
            const char *plain = after_prefix(page, run, run->plot[i]);
            bool due = b == run->balancers || is_of(plain, run->balancer[b]);
            if (shown[i] || !due || kind_of(plain) != kind)
                continue;
            put_picture(page, run, run->plot[i], to);
            shown[i] = true;
        }
    free(shown);
}

void page_plots(const struct page *page, const struct page_run *run, FILE *to)
{
    fputs("<h3>Pictures</h3>\n", to);
    if (run->plots == 0)
        fputs("<p class=\"soft\">This run left no pictures.</p>\n", to);
    for (int each = 0; each < 2; each++) {
        fprintf(to, "<div class=\"plots%s\">\n", each ? " small" : "");
        for (int kind = 0; kind < KINDS; kind++)
            if (kinds[kind].one_each == (each == 1))
                put_kind(page, run, kind, to);
        fputs("</div>\n", to);
    }
}
