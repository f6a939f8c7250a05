/* table_expect.c: what was expected, and whether it held, below the tables. */
#include "reports/table_parts.h"

#include "reports/markdown.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 16 };

/* The sentence, and where in the file it was asked for. Freed by the caller. */
static char *line_of(const struct judgements *judgements, const struct judgement *it)
{
    const char *file = judgements->experiment->scenario->file, *slash = strrchr(file, '/');
    char sentence[EXPECT_TEXT_MAX], *line = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&line, &size);
    fprintf(to, "%s (", expect_sentence(judgements, it, sentence));
    faults_print_text(slash != NULL ? slash + 1 : file, to);
    fprintf(to, ":%" PRIu32 ")", it->expectation->place.line);
    fclose(to);
    return line;
}

static void print_judgement(const struct table *table, const struct judgement *it)
{
    bool stands_out = table->options->colour && it->verdict >= EXPECT_UNJUDGED;
    char *line = line_of(table->options->judgements, it);
    if (table->markdown) {
        fprintf(table->to, "- **%s** ", expect_verdict_text(it));
        markdown_put(table->to, line);
        fputc('\n', table->to);
        free(line);
        return;
    }
    fprintf(table->to, "%s  %-*s", stands_out ? "\033[1m" : "", INDENT - 2,
            expect_verdict_text(it));
    story_print(table->to, line, INDENT);
    fputs(stands_out ? "\033[0m" : "", table->to);
    free(line);
}

/* "Expectations: 3 held, 1 failed, 2 left out, of balancers that do not run here" */
static void print_sum(const struct table *table, const struct judgements *judgements)
{
    enum { HELD, FAILED, WARNED, UNJUDGED, LEFT_OUT, KINDS };
    static const char *const words[KINDS] = {"held", "failed", "warned of", "not judged",
                                             "left out, of balancers that do not run here"};
    static const int kind[] = {[EXPECT_PASSED] = HELD,
                               [EXPECT_LEFT_OUT] = LEFT_OUT,
                               [EXPECT_UNJUDGED] = UNJUDGED,
                               [EXPECT_FAILED] = FAILED};
    uint32_t count[KINDS] = {0};
    for (uint32_t i = 0; i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        bool warned = it->verdict == EXPECT_FAILED && it->expectation->level == EXPECT_WARN;
        count[warned ? WARNED : kind[it->verdict]]++;
    }
    char line[STORY_MAX] = "";
    line_add(line, sizeof line, "Expectations: %" PRIu32 " %s", count[HELD], words[HELD]);
    for (int i = FAILED; i < KINDS; i++)
        if (count[i] > 0)
            line_add(line, sizeof line, ", %" PRIu32 " %s", count[i], words[i]);
    table_gap(table);
    table_say(table, 0, line);
}

void table_expectations(const struct table *table)
{
    const struct judgements *judgements = table->options->judgements;
    if (judgements == NULL || judgements->count == 0)
        return;
    print_sum(table, judgements);
    for (uint32_t i = 0; i < judgements->count; i++)
        if (judgements->judgement[i].verdict != EXPECT_LEFT_OUT)
            print_judgement(table, &judgements->judgement[i]);
    fputs(table->markdown ? "\n" : "", table->to);
}
