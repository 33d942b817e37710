/* Lengths of time as people read them. */
#include "order_show.h"

#include "memory.h"

#include <CUnit/Basic.h>

static void spans(void)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{0, "0 ms"},
                {999, "999 ms"},
                {1000, "1.0 s"},
                {119999, "120.0 s"},
                {120000, "2 min"},
                {7199999, "119 min"},
                {7200000, "2 h 0 min"},
                {11520000, "3 h 12 min"},
                {172799999, "47 h 59 min"},
                {172800000, "2 d 0 h"},
                {864000000000, "10000 d 0 h"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buffer_release) struct buffer line = {0};
        buffer_init(&line, 100);
        order_show_span(&line, rows[i].ms);
        CU_ASSERT_STRING_EQUAL(buffer_text(&line), rows[i].text);
    }
}

CU_TestInfo test_order_show[] = {{"spans", spans}, CU_TEST_INFO_NULL};
