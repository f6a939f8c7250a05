/* analysis.h: an observed table of counts against what its servers are entitled to.
 *
 * The table is CSV, `server,count` or `server,count,weight`: what each server took, of picks or of
 * connections, and its weight (1 where there is no such column). */
#ifndef SIM_RUN_ANALYSIS_H
#define SIM_RUN_ANALYSIS_H

#include "sim/engine/names.h"
#include "sim/run/chance.h"
#include "sim/workload/input.h"
#include "sim/world/chi_square.h"
#include "sim/world/spread.h"

struct analysis_server {
    const char *name; /* as written: any text that is not empty */
    uint64_t count;
    double weight;   /* 0: not looked at */
    double entitled; /* the sum of the counts, by weight; 0 if not looked at */
};

struct analysis {
    uint32_t servers;
    struct analysis_server *server; /* in the order of the table */
    struct names names;
    bool weighted;            /* there is a column of weights */
    uint32_t compared;        /* servers that are looked at */
    uint64_t total, left_out; /* counted on them, and on the others */
    struct spread spread;
    double cv_by_chance; /* as independent picks give it, in the root mean square */
    struct chi_square chi_square;
    struct chance chance; /* even_p with the single most even table counted in */
    enum chance_verdict verdict;
};

/* Reads the table and works out all of it. All that is wrong with it goes to faults, and false is
 * returned; so it is for a table without any counts. Freed with analysis_free() either way. */
bool analysis_read(struct analysis *, const struct input *, struct faults *);
void analysis_free(struct analysis *);

#endif
