/* csv_parts.h: what CSV files begin their rows with, and the numbers in them as text; private to
 * those who write them, as CSV or in another form: the digits are the same. */
#ifndef REPORTS_CSV_PARTS_H
#define REPORTS_CSV_PARTS_H

#include <stdio.h>

#include "reports/text.h"
#include "sim/run/expect.h"
#include "sim/run/summary.h"

/* Names are plain but for balancers from the command line, which may hold commas. */
void csv_put_name(FILE *, const char *name);
/* scenario,balancer, */
void csv_put_balancer(FILE *, const struct experiment *, uint32_t balancer);
/* scenario,balancer,replication, */
void csv_put_trial(FILE *, const struct experiment *, const struct trial *);
/* "all" for row 0, or the traffic's name. */
const char *csv_traffic(const struct experiment *, uint32_t row);

/* ---- Numbers; "": there is none ---- */

enum { SERVER_NUMBERS = 12, INTERVAL_NUMBERS = 9, DETAIL_MAX = 64 };

/* Of servers.csv; picks: of all servers, as csv_picks() has them. */
extern const char *const csv_server_number[SERVER_NUMBERS];
uint64_t csv_picks(const struct world_result *, uint32_t row);
void csv_server_numbers(const struct world_result *, uint32_t row, uint32_t server, uint64_t picks,
                        char text[SERVER_NUMBERS][TEXT_MAX]);

/* Of intervals.csv, where the traffic stands before the last. */
extern const char *const csv_interval_number[INTERVAL_NUMBERS];
void csv_interval_numbers(const struct experiment *, const struct metric *, uint32_t balancer,
                          uint32_t row, uint32_t change, char text[INTERVAL_NUMBERS][TEXT_MAX]);

/* Of expectations.csv, where the verdict stands before the last. */
enum { JUDGEMENT_NUMBERS = 4 };
extern const char *const csv_judgement_number[JUDGEMENT_NUMBERS];
void csv_judgement_numbers(const struct judgement *, char text[JUDGEMENT_NUMBERS][TEXT_MAX]);
const char *csv_verdict(const struct judgement *);

/* Of events.csv: "added weight=2". */
char *csv_detail(const struct world_log *, char detail[DETAIL_MAX]);

/* So many changes to ask a metric of: change 0 is there for those of the run, whether or not there
 * are changes. */
uint32_t csv_changes(const struct world_result *);

#endif
