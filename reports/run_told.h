/* run_told.h: what the terminal says of a run, kept in run.json for whoever shows it later. */
#ifndef REPORTS_RUN_TOLD_H
#define REPORTS_RUN_TOLD_H

#include <jansson.h>

#include "sim/run/run.h"

/* {about, setting: [..], events: [{at_s, at, event, story}], answer: [{bold, text}],
 * balancers: [{name, about, did: [..], settled: [{metric, text}], found: [{event, live: [..]}]}],
 * of replication 0 what events worth a column found on every server;
 * yardstick: {about, misplaced, max_over_mean, ranks}, chance: {misplaced, max_over_mean} or null,
 * caution: [..]}. */
json_t *run_told(const struct experiment *);

#endif
