/* A name's place in its table. */
#include "names.h"

#include "same.h"

static void find(void)
{
    static const char *const names[] = {"a", "", "bc", NULL};

    CU_ASSERT(names_find(names, "a") == 0 && names_find(names, "") == 1 && names_find(names, "bc") == 2);
    CU_ASSERT(names_find(names, "b") == -1 && names_find(names, "BC") == -1 && names_find(names, NULL) == -1);
}

CU_TestInfo test_names[] = {{"find", find}, CU_TEST_INFO_NULL};
