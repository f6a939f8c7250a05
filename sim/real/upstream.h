/* upstream.h: a balancer in nginx's own words. */
#ifndef SIM_REAL_UPSTREAM_H
#define SIM_REAL_UPSTREAM_H

#include "sim/workload/fault.h"
#include "sim/world/balancer.h"

/* What stands for a balancer in an nginx.conf. */
struct real_upstream {
    const char *zone;     /* a line of http{}, or "" */
    char method[512];     /* lines of upstream{}, before its servers; may be "" */
    bool told;            /* nginx can be told so; if not, the rest means nothing */
    bool module;          /* it is ours; else nginx's own */
    bool shared;          /* all workers pick from one memory */
    bool predicted;       /* its picks can be foretold, even if they are random */
    bool backups;         /* it takes servers that are backup */
    bool failures;        /* it counts them against max_fails */
    bool by_address;      /* its key is taken for the client's address */
    uint64_t draw_key[2]; /* of the module's random numbers */
};

/* seed: of its random numbers. false: nginx cannot be told so, and `faults` has every reason. */
bool real_upstream_of(const struct balancer *, uint64_t seed, struct real_upstream *,
                      struct faults *);

#endif
