/* Orders whose record is larger than the ledger takes: refused before the first call, never called again after it. */
#include "given_snapshot.h"

static struct fault large = {.kind = FAULT_EXHAUSTED, .text = "it has 9 bytes and 't' takes 8"};

static void begin(struct world *world, const char *workflow)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
}

static void too_large(struct world *world, const struct order *order, bool intends, bool publishes)
{
    struct change change = given_change(world, order, intends, publishes, true);

    if (publishes)
        orders_published(change.order); /* as order/batch.c: it is made first */
    orders_too_large(world->orders, &change, &large);
}

/* It is never sent, and its place in the window is free again. */
static void never_sent(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1'), *behind = given_named(&world, "a", '2');
    const char *tag;
    orders_next_call(world.orders, world.time);
    CU_ASSERT(order_is_unsent(order));
    too_large(&world, order, true, false);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED && !order->ledger.owned);
    given_same("code", order->reason.code, "size");
    given_same("text", order->reason.text, large.text);
    CU_ASSERT(orders_owned_count(world.orders) == 0 && behind->state == ORDER_READY);
    CU_ASSERT_EQUAL(orders_pace(world.orders, 0, &tag)->in_flight, 0);
    struct change change = given_change(&world, order, false, true, true); /* what it ended with is small */
    orders_settled(world.orders, &change, INT64_MAX);
    given_world_end(&world);
}

/* Behind another of its key it waits for its turn to be refused, and its record needs no request any more. */
static void never_sent_behind_another(void)
{
    struct world world;
    struct ledger_record record;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *first = given_named(&world, "a", '1'), *order = given_named(&world, "a", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), first);
    orders_own_slow(world.orders, INT64_MAX);
    too_large(&world, order, false, false);
    CU_ASSERT(order->state == ORDER_QUEUED && order->ledger.owned);
    struct change change = given_change(&world, order, false, false, true);
    snapshot_take(order, 0, &record);
    given_same("inputs", record.inputs, "{}");
    ledger_release(&record);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_PTR_NOT_NULL(order->ledger.unloaded);
    given_answer(&world, first, 201, "{'o': 'x'}");
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED);
    given_same("code", order->reason.code, "size");
    given_world_end(&world);
}

/* The first step was carried out: the order is parked, what BT said is left out and it never calls again. */
static void after_a_step(void)
{
    struct world world;

    begin(&world, GIVEN_TWO_WRITES);
    struct order *order = given_named(&world, "a", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 201, "{'orderId': '7', 'o': 'x'}");
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_FALSE(order_is_unsent(order));
    too_large(&world, order, true, false);
    CU_ASSERT(order->state == ORDER_PARKED && order->status == OUTCOME_UNKNOWN && order->ledger.owned);
    given_same("code", order->reason.code, "size");
    CU_ASSERT_PTR_NOT_NULL(strstr(order->reason.text, "left out"));
    CU_ASSERT_EQUAL(json_object_object_length(order->main.steps), 0);
    struct change change = given_change(&world, order, false, true, true);
    orders_published(order);
    struct order *again = given_recalled(&world, order);
    given_awake(again);
    CU_ASSERT(again->main.steps_left_out && again->order_id[0] == '7' && again->journal.dropped == 1);
    order_free(again);
    orders_settled(world.orders, &change, INT64_MAX);
    const struct decision retry = {.verdict = DECISION_RETRY, .attempt = order->attempt};
    struct fault why;
    world.time.now_ms += 100000;
    CU_ASSERT_FATAL(orders_decide(world.orders, order, &retry, world.time, &why));
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    given_same("code", order->reason.code, "size");
    given_world_end(&world);
}

/* What came of an attempt is not written: the ledger says "intended", which is as careful; the order goes on. */
static void in_doubt(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, -CALL_CUT, "");
    too_large(&world, order, false, false);
    CU_ASSERT(order->state == ORDER_WAITING && order->doubt.open);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order); /* the look-up */
    given_answer(&world, order, 200, "{'o': 'x'}");
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_world_end(&world);
}

/* Not even the smallest fits: it stays as the ledger has it, nothing is published or called, and nothing repeats. */
static void nothing_fits(void)
{
    struct world world;

    begin(&world, GIVEN_NEVER);
    struct order *order = given_named(&world, "a", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, -CALL_CUT, "");
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    too_large(&world, order, false, true);
    CU_ASSERT(order->outcome_is_due && order->sequence == 0); /* once more, without its journal */
    too_large(&world, order, false, true);
    CU_ASSERT(order->state == ORDER_PARKED && !order->outcome_is_due && order->sequence == 0);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    given_world_end(&world);
}

/* Nor what it ended with. */
static void the_end_does_not_fit(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    given_answer(&world, order, 201, "{'o': 'x'}");
    too_large(&world, order, false, true);
    CU_ASSERT(order->state == ORDER_DONE && order->sequence == 0);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

/* Its partition is given away just then: it goes. */
static void leaving(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1');
    orders_next_call(world.orders, world.time);
    orders_leave(world.orders, 0, false);
    CU_ASSERT_EQUAL(orders_count(world.orders), 1); /* its record, queued */
    too_large(&world, order, false, false);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

CU_TestInfo test_orders_outgrown[] = {
    {"never sent", never_sent},     {"never sent, behind another", never_sent_behind_another},
    {"after a step", after_a_step}, {"in doubt", in_doubt},
    {"nothing fits", nothing_fits}, {"the end does not fit", the_end_does_not_fit},
    {"leaving", leaving},           CU_TEST_INFO_NULL};
