/* The parts of a ledger record: copies stand alone, what is written is read, nothing is nothing. */
#include "ledger_wait.h"
#include "memory.h"
#include "tree.h"

#include "../codec/given.h"

#define ONE "3f1c2d7e-0000-8000-8000-000000000003"
#define TWO "3f1c2d7e-0000-8000-8000-000000000004"

static void references(void)
{
    struct ledger_references list = {0};
    struct ledger_reference *one = ledger_references_add(&list, "import", ONE);

    one->order_id = memory_text("00125420");
    (void)ledger_references_add(&list, "create", TWO);
    /* One step gives one reference, however often it is attempted. */
    CU_ASSERT_PTR_EQUAL(ledger_references_add(&list, "import", ONE), &list.list[0]);
    CU_ASSERT_EQUAL_FATAL(list.count, 2);

    struct ledger_references copy = ledger_references_copy(&list);
    ledger_references_release(&list);
    CU_ASSERT(list.count == 0 && list.list == NULL);
    CU_ASSERT_EQUAL_FATAL(copy.count, 2);
    given_same("step", copy.list[0].step, "import");
    given_same("reference", copy.list[0].reference, ONE);
    given_same("order id", copy.list[0].order_id, "00125420");
    CU_ASSERT_PTR_NULL(copy.list[1].order_id);
    ledger_references_release(&copy);
}

static void waits(void)
{
    struct ledger_wait wait = {.step = memory_text("awaitReady"),
                               .since_ms = 1772445600001,
                               .until_ms = 1775037600001,
                               .expected_ms = 1772618400001,
                               .late = true,
                               .reference = ONE},
                       copy = ledger_wait_copy(&wait), got;

    ledger_wait_release(&wait);
    CU_ASSERT_PTR_NULL(ledger_wait_tree(&wait));
    CLEANUP(tree_release) struct json_object *tree = ledger_wait_tree(&copy);
    ledger_wait_of(tree, &got);
    given_same("step", got.step, "awaitReady");
    given_same("reference", got.reference, ONE);
    CU_ASSERT(got.since_ms == copy.since_ms && got.until_ms == copy.until_ms && got.look_at_ms == 0 &&
              got.expected_ms == copy.expected_ms && got.late);
    ledger_wait_release(&got);
    ledger_wait_release(&copy);
    ledger_wait_of(NULL, &got);
    CU_ASSERT_PTR_NULL(got.step);
}

CU_TestInfo test_ledger_wait[] = {{"references", references}, {"waits", waits}, CU_TEST_INFO_NULL};
