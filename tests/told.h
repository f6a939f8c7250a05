/* told.h: scenario texts loaded from memory, and what is said of them. */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include "sim/scenario/scenario.h"

/* Loads the text as a file of this name. NULL: it has faults. Freed with scenario_free(). *told
 * (may be NULL), the caller's to free, gets the faults as faults_told() tells them. */
struct scenario *scenario_named(const char *file, const char *text, char **told);
/* The same, as x.yaml. A text that should load and does not fails the test with what is wrong. */
struct scenario *scenario_of(const char *text);

/* "line:column message" and a line feed for each fault, in the order of the text; freed by the
 * caller. */
char *faults_told(const struct faults *faults);

/* ---- Tables of faulty texts ---- */

/* A scenario text, and the faults that it must have as faults_told() tells them; "" if none. */
struct told_row {
    const char *text, *told;
};

void check_told(const struct told_row *row, size_t count);
#define CHECK_TOLD(row) check_told(row, sizeof row / sizeof *row)

/* The least that a scenario must say; each is a line, HEAD three. */
#define HEAD      "format: 1\nname: a\nduration: 10m\n"
#define SERVERS   "servers: [s1, s2]\n"
#define TRAFFIC   "traffic: {t: {arrivals: {every: 1s}, lasts: forever}}\n"
#define BALANCERS "balancers: [random]\n"

/* A text in such a file, on line 6 (events, and WITH: 7); the file is fine but for it. */
#define WITH_SERVERS(text)   HEAD TRAFFIC BALANCERS "servers: " text "\n"
#define WITH_TRAFFIC(text)   HEAD SERVERS BALANCERS "traffic: " text "\n"
#define WITH_BALANCERS(text) HEAD SERVERS TRAFFIC "balancers: " text "\n"
#define WITH_EVENTS(text)    HEAD SERVERS TRAFFIC BALANCERS "events: " text "\n"
#define WITH(text)           HEAD SERVERS TRAFFIC BALANCERS text "\n"
#define WITH_ARRIVALS(text)  WITH_TRAFFIC("{t: {arrivals: " text ", lasts: forever}}")
#define WITH_LASTS(text)     WITH_TRAFFIC("{t: {arrivals: {every: 1s}, lasts: " text "}}")
#define WITH_RECONNECT(text)                                                                       \
    WITH_TRAFFIC("{t: {arrivals: {every: 1s}, lasts: forever, reconnect: " text "}}")

#endif
