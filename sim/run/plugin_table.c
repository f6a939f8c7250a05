/* plugin_table.c: whether the table of an algorithm of a user's own is whole. */
#include "algorithms/lb_author.h"
#include "sim/run/plugin.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MOST = 32, TEXT_MOST = 400 };

/* A key of a scenario's: small letters, digits, _. */
static bool is_key(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= 32 && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0' && strlen(text) <= TEXT_MOST;
}

/* NULL, or what is wrong with a parameter that is a choice of words: its values are their places.
 */
static const char *wrong_words(const struct lb_param *param)
{
    uint64_t count = 0;
    for (; param->words[count] != NULL; count++) {
        if (count >= WORDS_MOST)
            return "has more than 32 words, or no NULL after them";
        if (!value_name(param->words[count], strlen(param->words[count])))
            return "has a word that is none: letters, digits and . _ : - spell one";
        for (uint64_t i = 0; i < count; i++)
            if (strcmp(param->words[i], param->words[count]) == 0)
                return "has a word twice";
    }
    if (count == 0)
        return "has no words";
    if (param->min != 0 || param->max != count - 1)
        return "must have min 0 and max the place of its last word, counted from 0";
    return param->fallback < count ? NULL : "has a fallback that is none of its words";
}

/* `draws` is every balancer's, and takes a number too where the algorithm asks for one. */
static bool is_taken(const struct lb_param *param)
{
    return scenario_balancer_has_key(param->name) &&
           (strcmp(param->name, "draws") != 0 || param->words != NULL);
}

static const char *wrong_param(const struct lb_param *param)
{
    if (!is_key(param->name))
        return "is not a key: small letters, digits and _ after a letter, 32 at most";
    if (is_taken(param))
        return "is a key that every balancer has; call it otherwise";
    if (!is_text(param->help))
        return "has no help, or more than 400 bytes of it";
    if (param->words != NULL)
        return wrong_words(param);
    if (param->min > param->max)
        return "has a min above its max";
    return lb_param_takes(param, param->fallback) ? NULL : "has a fallback that it does not take";
}

static bool params_whole(const struct lb_algorithm *algorithm, char why[PLUGIN_WHY])
{
    uint32_t count = 0;
    while (count <= LB_PARAMS_MAX && algorithm->param[count].name != NULL)
        count++;
    if (count > LB_PARAMS_MAX) {
        snprintf(why, PLUGIN_WHY, "'%s' has more than %u parameters, or none that ends them",
                 algorithm->name, LB_PARAMS_MAX);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char *wrong = wrong_param(&algorithm->param[i]);
        for (uint32_t k = 0; k < i && wrong == NULL; k++)
            if (strcmp(algorithm->param[k].name, algorithm->param[i].name) == 0)
                wrong = "is there twice";
        if (wrong == NULL)
            continue;
        snprintf(why, PLUGIN_WHY, "'%s': its parameter '%.40s' %s", algorithm->name,
                 algorithm->param[i].name, wrong);
        return false;
    }
    return true;
}

bool plugin_table_whole(const struct lb_algorithm *algorithm, char why[PLUGIN_WHY])
{
    const char *wrong = NULL;
    if (algorithm->abi != LB_ABI) {
        snprintf(why, PLUGIN_WHY, "an algorithm's table is of LB_ABI %u, this lbsim has %u",
                 algorithm->abi, LB_ABI);
        return false;
    }
    if (algorithm->name == NULL || !value_name(algorithm->name, strlen(algorithm->name))) {
        snprintf(why, PLUGIN_WHY,
                 "an algorithm's name must be letters, digits and . _ : -, %d at "
                 "most, and '%.80s' is not",
                 NAME_MAX_BYTES, algorithm->name != NULL ? algorithm->name : "");
        return false;
    }
    if (preset_find(algorithm->name) != NULL || lb_algorithm_find(algorithm->name) != NULL)
        wrong = "is a name that lbsim has already; call it otherwise";
    else if (!is_text(algorithm->about))
        wrong = "says nothing about itself, or more than 400 bytes: `about`";
    else if (algorithm->pick == NULL)
        wrong = "has no `pick`";
    else if ((uint32_t)algorithm->when_full > LB_WAITS_FOR_ANY)
        wrong = "has a `when_full` that is none of enum lb_when_full";
    if (wrong == NULL)
        return params_whole(algorithm, why);
    snprintf(why, PLUGIN_WHY, "'%s' %s", algorithm->name, wrong);
    return false;
}
