/* analysis.c: an observed table, read and measured. */
#include "sim/run/analysis.h"

#include "sim/engine/memory.h"
#include "sim/scenario/values.h"
#include "sim/workload/csv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whole numbers up to here are exact as double, and so is their sum, which is held to it too. */
#define COUNT_MOST      (UINT64_C(1) << 53)
#define COUNT_MOST_TEXT "2^53 (9,007,199,254,740,992)"
#define WEIGHT_LEAST    1e-9 /* above 0 */
#define WEIGHT_MOST     1e9

enum column { COLUMN_SERVER, COLUMN_COUNT, COLUMN_WEIGHT, COLUMNS };

static const char *const column_name[COLUMNS] = {"server", "count", "weight"};

struct reader {
    const struct csv_table *table;
    struct faults *faults;
    struct analysis *analysis;
    int column[COLUMNS];  /* of the table, or -1 */
    uint32_t *first_line; /* [names] where a server is listed first */
};

/* ---- The header ---- */

/* What the table's column is read as; -1: as nothing. */
static int column_at(const struct reader *reader, size_t at)
{
    for (int c = 0; c < COLUMNS; c++)
        if (reader->column[c] == (int)at)
            return c;
    return -1;
}

/* A name that is nearly that of a column which is missing is read as that, so that its cells are
 * judged in the same run. */
static void guess_column(struct reader *reader, size_t at)
{
    const char *meant = input_nearest(reader->table->header[at].text, column_name, COLUMNS);
    for (int c = 0; c < COLUMNS && meant != NULL; c++)
        if (reader->column[c] < 0 && strcmp(column_name[c], meant) == 0)
            reader->column[c] = (int)at;
}

static void find_columns(struct reader *reader)
{
    const struct csv_table *table = reader->table;
    bool exact[COLUMNS], any = false;
    for (int c = 0; c < COLUMNS; c++) {
        reader->column[c] = csv_column(table, column_name[c]);
        exact[c] = reader->column[c] >= 0;
    }
    for (size_t i = 0; i < table->columns; i++) {
        if (column_at(reader, i) < 0)
            guess_column(reader, i);
        any = any || column_at(reader, i) >= 0;
    }
    if (!any) {
        faults_add(reader->faults, table->header[0].place,
                   "the first row has to name the columns: server,count[,weight]");
        return;
    }
    for (size_t i = 0; i < table->columns; i++) {
        const struct csv_cell *name = &table->header[i];
        int column = column_at(reader, i);
        if (column < 0)
            faults_add(reader->faults, name->place,
                       "unknown column '%s'; the columns are server,count[,weight]", name->text);
        else if (!exact[column])
            faults_add(reader->faults, name->place, "unknown column '%s' (did you mean '%s'?)",
                       name->text, column_name[column]);
    }
    for (int c = 0; c < COLUMN_WEIGHT; c++)
        if (reader->column[c] < 0)
            faults_add(reader->faults, table->header[0].place, "there is no column '%s'",
                       column_name[c]);
}

/* ---- Rows ---- */

static void read_name(struct reader *reader, const struct csv_cell *cell,
                      struct analysis_server *server)
{
    bool added;
    if (cell->text[0] == '\0') {
        faults_add(reader->faults, cell->place, "a server without a name");
        return;
    }
    struct names *names = &reader->analysis->names;
    uint32_t number = names_enter(names, cell->text, strlen(cell->text), &added);
    server->name = names->text[number];
    if (added)
        reader->first_line[number] = cell->place.line;
    else
        faults_add(reader->faults, cell->place, "server '%s' is listed twice: line %u has it too",
                   cell->text, (unsigned)reader->first_line[number]);
}

static void read_count(struct reader *reader, const struct csv_cell *cell,
                       struct analysis_server *server)
{
    if (cell->text[0] == '\0')
        faults_add(reader->faults, cell->place, "a server without a count");
    else if (cell->text[strspn(cell->text, "0123456789")] != '\0')
        faults_add(reader->faults, cell->place,
                   "'%s' is not a count: a whole number in digits alone is wanted", cell->text);
    else if (!value_whole(cell->text, &server->count) || server->count > COUNT_MOST)
        faults_add(reader->faults, cell->place,
                   "%s is more than " COUNT_MOST_TEXT ": it is refused", cell->text);
}

static void read_weight(struct reader *reader, const struct csv_cell *cell,
                        struct analysis_server *server)
{
    bool fine = value_number(cell->text, &server->weight);
    if (cell->text[0] == '\0')
        faults_add(reader->faults, cell->place, "a server without a weight");
    else if (!fine || server->weight > WEIGHT_MOST ||
             (server->weight > 0 && server->weight < WEIGHT_LEAST))
        faults_add(reader->faults, cell->place,
                   "'%s' is not a weight: a number from 0 to 1e9 is wanted, like 3 or 0.25",
                   cell->text);
}

