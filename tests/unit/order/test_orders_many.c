/* Very many orders: what is done for all of them is done in parts, so that no turn is longer than it may be (R15). */
#include "given_waits.h"
#include "orders_inside.h"

enum { MANY = 1000 };

static struct order *given_nth(struct world *world, const char *key, int n)
{
    struct order *order = given_order(world, key, "7");

    snprintf(order->request.id, sizeof order->request.id, "605c9599-4ab1-488f-8129-%012d", n);
    return order;
}

static void begin(struct world *world)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), GIVEN_ONE_READ, 10, true);
}

/* A partition with many of them is given away, or lost: none goes on, and they are freed bit by bit. */
static void leaving(bool lost)
{
    struct world world;
    char key[16];
    int calls = 0;

    begin(&world);
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "%d", i);
        orders_take(world.orders, given_nth(&world, key, i), world.time);
    }
    struct order *calling = orders_next_call(world.orders, world.time);
    orders_leave(world.orders, 0, lost);
    size_t left = orders_count(world.orders);
    CU_ASSERT(left > 1 && left < MANY);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    CU_ASSERT(!lost || orders_find(world.orders, "605c9599-4ab1-488f-8129-000000000500") == NULL);
    orders_leave(world.orders, 0, true); /* what was to be given away is lost meanwhile */
    while (!orders_sweep(world.orders))
        calls++;
    CU_ASSERT(calls > 2);
    CU_ASSERT_EQUAL(orders_count(world.orders), 1);
    given_answer(&world, calling, 200, "{}");
    CU_ASSERT(orders_count(world.orders) == 0 && orders_bytes(world.orders) == 0);
    given_world_end(&world);
}

static void given_away(void)
{
    leaving(false);
}

static void lost(void)
{
    leaving(true);
}

/* The partition comes back before all are freed: the same orders again are others, and get on. */
static void back_at_once(void)
{
    struct world world;

    begin(&world);
    for (int i = 0; i < MANY; i++)
        orders_take(world.orders, given_nth(&world, "k", i), world.time);
    orders_leave(world.orders, 0, true);
    struct order *again = given_nth(&world, "k", 500);
    orders_take(world.orders, again, world.time);
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, again->request.id), again);
    while (!orders_sweep(world.orders))
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_count(world.orders), 1);
    CU_ASSERT_PTR_EQUAL(orders_next_call(world.orders, world.time), again);
    given_world_end(&world);
}

/* Many of one key that end as soon as it is their turn: in order, and not all at once. */
static void that_end_at_once(void)
{
    struct world world;
    struct change change;
    int next = 1;

    begin(&world);
    struct order *first = given_nth(&world, "k", 0);
    orders_take(world.orders, first, world.time);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), first);
    for (int i = 1; i < MANY; i++) {
        struct order *order = given_nth(&world, "k", i);
        engine_refuse(order, REASON_CONTRACT, "id", "broken", world.time.wall_ms);
        orders_take(world.orders, order, world.time);
    }
    given_answer(&world, first, 200, "{}");
    given_settled(&world, given_next_done(&world));
    CU_ASSERT(orders_change_count(world.orders) < MANY / 2);
    for (int turn = 0; turn < MANY && orders_count(world.orders) > 0; turn++) {
        CU_ASSERT_PTR_NULL_FATAL(orders_next_call(world.orders, world.time));
        for (; orders_next_change(world.orders, &change); next++) {
            CU_ASSERT_EQUAL(change.order->source.offset, next);
            orders_settled(world.orders, &change, INT64_MAX);
        }
    }
    CU_ASSERT_EQUAL(next, MANY);
    given_world_end(&world);
}

/* Many that have expired: as many as one call may look at, and it is asked again at once. */
static void expired(void)
{
    struct world world;

    begin(&world);
    for (int i = 0; i < MANY; i++) {
        struct order *order = given_nth(&world, NULL, i);
        order->request.not_after_ms = 1;
        orders_take(world.orders, order, world.time);
    }
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(orders_state_count(world.orders, ORDER_DONE) < MANY / 2);
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), world.time.now_ms);
    while (orders_due_ms(world.orders) == world.time.now_ms)
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_state_count(world.orders, ORDER_DONE), MANY);
    given_world_end(&world);
}

enum { DATED = 5000, WINDOW = 10, WOKEN_MAX = (256 << 10) / 4096, BROUGHT_BACK_MAX = (256 << 10) / 256 };

/* So many orders that wait for 10 o'clock of one day, each settled. */
static void begin_dated(struct world *world)
{
    char key[16];

    given_world_of(world, GIVEN_OUTCOME(GIVEN_O),
                   GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'd', " GIVEN_READ
                                ", 'x-start-at': '$inputs.id'}]}"),
                   WINDOW, true);
    for (int i = 0; i < DATED; i++) {
        snprintf(key, sizeof key, "%d", i);
        struct order *order = given_order(world, key, "2026-03-03");
        snprintf(order->request.id, sizeof order->request.id, "605c9599-4ab1-488f-8129-%012d", i);
        orders_take(world->orders, order, world->time);
        CU_ASSERT_PTR_NULL(given_settle(world, 1000));
    }
}

/* Their day comes: one call of orders_next_call() wakes a bounded number, and BT has no more calls than its window. */
static void due_at_once(void)
{
    struct world world;
    struct order *calling[WINDOW], *order;
    size_t running = 0, called = 0, waiting = DATED;

    begin_dated(&world);
    CU_ASSERT_EQUAL_FATAL(orders_state_count(world.orders, ORDER_AWAITING), DATED);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    world.time.now_ms = orders_due_ms(world.orders);
    world.time.wall_ms += 86400000;
    for (int turn = 0; turn < 4 * DATED && called < DATED; turn++) {
        size_t unread = world.orders->unread;
        order = orders_next_call(world.orders, world.time);
        size_t left = orders_state_count(world.orders, ORDER_AWAITING);
        CU_ASSERT_FATAL(waiting - left <= WOKEN_MAX);
        CU_ASSERT_FATAL(unread <= world.orders->unread + BROUGHT_BACK_MAX);
        waiting = left;
        if (order != NULL) {
            CU_ASSERT_FATAL(running < WINDOW);
            calling[running++] = order;
        } else if (running > 0) {
            given_answer(&world, calling[--running], 200, "{}");
            called++;
        } else if (orders_overdue(world.orders, -1) == 0 &&
                   unread == DATED) { /* R18: what came until then is read */
            orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
        }
        while ((order = given_settle(&world, 1000)) != NULL)
            given_settled(&world, order);
    }
    CU_ASSERT_EQUAL(called, DATED);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

CU_TestInfo test_orders_many[] = {{"given away", given_away},
                                  {"lost", lost},
                                  {"back at once", back_at_once},
                                  {"that end at once", that_end_at_once},
                                  {"expired", expired},
                                  {"due at once", due_at_once},
                                  CU_TEST_INFO_NULL};
