/* story.c: events and balancers in words. */
#include "reports/story.h"

#include "reports/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct words {
    char *at;
    size_t length;
};

static void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(words->at + words->length, STORY_MAX - words->length, format, arguments);
    va_end(arguments);
    words->length += (size_t)wanted;
    if (words->length >= STORY_MAX)
        words->length = STORY_MAX - 1;
}

/* Up to three names, then how many more. */
static void say_name(struct words *words, uint32_t i, uint32_t count, const char *name)
{
    if (i < 3)
        say(words, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", name);
    else if (i == 3)
        say(words, " and %" PRIu32 " more", count - 3);
}

/* A return cancels the cut that leaving would bring. */
static bool returns_at_once(const struct world_event *event)
{
    uint32_t returning = 0;
    for (uint32_t r = 0; r < event->removes; r++)
        for (uint32_t a = 0; a < event->adds; a++)
            returning += event->add[a].server == event->remove[r];
    return returning == event->removes;
}

static void say_change(struct words *words, const struct scenario *scenario,
                       const struct world_event *event)
{
    char time[TEXT_MAX];
    const char *next = "";
    if (event->adds > 0) {
        for (uint32_t i = 0; i < event->adds; i++)
            say_name(words, i, event->adds, scenario->server[event->add[i].server].name);
        say(words, event->adds == 1 ? " joins" : " join");
        next = ", ";
    }
    if (event->removes > 0) {
        say(words, "%s", next);
        for (uint32_t i = 0; i < event->removes; i++)
            say_name(words, i, event->removes, scenario->server[event->remove[i]].name);
        say(words, event->removes == 1 ? " leaves" : " leave");
        if (event->drain_ns == 0 && !returns_at_once(event))
            say(words, ", %s connections are cut", event->removes == 1 ? "its" : "their");
        else if (event->drain_ns != SPAN_FOREVER && !returns_at_once(event))
            say(words, ", what is left after %s is cut", text_time(event->drain_ns, time));
        next = ", ";
    }
    for (uint32_t i = 0; i < event->weights; i++)
        say(words, "%s%s weighs %" PRIu32, i == 0 ? next : ", ",
            scenario->server[event->weight[i].server].name, event->weight[i].weight);
}

static void say_filter(struct words *words, const struct scenario *scenario,
                       const struct world_event *event)
{
    static const char *const orders[] = {"", "oldest ", "newest "};
    const struct world_filter *filter = &event->filter;
    if (filter->count != UINT64_MAX)
        say(words, "%" PRIu64 " %s", filter->count, orders[filter->order]);
    else if (filter->share_e9 != SHARE_ALL)
        say(words, "%g%% of the %s", (double)filter->share_e9 / 1e7, orders[filter->order]);
    else
        say(words, "all ");
    say(words, "connections%s%s%s%s %s", filter->traffic == FILTER_ANY ? "" : " of ",
        filter->traffic == FILTER_ANY ? "" : scenario->traffic[filter->traffic].name,
        filter->server == FILTER_ANY ? "" : " on ",
        filter->server == FILTER_ANY ? "" : scenario->server[filter->server].name,
        event->kind == EVENT_CLOSE ? "close" : "are cut");
}

static void say_failure(struct words *words, const char *server, const struct world_event *event)
{
    char time[TEXT_MAX];
    say(words, "%s dies", server);
    if (event->detect_ns == SPAN_FOREVER)
        say(words, ", undetected");
    else if (event->detect_ns == 0)
        say(words, ", detected at once");
    else
        say(words, ", detected after %s", text_time(event->detect_ns, time));
    if (event->back_ns != SPAN_FOREVER)
        say(words, ", back after %s", text_time(event->back_ns, time));
}

char *story_event(const struct scenario *scenario, const struct world_event *event,
                  char buffer[STORY_MAX])
{
    struct words words = {.at = buffer};
    char time[TEXT_MAX];
    buffer[0] = '\0';
    switch (event->kind) {
    case EVENT_CHANGE:
        say_change(&words, scenario, event);
        break;
    case EVENT_RELOAD:
        say(&words, "reload: all workers are replaced");
        break;
    case EVENT_TOUCH:
        say(&words, "an edit that changes nothing");
        break;
    case EVENT_CRASH:
        say(&words, "worker %" PRIu32 "%s crashes", event->worker,
            scenario->instances > 1 ? " of instance 0" : "");
        break;
    case EVENT_FLAP:
        say(&words, "%s fails its health check for %s", scenario->server[event->server].name,
            text_time(event->for_ns, time));
        break;
    case EVENT_FAIL:
        say_failure(&words, scenario->server[event->server].name, event);
        break;
    case EVENT_CLOSE:
    case EVENT_CUT:
        say_filter(&words, scenario, event);
        break;
    }
    return buffer;
}

char *story_part(const struct scenario *scenario, const struct world_event *event,
                 enum world_part part, char buffer[STORY_MAX])
{
    snprintf(buffer, STORY_MAX, "%s is %s", scenario->server[event->server].name,
             part == PART_DETECTED ? "known to be down" : "back");
    return buffer;
}

char *story_balancer(const struct balancer *balancer, char buffer[STORY_MAX])
{
    struct words words = {.at = buffer};
    const struct lb_param *param = lb_algorithm_params(balancer->algorithm);
    const char *product = balancer->preset->product, *name = lb_algorithm_name(balancer->algorithm);
    if (strcmp(product, "lbsim") != 0)
        say(&words, "%s: ", product);
    say(&words, "%s", name);
    for (uint32_t i = 0; param[i].name != NULL; i++)
        if (balancer->param[i] != param[i].fallback && param[i].words != NULL)
            say(&words, " %s %s", param[i].name, param[i].words[balancer->param[i]]);
    say(&words, "; view %s, change %s", balancer->view->name,
        change_choice.words[balancer->change]);
    if (balancer->workers > 1)
        say(&words, ", %" PRIu32 " workers", balancer->workers);
    return buffer;
}

void story_print(FILE *to, const char *text, int indent)
{
    int column = indent; /* where the caller stands, or about */
    bool fresh = true;
    while (*text != '\0') {
        size_t word = strcspn(text, " "), most = (size_t)(79 - indent);
        word = word < most ? word : most;
        if (!fresh && column + 1 + (int)word > 79) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        } else if (!fresh) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, word, to);
        column += (int)word;
        fresh = false;
        text += word;
        text += strspn(text, " ");
    }
    fputc('\n', to);
}
