/* All orders: keys in order, never two calls of a key at once, many in parallel, partitions that go. */
#include "order_links.h"

#include "given_orders.h"

#define READ(id, more)                                                                                       \
    "{'stepId': '" id                                                                                        \
    "', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value': '$inputs.id'}],"         \
    " 'successCriteria': [{'condition': '$statusCode == 200'}]" more "}"
#define SIMPLE                                                                                               \
    GIVEN_ARAZZO(                                                                                            \
        "{'workflowId': 'w', 'x-require': [{'name': 'r', 'reason': 'x', 'condition': '$inputs.id !="         \
        " \\u0027bad\\u0027'}], 'steps': [" READ("a", "") "]}")
#define SKIPPED                                                                                              \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" READ("a", ", 'x-when': [{'condition': '$inputs.id !="      \
                                                            " \\u0027skip\\u0027'}]") "]}")

static void begin(struct world *world, const char *workflow, int64_t window)
{
    given_world(world, GIVEN_OUTCOME(GIVEN_O), workflow, window);
}

static struct order *next(struct world *world)
{
    return orders_next_call(world->orders, world->time);
}

static void settle_one(struct world *world, const struct order *want)
{
    struct order *done = given_next_done(world);

    CU_ASSERT_PTR_EQUAL_FATAL(done, want);
    given_settled(world, done);
}

static void key_in_order(void)
{
    struct world world;

    begin(&world, SIMPLE, 10);
    struct order *a1 = given_taken(&world, "a", "1"), *a2 = given_taken(&world, "a", "2");
    struct order *b = given_taken(&world, "b", "3"), *none1 = given_taken(&world, NULL, "4");
    struct order *none2 = given_taken(&world, NULL, "5");
    CU_ASSERT_EQUAL(orders_state_count(world.orders, ORDER_QUEUED), 1);
    CU_ASSERT_PTR_EQUAL(next(&world), a1);
    CU_ASSERT_PTR_EQUAL(next(&world), b);
    CU_ASSERT_PTR_EQUAL(next(&world), none1);
    CU_ASSERT_PTR_EQUAL(next(&world), none2); /* no key: no order to keep */
    CU_ASSERT_PTR_NULL(next(&world));
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), INT64_MAX);
    given_answer(&world, a1, 500, ""); /* held while it is to be repeated */
    CU_ASSERT_PTR_NULL(next(&world));
    given_wait(&world);
    CU_ASSERT_PTR_EQUAL(next(&world), a1);
    given_answer(&world, a1, 200, "{}");
    CU_ASSERT_PTR_EQUAL(next(&world), a2); /* it need not be settled for that */
    settle_one(&world, a1);
    given_answer(&world, a2, 200, "{}");
    settle_one(&world, a2);
    CU_ASSERT_EQUAL(orders_count(world.orders), 3);
    CU_ASSERT_EQUAL(orders_state_count(world.orders, ORDER_CALLING), 3);
    given_world_end(&world); /* frees the rest */
}

/* Random replies over many keys: a key's orders end in sequence, and never two are on their way. */
static void many(void)
{
    enum { ORDERS = 3000, KEYS = 50 };
    struct world world;
    struct order *calling[ORDERS];
    bool busy[KEYS] = {false};
    int64_t last[KEYS], ended = 0;
    size_t running = 0;
    unsigned random = 3;
    char key[16];

    begin(&world, SIMPLE, 40);
    for (int i = 0; i < KEYS; i++)
        last[i] = -1;
    for (int i = 0; i < ORDERS; i++) {
        random = random * 1103515245u + 12345u;
        snprintf(key, sizeof key, "%u", (random >> 16) % KEYS);
        given_taken(&world, key, random >> 20 & 15 ? "1" : "bad");
    }
    for (unsigned turns = 0; turns < 200000 && orders_count(world.orders) > 0; turns++) {
        struct order *order = next(&world);
        random = random * 1103515245u + 12345u;
        if (order != NULL) {
            int at = (int)strtol(order->source.key, NULL, 10);
            CU_ASSERT_FATAL(!busy[at]);
            busy[at] = true;
            calling[running++] = order;
        } else if (running > 0) {
            size_t one = (random >> 8) % running;
            order = calling[one];
            calling[one] = calling[--running];
            busy[(int)strtol(order->source.key, NULL, 10)] = false;
            given_answer(&world, order, random >> 16 & 7 ? 200 : 503, "{}");
        } else {
            given_wait(&world);
        }
        CU_ASSERT_FATAL(running <= 40);
        while ((order = given_next_done(&world)) != NULL) {
            int at = (int)strtol(order->source.key, NULL, 10);
            CU_ASSERT_FATAL(order->source.offset > last[at]);
            last[at] = order->source.offset;
            ended++;
            given_settled(&world, order);
        }
    }
    CU_ASSERT_EQUAL(ended, ORDERS);
    given_world_end(&world);
}

