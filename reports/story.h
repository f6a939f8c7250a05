/* story.h: what is about to happen in a scenario, in words; shared by all that is written for
 * people. */
#ifndef REPORTS_STORY_H
#define REPORTS_STORY_H

#include "sim/scenario/scenario.h"

#define STORY_MAX 256

/* An event in a few words: "s3 joins", "s1 leaves, cut after 2m". Clipped to the buffer. */
char *story_event(const struct scenario *, const struct world_event *, char buffer[STORY_MAX]);
/* A later part of it: "s3 is back". */
char *story_part(const struct scenario *, const struct world_event *, enum world_part,
                 char buffer[STORY_MAX]);
/* A balancer in a few words: "APISIX 3.18: least_conn, view worker, change rebuild". */
char *story_balancer(const struct balancer *, char buffer[STORY_MAX]);
/* Prints words from column `indent`, where the caller stands, broken at blanks before column 80;
 * later lines begin after as many spaces. */
void story_print(FILE *, const char *text, int indent);

#endif
