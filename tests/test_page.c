/* test_page.c: what the HTML page escapes, how it writes numbers, and what it refuses to read. */
#include "reports/html.h"
#include "reports/page.h"
#include "reports/page_csv.h"
#include "reports/page_files.h"
#include "reports/report.h"
#include "reports/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gallery.h"
#include "tests/harness.h"

/* ---- Characters ---- */

typedef void put_text(FILE *, const char *);

static void check_text(put_text *put, const char *text, const char *expected)
{
    char *got = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&got, &size);
    put(to, text);
    fclose(to);
    CHECK_ROW(strcmp(got, expected) == 0, "%s: got %s", text, got);
    free(got);
}

static void test_text(void)
{
    static const struct {
        const char *text, *html, *json;
    } row[] = {
        {"", "", "\"\""},
        {"s1, s2", "s1, s2", "\"s1, s2\""},
        {"<script>", "&lt;script&gt;", "\"\\u003cscript\\u003e\""},
        {"</script>", "&lt;/script&gt;", "\"\\u003c/script\\u003e\""},
        {"a & b", "a &amp; b", "\"a \\u0026 b\""},
        {"\"x\" 'y'", "&quot;x&quot; &#39;y&#39;", "\"\\u0022x\\u0022 'y'\""},
        {"back\\slash", "back\\slash", "\"back\\u005cslash\""},
        {"a\n\tb", "a\n\tb", "\"a\\u000a\\u0009b\""},
        {"caf\xC3\xA9", "caf\xC3\xA9", "\"caf\xC3\xA9\""},
        /* no UTF-8; an escape; what turns the direction of writing */
        {"caf\xE9!", "caf\xEF\xBF\xBD!", "\"caf\xEF\xBF\xBD!\""},
        {"\x1B[31m", "\xEF\xBF\xBD[31m", "\"\xEF\xBF\xBD[31m\""},
        {"\xE2\x80\xAE"
         "x",
         "\xEF\xBF\xBDx", "\"\xEF\xBF\xBDx\""},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        check_text(html_text, row[i].text, row[i].html);
        check_text(html_json, row[i].text, row[i].json);
    }
}

static void put_base64(FILE *to, const char *text)
{
    html_base64(to, (const unsigned char *)text, strlen(text));
}

