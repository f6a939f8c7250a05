/* cmd_contract.c: lbsim contract: the laws on an algorithm, and how it breaks them. */
#include "algorithms/contract/contract.h"
#include "reports/placed.h"
#include "reports/story.h"
#include "sim/cli/commands.h"
#include "sim/cli/console.h"
#include "sim/run/aside.h"
#include "sim/run/plugin.h"
#include "sim/scenario/values.h"
#include "sim/workload/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ALGORITHMS_SHOWN = 64 };

static const struct option_row options[] = {
    {0, "law", "LAW", "this law alone, and stop where it is broken", false},
    {'s', "seed", "SEED", "draws other operations; 1 if it is not given", false},
    {'o', "output", "DIR", "each list of operations as DIR/ALGORITHM-LAW.csv", false},
    {0, NULL, NULL, NULL, false},
};

/* One algorithm on trial. */
struct hearing {
    const struct lb_algorithm *algorithm;
    const char *file;      /* that it was loaded from, or NULL */
    const char *directory; /* of -o, or NULL */
    const char *law;       /* of --law, or NULL */
    uint64_t seed;
    FILE *to; /* what is told of the broken laws */
    struct progress progress;
    bool unwritable;
};

/* ---- One broken law ---- */

/* Parameters that are not at their fallbacks, each after a comma. */
static void print_parameters(FILE *to, const struct lb_algorithm *algorithm, const uint64_t *value)
{
    const struct lb_param *param = lb_algorithm_params(algorithm);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        if (value[i] != param[i].fallback && param[i].words != NULL)
            fprintf(to, ",%s=%s", param[i].name, param[i].words[value[i]]);
        else if (value[i] != param[i].fallback)
            fprintf(to, ",%s=%" PRIu64, param[i].name, value[i]);
}

/* The trace in a file of its own, or the name that it could have. */
static char *place_trace(struct hearing *hearing, const struct lb_contract_fault *fault)
{
    char why[512], *file = NULL;
    size_t size;
    FILE *name = open_memstream(&file, &size);
    if (hearing->directory != NULL)
        fprintf(name, "%s/", hearing->directory);
    fprintf(name, "%s-%s.csv", fault->algorithm, fault->law);
    fclose(name);
    if (hearing->directory != NULL && !placed_write(file, "op,id,value", fault->trace->text,
                                                    strlen(fault->trace->text), why, sizeof why)) {
        console_error("%s", why);
        hearing->unwritable = true;
    }
    return file;
}

