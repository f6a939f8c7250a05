/* test_bar.c: how long bars are. */
#include "reports/bar.h"
#include "tests/harness.h"

#include <string.h>

static void test_lengths(void)
{
    char text[BAR_MAX];
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_NONE, 1, 10, text), "");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_ASCII, 0, 10, text), "");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_ASCII, .001, 10, text), "#");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_ASCII, .24, 10, text), "##");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_ASCII, 1, 4, text), "####");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_ASCII, 7, 4, text), "####");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_BLOCKS, .001, 2, text), "\xE2\x96\x8F");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_BLOCKS, .75, 2, text), "\xE2\x96\x88\xE2\x96\x8C");
    CU_ASSERT_STRING_EQUAL(bar_text(BAR_BLOCKS, 1, 2, text), "\xE2\x96\x88\xE2\x96\x88");
    CU_ASSERT_STRING_EQUAL(bar_text_pale(BAR_BLOCKS, 1, 2, text), "\xE2\x96\x91\xE2\x96\x91");
    CU_ASSERT_STRING_EQUAL(bar_text_pale(BAR_ASCII, .5, 4, text), "..");
    CU_ASSERT_EQUAL(strlen(bar_text(BAR_BLOCKS, 1, BAR_MOST, text)), BAR_MAX - 1);
}

static const struct test tests[] = {{"lengths", test_lengths}};

SUITE("bar", tests)
