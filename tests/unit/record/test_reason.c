/* A reason's parts, cut where they are too long, and its kind's symbol. */
#include "reason.h"

#include "../codec/given.h"

static void set(void)
{
    struct reason reason;
    char longer[600];

    reason_set(&reason, REASON_REFUSED, "28", "BT answered %d", 400);
    CU_ASSERT_EQUAL(reason.kind, REASON_REFUSED);
    given_same("code", reason.code, "28");
    given_same("text", reason.text, "BT answered 400");
    reason_set(&reason, reason.kind, reason.code, "Gave up. %s", reason.text);
    given_same("out of itself", reason.text, "Gave up. BT answered 400");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    memcpy(longer + sizeof reason.text - 2, "\xc3\xa9", 2); /* the cut would fall into it */
    reason_set(&reason, REASON_CONTRACT, longer, "%s", longer);
    CU_ASSERT(strlen(reason.text) == sizeof reason.text - 2 && strlen(reason.code) == sizeof reason.code - 1);
}

static void kinds(void)
{
    given_same("none", reason_kind_name(REASON_NONE), "");
    given_same("the last", reason_kind_name(REASON_REPORTED), "REPORTED");
}

CU_TestInfo test_reason[] = {{"set", set}, {"kinds", kinds}, CU_TEST_INFO_NULL};
