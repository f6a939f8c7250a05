/* harness.c: one CUnit suite a program; see harness.h. */
#include "tests/harness.h"

#include <CUnit/Basic.h>
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int harness_run(const char *suite, const struct test *test, unsigned count)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return EXIT_FAILURE;
    CU_pSuite into = CU_add_suite(suite, NULL, NULL);
    assert(into != NULL);
    for (unsigned i = 0; i < count; i++) {
        CU_pTest added = CU_add_test(into, test[i].name, test[i].run);
        assert(added != NULL && CU_get_error() == CUE_SUCCESS && "two tests of one name");
        (void)added;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned ran = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    printf("%s: %u passed, %u failed\n", suite, ran - failed, failed);
    CU_cleanup_registry();
    return ran == count && ran > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void check_row(bool holds, int line, const char *file, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    CU_assertImplementation(holds ? CU_TRUE : CU_FALSE, (unsigned)line, text, file, "", CU_FALSE);
}
