/* When an order makes its calls. What it makes of the replies: tests/golden/workflows. */
#include "engine.h"

#include "given_orders.h"

#define READ                                                                                                 \
    "{'stepId': 'a', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value':"            \
    " '$inputs.id'}], 'successCriteria': [{'condition': '$statusCode == 200'}],"                             \
    " 'outputs': {'o': '$response.body#/o'}}"

/* notAfter is for the first call only; what BT asked for is waited for, and the whole time is bounded. */
static void times(void)
{
    struct world world;
    struct order *order;
    struct evidence evidence = {
        .end = CALL_REPLIED, .status = 503, .unreadable = "", .what = "", .retry_after_ms = 7000};
    struct verdict verdict;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_STEPS(READ), 10);
    order = given_order(&world, NULL, "7");
    order->request.not_after_ms = world.time.wall_ms - 1;
    orders_take(world.orders, order, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_PTR_EQUAL_FATAL(given_next_done(&world), order);
    CU_ASSERT(order->status == OUTCOME_FAILED && order->reason.kind == REASON_EXPIRED &&
              order->started_at_ms == 0);
    given_same("code", order->reason.code, "notAfter");
    given_settled(&world, order);

    order = given_order(&world, NULL, "7");
    order->request.not_after_ms = world.time.wall_ms;
    orders_take(world.orders, order, world.time);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    orders_answer(world.orders, order, &evidence, world.time, &verdict);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), world.time.now_ms + 7000);
    given_wait(&world);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time),
                              order); /* notAfter has passed: it goes on */
    evidence.retry_after_ms = 60000;
    orders_answer(world.orders, order, &evidence, world.time, &verdict);
    CU_ASSERT_PTR_EQUAL_FATAL(given_next_done(&world), order);
    given_same("later than give.up", order->reason.code, "time");
    given_settled(&world, order);
    given_world_end(&world);
}

CU_TestInfo test_engine[] = {{"times", times}, CU_TEST_INFO_NULL};
