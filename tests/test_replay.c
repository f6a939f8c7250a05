/* test_replay.c: traces, every operation by hand but retries, and every mistake in its place. */
#include <stdlib.h>
#include <string.h>

#include "tests/harness.h"
#include "tests/replayed.h"
#include "tests/told.h"

#define COUNT(row) (sizeof row / sizeof *row)

/* ---- Operations ---- */

static void a_row_for_each_open(void)
{
    static const struct how how = {"round_robin", 1, false};
    char *text = replayed(&how, "value,op,note,id\n"
                                "s2 s1,members,,\n"
                                "\n"
                                "some key,open,x,a\n"
                                "\"\",\"open\",,\"b:c\"\n"
                                ",close,,a\n"
                                ",reload,,\n"
                                ",open,,7\n");
    CU_ASSERT_STRING_EQUAL(text, "step,op,id,server\n"
                                 "2,open,a,s2\n"
                                 "3,open,b:c,s1\n"
                                 "6,open,7,s2\n");
    free(text);
}

/* {5, 1, 1} is the example of nginx's smooth rule: a a b a c a a, and again. */
static void weights(void)
{
    check_picks((struct how){"nginx-round-robin", 1, false},
                "members,,a=5 b=1 c\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4) OPEN(5) OPEN(6) OPEN(7)
                    OPEN(8) OPEN(9) OPEN(10),
                "a a b a c a a a a b");
    /* 2:1 by connections: 0/2=0/1 tied, a by credit; 1/2 > 0; then 1/2 < 1/1; 2/2 = 1/1 tied, b by
     * credit; 2/2 < 2/1 */
    check_picks((struct how){"least_conn", 1, false},
                "members,,a=2 b=1\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4) OPEN(5), "a b a b a");
}

/* Weight 0 takes nothing; without any usable server there is none. */
static void no_server(void)
{
    check_picks((struct how){"round_robin", 1, false},
                OPEN(1) "members,,s1=0 s2=0\n" OPEN(2) "members,,s1 s2=0\n" OPEN(3)
                    OPEN(4) "members,,\n" OPEN(5) CLOSE(5) CLOSE(1) "members,,s3\n" OPEN(6),
                "- - s1 s1 - s3");
}

/* The least first: s1 (a tie: first in the list), s2; both have 1: s2, by the credit that s1 spent.
 * A close is heard once; of a connection that is gone, or never had a server, not at all. */
static void closes(void)
{
    check_picks((struct how){"least_conn", 1, false},
                "members,,s1 s2\n" OPEN(1) OPEN(2) OPEN(3) CLOSE(2) CLOSE(3) CLOSE(3) CLOSE(3)
                    OPEN(4) CLOSE(1) OPEN(5) OPEN(6),
                "s1 s2 s2 s2 s1 s1");
}

static void limits(void)
{
    check_picks((struct how){"round_robin", 1, false},
                "members,,s1=1/1 s2=1/2\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4) CLOSE(4) OPEN(5) CLOSE(1)
                    OPEN(6) CLOSE(2) OPEN(7),
                "s1 s2 s2 - - s1 s2");
}

/* Each of nginx's workers has its own rotation; with a zone they share one. */
static void workers(void)
{
    static const char operations[] = "members,,s1 s2 s3\n" OPEN(1) "worker,,1\n" OPEN(2)
        OPEN(3) "worker,,0\n" OPEN(4) "worker,,2\n" OPEN(5);
    check_picks((struct how){"nginx-round-robin", 3, false}, operations, "s1 s1 s2 s2 s1");
    check_picks((struct how){"nginx-round-robin-zone", 3, false}, operations, "s1 s2 s3 s1 s2");
}

/* A reload forgets what nginx counts, not what a host-wide table does. 1 and 2 stay open on s1, s2
 * and s1's connection 3 ends: */
static void reloads(void)
{
    static const char operations[] = "members,,s1 s2\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4) OPEN(5)
        CLOSE(2) CLOSE(4) "reload,,\n" OPEN(6) OPEN(7) OPEN(8);
    /* s1 s2, then ties by credit: s2 s1 (1:2), s1; s1 has 3, s2 1 after the closes */
    check_picks((struct how){"nginx-least-conn", 1, false}, operations, "s1 s2 s2 s1 s1 s1 s2 s2");
    check_picks((struct how){"lbsim-least-conn", 1, false}, operations, "s1 s2 s1 s2 s1 s2 s2 s2");
}

/* A crash takes all connections and says nothing: in a zone their counts stay (s1 2, s2 1), where
 * they are reaped nothing does. A close of what has vanished is not heard. */
static void crashes(void)
{
    static const char operations[] = "members,,s1 s2\n" OPEN(1) OPEN(2) OPEN(3) "crash,,\n" CLOSE(1)
        CLOSE(2) CLOSE(3) OPEN(4) OPEN(5) OPEN(6);
    check_picks((struct how){"nginx-least-conn-zone", 1, false}, operations, "s1 s2 s2 s1 s1 s2");
    check_picks((struct how){"nginx-least-conn", 1, false}, operations, "s1 s2 s2 s1 s2 s2");
    check_picks((struct how){"lbsim-least-conn", 1, false}, operations, "s1 s2 s1 s2 s1 s2");
}

/* Lists that replace each other. In place the rotation goes on: b had gained 1 and a paid 1 when c
 * enters with nothing. A reload starts anew. */
static void lists(void)
{
    static const char operations[] = "members,,a b\n" OPEN(1) "members,,a b c\n" OPEN(2) OPEN(3)
        OPEN(4) "members,,c b\n" OPEN(5) OPEN(6);
    /* credits (a,b,c): 0,0 -> a: -1,1; -> b: 0,-1,1 (1+1=2 pays 3); -> c: 1,0,-1; -> a: -1,1,0;
     * then c,b: 0,1 -> b: 1,0; -> c: 0,1 */
    check_picks((struct how){"round_robin", 1, false}, operations, "a b c a b c");
    check_picks((struct how){"nginx-round-robin", 1, false}, operations, "a a b c c b");
}

/* APISIX pull request 12255 reads the shared counts when a picker is built: at the change (s1 1,
 * s2 1, s3 0), or at the next pick, when s1 has closed. Scores begin at one more than what was
 * read: 2 2 1, and s3, once it has 2 as well, stays on top of the heap, where equals never swap; or
 * 1 2 1, and s1, once it has 2, sinks below s3. */
static void eager_and_lazy(void)
{
    static const char operations[] =
        "members,,s1 s2\n" OPEN(1) OPEN(2) "members,,s1 s2 s3\n" CLOSE(1) OPEN(3) OPEN(4);
    check_picks((struct how){"apisix-pr12255", 1, false}, operations, "s1 s2 s1 s3");
    check_picks((struct how){"apisix-pr12255", 1, true}, operations, "s1 s2 s3 s3");
}

/* The same list again is a change: a new generation. apisix-merged keeps its heap as it was, with
 * s2 on top of an equal s1. */
static void the_same_list_again(void)
{
    static const char operations[] =
        "members,,s1 s2\n" OPEN(1) "members,,s1 s2\n" OPEN(2) "members,,s1 s2\n" OPEN(3);
    check_picks((struct how){"apisix-reset", 1, false}, operations, "s1 s1 s1");
    check_picks((struct how){"apisix-merged", 1, false}, operations, "s1 s2 s2");
    check_picks((struct how){"nginx-round-robin-resolve", 1, false}, operations, "s1 s2 s1");
}

/* 4/5 of 5 is 4: after five on s1, s2 and s3 are taken to hold four each. Scores are 6 5 5: s2, s3,
 * and, all equal, s3 again, which stayed on top; s1 is its left child. Where nothing is guessed and
 * scores are a pick behind, 6 1 1, a server is still at 1 after its first pick, and an equal child
 * does not rise. */
static void guessed_counts(void)
{
    static const char operations[] = "members,,s1\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4)
        OPEN(5) "members,,s1 s2 s3\n" OPEN(6) OPEN(7) OPEN(8) OPEN(9) OPEN(10);
    check_picks((struct how){"apisix-pr12255-head", 1, false}, operations,
                "s1 s1 s1 s1 s1 s2 s3 s3 s1 s2");
    check_picks((struct how){"apisix-pr12261", 1, false}, operations,
                "s1 s1 s1 s1 s1 s2 s2 s3 s3 s3");
}

/* Random picks are keyed by the connection: what happens in between changes nobody's luck. */
static void luck_is_the_connections_own(void)
{
    static const struct how how = {"random", 1, false};
    char picks[PICKS], again[PICKS];
    pick_all(&how, "members,,s1 s2 s3 s4\n" OPEN(1) OPEN(2) OPEN(3) OPEN(4) OPEN(5) OPEN(6), picks);
    pick_all(&how,
             "members,,s1 s2 s3 s4\n" OPEN(1) CLOSE(1)
                 OPEN(2) "reload,,\n" OPEN(3) "crash,,\n" OPEN(4)
                     OPEN(5) "members,,s1 s2 s3 s4\n" OPEN(6),
             again);
    CU_ASSERT_STRING_EQUAL(picks, again);
    CU_ASSERT_EQUAL(strlen(picks), strlen("s1 s2 s3 s4 s1 s2"));
}

/* ---- Mistakes ---- */

#define OPTIONS "a member's options are /backup, /down, /max_fails:3, /fail_timeout:10s\n"

static void mistakes(void)
{
    static const struct how plain = {"round_robin", 2, false};
    static const struct told_row row[] = {
        {"", "0:0 the file is empty\n"},
        {HEADER "opne,1,\n", "2:1 unknown operation 'opne' (did you mean 'open'?)\n"},
        {HEADER "frobnicate,1,\n", "2:1 unknown operation 'frobnicate'\n"},
        {HEADER "open,,\n", "2:1 'open' needs an id\n"},
        {HEADER "close,,\n", "2:1 'close' needs an id\n"},
        {HEADER "open,1,\nopen,1,\n", "3:6 connection '1' was opened before\n"},
        {HEADER "open,1,\nclose,1,\nopen,1,\n", "4:6 connection '1' was opened before\n"},
        {HEADER "close,1,\nopen,1,\n", "2:7 connection '1' was never opened\n"},
        {HEADER "open,1,\nclose,1,now\n", "3:9 'close' takes no value\n"},
        {HEADER "members,x,s1\n", "2:9 'members' takes no id\n"},
        {HEADER "worker,,2\n", "2:9 '2' is not a worker: they are numbered 0 to 1 (see -w)\n"},
        {HEADER "worker,,\n", "2:9 '' is not a worker: they are numbered 0 to 1 (see -w)\n"},
        {HEADER "worker,,0x\n", "2:9 '0x' is not a worker: they are numbered 0 to 1 (see -w)\n"},
        {HEADER "worker,,-1\n", "2:9 '-1' is not a worker: they are numbered 0 to 1 (see -w)\n"},
        {HEADER "worker,1,1\n", "2:8 'worker' takes no id\n"},
        {HEADER "reload,1,\ncrash,,now\n",
         "2:8 'reload' takes no id\n3:8 'crash' takes no value\n"},
        {HEADER "retry,1,\nopen,1,\n", "2:7 connection '1' was never opened\n"},
        {HEADER "open,1,\nclose,1,\nretry,1,\n", "4:7 connection '1' was closed before\n"},
        {HEADER "open,1,\nretry,,\nretry,1,s2\n",
         "3:1 'retry' needs an id\n4:9 'retry' takes no value\n"},
        {HEADER "time,,500\ntime,,400\ntime,,500\ntime,,1s\ntime,,\ntime,,1000000000000001\n",
         "3:7 time goes back: it was 500 before\n5:7 '1s' is not a time: whole milliseconds\n"
         "6:7 '' is not a time: whole milliseconds\n"
         "7:7 '1000000000000001' is not a time: whole milliseconds\n"},
        {HEADER "members,,s1 s2 s1=3\n", "2:10 's1' is listed twice\n"},
        {HEADER
         "members,,s1=1/5/spare s2=1/0/max_fails s3=1/0/fail_timeout:3 s4=1/0/down/ s5/down\n",
         "2:10 's1=1/5/spare': " OPTIONS "2:10 's2=1/0/max_fails': " OPTIONS
         "2:10 's3=1/0/fail_timeout:3': " OPTIONS "2:10 's4=1/0/down/': " OPTIONS
         "2:10 's5/down' is not a member: name[=weight[/max_conns[/option...]]]\n"},
        {HEADER "members,,=2 s1= s2=x s3=1x s4=-1 s5=65536 s6=1/ s7=1/x s8=1/1000000001 a/b .a "
                "s9..s10\n",
         "2:10 '=2' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's1=' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's2=x' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's3=1x' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's4=-1' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's5=65536' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's6=1/' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's7=1/x' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's8=1/1000000001' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 'a/b' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 '.a' is not a member: name[=weight[/max_conns[/option...]]]\n"
         "2:10 's9..s10' is not a member: name[=weight[/max_conns[/option...]]]\n"},
        {"op,id\nopen,1\n", "1:1 the header has no column 'value'; a trace is op,id,value\n"},
        {"open,1,\nopen,2,\n", "1:8 column 3 has no name\n"},
        {HEADER "open,1\nopen,2,,x\n", "2:1 2 fields in this row, but the header has 3\n"
                                       "3:9 4 fields in this row, but the header has 3\n"},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        char *told = replayed(&plain, row[i].text);
        CHECK_ROW(strcmp(told, row[i].told) == 0, "%ssays\n%snot\n%s", row[i].text, told,
                  row[i].told);
        free(told);
    }
}

static void all_mistakes_in_one_run(void)
{
    static const struct how how = {"nginx-least-conn", 1, false};
    char *told = replayed(&how, HEADER "members,,s1 s2=0\n"
                                       "open,1\n"
                                       "oepn,2,\n"
                                       "worker,,1\n"
                                       "close,3,\n"
                                       "time,,5\n"
                                       "reload,x,\n"
                                       "open,4,\n");
    CU_ASSERT_STRING_EQUAL(told, "2:10 's2=0': this balancer refuses weight 0\n"
                                 "3:1 2 fields in this row, but the header has 3\n"
                                 "4:1 unknown operation 'oepn' (did you mean 'open'?)\n"
                                 "5:9 '1' is not a worker: they are numbered 0 to 0 (see -w)\n"
                                 "6:7 connection '3' was never opened\n"
                                 "8:8 'reload' takes no id\n");
    free(told);
}

/* An answer is rotated once for a request and all its tries, whoever asks in between: the next one
 * to be tried is the next in the answer. */
static void retries_keep_their_answer(void)
{
    struct how how = {"nginx-implicit", 1, false};
    char *told = replayed(&how, HEADER "members,,s1 s2 s3 s4 s5 s6\nopen,0,\nopen,1,\nopen,2,\n"
                                       "open,3,\nopen,4,\nretry,0,\nretry,1,\nretry,2,\n"
                                       "retry,3,\nretry,4,\n");
    long server[10];
    int rows = 0;
    for (char *line = strtok(told, "\n"); (line = strtok(NULL, "\n")) != NULL && rows < 10; rows++)
        server[rows] = strtol(strrchr(line, ',') + 2, NULL, 10);
    CU_ASSERT_EQUAL_FATAL(rows, 10);
    for (int i = 0; i < 5; i++)
        CHECK_ROW(server[5 + i] == server[i] % 6 + 1, "s%ld after s%ld", server[5 + i], server[i]);
    free(told);
}

static const struct test tests[] = {
    {"a row for each open, columns by name", a_row_for_each_open},
    {"members: weights", weights},
    {"members: nobody usable", no_server},
    {"members: limits", limits},
    {"members: lists that replace each other", lists},
    {"members: the same list again", the_same_list_again},
    {"close", closes},
    {"retry: the answer of its request", retries_keep_their_answer},
    {"worker", workers},
    {"reload", reloads},
    {"crash", crashes},
    {"eager and lazy", eager_and_lazy},
    {"counts that are guessed", guessed_counts},
    {"luck is the connection's own", luck_is_the_connections_own},
    {"every mistake in its place", mistakes},
    {"all mistakes in one run", all_mistakes_in_one_run},
};

SUITE("test_replay", tests)
