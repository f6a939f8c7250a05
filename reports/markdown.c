/* markdown.c: the report as Markdown: the terminal's words and tables, in another order. */
#include "reports/markdown.h"

#include "reports/table_parts.h"

#include <string.h>

/* Inside a paragraph lines must not be broken: in a comment, GitHub shows each line's end. */
void markdown_put(FILE *to, const char *words)
{
    size_t length = strlen(words);
    while (length > 0 && words[length - 1] == ' ')
        length--;
    for (const char *end = words + length; words < end; words++) {
        if (strchr("\\`*_[]<>|&~$", *words) != NULL)
            fputc('\\', to);
        fputc(*words == '\n' ? ' ' : *words, to);
        /* #3 would become a link, and @name a mention, escaped or not. */
        if ((*words == '#' || *words == '@') && words + 1 < end && words[1] != ' ')
            fputs("<!-- -->", to);
    }
}

void report_markdown(const struct experiment *experiment, const struct judgements *judgements,
                     FILE *to)
{
    const struct scenario *scenario = experiment->scenario;
    struct table_options options = {.judgements = judgements};
    struct table table = {.experiment = experiment,
                          .scenario = scenario,
                          .options = &options,
                          .to = to,
                          .markdown = true};
    table_choose_moments(&table);
    fputs("### ", to);
    markdown_put(to, scenario->name);
    fputs("\n\n", to);
    if (scenario->about[0] != '\0')
        table_say(&table, 0, scenario->about);
    table_answer(&table);
    table_comparison(&table);
    table_foot(&table);
    fputs("<details><summary>What was run, and who got what</summary>\n\n", to);
    table_circumstances(&table);
    for (uint32_t b = 0; b < scenario->balancers; b++)
        table_block(&table, b);
    table_pairs(&table);
    table_traffics(&table);
    fputs("</details>\n", to);
}
