/* test_replay_retry.c: traces whose attempts fail: who is tried next, and what failures leave. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/replayed.h"

/* ---- Who is tried next ---- */

/* Each server once, then none, which ends the connection: another retry is not heard. Nothing of it
 * is counted then, and ties go to the longest unpicked. */
static void retries(void)
{
    check_picks((struct how){"lbsim-least-conn", 1, false},
                "members,,s1 s2 s3\n" OPEN(1) RETRY(1) RETRY(1) RETRY(1) RETRY(1) CLOSE(1) OPEN(2)
                    OPEN(3) OPEN(4) CLOSE(3) RETRY(2),
                "s1 s2 s3 - s1 s2 s3 s2");
    /* A connection that found none, and one that was lost, are not there to retry. */
    check_picks((struct how){"round_robin", 1, false},
                "members,,\n" OPEN(1) RETRY(1) "members,,s1 s2\n" RETRY(1)
                    OPEN(2) "crash,,\n" RETRY(2) OPEN(3),
                "- s1 s2");
}

/* On the picker that it began with: s3 is not in there. Where an elder picker shares the heap of
 * the new one, its own servers are not in there either. */
static void retries_after_a_change(void)
{
    static const char operations[] =
        "members,,s1 s2\n" OPEN(1) "members,,s3\n" OPEN(2) RETRY(1) RETRY(1);
    check_picks((struct how){"apisix-reset", 1, false}, operations, "s1 s3 s2 -");
    check_picks((struct how){"apisix-merged", 1, false}, operations, "s1 s3 -");
    check_picks((struct how){"nginx-round-robin", 1, false}, operations, "s1 s3 s2 -");
    /* A list that is edited in place ends the requests under way. */
    check_picks((struct how){"least_conn", 1, false}, operations, "s1 s3 -");
}

/* A sole server is picked past the balancer and so never tried, or counted and never tried, or it
 * is like any other. What was counted of it is seen when s2 comes. */
static void retries_of_a_sole_server(void)
{
    static const char operations[] =
        "members,,s1\n" OPEN(1) RETRY(1) RETRY(1) "members,,s1 s2\n" OPEN(2);
    check_picks((struct how){"apisix-reset", 1, false}, operations, "s1 s1 s1 s1");
    check_picks((struct how){"apisix-pr12255", 1, false}, operations, "s1 s1 s1 s1");
    check_picks((struct how){"apisix-merged", 1, false}, operations, "s1 s1 s1 s2");
    check_picks((struct how){"least_conn", 1, false}, operations, "s1 - s1");
}

/* s1 and s2 fail; s2 is released once more. Scores are 1 0 then, and s2 takes two: it stays on top
 * of an equal s1. Where it is released once, both begin equal, with s1 on top of the heap as the
 * tried came back into it. */
static void the_last_server_released_twice(void)
{
    static const char operations[] =
        "members,,s1 s2\n" OPEN(1) RETRY(1) RETRY(1) OPEN(2) OPEN(3) OPEN(4);
    check_picks((struct how){"apisix-reset", 1, false}, operations, "s1 s2 - s2 s2 s1");
    check_picks((struct how){"apisix-pr12255", 1, false}, operations, "s1 s2 - s2 s2 s1");
    check_picks((struct how){"apisix-merged", 1, false}, operations, "s1 s2 - s1 s2 s2");
}

/* Weight 0 is never the least, but the last that is left. */
static void weight_zero_on_a_retry(void)
{
    static const char operations[] = "members,,s1=0 s2\n" OPEN(1) OPEN(2) RETRY(2) RETRY(2) OPEN(3);
    check_picks((struct how){"apisix-merged", 1, false}, operations, "s2 s2 s1 - s2");
    check_picks((struct how){"least_conn", 1, false}, operations, "s2 s2 - s2");
}

/* Each request has its own state, and its retries go on in it, whoever came in between. */
static void retries_of_a_request(void)
{
    check_picks((struct how){"nginx-implicit-2012", 1, false},
                "members,,s1 s2 s3\n" OPEN(1) OPEN(2) RETRY(1) OPEN(3) RETRY(2) RETRY(1) RETRY(1),
                "s1 s1 s2 s1 s2 s3 -");
    /* The same whether others came in between, and brought their own state, or not. */
    check_picks((struct how){"nginx-implicit-2012", 1, false},
                "members,,s1 s2 s3\n" OPEN(1) RETRY(1) RETRY(1) RETRY(1) OPEN(2) RETRY(2) OPEN(3)
                    RETRY(2) RETRY(2),
                "s1 s2 s3 - s1 s2 s1 s3 -");
    /* Its list is its own: another one does not end it, and it knows whom it tried. */
    check_picks((struct how){"nginx-implicit-2012", 1, false},
                "members,,a b c\n" OPEN(1) "members,,b a c\n" RETRY(1) RETRY(1) RETRY(1),
                "a c b -");
}

/* ---- What failures leave ---- */

static void check_rows(const char *preset, const char *trace, const char *rows)
{
    struct how how = {preset, 1, false};
    char *told = replayed(&how, trace), *expected = NULL;
    size_t size = 0;
    FILE *into = open_memstream(&expected, &size);
    fprintf(into, "step,op,id,server\n%s", rows);
    fclose(into);
    CHECK_ROW(strcmp(told, expected) == 0, "%s, %sgives\n%snot\n%s", preset, trace, told, expected);
    free(told);
    free(expected);
}

/* s1 fails once: nginx leaves it alone until 11 s later, and then its weight is not whole yet. The
 * other knows only that this request tried it. Both worked out by hand. */
static void failures(void)
{
    static const char *const trace =
        HEADER "members,,s1 s2\ntime,,5000\nopen,1,\nretry,1,\nopen,2,\ntime,,15999\nopen,3,\n"
               "time,,16000\nopen,4,\nopen,5,\nopen,6,\nretry,6,\nretry,6,\n";
    check_rows("round_robin", trace,
               "3,open,1,s1\n4,retry,1,s2\n5,open,2,s2\n7,open,3,s1\n9,open,4,s2\n10,open,5,s1\n"
               "11,open,6,s2\n12,retry,6,s1\n13,retry,6,-\n");
    check_rows("nginx-round-robin", trace,
               "3,open,1,s1\n4,retry,1,s2\n5,open,2,s2\n7,open,3,s2\n9,open,4,s2\n10,open,5,s2\n"
               "11,open,6,s1\n12,retry,6,s2\n13,retry,6,-\n");
}

static void backups_and_down(void)
{
    check_rows("round_robin",
               HEADER "members,,b1=1/1/backup s1 s2=1/0/down b2=1/0/backup s3=5/1\n"
                      "open,1,\nopen,2,\nopen,3,\nretry,3,\nretry,3,\nopen,4,\nretry,4,\n"
                      "retry,4,\n",
               "2,open,1,s3\n3,open,2,s1\n4,open,3,s1\n5,retry,3,b1\n6,retry,3,b2\n"
               "7,open,4,s1\n8,retry,4,b2\n9,retry,4,b1\n");
}

static const struct test tests[] = {
    {"retry", retries},
    {"retry: on its own picker", retries_after_a_change},
    {"retry: a sole server", retries_of_a_sole_server},
    {"retry: the last one released twice", the_last_server_released_twice},
    {"retry: weight 0", weight_zero_on_a_retry},
    {"retry: view request", retries_of_a_request},
    {"failures, and time", failures},
    {"members: backups, and who is down", backups_and_down},
};

SUITE("test_replay_retry", tests)
