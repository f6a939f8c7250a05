/* page_words.c: the page's words: what was asked, the answer, and how to have it again. */
#include "reports/page_parts.h"

#include "reports/text.h"

#include <stdlib.h>
#include <string.h>

enum { EVENTS_SHOWN = 12 };

static void put_paragraphs(FILE *to, const json_t *texts, const char *class)
{
    for (size_t i = 0; i < json_array_size(texts); i++) {
        fprintf(to, "<p class=\"%s\">", class);
        html_text(to, json_string_value(json_array_get(texts, i)));
        fputs("</p>\n", to);
    }
}

/* ---- What was asked ---- */

static void put_events(FILE *to, const json_t *events, size_t from, size_t end)
{
    fputs("<ol class=\"when\">\n", to);
    for (size_t i = from; i < end; i++) {
        const json_t *event = json_array_get(events, i);
        fputs("<li><data class=\"at\" value=\"", to);
        html_text(to, page_text(event, "at_s"));
        fputs("\">", to);
        html_text(to, page_text(event, "at"));
        fputs("</data> <span><b>", to);
        html_text(to, page_text(event, "event"));
        fputs("</b> ", to);
        html_text(to, page_text(event, "story"));
        fputs("</span></li>\n", to);
    }
    fputs("</ol>\n", to);
}

void page_asked(const struct page_run *run, FILE *to)
{
    const json_t *events = json_object_get(run->told, "events");
    size_t all = json_array_size(events), shown = all < EVENTS_SHOWN ? all : EVENTS_SHOWN;
    fputs("<h2>", to);
    html_text(to, run->name);
    fputs("</h2>\n<p class=\"about\">", to);
    html_text(to, page_text(run->told, "about"));
    fputs("</p>\n", to);
    put_paragraphs(to, json_object_get(run->told, "setting"), "setting");
    if (all > 0)
        put_events(to, events, 0, shown);
    if (all > shown) {
        fprintf(to, "<details><summary>And %zu more events</summary>\n", all - shown);
        put_events(to, events, shown, all);
        fputs("</details>\n", to);
    }
}

/* ---- The answer ---- */

/* Whether that is more than noise: what placing by lot would leave. */
static void put_chance(const struct page_run *run, FILE *to)
{
    const json_t *chance = json_object_get(run->told, "chance");
    if (!json_is_object(chance))
        return;
    fputs("<p>For comparison: as many connections placed by lot would leave about ", to);
    html_number(to, HTML_PERCENT, page_text(chance, "misplaced"));
    fputs(" misplaced and a max/mean of ", to);
    html_number(to, HTML_RATIO, page_text(chance, "max_over_mean"));
    fputs(". Only what is above that is less even than chance.</p>\n", to);
}

void page_answer(const struct page_run *run, uint32_t number, FILE *to)
{
    const json_t *answer = json_object_get(run->told, "answer");
    fputs("<div class=\"answer\"><div>\n<h3>The answer</h3>\n", to);
    for (size_t i = 0; i < json_array_size(answer); i++) {
        const json_t *sentence = json_array_get(answer, i);
        fputs(json_is_true(json_object_get(sentence, "bold")) ? "<p class=\"who\">" : "<p>", to);
        html_text(to, page_text(sentence, "text"));
        fputs("</p>\n", to);
    }
    page_expected_sum(run, number, to);
    put_chance(run, to);
    put_paragraphs(to, json_object_get(run->told, "caution"), "caution");
    fputs("</div>\n", to);
    page_ranking(run, to);
    fputs("</div>\n", to);
}

/* ---- How to have it again ---- */

/* A word as a shell takes it. */
static void put_word(FILE *to, const char *word)
{
    char *quoted = text_shell_word(word);
    html_text(to, quoted);
    free(quoted);
}

static bool is_a_file(const char *file)
{
    return strcmp(file, "<stdin>") != 0;
}

void page_rerun(const struct page *page, const struct page_run *run, FILE *to)
{
    bool all_files = true;
    const char *options = page_text(page->json, "options");
    fputs("<h3>How to reproduce this</h3>\n<pre class=\"command\"><code>lbsim run", to);
    for (uint32_t r = 0; r < page->runs; r++) {
        const char *file = page_text(page->run[r].json, "file");
        all_files = all_files && is_a_file(file);
        fputc(' ', to);
        put_word(to, is_a_file(file) ? file : "-");
    }
    fputs(options[0] == '\0' ? "" : " ", to);
    html_text(to, options);
    fputs(" -o ", to);
    put_word(to, page->directory);
    fputs("</code></pre>\n<p class=\"soft\">", to);
    if (!all_files)
        fputs("It was read from standard input: give it the scenario below. ", to);
    fputs("The same scenario, seed and sampling version give the same bytes on any machine, for "
          "any <code>-j</code>. This was lbsim ",
          to);
    html_text(to, page_text(page->json, "version"));
    fprintf(to, ", sampling version %" JSON_INTEGER_FORMAT ", seed ",
            json_integer_value(json_object_get(page->json, "sampling_version")));
    html_text(to, page_text(run->json, "seed"));
    fprintf(to, "; the run took %.3g s. The scenario&#39;s hash is <code>",
            json_number_value(json_object_get(run->json, "wall_s")));
    html_text(to, page_text(run->json, "text_hash"));
    fputs("</code>.</p>\n<details class=\"scenario\"><summary>The scenario, as it was "
          "run</summary>\n<pre><code>",
          to);
    html_text(to, page_text(run->json, "text"));
    fputs("</code></pre></details>\n", to);
}
