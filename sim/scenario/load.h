/* load.h: what the readers of a scenario's parts share; private to this floor. */
#ifndef SIM_SCENARIO_LOAD_H
#define SIM_SCENARIO_LOAD_H

#include "sim/engine/names.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/values.h"
#include "sim/scenario/yaml.h"

struct loader;

/* One key of a mapping: its row in the table, and how its value gets into the section's struct. */
struct key {
    struct scenario_key row;
    void (*read)(struct loader *, const struct yaml_node *value, void *into);
};

/* Rows of key tables. */
#define KEY(name_, form_, fallback_, about_, read_)                                                \
    {                                                                                              \
        .row = {.name = name_, .form = form_, .fallback = fallback_, .about = about_},             \
        .read = read_                                                                              \
    }
#define KEY_REQUIRED(name_, form_, about_, read_)                                                  \
    {                                                                                              \
        .row = {.name = name_, .form = form_, .about = about_, .required = true}, .read = read_    \
    }
#define KEY_PLANNED(name_, about_)                                                                 \
    {                                                                                              \
        .row = {.name = name_, .form = "", .about = about_, .planned = true }                      \
    }
#define KEYS_END                                                                                   \
    {                                                                                              \
        .row = {.name = NULL }                                                                     \
    }

/* A kind of mapping. `other` (may be NULL) takes keys that the table does not have; false: nor does
 * it, so the key is unknown. */
struct section {
    const char *name;
    const struct key *keys; /* ends with KEYS_END */
    bool (*other)(struct loader *, const struct yaml_pair *, void *into);
};

/* What a server keeps, whoever lists it. */
enum server_option {
    SERVER_MAX_CONNS,
    SERVER_BACKUP,
    SERVER_MAX_FAILS,
    SERVER_FAIL_TIMEOUT, /* in seconds */
    SERVER_SLOW_START,   /* in seconds */
    SERVER_OPTIONS
};

/* A server as far as the file has told: a mention names it, a definition says what it is. */
struct server_entry {
    struct world_server server;
    uint64_t option[SERVER_OPTIONS];
    struct place place; /* of its first mention */
    bool defined, weight_said, said[SERVER_OPTIONS];
    uint32_t list; /* the number of the last list that holds it */
};

/* An event while what it refers to is not all read yet. */
struct event_entry {
    struct world_event event;
    struct place place, at_place;
    const char *given_name;          /* or NULL */
    const char *after;               /* name of the event that `at` counts from, or NULL */
    uint64_t after_ns;               /* and how long after it */
    const struct yaml_node *traffic; /* of a filter, by name; NULL: any */
    const struct yaml_node *adds, *removes, *weights, *detect, *back;
    uint32_t actions;              /* kinds of action given; must be one */
    bool timed, resolving, drains; /* timed: its time is known */
};

/* An expectation while what it names is not all read yet. */
struct expect_entry {
    struct expectation expectation;
    /* As they are written; NULL: not given. */
    const struct yaml_node *balancer, *metric, *traffic, *at, *max, *min, *equals, *tolerance;
    const struct yaml_node *at_most, *at_least; /* the other balancer's name */
    struct event_entry when; /* `at`: its time, or the event that it counts from */
    bool in_doubt;           /* it was not understood, all of it */
};

struct loader {
    struct scenario *scenario;
    struct faults *faults;
    const struct input *input;
    struct names server_names;
    struct server_entry *server; /* [server_names.count] */
    uint32_t server_room;
    uint32_t lists, mentions;   /* lists of servers so far; names in them, ranges written out */
    bool crowded;               /* more servers or mentions than may be: no more are taken */
    struct place servers_place; /* of the list, where it is empty */
    size_t file_bytes;          /* of the files that it names, so far */
    struct event_entry *event;
    uint32_t events;
    bool balancers_in_doubt; /* the list was not understood, all of it */
    struct expect_entry *expect;
    uint32_t expects;
    struct place from_place, sample_place;
    bool window_in_doubt; /* measure was not understood */
};

/* ---- read.c: mappings by their tables, and scalars ---- */

