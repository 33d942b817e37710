/* One order: what it owns and what its outcome says. */
#include "order.h"

#include "../codec/given.h"

static void tracking(void)
{
    struct order *order = order_new("t", 1, 2, NULL, 0);
    char id[16];

    for (int i = 0; i < TRACKING_IDS_MAX + 3; i++) {
        snprintf(id, sizeof id, "id-%d", i);
        order_note_tracking(order, id);
    }
    CU_ASSERT_EQUAL(order->main.calls.tracking_count, TRACKING_IDS_MAX);
    given_same("the oldest go", order->main.calls.tracking_ids[0], "id-3");
    given_same("the latest stays", order->main.calls.tracking_ids[TRACKING_IDS_MAX - 1], id);
    execution_clear_calls(&order->main);
    CU_ASSERT(order->main.calls.tracking_count == 0 && order->main.calls.attempts == 0);
    CU_ASSERT_PTR_NULL(order_free(order));
    CU_ASSERT_PTR_NULL(order_free(NULL));
}

static void outcome(void)
{
    static const bool final[] = {[OUTCOME_COMPLETED] = true,
                                 [OUTCOME_REJECTED] = true,
                                 [OUTCOME_FAILED] = true,
                                 [OUTCOME_UNKNOWN] = false,
                                 [OUTCOME_PROGRESS] = false};
    struct order *order = order_new("t", 1, 2, "a\0b", 3);
    struct outcome made;

    CU_ASSERT(order->source.key_length == 3 && memcmp(order->source.key, "a\0b", 3) == 0);
    for (enum outcome_status status = OUTCOME_COMPLETED; status <= OUTCOME_PROGRESS; status++) {
        order->status = status;
        order_outcome(order, &made);
        CU_ASSERT_EQUAL(made.final, final[status]);
    }
    CU_ASSERT(made.source.partition == 1 && made.source.offset == 2);
    order_free(order);
}

CU_TestInfo test_order[] = {{"tracking", tracking}, {"outcome", outcome}, CU_TEST_INFO_NULL};
