/* page_playback.c: what the page's script plays: every sample, as JSON beside it. */
#include "reports/page_parts.h"

#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* So many numbers a browser takes without noticing; of more, every other sample is left out, or
 * more of them. */
enum { NUMBERS = 2000000 };

/* ---- Which samples ---- */

struct choice {
    size_t *sample; /* [samples], owned */
    size_t samples, every;
};

/* Each n-th, the last, and the first at or after each event, so that no change goes unseen. */
static struct choice choose(const struct page_run *run)
{
    const json_t *events = json_object_get(run->told, "events");
    struct choice choice = {.sample = memory_zeroed(run->samples, sizeof(size_t)), .every = 1};
    size_t event = 0, due = json_array_size(events);
    while (run->samples / choice.every * run->servers * run->balancers > NUMBERS)
        choice.every++;
    for (size_t i = 0; i < run->samples; i++) {
        bool at_event = false;
        while (event < due && strtod(page_text(json_array_get(events, event), "at_s"), NULL) <=
                                  strtod(run->time[i], NULL)) {
            at_event = true;
            event++;
        }
        if (i % choice.every == 0 || i + 1 == run->samples || at_event)
            choice.sample[choice.samples++] = i;
    }
    return choice;
}

/* ---- JSON ---- */

static void put_names(FILE *to, const char *key, const char *const *name, uint32_t names)
{
    fprintf(to, "\"%s\":[", key);
    for (uint32_t i = 0; i < names; i++) {
        fputs(i > 0 ? "," : "", to);
        html_json(to, name[i]);
    }
    fputs("],\n", to);
}

static void put_events(const struct page_run *run, FILE *to)
{
    static const char *const keys[] = {"at_s", "event", "story"};
    const json_t *events = json_object_get(run->told, "events");
    fputs("\"events\":[", to);
    for (size_t i = 0; i < json_array_size(events); i++) {
        fputs(i > 0 ? ",[" : "[", to);
        for (int k = 0; k < 3; k++) {
            fputs(k > 0 ? "," : "", to);
            html_json(to, page_text(json_array_get(events, i), keys[k]));
        }
        fputc(']', to);
    }
    fputs("],\n", to);
}

/* As the file has them: texts, of which the script makes numbers. */
static void put_times(const struct page_run *run, const struct choice *choice, FILE *to)
{
    fputs("\"time\":[", to);
    for (size_t i = 0; i < choice->samples; i++) {
        fputs(i > 0 ? "," : "", to);
        html_json(to, run->time[choice->sample[i]]);
    }
    fputs("],\n", to);
}

/* A server's count in the first sample, then by how much it differs from the one before. */
static void put_live(const struct page_run *run, const struct choice *choice, uint32_t balancer,
                     uint32_t server, FILE *to)
{
    uint64_t before = 0;
    for (size_t i = 0; i < choice->samples; i++) {
        uint64_t live = run->series[balancer].live[choice->sample[i] * run->servers + server];
        fprintf(to, "%s%" PRId64, i > 0 ? "," : "", (int64_t)live - (int64_t)before);
        before = live;
    }
}

/* Its weight changes rarely: sample, weight, sample, weight. */
static void put_weight(const struct page_run *run, const struct choice *choice, uint32_t balancer,
                       uint32_t server, FILE *to)
{
    uint32_t before = 0;
    for (size_t i = 0; i < choice->samples; i++) {
        uint32_t weight = run->series[balancer].weight[choice->sample[i] * run->servers + server];
        if (i == 0 || weight != before)
            fprintf(to, "%s%zu,%" PRIu32, i > 0 ? "," : "", i, weight);
        before = weight;
    }
}

typedef void put_server(const struct page_run *, const struct choice *, uint32_t balancer,
                        uint32_t server, FILE *);

static void put_all(const struct page_run *run, const struct choice *choice, const char *key,
                    put_server *put, FILE *to)
{
    fprintf(to, "\"%s\":[", key);
    for (uint32_t b = 0; b < run->balancers; b++) {
        fputs(b > 0 ? ",\n[" : "\n[", to);
        for (uint32_t s = 0; s < run->servers; s++) {
            fputs(s > 0 ? ",\n[" : "[", to);
            put(run, choice, b, s, to);
            fputc(']', to);
        }
        fputc(']', to);
    }
    fputc(']', to);
}

void page_playback(const struct page_run *run, uint32_t number, FILE *to)
{
    struct choice choice = choose(run);
    json_int_t replications = json_integer_value(json_object_get(run->json, "replications"));
    fputs("<h3>Played back</h3>\n<p class=\"soft\">Each column is a server, filled with its live "
          "connections; the line across it is its fair share",
          to);
    if (replications > 1)
        fprintf(to, ". Of %" JSON_INTEGER_FORMAT " replications this is the first", replications);
    if (choice.every > 1)
        fprintf(to, ". Of %zu samples one in %zu is shown, and those at events", run->samples,
                choice.every);
    fprintf(to,
            ".</p>\n<div class=\"play\" id=\"play-%" PRIu32 "\"></div>\n<noscript><p>The playback "
            "needs JavaScript; all else is here without.</p></noscript>\n<script "
            "type=\"application/json\" id=\"data-%" PRIu32 "\">{\n",
            number, number);
    put_names(to, "balancers", run->balancer, run->balancers);
    put_names(to, "servers", (const char *const *)run->server, run->servers);
    put_events(run, to);
    put_times(run, &choice, to);
    put_all(run, &choice, "live", put_live, to);
    fputs(",\n", to);
    put_all(run, &choice, "weight", put_weight, to);
    fputs("}</script>\n", to);
    free(choice.sample);
}