/* Reads a mapping: known keys into `into`, and everything else a fault. false: not a mapping. */
bool read_section(struct loader *, const struct section *, const struct yaml_node *, void *into);
void fault_at(struct loader *, const struct yaml_node *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "unknown WHAT 'x' (did you mean 'y'?)", or a list of what is known. */
void fault_unknown(struct loader *, const struct yaml_node *, const char *what,
                   const char *const *known, size_t count);
/* A scalar's text; NULL, and a fault, for anything else. what: "a time, like 20m". */
const char *scalar_text(struct loader *, const struct yaml_node *, const char *what);
bool read_time(struct loader *, const struct yaml_node *, uint64_t *ns);
bool read_whole(struct loader *, const struct yaml_node *, uint64_t least, uint64_t most,
                uint64_t *whole);
bool read_number(struct loader *, const struct yaml_node *, double *number);
/* One of the words, ended by NULL: its number, or -1 and a fault. */
int read_word(struct loader *, const struct yaml_node *, const char *what,
              const char *const *words);
/* A valid name of the arena's, or NULL and a fault. */
const char *read_name(struct loader *, const struct yaml_node *, const char *of_what);
void read_true(struct loader *, const struct yaml_node *);

/* ---- load.c ---- */

extern const struct section scenario_section;

/* ---- gateway.c ---- */

#define WORKERS_MAX 16384 /* of all instances: each reload costs their number squared */

void read_gateway(struct loader *, const struct yaml_node *, void *into);
extern const struct section gateway_section;

/* ---- window.c ---- */

void read_measure(struct loader *, const struct yaml_node *, void *into);
void read_sample(struct loader *, const struct yaml_node *, void *into);
extern const struct section measure_section;
/* Once all is read, in whatever order: whether there is a window, and the step fits it. */
void finish_window(struct loader *);

/* ---- servers.c ---- */

#define SERVERS_MAX   65536
#define MENTIONS_MAX  300000 /* of servers in all lists: each server may come, leave and return */
#define WEIGHT_UNSAID UINT32_MAX /* a server's own weight, known once all is read */

/* Calls `each` with every server that a name, a range or a list of these names; entered at its
 * first mention. options: mappings with weights and limits are allowed, and define the server. */
void each_server(struct loader *, const struct yaml_node *, bool options,
                 void (*each)(struct loader *, const struct yaml_node *, uint32_t server,
                              uint32_t weight, void *context),
                 void *context);
void read_servers(struct loader *, const struct yaml_node *, void *into);
/* Once all is read: the server with its options. */
struct world_server server_as_told(const struct server_entry *);
extern const struct section server_section;

/* ---- files.c ---- */

struct csv_table;

/* The CSV file that a scalar names, sought beside the scenario. NULL, and a fault, for anything
 * else and for a file with faults: the first of them, told where the scenario names it. what: "a
 * CSV file with a column key". Freed with csv_table_free(). */
struct csv_table *read_table(struct loader *, const struct yaml_node *, const char *what);

/* ---- spans.c ---- */

/* forever | {exponential: 20m} | {uniform: {min: 0s, max: 30s}} | {empirical: file.csv} */
void read_distribution(struct loader *, const struct yaml_node *, struct distribution *);

/* ---- traffic_keys.c ---- */

/* each | {uniform: 100} | {zipf: {keys: 100, s: 1.1}} | {csv: file.csv} */
void read_keys(struct loader *, const struct yaml_node *, struct keys *);
extern const struct section zipf_section;

/* ---- traffic.c ---- */

void read_traffic(struct loader *, const struct yaml_node *, void *into);
extern const struct section traffic_section, reconnect_section;

/* ---- events.c, timeline.c ---- */

#define EVENTS_MAX 10000

void read_events(struct loader *, const struct yaml_node *, void *into);
extern const struct section event_section, filter_section, flap_section, crash_section;
/* A time; or EVENT; or EVENT + time. */
void read_when(struct loader *, const struct yaml_node *, struct event_entry *);
/* Kinds of action; an entry must have exactly one. add, remove and weight are one together. */
enum action {
    ACTION_CHANGE = 1,
    ACTION_RELOAD = 2,
    ACTION_TOUCH = 4,
    ACTION_CRASH = 8,
    ACTION_FLAP = 16,
    ACTION_CLOSE = 32,
    ACTION_CUT = 64,
    ACTION_FAIL = 128,
};
struct event_entry *event_acts(void *into, enum action, enum world_event_kind);
/* The one server that a name means; NO_SERVER for none. A range of more is a fault. */
void read_one_server(struct loader *, const struct yaml_node *, uint32_t *server);
/* Once all is read: times, names, and whether each event finds what it needs. */
void finish_events(struct loader *);
/* There is no event that `at` may count from so: a slip, or a time without its unit. */
void fault_no_event(struct loader *, const struct event_entry *);

/* ---- failures.c ---- */

void read_fail(struct loader *, const struct yaml_node *, void *into);
void read_detect(struct loader *, const struct yaml_node *, void *into);
void read_back(struct loader *, const struct yaml_node *, void *into);
extern const struct section fail_section;
/* Whether what was read of it goes together. */
void check_failure(struct loader *, const struct event_entry *);

/* ---- algorithms.c ---- */

/* Those of the library, then the user's own; NULL: past the last. */
const struct lb_algorithm *algorithm_at(const struct loader *, uint32_t i);
/* The balancer that a preset's or an algorithm's name means. false: there is none, a fault. */
bool base_on_preset(struct loader *, const struct yaml_node *, struct balancer *);
bool base_on_algorithm(struct loader *, const struct yaml_node *, struct balancer *);

/* ---- balancers.c ---- */

void read_balancers(struct loader *, const struct yaml_node *, void *into);
void check_balancer(struct loader *, const struct balancer *);
extern const struct section balancer_section;

/* ---- expect.c, expect_checks.c, expect_metric.c ---- */

#define EXPECTATIONS_MAX 10000

void read_expect(struct loader *, const struct yaml_node *, void *into);
extern const struct section expect_section, relation_section;
/* Once all is read: what it names, and whether it can hold, and can fail. */
void finish_expectations(struct loader *);
/* The entry's metric, and whose change it is of. timed: the window in which it is measured is sure.
 * false: nothing is known of the metric, for it has a fault or the vocabulary has none. */
bool resolve_metric(struct loader *, struct expect_entry *, bool timed, struct known_metric *);

#endif