static void print_paragraph(FILE *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void print_paragraph(FILE *to, const char *format, ...)
{
    char text[1024];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    fputs("  ", to);
    story_print(to, text, 2);
}

static void print_trace(struct hearing *hearing, const struct lb_contract_fault *fault)
{
    const struct lb_contract_trace *trace = fault->trace;
    char *file = place_trace(hearing, fault);
    fprintf(hearing->to, "\n%s\n", trace->text);
    if (trace->plays) {
        fprintf(hearing->to, "  lbsim replay %s", file);
        if (hearing->file != NULL)
            fprintf(hearing->to, " --plugin %s", hearing->file);
        fprintf(hearing->to, " -b %s,view=%s,change=%s", fault->algorithm, fault->view,
                trace->change);
        print_parameters(hearing->to, hearing->algorithm, fault->param);
        fprintf(hearing->to, " -w %" PRIu32 "\n", trace->workers);
    }
    if (trace->beyond[0] != '\0')
        print_paragraph(hearing->to, "%s: %s.",
                        trace->plays ? "Replay shows its picks, and not all of this"
                                     : "Replay cannot play it",
                        trace->beyond);
    free(file);
}

static void print_place(struct hearing *hearing, const struct lb_contract_fault *fault)
{
    char *parameters = NULL;
    size_t size;
    FILE *to = open_memstream(&parameters, &size);
    print_parameters(to, hearing->algorithm, fault->param);
    fclose(to);
    const char *mode = fault->mode == LB_SUM ? "LB_SUM" : "LB_KEPT";
    if (fault->step > fault->trace->operations)
        print_paragraph(hearing->to, "seen when all was closed in the end; view %s, mode %s%s%s",
                        fault->view, mode, parameters[0] != '\0' ? ", with " : "",
                        parameters[0] != '\0' ? parameters + 1 : "");
    else
        print_paragraph(
            hearing->to, "seen at operation %" PRIu32 " of %" PRIu32 "; view %s, mode %s%s%s",
            fault->step, fault->trace->operations, fault->view, mode,
            parameters[0] != '\0' ? ", with " : "", parameters[0] != '\0' ? parameters + 1 : "");
    free(parameters);
}

static void tell(void *context, const struct lb_contract_fault *fault)
{
    struct hearing *hearing = context;
    fprintf(hearing->to, "\n%s: ", fault->law);
    story_print(hearing->to, fault->statement, (int)strlen(fault->law) + 2);
    print_paragraph(hearing->to, "%s", fault->what);
    if (fault->trace == NULL || fault->trace->operations == 0)
        return;
    print_place(hearing, fault);
    if (fault->how != NULL)
        print_paragraph(hearing->to, "%s", fault->how);
    print_trace(hearing, fault);
}

/* ---- One algorithm ---- */

static void show_progress(void *context, uint32_t lists, uint32_t of)
{
    struct hearing *hearing = context;
    progress_show(&hearing->progress, lists, of);
}

static uint32_t count_views(void)
{
    uint32_t views = 0;
    while (lb_view_at(views) != NULL)
        views++;
    return views;
}

/* What was not broken was held, unless what came first kept the others from being tried. */
static void print_laws(const struct hearing *hearing, const struct lb_contract_result *result,
                       int broken)
{
    bool table_broken = result->broken[0];
    for (uint32_t i = 0; lb_contract_law_at(i) != NULL; i++) {
        const char *name = lb_contract_law_at(i)->name;
        bool wanted = hearing->law == NULL || strcmp(hearing->law, name) == 0;
        const char *verdict = result->broken[i]                                    ? "BROKEN"
                              : !wanted || table_broken || (result->died && i > 0) ? "not judged"
                                                                                   : "held";
        if (wanted || result->broken[i])
            printf("  %-11s %s\n", name, verdict);
    }
    if (broken > 0)
        printf("\n%d of %d laws broken%s\n", broken, LB_CONTRACT_LAWS,
               table_broken   ? "; the others need a whole table."
               : result->died ? "; what does not live through a list is not judged by others."
                              : ".");
    else if (hearing->law == NULL)
        printf("\nAll %d laws held.\n", LB_CONTRACT_LAWS);
}

static int hear(struct hearing *hearing)
{
    struct lb_contract_result result;
    char *told = NULL;
    size_t size = 0;
    const char *name = lb_algorithm_name(hearing->algorithm);
    hearing->to = open_memstream(&told, &size);
    hearing->progress = (struct progress){.name = name, .unit = "list"};
    int stdout_kept = aside_begin();
    int broken = lb_contract_find(hearing->algorithm, hearing->law, hearing->seed, tell,
                                  show_progress, hearing, &result);
    aside_end(stdout_kept);
    progress_clear(&hearing->progress);
    fclose(hearing->to);
    printf("%s%s%s: %" PRIu32 " lists of operations, %" PRIu32 " views, 2 modes, seed %" PRIu64
           "\n\n",
           name, hearing->file != NULL ? " of " : "", hearing->file != NULL ? hearing->file : "",
           result.lists, count_views(), hearing->seed);
    print_laws(hearing, &result, broken);
    fputs(told, stdout);
    free(told);
    if (hearing->unwritable)
        return EXIT_ENVIRONMENT;
    return broken > 0 ? EXIT_FAILED : EXIT_FINE;
}

/* ---- Which algorithms ---- */

/* Built in, by name. */
static int hear_known(struct hearing *hearing, const char *name)
{
    const char *known[ALGORITHMS_SHOWN];
    size_t count = 0;
    hearing->algorithm = lb_algorithm_find(name);
    if (hearing->algorithm != NULL)
        return hear(hearing);
    for (uint32_t i = 0; lb_algorithm_at(i) != NULL && count < ALGORITHMS_SHOWN; i++)
        known[count++] = lb_algorithm_name(lb_algorithm_at(i));
    const char *meant = input_nearest(name, known, count);
    if (meant != NULL)
        console_error("contract: no algorithm '%s' (did you mean '%s'?)", name, meant);
    else
        console_error("contract: no algorithm '%s'; a file of your own is named as ./mine.so",
                      name);
    return EXIT_INVALID;
}

/* All that a file brings; the worst code of them. */
static int hear_file(struct hearing *hearing, const char *file)
{
    struct plugins plugins = {.plugins = 0};
    char why[PLUGIN_WHY];
    int worst = EXIT_FINE;
    enum plugin_status status = plugins_open(&plugins, file, why);
    if (status != PLUGIN_FINE)
        console_error("%s", why);
    hearing->file = file;
    for (uint32_t i = 0; i < plugins.owns; i++) {
        hearing->algorithm = plugins.own[i];
        if (i > 0)
            putchar('\n');
        int code = hear(hearing);
        worst = code > worst ? code : worst;
    }
    plugins_close(&plugins);
    return status == PLUGIN_FINE         ? worst
           : status == PLUGIN_UNREADABLE ? EXIT_ENVIRONMENT
                                         : EXIT_INVALID;
}

static bool is_file(const char *word)
{
    size_t length = strlen(word);
    return strchr(word, '/') != NULL || (length > 3 && strcmp(word + length - 3, ".so") == 0);
}

static bool is_law(const char *name)
{
    const char *known[LB_CONTRACT_LAWS];
    for (uint32_t i = 0; i < LB_CONTRACT_LAWS; i++) {
        known[i] = lb_contract_law_at(i)->name;
        if (strcmp(known[i], name) == 0)
            return true;
    }
    const char *meant = input_nearest(name, known, LB_CONTRACT_LAWS);
    if (meant != NULL)
        console_error("contract: no law '%s' (did you mean '%s'?)", name, meant);
    else
        console_error("contract: no law '%s'; without --law they are all shown", name);
    return false;
}

static int run(const struct command_line *line)
{
    struct hearing hearing = {.directory = command_line_value(line, "output"),
                              .law = command_line_value(line, "law"),
                              .seed = 1};
    const char *seed = command_line_value(line, "seed");
    bool fine = true;
    if (line->words != 1) {
        console_error("contract: one algorithm is wanted, %" PRIu32 " given", line->words);
        fine = false;
    }
    if (seed != NULL && !value_whole(seed, &hearing.seed)) {
        console_error("contract: --seed: '%s' is not a whole number", seed);
        fine = false;
    }
    fine = (hearing.law == NULL || is_law(hearing.law)) && fine;
    if (hearing.directory != NULL && hearing.directory[0] == '\0') {
        console_error("contract: --output: which directory?");
        fine = false;
    }
    if (!fine)
        return EXIT_INVALID;
    if (hearing.directory != NULL && mkdir(hearing.directory, 0777) != 0 && errno != EEXIST) {
        console_error("cannot make %s: %s", hearing.directory, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    const char *word = line->word[0];
    int code = is_file(word) ? hear_file(&hearing, word) : hear_known(&hearing, word);
    int written = console_flush();
    return written != EXIT_FINE ? written : code;
}

const struct command command_contract = {
    .name = "contract",
    .arguments = "FILE.so [options]",
    .about = "the laws, tried on an algorithm: FILE.so, or a built-in by name",
    .options = options,
    .run = run,
};
