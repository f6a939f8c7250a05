/* plot_newcomer.c: who got the next hundred connections when servers joined. */
#include "reports/plot_kinds.h"

#include "reports/plot_dots.h"
#include "reports/plot_series.h"
#include "reports/story.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ADDITIONS = 4 }; /* so many fit beside each other */

/* Additions after which anybody made a hundred picks: their changes, and how many there are in all.
 */
static uint32_t find_additions(const struct sheet *sheet, const struct metric *share,
                               uint32_t change[ADDITIONS])
{
    const struct world_result *result = experiment_result(sheet->experiment, 0, 0);
    uint32_t found = 0;
    for (uint32_t c = 0; c < result->changes; c++) {
        bool any = false;
        for (uint32_t b = 0; b < sheet->experiment->scenario->balancers && !any; b++)
            any = metric_applies(share, result, c) &&
                  summary_of(sheet->experiment, share, b, 0, c).count > 0;
        if (any && found < ADDITIONS)
            change[found] = c;
        found += any;
    }
    return found;
}

static void put_addition(struct plot *plot, const struct dot_rows *rows, const struct metric *share,
                         uint32_t change, double left, double right)
{
    const struct experiment *experiment = rows->sheet->experiment;
    const struct world_change *it = &experiment_result(experiment, 0, 0)->change[change];
    const struct world_event *event = &experiment->scenario->event[it->event];
    char story[STORY_MAX], title[2 * STORY_MAX], note[64];
    story_event(experiment->scenario, event, story);
    if (event->name[0] == '#')
        snprintf(title, sizeof title, "%s", story);
    else
        snprintf(title, sizeof title, "%.200s: %s", event->name, story);
    snprintf(note, sizeof note, "entitled to %.1f%%", 100 * it->entitled);
    dot_panel_put(plot, rows,
                  &(struct dot_panel){.title = title,
                                      .note = note,
                                      .digits = experiment->replications > 1,
                                      .metric = share,
                                      .change = change,
                                      .percent = true,
                                      .least_high = 1,
                                      .left = left,
                                      .right = right,
                                      .target = it->entitled});
}

void plot_newcomer(const struct sheet *sheet)
{
    const struct metric *share = metric_find("newcomer_share_100");
    uint32_t change[ADDITIONS];
    uint32_t found = share != NULL ? find_additions(sheet, share, change) : 0;
    uint32_t shown = found < ADDITIONS ? found : ADDITIONS;
    if (found == 0)
        return;
    struct dot_rows rows =
        dot_rows_of(sheet, NULL, TITLE_HEIGHT + DOT_TITLE_HEIGHT + DOT_NOTE_HEIGHT);
    struct plot *plot =
        plot_open(sheet, "newcomer", NULL, PLOT_WIDTH, rows.bottom + DOT_AXIS_HEIGHT,
                  "balancer,metric,row,mean,low_95,high_95");
    if (plot != NULL) {
        double width = (PLOT_WIDTH - rows.left) / shown;
        char subtitle[SUBTITLE_MAX], what[192], means[96] = "";
        uint64_t replications = sheet->experiment->replications;
        if (replications > 1)
            snprintf(means, sizeof means, "means of %" PRIu64 " replications%s; ", replications,
                     replications >= SUMMARY_LEAST ? ", with 95% intervals" : "");
        snprintf(what, sizeof what, "%sdashed: what the weights entitle it to%s", means,
                 found > shown ? "; the first four additions" : "");
        plot_title(plot, rows.left, "Of the next 100 picks, so many went to newcomers",
                   sheet_subtitle(sheet, what, false, subtitle));
        dot_rows_put_names(plot, &rows);
        for (uint32_t i = 0; i < shown; i++)
            put_addition(plot, &rows, share, change[i], rows.left + i * width,
                         rows.left + (i + 1) * width);
        plot_close(plot);
    }
    dot_rows_free(&rows);
}
