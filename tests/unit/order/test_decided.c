/* Decisions are recorded for good, in their order. */
#include "decided.h"

#include "../codec/given.h"

#define ID(n) "605c9599-4ab1-488f-8129-00000000000" n

static void added(void)
{
    char *list = decided_add(NULL, "{\"signalId\":\"" ID("1") "\",\"applied\":false}", false);

    given_same("one", list, "[{\"signalId\":\"" ID("1") "\",\"applied\":false}]");
    list = decided_add(list, "{\"signalId\":\"" ID("2") "\"}", true);
    given_same("two", list,
               "[{\"signalId\":\"" ID("1") "\",\"applied\":false},{\"signalId\":\"" ID("2") "\"}]");
    CU_ASSERT(decided_has(list, ID("1")) && decided_has(list, ID("2")) && !decided_has(list, ID("3")));
    CU_ASSERT_FALSE(decided_has(NULL, ID("1")));
    memory_free(list);
}

/* Whoever sends decisions without end fills no record; one that is applied is kept in any case. */
static void bounded(void)
{
    char *list = NULL;

    for (int i = 0; i < 20000; i++)
        list = decided_add(list, "{\"signalId\":\"" ID("1") "\"}", false);
    size_t full = strlen(list);
    CU_ASSERT(full <= DECIDED_MAX + 4);
    list = decided_add(list, "{\"signalId\":\"" ID("2") "\"}", true);
    CU_ASSERT(strlen(list) > full && decided_has(list, ID("2")));
    memory_free(list);
}

CU_TestInfo test_decided[] = {{"added", added}, {"bounded", bounded}, CU_TEST_INFO_NULL};
