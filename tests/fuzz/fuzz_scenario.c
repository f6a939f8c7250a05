/* fuzz_scenario.c: any text as a scenario: refused in words, or loaded, printed, loaded and run. */
#include "sim/run/metrics.h"
#include "sim/scenario/scenario.h"
#include "tests/fuzz/shown.h"

#include <string.h>

/* A scenario is run if it is small: else a text of a few words can ask for hours. */
enum {
    RUN_CONNECTIONS = 300, /* opened by all traffic, as far as can be told beforehand */
    RUN_SERVERS = 200,
    RUN_TRAFFICS = 20,
    RUN_EVENTS = 50,
    RUN_WORKERS = 16,
    RUN_TRIES = 3, /* of a reconnect; where the text allows more, it gets these */
    RUN_COUNT_TABLE_BYTES = 1 << 14,
    RUN_PICKS =
        20000, /* where connections are kept, none can tell how many follow: then it stops */
};

static const struct vocabulary words = {.metric = metric_known};

static struct scenario *load(const char *text, size_t length)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "fuzz.yaml", text, length);
    struct scenario *scenario = scenario_load(&input, &words, &faults);
    bool fine = check_faults(&faults, &input);
    assert((scenario != NULL) == fine);
    faults_free(&faults);
    input_free(&input);
    return scenario;
}

static char *print(const struct scenario *scenario, size_t *size)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, size);
    scenario_print(scenario, to);
    fclose(to);
    return text;
}

static void check_print(const struct scenario *scenario)
{
    size_t first_size, second_size;
    char *first = print(scenario, &first_size);
    struct scenario *again = load(first, first_size);
    assert(again != NULL && "what is printed must load");
    char *second = print(again, &second_size);
    assert(first_size == second_size && memcmp(first, second, first_size) == 0);
    scenario_free(again);
    free(first);
    free(second);
}

/* How many connections the arrivals open in the run, the rates' on average. */
static double connections_of(const struct arrivals *arrivals, uint64_t duration_ns)
{
    double span_ns = (double)duration_ns;
    switch (arrivals->kind) {
    case ARRIVALS_POISSON:
        return span_ns / arrivals->parameter[0].mean_gap_ns;
    case ARRIVALS_EVERY:
        return span_ns / (double)arrivals->parameter[0].whole;
    default:
        return (double)arrivals->parameter[0].whole;
    }
}

static bool is_small(const struct scenario *scenario, const struct balancer *balancer)
{
    double connections = 0;
    for (uint32_t t = 0; t < scenario->traffics; t++)
        for (uint32_t i = 0; i < scenario->traffic[t].arrivals_count; i++)
            connections += connections_of(&scenario->traffic[t].arrivals[i], scenario->duration_ns);
    return connections <= RUN_CONNECTIONS && scenario->servers <= RUN_SERVERS &&
           scenario->traffics <= RUN_TRAFFICS && scenario->events <= RUN_EVENTS &&
           scenario->workers <= RUN_WORKERS && scenario->instances <= RUN_WORKERS &&
           balancer->workers <= RUN_WORKERS;
}

struct ear {
    uint64_t picks;
    atomic_bool stop;
};

static void hear(void *context, const struct world_pick *pick)
{
    struct ear *ear = context;
    if (++ear->picks > RUN_PICKS)
        atomic_store(&ear->stop, true);
    assert(pick->beliefs == 0 || pick->belief != NULL);
}

/* One of its balancers, which the text's length chooses. */
static void run(const struct scenario *scenario, size_t size)
{
    const struct balancer *balancer = &scenario->balancer[size % scenario->balancers];
    struct world_traffic traffic[RUN_TRAFFICS];
    if (!is_small(scenario, balancer))
        return;
    for (uint32_t t = 0; t < scenario->traffics; t++) {
        traffic[t] = scenario->traffic[t];
        if (traffic[t].reconnect_tries > RUN_TRIES)
            traffic[t].reconnect_tries = RUN_TRIES;
    }
    uint64_t from_ns = scenario->measure_from_ns, to_ns = scenario->duration_ns;
    struct ear ear = {.picks = 0};
    const uint64_t sample_ns[] = {from_ns + (to_ns - from_ns) / 2, to_ns};
    world_result_free(world_run(&(struct world_config){
        .name = scenario->name,
        .seed = scenario->seed,
        .duration_ns = to_ns,
        .measure_from_ns = from_ns,
        .server = scenario->server,
        .servers = scenario->servers,
        .traffic = traffic,
        .traffics = scenario->traffics,
        .event = scenario->event,
        .events = scenario->events,
        .instances = scenario->instances,
        .workers = scenario->workers,
        .accept = scenario->accept,
        .share = scenario->share,
        .old_workers_ns = scenario->old_workers_ns,
        .balancer = balancer,
        .count_table_bytes = RUN_COUNT_TABLE_BYTES,
        .sample_ns = sample_ns,
        .samples = 2,
        .on_pick = hear,
        .pick_context = &ear,
        .stop = &ear.stop,
    }));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scenario *scenario = load((const char *)data, size);
    if (scenario == NULL)
        return 0;
    check_print(scenario);
    run(scenario, size);
    scenario_free(scenario);
    return 0;
}
