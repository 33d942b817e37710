/* So many a second, and no more. */
#include "rate.h"

#include <CUnit/CUnit.h>

static void filling(void)
{
    struct rate rate;
    int taken = 0;

    rate_init(&rate, 10, 1000);
    while (rate_take(&rate, 1000))
        taken++;
    CU_ASSERT(taken == 10 && !rate_allows(&rate, 1000) && !rate_take(&rate, 1099));
    CU_ASSERT(rate_allows(&rate, 1100) && rate_take(&rate, 1100) && !rate_take(&rate, 1100));
    for (taken = 0; rate_take(&rate, 900000); taken++)
        ;
    CU_ASSERT_EQUAL(taken, 10); /* it holds no more after a long time */
    rate_init(&rate, 1000000, 0);
    CU_ASSERT(rate_take(&rate, INT64_MAX / 2)); /* no overflow */
}

CU_TestInfo test_rate[] = {{"filling", filling}, CU_TEST_INFO_NULL};
