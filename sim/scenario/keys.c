/* keys.c: all that may stand in a scenario file, told from the tables that read it. */
#include "sim/scenario/load.h"

#include <inttypes.h>
#include <string.h>

typedef void each_key(void *context, const char *section, const struct scenario_key *);

enum { FORM_ROOM = 200 };

static void join_words(const char *const *words, char form[FORM_ROOM])
{
    size_t at = 0;
    form[0] = '\0';
    for (int i = 0; words[i] != NULL && at < FORM_ROOM; i++)
        at += (size_t)snprintf(form + at, FORM_ROOM - at, "%s%s", i > 0 ? " | " : "", words[i]);
}

static void tell_habits(each_key *each, void *context)
{
    char form[FORM_ROOM];
    for (int i = 0; i < TRAITS; i++) {
        join_words(traits[i].words, form);
        each(context, "a balancer's habits",
             &(struct scenario_key){.name = traits[i].key,
                                    .form = form,
                                    .fallback = traits[i].words[0],
                                    .about = traits[i].help});
    }
}

static void tell_parameters(const struct lb_algorithm *algorithm, each_key *each, void *context)
{
    char form[FORM_ROOM], section[FORM_ROOM], number[24];
    const struct lb_param *param = lb_algorithm_params(algorithm);
    snprintf(section, sizeof section, "a balancer of algorithm %s", lb_algorithm_name(algorithm));
    for (uint32_t i = 0; param[i].name != NULL; i++) {
        struct scenario_key key = {
            .name = param[i].name, .form = form, .fallback = number, .about = param[i].help};
        snprintf(form, sizeof form, "%s%" PRIu64 "..%" PRIu64, param[i].or_off ? "0 | " : "",
                 param[i].min, param[i].max);
        snprintf(number, sizeof number, "%" PRIu64, param[i].fallback);
        if (param[i].words != NULL) {
            join_words(param[i].words, form);
            key.fallback = param[i].words[param[i].fallback];
        }
        each(context, section, &key);
    }
}

/* exponential: {mean: time}, or the lone value. */
static void tell_distributions(each_key *each, void *context)
{
    char form[FORM_ROOM];
    for (int i = 0; i < DISTRIBUTION_KINDS; i++) {
        const struct distribution_form *it = &distribution_forms[i];
        size_t at = 0;
        form[0] = '\0';
        for (int k = 0; k < DISTRIBUTION_PARAMETERS && it->key[k].name != NULL; k++)
            at += (size_t)snprintf(form + at, sizeof form - at, "%s%s: %s", k == 0 ? "{" : ", ",
                                   it->key[k].name, it->key[k].is_time ? "time" : "number");
        if (at > 0)
            snprintf(form + at, sizeof form - at, it->lone ? "}, or the %s alone" : "}",
                     it->key[0].is_time ? "time" : "number");
        else
            snprintf(form, sizeof form, it->values ? "file.csv" : "(alone)");
        each(context, "lasts, and a reconnect's after",
             &(struct scenario_key){.name = it->name, .form = form, .about = it->about});
    }
}

static void tell_arrivals(each_key *each, void *context)
{
    static const char *const units[] = {[ARRIVALS_RATE] = "rate, like 5/s",
                                        [ARRIVALS_TIME] = "time",
                                        [ARRIVALS_COUNT] = "whole number"};
    for (int i = 0; i < ARRIVALS_KINDS; i++)
        for (int k = 0; k < ARRIVALS_PARAMETERS && arrivals_forms[i].key[k].name != NULL; k++) {
            const struct arrivals_key *it = &arrivals_forms[i].key[k];
            each(context, "arrivals",
                 &(struct scenario_key){
                     .name = it->name, .form = units[it->unit], .about = it->about});
        }
}

static void tell_traffic_keys(each_key *each, void *context)
{
    for (int i = 0; i < KEYS_KINDS; i++) {
        const struct keys_form *it = &keys_forms[i];
        each(context, "a traffic's key",
             &(struct scenario_key){.name = it->name,
                                    .form = it->takes != NULL ? it->takes : "(alone)",
                                    .about = it->about});
    }
}

void scenario_keys(const struct vocabulary *vocabulary, each_key *each, void *context)
{
    const struct section *const all[] = {
        &scenario_section, &measure_section, &gateway_section,   &server_section,
        &traffic_section,  &zipf_section,    &reconnect_section, &event_section,
        &filter_section,   &flap_section,    &fail_section,      &crash_section,
        &balancer_section, &expect_section,  &relation_section,
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (const struct key *key = all[i]->keys; key->row.name != NULL; key++)
            each(context, all[i]->name, &key->row);
    tell_habits(each, context);
    for (uint32_t a = 0; lb_algorithm_at(a) != NULL; a++)
        tell_parameters(lb_algorithm_at(a), each, context);
    for (uint32_t a = 0; a < vocabulary->owns; a++)
        tell_parameters(vocabulary->own[a], each, context);
    tell_arrivals(each, context);
    tell_distributions(each, context);
    tell_traffic_keys(each, context);
}
