/* harness.h: the little that every suite needs around CUnit.
 *
 * A test file is one program: it defines a table of tests and names it with SUITE. The Makefile
 * finds it by its name (tests/test_*.c); nothing else has to be edited. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <CUnit/CUnit.h>
#include <stdbool.h>

struct test {
    const char *name;
    void (*run)(void);
};

/* Runs the table as one CUnit suite and prints the closing line that tests/run adds up.
 * Returns main()'s value: 0 only if tests ran and none failed. */
int harness_run(const char *suite, const struct test *test, unsigned count);

#define SUITE(name, table)                                                                         \
    int main(void)                                                                                 \
    {                                                                                              \
        return harness_run(name, table, sizeof table / sizeof *table);                             \
    }

/* Fails with a message of one's own (a row's name, a step), so that a table's failing row shows. */
void check_row(bool holds, int line, const char *file, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define CHECK_ROW(holds, ...) check_row(holds, __LINE__, __FILE__, __VA_ARGS__)

#endif
