/* Retry-After in both its forms. */
#include "retry_after.h"

#include "../codec/given.h"

static const struct {
    const char *value, *date;
    int64_t ms;
} cases[] = {
    {NULL, NULL, -1},
    {"", NULL, -1},
    {"0", NULL, 0},
    {"30", NULL, 30000},
    {"600", NULL, 600000},
    {"601", NULL, 600000},
    {"1764378000", NULL, 600000},
    {"99999999999999999999999", NULL, 600000},
    {"2026-03-02T10:00:00Z", NULL, -1},
    {"-5", NULL, -1},
    {"+5", NULL, -1},
    {"1.5", NULL, -1},
    {"5 seconds", NULL, -1},
    {"soon", NULL, -1},
    {"Fri, 02 Jan 2026 10:00:30 GMT", "Fri, 02 Jan 2026 10:00:00 GMT", 30000},
    {"Friday, 02-Jan-26 10:00:30 GMT", "Fri, 02 Jan 2026 10:00:00 GMT", 30000},
    {"Fri, 02 Jan 2026 10:00:00 GMT", "Fri, 02 Jan 2026 10:00:30 GMT", 0},
    {"Sun, 02 Jan 2028 10:00:00 GMT", "Fri, 02 Jan 2026 10:00:00 GMT", 600000},
    {"Fri, 02 Jan 1998 10:00:00 GMT", NULL, 0},
    {"Fri, 02 Jan 1998 10:00:00 GMT", "no date", 0},
};

static void forms(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ms = retry_after_ms(cases[i].value, cases[i].date, 600000);
        if (ms == cases[i].ms)
            continue;
        printf("\n  %s: got %lld", cases[i].value, (long long)ms);
        CU_FAIL("case above");
    }
}

CU_TestInfo test_retry_after[] = {{"forms", forms}, CU_TEST_INFO_NULL};