static void read_rows(struct reader *reader)
{
    static void (*const read[COLUMNS])(struct reader *, const struct csv_cell *,
                                       struct analysis_server *) = {read_name, read_count,
                                                                    read_weight};
    struct analysis *analysis = reader->analysis;
    analysis->servers = (uint32_t)reader->table->rows;
    analysis->server = memory_zeroed(analysis->servers, sizeof *analysis->server);
    analysis->weighted = reader->column[COLUMN_WEIGHT] >= 0;
    reader->first_line = memory_zeroed(analysis->servers, sizeof *reader->first_line);
    for (uint32_t i = 0; i < analysis->servers; i++) {
        analysis->server[i].weight = 1;
        for (int c = 0; c < COLUMNS; c++)
            if (reader->column[c] >= 0)
                read[c](reader, csv_cell(reader->table, i, (size_t)reader->column[c]),
                        &analysis->server[i]);
    }
    free(reader->first_line);
}

/* What can only be said of all rows together. */
static void check_sum(struct analysis *analysis, struct faults *faults)
{
    const struct place nowhere = {0};
    uint64_t sum = 0;
    for (uint32_t i = 0; i < analysis->servers && sum <= COUNT_MOST; i++)
        sum += analysis->server[i].count; /* each is 2^53 at most, or was refused */
    for (uint32_t i = 0; i < analysis->servers; i++) {
        const struct analysis_server *server = &analysis->server[i];
        bool looked_at = server->weight > 0;
        analysis->compared += looked_at;
        *(looked_at ? &analysis->total : &analysis->left_out) += server->count;
    }
    if (sum > COUNT_MOST)
        faults_add(faults, nowhere, "the counts add up to more than " COUNT_MOST_TEXT);
    else if (analysis->servers == 0)
        faults_add(faults, nowhere, "there is nothing to analyze: no rows follow the header");
    else if (sum == 0)
        faults_add(faults, nowhere, "there is nothing to analyze: all counts are 0");
    else if (analysis->total == 0)
        faults_add(faults, nowhere,
                   "there is nothing to analyze: servers of weight above 0 counted nothing");
}

/* ---- Measuring ---- */

static int by_name(const void *a, const void *b)
{
    const struct analysis_server *one = *(struct analysis_server *const *)a;
    const struct analysis_server *two = *(struct analysis_server *const *)b;
    return strcmp(one->name, two->name);
}

/* How probable the single most even table is: Stirling's sqrt(2 pi N) / prod sqrt(2 pi e) over the
 * cells of chi-square. Its law is continuous and takes that for impossible, where 500 and 500 of a
 * thousand come by chance once in forty tables. Cells pooled of small servers count as alike. */
static double evenest_table(const double *entitled, uint32_t servers, double total, uint64_t cells)
{
    double probability = sqrt(2 * M_PI * total), small = total;
    for (uint32_t i = 0; i < servers; i++)
        if (entitled[i] >= 5) {
            probability /= sqrt(2 * M_PI * entitled[i]);
            small -= entitled[i];
            cells--;
        }
    for (uint64_t i = 0; i < cells; i++)
        probability /= sqrt(2 * M_PI * small / (double)cells);
    return probability;
}

/* Servers are measured in the order of their names. People sort such tables by count, and pooling
 * neighbours of a table sorted by count would find it uneven whatever it holds. */
static void measure(struct analysis *analysis)
{
    uint32_t servers = analysis->servers;
    struct analysis_server **order = memory_zeroed(servers, sizeof *order);
    uint64_t *count = memory_zeroed(servers, sizeof *count);
    double *entitled = memory_zeroed(servers, sizeof *entitled);
    double weights = 0, total = (double)analysis->total;
    for (uint32_t i = 0; i < servers; i++)
        order[i] = &analysis->server[i];
    qsort(order, servers, sizeof *order, by_name);
    for (uint32_t i = 0; i < servers; i++)
        weights += order[i]->weight;
    assert(weights > 0);
    for (uint32_t i = 0; i < servers; i++) {
        count[i] = order[i]->count;
        entitled[i] = order[i]->entitled = total * order[i]->weight / weights;
    }
    analysis->spread = spread_of_entitled(count, entitled, servers);
    analysis->chi_square = chi_square_of(count, entitled, servers);
    analysis->chance = chance_of(analysis->chi_square.x2, analysis->chi_square.df);
    if (!analysis->chance.empty)
        analysis->chance.even_p =
            fmin(1, analysis->chance.even_p +
                        evenest_table(entitled, servers, total, analysis->chi_square.df + 1));
    analysis->verdict = chance_verdict(analysis->chance);
    /* Chi-square over all servers is total * cv^2, and on average servers - 1 by chance. */
    analysis->cv_by_chance = sqrt((double)(analysis->compared - 1) / total);
    free(order);
    free(count);
    free(entitled);
}

bool analysis_read(struct analysis *analysis, const struct input *input, struct faults *faults)
{
    *analysis = (struct analysis){.servers = 0};
    struct csv_table *table = csv_read(input, faults);
    if (table == NULL)
        return false;
    struct reader reader = {.table = table, .faults = faults, .analysis = analysis};
    find_columns(&reader);
    read_rows(&reader);
    if (faults->errors == 0)
        check_sum(analysis, faults);
    if (faults->errors == 0)
        measure(analysis);
    csv_table_free(table);
    return faults->errors == 0;
}

void analysis_free(struct analysis *analysis)
{
    free(analysis->server);
    names_free(&analysis->names);
    *analysis = (struct analysis){.servers = 0};
}
