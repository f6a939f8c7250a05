/* play.h: a plan against real nginx. */
#ifndef SIM_REAL_PLAY_H
#define SIM_REAL_PLAY_H

#include "sim/real/nginx.h"
#include "sim/real/plan.h"
#include "sim/real/wire.h"

/* What came of it. */
struct real_outcome {
    uint32_t *server;       /* [opens] that took it; NO_SERVER: refused */
    uint64_t *live;         /* [looks][servers]: what each server itself held */
    uint64_t broken;        /* connections that ended though the plan holds them */
    uint64_t survived;      /* and the other way about, in a crash */
    char nginx_version[32]; /* that it was played with */
    char alert[512];        /* of nginx's log; "": none */
};

/* Plays all of it. false: it came to no end, see nginx->trouble ("": somebody wished it to end); in
 * any case nginx has ended and left nothing behind. Freed with real_outcome_free(). */
bool real_play(const struct real_plan *, struct real_config *, struct nginx *, struct wire *,
               struct real_outcome *);
void real_outcome_free(struct real_outcome *);

#endif
