/* expect_text.c: judgements in words. */
#include "sim/run/expect.h"
#include "sim/scenario/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void say(char text[EXPECT_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds to the text, clipped. */
static void say(char text[EXPECT_TEXT_MAX], const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + length, EXPECT_TEXT_MAX - length, format, arguments);
    va_end(arguments);
}

const char *expect_verdict_text(const struct judgement *it)
{
    switch (it->verdict) {
    case EXPECT_PASSED:
        return "pass";
    case EXPECT_LEFT_OUT:
        return "left out";
    case EXPECT_UNJUDGED:
        return "cannot judge";
    case EXPECT_FAILED:
        break;
    }
    return it->expectation->level == EXPECT_WARN ? "warn" : "FAIL";
}

/* ---- What is wanted ---- */

static void say_relation(const struct expect_relation *relation, const char *sign,
                         char text[EXPECT_TEXT_MAX])
{
    char number[32];
    if (relation->factor == 1)
        say(text, "%s %s", sign, relation->balancer);
    else
        say(text, "%s %s * %s", sign, value_number_text(relation->factor, number),
            relation->balancer);
}

char *expect_wanted_text(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    const struct expectation *wanted = it->expectation;
    char number[32];
    text[0] = '\0';
    if (it->condition == EXPECT_AT_MOST) {
        say_relation(&wanted->at_most, "<=", text);
    } else if (it->condition == EXPECT_AT_LEAST) {
        say_relation(&wanted->at_least, ">=", text);
    } else if (wanted->has_equals) {
        say(text, "= %s", value_number_text(wanted->equals, number));
        if (wanted->tolerance > 0)
            say(text, " -+ %s", value_number_text(wanted->tolerance, number));
    } else {
        if (wanted->has_min)
            say(text, ">= %s", value_number_text(wanted->min, number));
        if (wanted->has_max)
            say(text, "%s<= %s", wanted->has_min ? " and " : "",
                value_number_text(wanted->max, number));
    }
    return text;
}

char *expect_at_text(const struct judgements *judgements, const struct judgement *it, char text[32])
{
    uint64_t at_ns = it->expectation->at_ns;
    if (at_ns == judgements->experiment->scenario->duration_ns)
        snprintf(text, 32, "end");
    else
        value_time_said(at_ns, text);
    return text;
}

/* ---- What was found ---- */

static bool is_near(double value, double limit)
{
    return fabs(value - limit) <= .001 * fabs(limit);
}

/* Whether more digits than are usual tell on which side of what is wanted it is. */
static bool is_narrow(const struct judgement *it)
{
    const struct expectation *wanted = it->expectation;
    if (it->condition == EXPECT_AT_MOST)
        return is_near(it->value, wanted->at_most.factor * it->other_value);
    if (it->condition == EXPECT_AT_LEAST)
        return is_near(it->value, wanted->at_least.factor * it->other_value);
    if (wanted->has_equals)
        return is_near(it->value, wanted->equals - wanted->tolerance) ||
               is_near(it->value, wanted->equals + wanted->tolerance);
    return (wanted->has_min && is_near(it->value, wanted->min)) ||
           (wanted->has_max && is_near(it->value, wanted->max));
}

/* Four digits are enough to see, but for what is whole or large. */
static void say_number(const struct judgement *it, const char *before, double value,
                       char text[EXPECT_TEXT_MAX])
{
    bool whole = value == floor(value) || fabs(value) >= 1000 || is_narrow(it);
    say(text, whole ? "%s%.9g" : "%s%#.4g", before, value);
}

static void say_other(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    if (it->other != NULL)
        say_number(it, " against ", it->other_value, text);
}

/* A mean over some replications, and how sure it is. */
static void say_mean(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    say(text, " is %.6g", it->value);
    if (it->other != NULL)
        say(text, " against %.6g", it->other_value);
    say(text, " on average of %" PRIu64, it->replications);
    if (!it->has_interval)
        return;
    say(text, " (95%% interval %s%.6g to %.6g)", it->other == NULL ? "" : "of the difference ",
        it->low_95, it->high_95);
}

static void say_found(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    bool each = it->replications == 1 || it->expectation->of == EXPECT_WORST;
    if (it->endless > 0) {
        say(text, " never came");
        if (it->replications > 1)
            say(text, " in %" PRIu64 " of %" PRIu64 " replications", it->endless, it->replications);
        if (it->other != NULL)
            say(text, ", of it or of %s", it->other);
    } else if (it->has_value && each) {
        say_number(it, " is ", it->value, text);
        say_other(it, text);
        if (it->replications > 1)
            say(text, " in the worst of %" PRIu64 " replications", it->replications);
    } else if (it->has_value) {
        say_mean(it, text);
    }
}

/* Replications without a value, of the metric or of the other's. */
static void say_empty(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    if (it->why != EXPECT_EMPTY || it->endless > 0)
        return;
    say(text, "%s no value", it->has_value ? ", and has" : " has");
    if (it->replications > 1)
        say(text, " in %" PRIu64 " of %" PRIu64 " replications", it->empty, it->replications);
}

/* Why it was not judged, where that is not seen. */
static void say_why(const struct judgement *it, char text[EXPECT_TEXT_MAX])
{
    switch (it->why) {
    case EXPECT_DECIDED:
    case EXPECT_EMPTY:
    case EXPECT_ENDLESS:
        return;
    case EXPECT_ABSENT:
        say(text, ": %s does not run here", it->absent);
        return;
    case EXPECT_NO_METRIC:
        say(text, ": there is no such metric");
        return;
    case EXPECT_NO_CHANGE:
        say(text, ": that change did not happen");
        return;
    case EXPECT_FEW:
        say(text, ": %" PRIu64 " of %" PRIu64 " replications hold, too few to tell (-r 20)",
            it->holding, it->replications);
        return;
    case EXPECT_ACROSS:
        say(text, ": the interval reaches across; more replications (-r) make it narrower");
        return;
    }
}

char *expect_sentence(const struct judgements *judgements, const struct judgement *it,
                      char text[EXPECT_TEXT_MAX])
{
    const struct expectation *wanted = it->expectation;
    const struct scenario *scenario = judgements->experiment->scenario;
    char at[32], limit[EXPECT_TEXT_MAX];
    text[0] = '\0';
    say(text, "%s: %s", it->balancer, wanted->metric);
    if (wanted->row > 0)
        say(text, " of %s", scenario->traffic[wanted->row - 1].name);
    if (wanted->at_ns != scenario->duration_ns)
        say(text, " (had it ended at %s)", expect_at_text(judgements, it, at));
    say_found(it, text);
    say_empty(it, text);
    say(text, "; wanted %s", expect_wanted_text(it, limit));
    say_why(it, text);
    return text;
}
