/* Mistakes are collected in order, with copies of their texts. */
#include "problems.h"

#include "same.h"

static void collected(void)
{
    struct problems problems = {0};
    char where[] = "file:1";

    problems_add(&problems, where, "", "the %s is wrong", "first");
    problems_add(&problems, "", "write it", "the second");
    memset(where, 'x', sizeof where - 1);
    CU_ASSERT_EQUAL_FATAL(problems.count, 2);
    given_same("where", problems.list[0].where, "file:1");
    given_same("what", problems.list[0].what, "the first is wrong");
    given_same("no remedy", problems.list[0].remedy, "");
    given_same("remedy", problems.list[1].remedy, "write it");
    problems_release(&problems);
    CU_ASSERT(problems.count == 0 && problems.list == NULL);
}

static void long_text(void)
{
    struct problems problems = {0};
    char text[2000];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    problems_add(&problems, "", "", "%s", text);
    CU_ASSERT(strlen(problems.list[0].what) < sizeof text);
    problems_release(&problems);
}

CU_TestInfo test_problems[] = {{"collected", collected}, {"long text is cut", long_text}, CU_TEST_INFO_NULL};
