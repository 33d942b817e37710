/* Outcomes as lines of a timeline. */
#include "outcome_view.h"

#include "memory.h"
#include "tree.h"

#include <CUnit/Basic.h>
#include <string.h>

static void facts(void)
{
    static const struct {
        const char *outcome, *want;
    } rows[] = {
        {"{\"status\":\"COMPLETED\",\"final\":true,\"step\":\"create\",\"reason\":null}", "COMPLETED"},
        {"{\"status\":\"PROGRESS\",\"final\":false,\"step\":\"create\",\"reason\":null,\"waiting\":null}",
         "PROGRESS at create"},
        {"{\"status\":\"PROGRESS\",\"final\":false,\"step\":\"awaitReady\",\"reason\":{\"kind\":\"REPORTED\",\"code\":"
         "\"inProgress\",\"text\":\"BT reported state inProgress\"},\"waiting\":{\"step\":\"confirmDate\",\"until\":"
         "\"2027-03-02T10:00:00.000Z\"}}",
         "PROGRESS at awaitReady, waits at confirmDate until 2027-03-02T10:00:00.000Z  REPORTED/inProgress: BT "
         "reported state inProgress"},
        {"{\"status\":\"UNKNOWN\",\"final\":false,\"step\":null,\"reason\":{\"kind\":\"IN_DOUBT\",\"code\":\"\"}}",
         "UNKNOWN  IN_DOUBT"},
        {"{\"status\":\"NEWER\",\"waiting\":{\"step\":\"m\"}}", "UNKNOWN, waits at m until -"},
        {"{}", "UNKNOWN"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(tree_release) struct json_object *outcome = NULL;
        CLEANUP(buffer_release) struct buffer text = {0};
        struct fault why;
        buffer_init(&text, 1000);
        CU_ASSERT_FATAL(tree_read_own(rows[i].outcome, strlen(rows[i].outcome), &outcome, &why));
        outcome_view_fact(outcome, &text);
        CU_ASSERT_STRING_EQUAL(buffer_text(&text), rows[i].want);
    }
}

CU_TestInfo test_outcome_view[] = {{"facts", facts}, CU_TEST_INFO_NULL};