static void the_window(void)
{
    struct world world;
    size_t calls = 0;

    begin(&world, SIMPLE, 3);
    for (int i = 0; i < 10; i++)
        given_taken(&world, NULL, "1");
    while (next(&world) != NULL)
        calls++;
    CU_ASSERT_EQUAL(calls, 3);
    orders_share(world.orders, 0.34); /* of two of three partitions, say */
    const char *tag;
    const struct pace *pace = orders_pace(world.orders, 0, &tag);
    given_same("tag", tag, "api");
    CU_ASSERT(pace->in_flight == 3 && pace_limit(pace) < 1.1);
    CU_ASSERT_PTR_NULL(orders_pace(world.orders, 1, &tag));
    given_world_end(&world);
}

/* Orders that end without a call, at once or when it is their turn. */
static void without_call(void)
{
    struct world world;

    begin(&world, SIMPLE, 10);
    struct order *bad = given_taken(&world, "k", "bad");
    settle_one(&world, bad);
    struct order *first = given_taken(&world, "k", "1"), *behind = given_taken(&world, "k", "bad");
    struct order *broken = given_order(&world, "k", "1"), *last;
    engine_refuse(broken, REASON_CONTRACT, "f", "f: x", world.time.wall_ms);
    orders_take(world.orders, broken, world.time);
    last = given_taken(&world, "k", "2");
    CU_ASSERT_PTR_EQUAL(next(&world), first);
    CU_ASSERT_PTR_NULL(given_next_done(&world)); /* not before its turn */
    given_answer(&world, first, 200, "{}");
    settle_one(&world, first);
    settle_one(&world, behind);
    settle_one(&world, broken);
    CU_ASSERT_PTR_EQUAL(next(&world), last);
    given_world_end(&world);

    begin(&world, SKIPPED, 10);
    first = given_taken(&world, "k", "1");
    behind = given_taken(&world, "k", "skip");
    last = given_taken(&world, "k", "skip");
    CU_ASSERT_PTR_EQUAL(next(&world), first);
    given_answer(&world, first, 200, "{}");
    settle_one(&world, first);
    CU_ASSERT_PTR_NULL(next(&world)); /* all steps of it are skipped: no call */
    settle_one(&world, behind);
    CU_ASSERT_PTR_NULL(next(&world));
    CU_ASSERT_EQUAL(last->status, OUTCOME_COMPLETED);
    settle_one(&world, last);
    given_world_end(&world);
}

/* A partition is handed over: what is not called yet is the next owner's; calls end and are settled. */
static void leave(void)
{
    struct world world;

    begin(&world, SIMPLE, 10);
    struct order *calling = given_taken(&world, "a", "1"), *done = given_taken(&world, NULL, "bad");
    struct order *other = given_order(&world, "c", "1"), *retried = given_taken(&world, "r", "1");
    given_taken(&world, "a", "2");
    given_taken(&world, "a", "bad");
    other->source.partition = 1;
    orders_take(world.orders, other, world.time);
    CU_ASSERT_PTR_EQUAL(next(&world), calling);
    CU_ASSERT_PTR_EQUAL(next(&world), retried);
    CU_ASSERT_PTR_EQUAL(next(&world), other);
    given_answer(&world, retried, 503, ""); /* waits, so it is dropped */
    given_taken(&world, "b", "1");
    orders_leave(world.orders, 0, false);
    CU_ASSERT_EQUAL(orders_count(world.orders), 3); /* calling, done, and the other partition's */
    given_answer(&world, calling, 200, "{}");
    settle_one(&world, done);
    settle_one(&world, calling);
    CU_ASSERT_EQUAL(orders_count(world.orders), 1);
    given_answer(&world, other, 200, "{}");
    settle_one(&world, other);
    given_world_end(&world);
}

