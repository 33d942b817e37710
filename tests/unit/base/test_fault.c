/* A failure is a value of one line. */
#include "fault.h"

#include "same.h"

static bool fails(struct fault *why)
{
    TRY(fault_set(why, FAULT_PEER, "answered %d", 503));
    return true;
}

static void set(void)
{
    struct fault why;
    char text[1000];

    CU_ASSERT_FALSE(fails(&why));
    CU_ASSERT_EQUAL(why.kind, FAULT_PEER);
    given_same("text", why.text, "answered 503");
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CU_ASSERT_FALSE(fault_set(&why, FAULT_LOCAL, "%s", text));
    CU_ASSERT_EQUAL(strlen(why.text), sizeof why.text - 1);
}

CU_TestInfo test_fault[] = {{"set", set}, CU_TEST_INFO_NULL};
