/* run_judge.c: whether what the scenarios expect held. */
#include "sim/cli/console.h"
#include "sim/cli/run_parts.h"
#include "sim/engine/memory.h"

#include <inttypes.h>
#include <stdlib.h>

static bool show_progress(void *context, uint64_t done, uint64_t trials)
{
    progress_show(context, done, trials);
    return !console_interrupted();
}

bool run_judge(struct job *job)
{
    if (command_line_value(job->line, "no-expect") != NULL)
        return true;
    job->judgements = memory_zeroed(job->experiments, sizeof *job->judgements);
    for (uint32_t i = 0; i < job->experiments; i++) {
        struct progress progress = {.name = job->scenario[i]->name, .quiet = job->quiet};
        job->judgements[i] =
            expect_judge(job->experiment[i], (uint32_t)job->threads, show_progress, &progress);
        progress_clear(&progress);
        if (job->judgements[i] == NULL)
            return false;
    }
    return true;
}

void run_judge_free(struct job *job)
{
    for (uint32_t i = 0; job->judgements != NULL && i < job->experiments; i++)
        judgements_free(job->judgements[i]);
    free(job->judgements);
}

bool run_judged(const struct job *job)
{
    for (uint32_t i = 0; job->judgements != NULL && i < job->experiments; i++)
        if (job->judgements[i]->count > 0)
            return true;
    return false;
}

/* Where the tables are printed, they say it. */
void run_judge_tell(const struct job *job)
{
    char sentence[EXPECT_TEXT_MAX];
    bool shown = !job->quiet && !job->csv;
    for (uint32_t i = 0; job->judgements != NULL && !shown && i < job->experiments; i++)
        for (uint32_t j = 0; j < job->judgements[i]->count; j++) {
            const struct judgement *it = &job->judgements[i]->judgement[j];
            if (it->verdict != EXPECT_PASSED)
                console_error("%s:%" PRIu32 ": %s: %s", job->scenario[i]->file,
                              it->expectation->place.line, expect_verdict_text(it),
                              expect_sentence(job->judgements[i], it, sentence));
        }
}

int run_judge_code(const struct job *job)
{
    enum expect_verdict worst = EXPECT_PASSED;
    for (uint32_t i = 0; job->judgements != NULL && i < job->experiments; i++) {
        enum expect_verdict verdict = expect_outcome(job->judgements[i]);
        worst = verdict > worst ? verdict : worst;
    }
    return worst == EXPECT_FAILED     ? EXIT_FAILED
           : worst == EXPECT_UNJUDGED ? EXIT_INVALID
                                      : EXIT_FINE;
}
