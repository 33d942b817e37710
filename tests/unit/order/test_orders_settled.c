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

CU_TestInfo test_orders_settled[] = {{"no later attempt", no_later_attempt}, CU_TEST_INFO_NULL};
