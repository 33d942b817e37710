/* takeover.accept: exactly the positions that it names. */
#include "acceptance.h"

#include <CUnit/Basic.h>
#include <string.h>

static void positions(void)
{
    static const char list[] = "whc.order-requests/3@12, a/b/0@7,whc.order-requests/12@0";

    CU_ASSERT(acceptance_has(list, "whc.order-requests", 3, 12));
    CU_ASSERT(acceptance_has(list, "a/b", 0, 7));
    CU_ASSERT(acceptance_has(list, "whc.order-requests", 12, 0));
    CU_ASSERT_FALSE(acceptance_has(list, "whc.order-requests", 3, 1));
    CU_ASSERT_FALSE(acceptance_has(list, "whc.order-requests", 1, 12));
    CU_ASSERT_FALSE(acceptance_has(list, "order-requests", 3, 12));
    CU_ASSERT_FALSE(acceptance_has("", "whc.order-requests", 3, 12));
    CU_ASSERT(acceptance_names(list, "whc.order-requests", 12));
    CU_ASSERT_FALSE(acceptance_names(list, "whc.order-requests", 2));
}

static void mistakes(void)
{
    static const char *const wrong[] = {"t", "t/1", "t/1@", "t/x@1", "/1@2", "t/1@2x", "ok/1@2,t@2"};
    struct fault why;

    CU_ASSERT(acceptance_check("", &why) && acceptance_check("t/1@2", &why) &&
              acceptance_check("t/1@2, t/2@3", &why));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        why.text[0] = '\0';
        CU_ASSERT(!acceptance_check(wrong[i], &why) && strstr(why.text, "is not <topic>") != NULL);
    }
}

CU_TestInfo test_acceptance[] = {{"positions", positions}, {"mistakes", mistakes}, CU_TEST_INFO_NULL};
