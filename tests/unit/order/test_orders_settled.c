/* What a settlement permits: the attempt that it made durable, and no later one of the order (PROMISE.md R1). */
#include "change.h"

#include "given_waits.h"

#define TWO_WRITES                                                                                           \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_WRITE_B                            \
                 "," GIVEN_RECEIVE("") "],"                                                                  \
                                       " 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

static void told(struct world *world, struct order *order)
{
    CU_ASSERT_EQUAL(given_told(world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
}

static void repeated(struct world *world, struct order *order)
{
    CU_ASSERT(orders_repeat(world->orders, order, 0, 77));
}

static void decided(struct world *world, struct order *order)
{
    orders_note_decision(world->orders, order, memory_text("{}"), false, 9);
}

/* What changes the order once more while its intention is being settled, and is in the next settlement. */
static void (*const changes[])(struct world *world, struct order *order) = {told, repeated, decided};

static void no_later_attempt(void)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        struct world world;
        struct change second = {0};
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), TWO_WRITES, 10, true);
        struct order *order = given_named(&world, "k", '1');
        CU_ASSERT_PTR_NULL_FATAL(orders_next_call(world.orders, world.time));
        struct change first = given_change(&world, order, true, false, true);
        changes[i](&world, order);
        CU_ASSERT_FATAL(orders_next_change(world.orders, &second) && second.order == order);
        orders_settled(world.orders, &first, world.time.now_ms + 1000);
        CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
        given_answer(&world, order, 201, GIVEN_WRITTEN);
        CU_ASSERT_PTR_NULL_FATAL(orders_next_call(world.orders, world.time)); /* it intends step b */
        orders_settled(world.orders, &second, world.time.now_ms + 1000);
        CU_ASSERT_EQUAL(order->state, ORDER_INTENDING);
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
        CU_ASSERT_PTR_EQUAL(given_call(&world), order); /* when its own settlement has ended */
        CU_ASSERT(order_step(order)->id[0] == 'b');
        given_world_end(&world);
    }
}

/* An attempt is committed when its API closes: it waits for its place, and what is behind moves to the ledger (R11). */
static void behind_one_without_a_place(void)
{
    struct world world;
    const char *tag;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), TWO_WRITES, 10, true);
    struct order *order = given_named(&world, "k", '1'), *behind = given_named(&world, "k", '2');
    CU_ASSERT_PTR_NULL_FATAL(orders_next_call(world.orders, world.time));
    struct change change = given_change(&world, order, true, false, true);
    struct pace *pace = (struct pace *)(uintptr_t)orders_pace(world.orders, 0, &tag);
    for (int closed = 0; closed < 2; closed++) {
        pace->closed_until_ms = closed ? INT64_MAX : 0;
        orders_own_slow(world.orders, INT64_MAX);
        CU_ASSERT_EQUAL(behind->ledger.owned, closed == 1);
    }
    orders_settled(world.orders, &change, world.time.now_ms + 1000);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_PERMITTED && pace->in_flight == 0 && pace->ahead == 1);
    struct order *third = given_named(&world, "k", '3');
    orders_own_slow(world.orders, INT64_MAX);
    CU_ASSERT(third->ledger.owned);
    pace->closed_until_ms = 0;
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
    CU_ASSERT(pace->in_flight == 1 && pace->ahead == 0);
    given_world_end(&world);
}

CU_TestInfo test_orders_settled[] = {{"no later attempt", no_later_attempt},
                                     {"behind one without a place", behind_one_without_a_place},
                                     CU_TEST_INFO_NULL};
