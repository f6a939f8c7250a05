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
        struct run_options run = {.threads = (uint32_t)job->threads,
                                  .slot = job->guard.slot,
                                  .progress = show_progress,
                                  .context = &progress};
        if (job->guard.experiment != NULL)
            atomic_store(job->guard.experiment, i);
        job->judgements[i] = expect_judge(job->experiment[i], &run);
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

/* A line for each that did not hold. Whose balancers -b left out is no error: nothing is said. */
static void tell(const struct scenario *scenario, const struct judgements *judgements)
{
    char sentence[EXPECT_TEXT_MAX];
    for (uint32_t i = 0; i < judgements->count; i++) {
        const struct judgement *it = &judgements->judgement[i];
        if (it->verdict == EXPECT_UNJUDGED || it->verdict == EXPECT_FAILED)
            console_error("%s:%" PRIu32 ": %s: %s", scenario->file, it->expectation->place.line,
                          expect_verdict_text(it), expect_sentence(judgements, it, sentence));
    }
}

/* Where the tables are printed, they say it. */
void run_judge_tell(const struct job *job)
{
    bool shown = job->format == FORMAT_MARKDOWN || (job->format == FORMAT_TABLE && !job->quiet);
    for (uint32_t i = 0; job->judgements != NULL && !shown && i < job->experiments; i++)
        tell(job->scenario[i], job->judgements[i]);
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
