/* Waits that would go on for ever, hold everything up, or ask without a pause. */
#include "change.h"

#include "given_waits.h"
#include "orders_inside.h"

/* A day that has passed, and a way that leads back to it: it ends after as many steps as the workflow may execute. */
static void a_day_that_has_passed(void)
{
    struct world world;

    given_world_of(
        &world, GIVEN_OUTCOME(GIVEN_O),
        GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'd', " GIVEN_READ
                     ", 'x-start-at': {'at': '$inputs.id', 'until': '10:00'}, 'onFailure': [{'name': 'again',"
                     " 'type': 'goto', 'stepId': 'd'}]}]}"),
        10, true);
    struct order *order = given_order(&world, "k", "2020-01-01");
    orders_take(world.orders, order, world.time);
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    given_same("why", order->reason.code, "steps");
    given_world_end(&world);
}

/* A step that was begun in its time is not tried again after it. */
static void a_window_that_has_closed(void)
{
    struct world world;

    for (int late = 0; late < 2; late++) {
        given_world_of(&world, GIVEN_OUTCOME(GIVEN_O),
                       GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'd', " GIVEN_READ
                                    ", 'x-start-at': {'at': '$inputs.id', 'until': '15:00'}}]}"),
                       10, true);
        struct order *order = given_order(&world, "k", "2026-03-02");
        world.time.wall_ms = 1772463599000; /* a second before */
        orders_take(world.orders, order, world.time);
        CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
        given_answer(&world, order, 503, "{}");
        CU_ASSERT_EQUAL_FATAL(order->state, ORDER_WAITING);
        world.time.now_ms += 100000;
        world.time.wall_ms += late * 1000;
        struct order *called = orders_next_call(world.orders, world.time);
        CU_ASSERT_PTR_EQUAL(called, late ? NULL : order);
        CU_ASSERT_EQUAL(order->state, late ? ORDER_PARKED : ORDER_CALLING);
        CU_ASSERT_EQUAL(order->reason.kind, late ? REASON_TIMEOUT : REASON_NONE);
        given_world_end(&world);
    }
}

static const struct fault too_large = {.kind = FAULT_EXHAUSTED, .text = "too large"};

/* It waits for its message, and all about it is settled. */
static struct order *settled_waiting(struct world *world)
{
    const char *reference;
    char news[300];
    struct order *order = given_waiting(world, GIVEN_WAITS, &reference);

    CU_ASSERT_PTR_NULL(given_settle(world, 1000));
    given_news(order, news, sizeof news);
    return order;
}

/* What has outgrown the ledger, and stays as that has it, takes no message, and holds up no other order's. */
static void an_order_that_stays(void)
{
    struct world world;
    struct change change;
    struct order *order = settled_waiting(&world);

    order->main.steps_left_out = true; /* there is nothing more to leave out */
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "dead"), TOLD_TAKEN);
    CU_ASSERT_FATAL(orders_next_change(world.orders, &change) && change.publishes);
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "dead"), TOLD_LATER);
    orders_published(order);
    orders_too_large(world.orders, &change, &too_large);
    CU_ASSERT(order->state == ORDER_DONE && orders_change_count(world.orders) == 0);
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "dead"), TOLD_FULL);
    given_world_end(&world);
}

/* News of an order that waits make its record too large: it is a person's, and the message is dealt with. */
static void too_large_while_it_waits(void)
{
    for (int forwarded = 0; forwarded < 2; forwarded++) {
        struct world world;
        struct change change;
        struct order *order = settled_waiting(&world);
        CU_ASSERT_EQUAL(given_told_by(&world, order, forwarded == 1, 5, "e1", NULL, "working"), TOLD_TAKEN);
        CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
        orders_too_large(world.orders, &change, &too_large);
        CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
        CU_ASSERT(orders_next_change(world.orders, &change) && change.publishes);
        CU_ASSERT_EQUAL(forwarded == 1 ? order->ledger.signal_count : order->ledger.event_count, 1);
        given_world_end(&world);
    }
}

/* After so many messages an order takes none, also after a take-over; what it waits for goes on without them. */
static void as_many_as_it_takes(void)
{
    struct world world;
    char news[300];
    struct order *order = settled_waiting(&world);

    for (int64_t i = 0; i < MESSAGES_MAX; i++) {
        CU_ASSERT_EQUAL_FATAL(given_told(&world, order, i, NULL, NULL, "working"), TOLD_TAKEN);
        given_news(order, news, sizeof news);
    }
    struct order *again = given_taken_over(&world, order);
    int64_t heard = again->waiting.heard.events_end;
    CU_ASSERT_EQUAL(given_told(&world, again, MESSAGES_MAX, NULL, NULL, "done"), TOLD_SPENT);
    CU_ASSERT(again->state == ORDER_AWAITING && again->waiting.heard.events_end == heard &&
              orders_change_count(world.orders) == 0);
    given_world_end(&world);
}

/* The last look has no answer: it is asked again after a while, and no time passes in between. */
static void the_last_look_again(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);
    int looks = 0;

    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    world.time.wall_ms += 1000000;
    world.time.now_ms += 1000000;
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    while (looks < 5 && orders_next_call(world.orders, world.time) == order) {
        given_answer(&world, order, 404, "{}");
        looks++;
    }
    CU_ASSERT(looks == 1 && order->state == ORDER_AWAITING);
    world.time.wall_ms = order->waiting.wait.look_at_ms;
    world.time.now_ms += 60000;
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), order);
    given_world_end(&world);
}

/* What the order waits for comes while BT is asked, and there is no room: it comes again when the look has ended. */
static void no_room_during_a_look(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_LOOKS, &reference);

    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    for (int64_t i = 0; i < MAILBOX_MESSAGES_MAX; i++)
        CU_ASSERT_EQUAL(given_told(&world, order, i, NULL, NULL, "working"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told(&world, order, MAILBOX_MESSAGES_MAX, NULL, NULL, "done"), TOLD_LATER);
    given_answer(&world, order, 404, "{}");
    CU_ASSERT_EQUAL(given_told(&world, order, MAILBOX_MESSAGES_MAX, NULL, NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_world_end(&world);
}

CU_TestInfo test_orders_await_limits[] = {
    {"a day that has passed", a_day_that_has_passed}, {"a window that has closed", a_window_that_has_closed},
    {"an order that stays", an_order_that_stays},     {"too large while it waits", too_large_while_it_waits},
    {"the last look again", the_last_look_again},     {"no room during a look", no_room_during_a_look},
    {"as many as it takes", as_many_as_it_takes},     CU_TEST_INFO_NULL};
