/* What is heard is settled with its effect, whatever comes in between (R19); and time comes last (R18). */
#include "given_batch.h"
#include "given_waits.h"

/* Writes, waits, and writes again. */
#define TWO_WRITES                                                                                           \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_RECEIVE(                           \
        "") "," GIVEN_WRITE_B "], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

static void settled(struct given_batch *given, const char *want)
{
    given_same("records", given_begun(given), want);
    given_ended(given, SETTLEMENT_CLEAN, 0);
}

/* An order that waits, all of it settled. */
static struct order *given_settled_waiting(struct given_batch *given, const char *workflow)
{
    struct world *world = &given->world;

    given_batch(given, workflow);
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    settled(given, "0@0 [INTENDED 1]");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    settled(given, "0@0 [news 0 a][QUEUED with news 0 a 1]");
    return order;
}

/* It is taken, and no settlement that does not have it moves the position. */
static void told(struct given_batch *given, struct order *order, int64_t offset, const char *id,
                 const char *state)
{
    CU_ASSERT_EQUAL(intake_gate_event(&given->gate, 0, offset), INTAKE_OPEN);
    CU_ASSERT_EQUAL(given_told(&given->world, order, offset, id, NULL, state), TOLD_TAKEN);
    CU_ASSERT_FALSE(partitions_reached(given->partitions, PARTITION_EVENTS, 0, offset + 1));
}

/* The settlement under way does not have it: its position moves with the next one. The attempt is the same. */
static void while_the_intention_settles(void)
{
    struct given_batch given;
    struct order *order = given_settled_waiting(&given, TWO_WRITES);
    struct world *world = &given.world;

    told(&given, order, 0, "e1", "done");
    settled(&given, "0@0 [news 1 m][QUEUED with news 1 m 1]");
    CU_ASSERT_EQUAL(given.events, 1);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    given_same("intended", given_begun(&given), "0@0 [INTENDED 1]");
    told(&given, order, 1, "e2", "done");
    CU_ASSERT_EQUAL(order->state, ORDER_INTENDING);
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_EQUAL(given.events, 1);
    settled(&given, "0@0 [INTENDED 1]");
    CU_ASSERT(given.events == 2 && order->waiting.mailbox.count == 1);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    CU_ASSERT_EQUAL(order->attempt, 2);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_COMPLETED);
    given_batch_end(&given);
}

/* It is in the next settlement once more if the first did not happen, and in none if it did. */
static void the_settlement_is_unclear(void)
{
    struct given_batch given;
    struct order *order = given_settled_waiting(&given, TWO_WRITES);
    const struct partition_found nothing = {0, "", 0};

    told(&given, order, 0, "e1", "done");
    given_same("heard", given_begun(&given), "0@0 [news 1 m][QUEUED with news 1 m 1]");
    CU_ASSERT_EQUAL(given.events, 1);
    CU_ASSERT_FALSE(batch_end(given.batch, SETTLEMENT_UNCLEAR, &nothing, 1)); /* its token is not there */
    given.events = -1;
    settled(&given, "0@0 [news 1 m][QUEUED with news 1 m 1]");
    CU_ASSERT_EQUAL(given.events, 1);
    CU_ASSERT_EQUAL(intake_gate_event(&given.gate, 0, 0), INTAKE_SKIP);
    CU_ASSERT_EQUAL(given_told(&given.world, order, 0, "e1", NULL, "done"), TOLD_AGAIN);
    given_same("nothing more", given_begun(&given), "");
    given_batch_end(&given);
}

/* Its owner has taken it and goes before that is settled: the next one has the record of before, and reads it again. */
static void its_partition_moves(void)
{
    struct given_batch given;
    struct order *order = given_settled_waiting(&given, TWO_WRITES);
    struct world *world = &given.world;
    struct order *again = given_recalled(world, order);
    struct fault why = {.text = ""};

    told(&given, order, 0, "e1", "done");
    orders_leave(world->orders, 0, true);
    CU_ASSERT_EQUAL(orders_count(world->orders), 0);
    partitions_disown(given.partitions, 0);
    CU_ASSERT(partitions_own(given.partitions, 0, 0, "", 0, &(const struct partition_others){0, 0}, &why));
    CU_ASSERT_FATAL(orders_recover(world->orders, again, world->time, &why));
    CU_ASSERT(again->state == ORDER_AWAITING && again->waiting.heard.events_end == 0);
    told(&given, again, 0, "e1", "done");
    settled(&given, "0@0 [news 1 m][QUEUED with news 1 m 1]");
    CU_ASSERT_EQUAL(given.events, 1);
    given_batch_end(&given);
}