/* A partition is lost: nothing of it is settled any more, and its key stays held until the running call has ended. */
static void lost(void)
{
    struct world world;

    begin(&world, SIMPLE, 10);
    struct order *calling = given_taken(&world, "a", "1"), *settling = given_taken(&world, NULL, "bad");
    given_taken(&world, NULL, "bad"); /* done */
    given_taken(&world, "a", "2");
    CU_ASSERT_PTR_EQUAL(next(&world), calling);
    CU_ASSERT_PTR_EQUAL(given_next_done(&world), settling);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_EQUAL(orders_count(world.orders), 2);
    orders_leave(world.orders, 0, true); /* called twice */
    CU_ASSERT(calling->links->abandoned && settling->links->abandoned);
    struct order *again = given_taken(&world, "a", "1"); /* it came back, with the same request */
    CU_ASSERT_PTR_NULL(next(&world));                    /* not two calls of a key at once */
    given_answer(&world, calling, 200, "{}");            /* freed here */
    CU_ASSERT_PTR_EQUAL(next(&world), again);
    CU_ASSERT_PTR_NULL(given_next_done(&world));
    given_settled(&world, settling);
    given_answer(&world, again, 200, "{}");
    settle_one(&world, again);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

/*
 * A large order that only waits, for others of its key or for its turn, is bytes; a small one is not worth the work
 * (R15).
 */
static void large_ones_wait_as_bytes(void)
{
    enum { LARGE = 40000 };
    struct world world;
    char id[LARGE + 1];

    given_world(&world, GIVEN_OUTCOME(GIVEN_O),
                GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_LIST "}]}"), 1);
    memset(id, 'x', LARGE);
    id[LARGE] = '\0';
    struct order *small = given_taken(&world, "a", "7"), *first = given_taken(&world, "b", id);
    struct order *behind = given_taken(&world, "b", id);
    CU_ASSERT(small->ledger.unloaded == NULL && first->ledger.unloaded != NULL &&
              behind->ledger.unloaded != NULL);
    CU_ASSERT(behind->request.inputs == NULL && behind->ledger.weight > LARGE &&
              behind->ledger.weight < LARGE + 10000);
    CU_ASSERT_EQUAL(orders_bytes(world.orders),
                    small->ledger.weight + first->ledger.weight + behind->ledger.weight);
    CU_ASSERT_EQUAL(orders_loaded_count(world.orders),
                    3); /* none is in the ledger: all count for orders.max */
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), small);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    given_answer(&world, small, 200, "{}");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), first);
    CU_ASSERT(first->ledger.unloaded == NULL && tree_text_of(first->main.inputs, "id") != NULL);
    given_answer(&world, first, 200, "{}");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), behind);
    CU_ASSERT_EQUAL(orders_bytes(world.orders),
                    small->ledger.weight + first->ledger.weight + behind->ledger.weight);
    given_settled(&world, given_next_done(&world));
    given_settled(&world, given_next_done(&world));
    CU_ASSERT_EQUAL(orders_bytes(world.orders), behind->ledger.weight);
    given_world_end(&world);
}

CU_TestInfo test_orders[] = {{"large ones wait as bytes", large_ones_wait_as_bytes},
                             {"a key in order", key_in_order},
                             {"many keys", many},
                             {"the window", the_window},
                             {"without a call", without_call},
                             {"leave", leave},
                             {"lost", lost},
                             CU_TEST_INFO_NULL};
