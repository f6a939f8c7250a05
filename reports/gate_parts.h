/* gate_parts.h: what the renderings of a gate's verdict share; private to them. */
#ifndef REPORTS_GATE_PARTS_H
#define REPORTS_GATE_PARTS_H

#include "reports/gate.h"

enum { GATE_TEXT_MAX = 1024 };

/* How an expectation ended. */
enum gate_expected {
    GATE_EXPECTED_HELD,
    GATE_EXPECTED_FAILED,
    GATE_EXPECTED_WARNED,
    GATE_EXPECTED_UNJUDGED,
    GATE_EXPECTED_LEFT_OUT,
    GATE_EXPECTEDS
};
enum gate_expected gate_expected_of(const struct judgement *);
void gate_count_expected(const struct gate_report *, uint64_t count[GATE_EXPECTEDS]);
/* What a scenario's expectations came to; NULL: it has none. */
const struct judgements *gate_judgements(const struct gate_report *, const struct gate_judged *);

/* Adds to what a text holds, as far as there is room. */
void gate_add(char text[GATE_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "FAIL" */
const char *gate_verdict_text(enum gate_verdict);
/* "FAIL", or "FAIL (a warning)" */
char *gate_label_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* The gravest of a scenario. */
enum gate_verdict gate_gravest(const struct gate_judged *);
/* Whether the finding keeps the gate from ending with 0 by failing. */
bool gate_fails(const struct gate_report *, const struct gate_finding *);

/* The scenario's place among the report's. */
uint32_t gate_number_of(const struct gate_report *, const struct gate_judged *);
/* Why a scenario cannot be judged as a whole. */
char *gate_whole_text(const struct gate_report *, const struct gate_judged *,
                      char text[GATE_TEXT_MAX]);
/* "settle_s:up"; "cut, traffic web"; "every metric" */
char *gate_metric_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* "settle_s:up of least_conn" */
char *gate_row_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* Whether there are two numbers that differ: before, after. */
bool gate_has_numbers(const struct gate_finding *);
/* One of them: "12.5 s" */
char *gate_value_text(const struct gate_finding *, double value, char text[GATE_TEXT_MAX]);
/* By how much: "worse by 0.027 (95%: 0.026 to 0.028)" */
char *gate_difference_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
char *gate_tolerance_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* What is to be said of it: "0.0041 -> 0.031, worse by 0.027 (95%: 0.026 to 0.028); tolerated
 * 0.001; it did not settle", or why it cannot be judged. */
char *gate_finding_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* The same without the numbers; "": there is no more to say. */
char *gate_note_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* Whether it fails or is left open somewhere, so that a reader wants to know what it is. */
bool gate_explains(const struct gate_report *, const struct metric *);
/* "furthest off in run 0: s3 with 131 connections instead of 100.4"; that nobody is, for the row is
 * about what comes and goes; "": nothing is known. */
char *gate_place_text(const struct gate_finding *, char text[GATE_TEXT_MAX]);
/* "after up: s3 joins"; "": it is of the run. */
char *gate_event_text(const struct gate_judged *, const struct gate_finding *,
                      char text[GATE_TEXT_MAX]);
/* gate_commands.c: the commands that show it, and that accept it. */
char *gate_see_text(const struct gate_report *, const struct gate_judged *,
                    const struct gate_finding *, char text[GATE_TEXT_MAX]);
char *gate_accept_text(const struct gate_report *, const struct gate_judged *,
                       char text[GATE_TEXT_MAX]);
/* The command that shows the expectations; none accepts them. */
char *gate_expected_see_text(const struct gate_report *, const struct gate_judged *,
                             char text[GATE_TEXT_MAX]);
/* "1 FAIL, 15 SAME"; count: [GATE_VERDICTS] */
char *gate_counts_text(const uint64_t *count, char text[GATE_TEXT_MAX]);

#endif