/* A listener that got no answer from Kafka writes once more: both places are settled, and it is news once. */
static void it_is_written_twice(void)
{
    struct given_batch given;
    struct order *order = given_settled_waiting(&given, TWO_WRITES);

    told(&given, order, 0, "e1", "working");
    told(&given, order, 1, "e1", "working");
    settled(&given, "0@0 [news 1 m][QUEUED with news 1 m 1]");
    CU_ASSERT_EQUAL(given.events, 2);
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_batch_end(&given);
}

/* Who waits lets the next of its key go, in the settlement in which that one is intended, and before it. */
static void its_key_is_taken_at_once(void)
{
    struct given_batch given;

    given_batch(&given, TWO_WRITES);
    struct world *world = &given.world;
    struct order *order = given_named(world, "k", '1'), *second = given_named(world, "k", '2');
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    settled(&given, "0@0 [INTENDED 1]");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    CU_ASSERT(order->state == ORDER_AWAITING && second->state == ORDER_INTENDING);
    settled(&given, "0@0 [news 0 a][QUEUED with news 0 a 1][INTENDED 2]");
    CU_ASSERT_PTR_EQUAL(orders_next_call(world->orders, world->time), second);
    given_batch_end(&given);
}

/* The message and the moment at which the wait ends are seen in one turn. */
static void with_its_time_out(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);

    CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
    world.time.wall_ms = order->waiting.wait.until_ms;
    world.time.now_ms += 1000000;
    CU_ASSERT_EQUAL(given_told(&world, order, 0, "e1", NULL, "done"), TOLD_TAKEN);
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    CU_ASSERT_EQUAL(order->main.step, 2);
    given_world_end(&world);
}

/* Its time was up while no worker ran: what came meanwhile is looked at first, by the next owner, too. */
static void while_nobody_had_it(void)
{
    for (int came = 0; came < 2; came++) {
        struct world world;
        const char *reference;
        struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
        struct order *again = given_recalled(&world, order);
        struct fault why = {.text = ""};
        CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
        orders_leave(world.orders, 0, true);
        world.time.wall_ms += 5000000;
        CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
        CU_ASSERT(again->state == ORDER_AWAITING && orders_overdue(world.orders, -1) == 0);
        if (came)
            CU_ASSERT_EQUAL(given_told(&world, again, 0, "e1", NULL, "done"), TOLD_TAKEN);
        orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
        struct order *next = orders_next_call(world.orders, world.time);
        CU_ASSERT(came ? next == again : next == NULL && again->state == ORDER_PARKED);
        given_world_end(&world);
    }
}

/* What was read up to a moment says nothing of it any more when the clock is set back, and it comes once more. */
static void its_clock_is_set_back(void)
{
    enum { HOURS_MS = 5 * 3600 * 1000 };
    struct world world;

    given_world_of(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_WAITS, 10, true);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    world.time.wall_ms += HOURS_MS;
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    world.time.wall_ms -= HOURS_MS;
    given_answer(&world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING);
    world.time.wall_ms = order->waiting.wait.until_ms;
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(order->state == ORDER_AWAITING && orders_overdue(world.orders, -1) == 0);
    CU_ASSERT_EQUAL(given_told(&world, order, 0, "e1", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_world_end(&world);
}

CU_TestInfo test_orders_heard[] = {{"while the intention settles", while_the_intention_settles},
                                   {"the settlement is unclear", the_settlement_is_unclear},
                                   {"its partition moves", its_partition_moves},
                                   {"it is written twice", it_is_written_twice},
                                   {"its key is taken at once", its_key_is_taken_at_once},
                                   {"with its time-out", with_its_time_out},
                                   {"while nobody had it", while_nobody_had_it},
                                   {"its clock is set back", its_clock_is_set_back},
                                   CU_TEST_INFO_NULL};