/* RFC 4648, section 10. */
static void test_base64(void)
{
    static const char *const row[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"},
                                         {"\xFB\xFF\xFE", "+//+"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        check_text(put_base64, row[i][0], row[i][1]);
}

/* ---- Numbers ---- */

static void test_numbers(void)
{
    static const struct {
        enum html_number kind;
        const char *exact, *shown;
    } row[] = {
        {HTML_COUNT, "0", "0"},
        {HTML_COUNT, "2374398", "2,374,398"},
        {HTML_COUNT, "1944.83333", "1,945"},
        {HTML_COUNT, "", "\xE2\x80\x93"},
        {HTML_SHARE, "16.8194444", "16.819%"},
        {HTML_SHARE, "100", "100.000%"},
        {HTML_PERCENT, "0.129183", "12.92%"},
        {HTML_OF_100, "0.33", "33"},
        {HTML_OF_100, "0.365", "36.5"},
        {HTML_RATIO, "1.20345", "1.203"},
        {HTML_RATIO, "", "\xE2\x80\x93"},
        {HTML_SECONDS, "429.2", "7m9s"},
        {HTML_SECONDS, "6000", "1h40m"},
        {HTML_SECONDS, "0.000000001", "1ns"},
        {HTML_SECONDS, "0", "0s"},
        {HTML_PLAIN, "0.897999344", "0.897999344"},
        /* what is no number is shown as it is */
        {HTML_COUNT, "many", "many"},
        {HTML_RATIO, "nan", "nan"},
        {HTML_PERCENT, "1e400", "1e400"},
        {HTML_COUNT, "-3", "-3"},
        {HTML_SECONDS, "12x", "12x"},
        {HTML_SECONDS, "99999999999", "99999999999"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[HTML_NUMBER_MAX];
        html_number_text(row[i].kind, row[i].exact, text);
        CHECK_ROW(strcmp(text, row[i].shown) == 0, "%s: got %s, expected %s", row[i].exact, text,
                  row[i].shown);
    }
}

/* ---- Words for a shell ---- */

static void put_shell(FILE *to, const char *text)
{
    text_shell(text, to);
}

static void test_shell(void)
{
    static const char *const row[][2] = {{"runs/a-1.yaml", "runs/a-1.yaml"},
                                         {"-b", "-b"},
                                         {"", "''"},
                                         {"my runs/a", "'my runs/a'"},
                                         {"it's", "'it'\\''s'"},
                                         {"$HOME;`x`", "'$HOME;`x`'"},
                                         {"~/a", "'~/a'"},
                                         {"a\nb", "'a\nb'"},
                                         {"caf\xC3\xA9", "'caf\xC3\xA9'"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        check_text(put_shell, row[i][0], row[i][1]);
}

/* ---- CSV ---- */

struct rows {
    char text[256];
};

static bool take_row(void *context, const char *const *field, char why[PAGE_WHY_MAX])
{
    struct rows *rows = context;
    size_t at = strlen(rows->text);
    snprintf(rows->text + at, sizeof rows->text - at, "[%s|%s|%s]", field[0], field[1], field[2]);
    snprintf(why, PAGE_WHY_MAX, "a bad name");
    return strcmp(field[0], "bad") != 0;
}

static void put_file(const char *path, const char *text, size_t length)
{
    FILE *to = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(to);
    CU_ASSERT_EQUAL(fwrite(text, 1, length, to), length);
    CU_ASSERT_EQUAL(fclose(to), 0);
}

/* The rows, or "! " and what is wrong behind the path. */
static void test_csv(void)
{
    static const struct csv_want want[] = {
        {"name", CSV_TEXT}, {"count", CSV_WHOLE}, {"share", CSV_NUMBER}, {NULL, CSV_TEXT}};
    static const struct {
        const char *text, *told;
    } row[] = {
        {"name,count,share\na,1,.5\nb,2,\n", "[a|1|.5][b|2|]"},
        {"share,extra,count,name\n-1e3,x,7,\"a, \"\"b\"\"\"\n", "[a, \"b\"|7|-1e3]"},
        {"name,count,share\r\na,1,2\r\n\r\nb,1,2\r\n", "[a|1|2][b|1|2]"},
        {"name,count,share\n", ""},
        {"", "!1: the file is empty"},
        {"name,count\n", "!1: there is no column 'share'"},
        {"name,count,share\na,1\n", "!2: 2 fields, but the header has 3; is the file cut off?"},
        {"name,count,share\na,1,2,3\n", "!2: 4 fields, but the header has 3; is the file cut off?"},
        {"name,count,share\na,1,2\nb,1,2", "!3: the last line does not end; is the file cut off?"},
        {"name,count,share\na,1,2\n\"b,1,2\n",
         "!4: the last line does not end; is the file cut off?"},
        {"name,count,share\na\"b,1,2\n", "!2: quotes are where none belong"},
        {"name,count,share\na,,2\n", "!2: count: '' is no whole number"},
        {"name,count,share\na,-1,2\n", "!2: count: '-1' is no whole number"},
        {"name,count,share\na,9007199254740992,2\n",
         "!2: count: '9007199254740992' is no whole number"},
        {"name,count,share\na,1,inf\n", "!2: share: 'inf' is no number"},
        {"name,count,share\na,1,0x10\n", "!2: share: '0x10' is no number"},
        {"name,count,share\na,1,2\nbad,1,2\n", "!3: a bad name"},
    };
    char path[] = "/tmp/lbsim-page-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(path));
    char file[64];
    snprintf(file, sizeof file, "%s/x.csv", path);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct rows rows = {""};
        char why[PAGE_WHY_MAX], told[PAGE_WHY_MAX + 2];
        put_file(file, row[i].text, strlen(row[i].text));
        enum page_status status =
            page_csv_read(&(struct csv_file){file, want, take_row, &rows}, why);
        snprintf(told, sizeof told, "!%s", status == PAGE_FINE ? "" : why + strlen(file) + 1);
        const char *got = status == PAGE_FINE ? rows.text : told;
        CHECK_ROW(strcmp(got, row[i].told) == 0, "%s: got %s", row[i].text, got);
    }
    gallery_remove(path);
}

/* ---- Directories ---- */

static const char *const files[] = {"run.json",        "servers.csv", "summary.csv",
                                    "intervals.csv",   "events.csv",  "timeseries.csv",
                                    "expectations.csv"};

/* One holds, one fails. */
#define EXPECTING                                                                                  \
    FEW "expect:\n"                                                                                \
        "  - {balancer: round_robin, metric: live_max_over_mean, max: 9}\n"                        \
        "  - {balancer: round_robin, metric: live_misplaced_avg, max: 0.000001}\n"

enum { FILES = sizeof files / sizeof *files };

struct spot {
    struct gallery gallery;
    char *text[FILES];
    size_t length[FILES];
};

static void put(const struct spot *spot, int file, const char *text, size_t length)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", spot->gallery.home, files[file]);
    put_file(path, text, length);
}

static struct spot open_spot(void)
{
    static void (*const reports[])(const struct experiment *, bool,
                                   FILE *) = {NULL,
                                              report_servers_csv,
                                              report_summary_csv,
                                              report_intervals_csv,
                                              report_events_csv,
                                              report_timeseries_csv};
    struct spot spot = {.gallery = gallery_open(EXPECTING, NULL)};
    const struct experiment *experiment = spot.gallery.experiment[0];
    struct judgements *judgements = expect_judge(experiment, &(struct run_options){.threads = 1});
    const struct judgements *judged = judgements;
    for (int i = 0; i < FILES; i++) {
        FILE *to = open_memstream(&spot.text[i], &spot.length[i]);
        if (i == 0)
            report_run_json(&experiment, &judged, 1, "", &(struct plugins){0}, to);
        else if (i == FILES - 1)
            report_expectations_csv(judgements, true, to);
        else
            reports[i](experiment, true, to);
        fclose(to);
        put(&spot, i, spot.text[i], spot.length[i]);
    }
    judgements_free(judgements);
    return spot;
}

static void close_spot(struct spot *spot)
{
    for (int i = 0; i < FILES; i++)
        free(spot->text[i]);
    gallery_close(&spot->gallery);
}

/* The page's text, the caller's to free; NULL: it cannot be read, and why. */
static char *page_of(const struct spot *spot, char why[PAGE_WHY_MAX])
{
    struct page *page;
    char *text = NULL;
    size_t size = 0;
    why[0] = '\0';
    if (page_read(&page, spot->gallery.home, why) != PAGE_FINE) {
        CU_ASSERT_PTR_NULL(page);
        return NULL;
    }
    FILE *to = open_memstream(&text, &size);
    page_print(page, to);
    fclose(to);
    page_free(page);
    return text;
}

static void test_whole(void)
{
    struct spot spot = open_spot();
    char why[PAGE_WHY_MAX], *text = page_of(&spot, why);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<h2>few</h2>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "A question?"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "s2 fails its health check for 10s"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Expectations</a>: 1 held, <b>1 failed</b>."));
    CU_ASSERT_PTR_NULL(strstr(text, "{{"));
    CU_ASSERT_PTR_NULL(strstr(text, "style=\""));
    free(text);
    close_spot(&spot);
}

/* Cut off anywhere, a file is refused in one line; but nobody can tell that events.csv misses whole
 * lines. */
static void test_cut_off(void)
{
    struct spot spot = open_spot();
    enum { CUTS = 40, EVENTS = 4 };
    for (int i = 0; i < FILES; i++) {
        for (size_t cut = 0; cut < CUTS; cut++) {
            size_t length = spot.length[i] * cut / CUTS;
            bool at_line = length > 0 && spot.text[i][length - 1] == '\n';
            char why[PAGE_WHY_MAX];
            if (i == EVENTS && at_line)
                continue;
            put(&spot, i, spot.text[i], length);
            char *text = page_of(&spot, why);
            CHECK_ROW(text == NULL, "%s of %zu bytes is read", files[i], length);
            CHECK_ROW(strlen(why) > 20 && strchr(why, '\n') == NULL, "%s", why);
            CHECK_ROW(strstr(why, files[i]) != NULL, "%s: %s", files[i], why);
            free(text);
        }
        put(&spot, i, spot.text[i], spot.length[i]);
    }
    close_spot(&spot);
}

/* Whatever a byte becomes, the page is refused or is there; and no tag can come out of it. */
static void test_spoilt(void)
{
    struct spot spot = open_spot();
    enum { SPOILT = 60 };
    uint64_t draw = 12217;
    for (int i = 0; i < FILES; i++) {
        char *text = malloc(spot.length[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        for (int n = 0; n < SPOILT; n++) {
            char why[PAGE_WHY_MAX];
            memcpy(text, spot.text[i], spot.length[i]);
            for (int b = 0; b < 3; b++) {
                draw = draw * 6364136223846793005U + 1442695040888963407U;
                text[(draw >> 20) % spot.length[i]] = "<\"'&,\n\0\xFF{9"[draw >> 60 & 7];
            }
            put(&spot, i, text, spot.length[i]);
            char *page = page_of(&spot, why);
            CHECK_ROW(page != NULL || why[0] != '\0', "%s: nothing is said", files[i]);
            free(page);
        }
        free(text);
        put(&spot, i, spot.text[i], spot.length[i]);
    }
    close_spot(&spot);
}

/* What the build put into the program is what lies in the tree. */
static void test_files(void)
{
    int styles = 0, scripts = 0;
    for (const struct page_file_row *file = page_file; file->name != NULL; file++) {
        char path[128];
        snprintf(path, sizeof path, "reports/page/%s", file->name);
        FILE *from = fopen(path, "rb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(from);
        size_t same = 0;
        for (int byte; (byte = getc(from)) != EOF && same < file->length; same++)
            if (byte != file->bytes[same])
                break;
        CHECK_ROW(same == file->length && feof(from), "%s differs", path);
        fclose(from);
        styles += strstr(file->name, ".css") != NULL;
        scripts += strstr(file->name, ".js") != NULL;
    }
    CU_ASSERT_EQUAL(styles, 1);
    CU_ASSERT_TRUE(scripts >= 1);
}

static const struct test tests[] = {
    {"text", test_text},       {"base64", test_base64}, {"numbers", test_numbers},
    {"shell", test_shell},     {"csv", test_csv},       {"whole", test_whole},
    {"cut off", test_cut_off}, {"spoilt", test_spoilt}, {"files", test_files}};
SUITE("page", tests)
