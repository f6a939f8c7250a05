/* fuzz_table.c: any text as a CSV file: refused in words, or a table whose every cell stands where
 * it says. */
#include "sim/workload/csv.h"
#include "tests/fuzz/shown.h"

#include <string.h>

/* Where the place is in the text; line and column must exist, or be the end. */
struct seeker {
    const char *at, *end;
    uint32_t line, column;
};

static const char *seek(struct seeker *seeker, const struct place *place)
{
    while (seeker->line < place->line ||
           (seeker->line == place->line && seeker->column < place->column)) {
        uint32_t code;
        assert(seeker->at < seeker->end && "the place is in the text");
        bool ends = *seeker->at == '\n';
        seeker->at += utf8_character(seeker->at, seeker->end, &code);
        seeker->column = ends ? 1 : seeker->column + 1;
        seeker->line += ends;
    }
    assert(seeker->line == place->line && seeker->column == place->column && "they come in order");
    return seeker->at;
}

static void check_cell(struct seeker *seeker, const struct csv_cell *cell)
{
    const char *at = seek(seeker, &cell->place);
    size_t length = strlen(cell->text), left = (size_t)(seeker->end - at);
    if (cell->quoted)
        assert(left > 0 && *at == '"');
    else
        assert(left >= length && memcmp(at, cell->text, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct faults faults = {0};
    input_of_text(&input, "fuzz.csv", (const char *)data, size);
    struct csv_table *table = csv_read(&input, &faults);
    bool fine = check_faults(&faults, &input);
    assert(table != NULL || !fine);
    if (table != NULL) {
        struct seeker seeker = {
            .at = input.text, .end = input.text + input.length, .line = 1, .column = 1};
        for (size_t i = 0; i < table->columns; i++) {
            assert(csv_column(table, table->header[i].text) == (int)i && "names differ");
            check_cell(&seeker, &table->header[i]);
        }
        for (size_t i = 0; i < table->rows * table->columns; i++)
            check_cell(&seeker, &table->cell[i]);
    }
    csv_table_free(table);
    faults_free(&faults);
    input_free(&input);
    return 0;
}
