/* Orders that only wait sleep, and come back out of their records. */
#define GIVEN_MAY_SLEEP true
#include "given_batch.h"
#include "given_waits.h"

enum { AT = 33 /* where a record stands in the ledger */ };

/* Settles all that has changed, and tells where the order's record stands. */
static void settle(struct world *world, int64_t offset)
{
    struct change change;

    while (orders_next_change(world->orders, &change)) {
        struct progress *news;
        while ((news = waiting_take_progress(&change.order->waiting)) != NULL)
            progress_free(news);
        change.order->ledger.event_count = change.order->ledger.signal_count = 0;
        change.record_offset = offset;
        orders_settled(world->orders, &change, INT64_MAX);
    }
}

/* An order that sleeps; its name, and what its record would bring back. */
static struct order *given_asleep(struct world *world, char name[UUID_TEXT_SIZE])
{
    const char *reference;
    struct order *order = given_waiting(world, GIVEN_WAITS, &reference);

    snprintf(name, UUID_TEXT_SIZE, "%s", reference);
    struct order *again = given_recalled(world, order);
    settle(world, AT);
    return again;
}

static void asked(struct world *world, int64_t offset)
{
    char id[UUID_TEXT_SIZE];
    struct sleeper sleeper;

    CU_ASSERT_FATAL(orders_next_to_wake(world->orders, id, &sleeper));
    CU_ASSERT(sleeper.offset == offset && sleeper.partition == 0);
    given_same("id", id, GIVEN_ID_OF("1"));
    CU_ASSERT_FALSE(orders_next_to_wake(world->orders, id, &sleeper));
}

/* Not found while it sleeps, counted as waiting; awake it is as it was. */
static void it_is_woken(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    struct order *again = given_asleep(&world, name);
    struct fault why;

    CU_ASSERT(orders_find(world.orders, GIVEN_ID_OF("1")) == NULL &&
              orders_find_reference(world.orders, name) == NULL);
    CU_ASSERT(orders_count(world.orders) == 1 && orders_owned_count(world.orders) == 1 &&
              orders_state_count(world.orders, ORDER_AWAITING) == 1 &&
              orders_loaded_count(world.orders) == 0 && orders_bytes(world.orders) == 0);
    CU_ASSERT(!orders_wake_named(world.orders, 1, name) && !orders_wake(world.orders, GIVEN_ID_OF("2")));
    CU_ASSERT(orders_wake_named(world.orders, 0, name) && orders_wake(world.orders, GIVEN_ID_OF("1")));
    asked(&world, AT);
    CU_ASSERT_EQUAL(orders_woken_count(world.orders), 0);
    CU_ASSERT_FATAL(orders_woken(world.orders, again, AT, world.time, &why));
    CU_ASSERT(orders_woken_count(world.orders) == 1 && orders_count(world.orders) == 1);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_find_reference(world.orders, name), again);
    CU_ASSERT(again->state == ORDER_AWAITING && !orders_wake(world.orders, GIVEN_ID_OF("1")));
    CU_ASSERT_EQUAL(given_told(&world, again, 6, "e2", NULL, "done"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(again->state, ORDER_READY);
    given_world_end(&world);
}

/* A message that it knows already leaves it as it was: it sleeps on, and no record is written. */
static void woken_in_vain(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct fault why;

    snprintf(name, sizeof name, "%s", reference);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
    struct order *again = given_recalled(&world, order);
    settle(&world, AT);
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    asked(&world, AT);
    CU_ASSERT_FATAL(orders_woken(world.orders, again, AT, world.time, &why));
    CU_ASSERT_EQUAL(given_told(&world, again, 5, "e1", NULL, "working"), TOLD_AGAIN);
    CU_ASSERT(orders_find_reference(world.orders, name) == NULL && orders_change_count(world.orders) == 0);
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    asked(&world, AT);
    given_world_end(&world);
}

/* It is woken when its time is up, and not before; R18 is kept as for those that are awake. */
static void its_time_is_up(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    struct order *again = given_asleep(&world, name);
    struct fault why;

    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(orders_due_ms(world.orders), world.time.now_ms + 1000000);
    given_wait(&world);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    asked(&world, AT);
    CU_ASSERT_FATAL(orders_woken(world.orders, again, AT, world.time, &why));
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(again->state == ORDER_AWAITING && orders_overdue(world.orders, -1) == 0);
    orders_read_to(world.orders, 0, world.time.wall_ms, world.time);
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT_EQUAL(again->state, ORDER_PARKED);
    given_world_end(&world);
}

static enum intake_answer repeated(struct given_batch *given)
{
    struct order *repeat = given_order(&given->world, "k", "7");
    struct duplicate unused;
    struct fault why;

    snprintf(repeat->request.id, sizeof repeat->request.id, "%s", GIVEN_ID_OF("1"));
    repeat->source.offset = 1;
    return intake_gate_hand_over(&given->gate, repeat, given->world.time, &unused, &why);
}

/* A repeat of one that sleeps waits until it is read back, and is answered then: it is no order of its own (R9). */
static void it_is_repeated(void)
{
    struct given_batch given;
    struct fault why;

    given_batch(&given, GIVEN_WAITS);
    struct world *world = &given.world;
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    given_same("intended", given_begun(&given), "0@0 [INTENDED 1]");
    given_ended(&given, SETTLEMENT_CLEAN, AT);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    given_same("waits", given_begun(&given), "0@0 [news 0 a][QUEUED with news 0 a 1]");
    struct order *again = given_recalled(world, order);
    given_ended(&given, SETTLEMENT_CLEAN, AT + 1);
    CU_ASSERT_EQUAL(repeated(&given), INTAKE_HELD);
    asked(world, AT + 2);
    CU_ASSERT_EQUAL(repeated(&given), INTAKE_HELD); /* it is being read */
    CU_ASSERT_FATAL(orders_woken(world->orders, again, AT + 2, world->time, &why));
    CU_ASSERT(repeated(&given) == INTAKE_OPEN && orders_count(world->orders) == 1);
    CU_ASSERT_PTR_EQUAL(orders_find(world->orders, GIVEN_ID_OF("1")), again);
    given_same("its answer", given_begun(&given), "0@0 [news 0 a][QUEUED 1]");
    CU_ASSERT_EQUAL(again->ledger.repeats_due, 1);
    given_ended(&given, SETTLEMENT_CLEAN, AT + 3);
    given_batch_end(&given);
}

/* Whatever is open keeps it awake: a change, a place that is not known, somebody's partition. */
static void it_stays_awake(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct change change, second;

    settle(&world, -1); /* where its record stands is not known */
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, GIVEN_ID_OF("1")), order);
    CU_ASSERT_EQUAL(given_told(&world, order, 5, "e1", NULL, "taken"), TOLD_TAKEN);
    CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
    CU_ASSERT_EQUAL(given_told(&world, order, 6, "e2", NULL, "working"), TOLD_TAKEN);
    change.record_offset = AT;
    orders_settled(world.orders, &change, INT64_MAX); /* it has changed again since */
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, GIVEN_ID_OF("1")), order);
    CU_ASSERT_FATAL(orders_next_change(world.orders, &second));
    second.record_offset = AT;
    orders_settled(world.orders, &second,
                   INT64_MAX); /* its offsets are not settled, as the test did not say so */
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, GIVEN_ID_OF("1")), order);
    given_world_end(&world);
}

/* What was read for an ownership that has ended is of no use: the partition may be back, with another record. */
static void its_partition_leaves(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    struct order *again = given_asleep(&world, name);
    struct ledger_record record;
    struct fault why;

    snapshot_take(again, 0, &record);
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    asked(&world, AT);
    orders_leave(world.orders, 0, true);
    CU_ASSERT(orders_count(world.orders) == 0 && !orders_wake_named(world.orders, 0, name));
    CU_ASSERT(snapshot_sleeps(&record, again->type));
    orders_recover_asleep(world.orders, again->type, &record, (struct sleeper){.offset = AT + 1});
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    CU_ASSERT(orders_woken(world.orders, again, AT, world.time, &why)); /* freed */
    CU_ASSERT(orders_find_reference(world.orders, name) == NULL && orders_count(world.orders) == 1);
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    asked(&world, AT + 1);
    ledger_release(&record);
    given_world_end(&world);
}

/*
 * The events' log was made anew: offsets in the record say nothing there. It is woken and written once more, else the
 * next message would be taken for one that it has heard: here, or after another take-over.
 */
static void its_log_is_new(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct ledger_record record;
    struct fault why;

    snprintf(name, sizeof name, "%s", reference);
    CU_ASSERT_EQUAL(given_told_by(&world, order, false, 1000, "e1", NULL, "taken"), TOLD_TAKEN);
    CU_ASSERT_EQUAL(given_told_by(&world, order, true, 50, "e2", NULL, "working"), TOLD_TAKEN);
    struct order *again = given_recalled(&world, order);
    settle(&world, AT);
    snapshot_take(again, 0, &record);
    orders_leave(world.orders, 0, true);
    orders_recover_asleep(world.orders, again->type, &record,
                          (struct sleeper){.offset = AT, .events_anew = true});
    ledger_release(&record);
    asked(&world, AT);
    CU_ASSERT_FATAL(orders_woken(world.orders, again, AT, world.time, &why));
    CU_ASSERT_EQUAL(given_told_by(&world, again, true, 50, "e2", NULL, "working"), TOLD_AGAIN);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_find_reference(world.orders, name), again); /* it does not sleep yet */
    order = given_recalled(&world, again);
    settle(&world, AT + 1);
    CU_ASSERT(orders_wake_named(world.orders, 0, name));
    asked(&world, AT + 1);
    CU_ASSERT_FATAL(orders_woken(world.orders, order, AT + 1, world.time, &why));
    CU_ASSERT_EQUAL(given_told_by(&world, order, false, 7, "e3", NULL, "done"), TOLD_TAKEN);
    given_world_end(&world);
}

/* One that is taken over awake is written again, too. */
static void the_log_of_one_awake_is_new(void)
{
    struct world world;
    const char *reference;
    struct order *order = given_waiting(&world, GIVEN_WAITS, &reference);
    struct fault why = {.text = ""};
    struct change change;

    (void)given_told(&world, order, 5, "e1", NULL, "working");
    for (int stale = 0; stale < 2; stale++) {
        struct order *again = given_recalled(&world, order);
        CU_ASSERT_PTR_NULL(given_settle(&world, 1000));
        orders_leave(world.orders, 0, true);
        again->ledger.stale = stale != 0;
        CU_ASSERT_FATAL(orders_recover(world.orders, again, world.time, &why));
        CU_ASSERT_EQUAL(orders_change_count(world.orders), (size_t)stale);
        order = again;
    }
    CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
    CU_ASSERT(change.order == order && change.records && !change.publishes && !order->ledger.stale);
    orders_settled(world.orders, &change, INT64_MAX);
    given_world_end(&world);
}

/* Only what is certain to go on waiting sleeps unseen: the rest is for snapshot_restore() to judge. */
static void which_records_sleep(void)
{
    struct world world;
    char name[UUID_TEXT_SIZE];
    struct order *again = given_asleep(&world, name);
    struct ledger_record record;

    snapshot_take(again, 0, &record);
    const struct ledger_record good = record;
    CU_ASSERT(snapshot_sleeps(&record, again->type) && !snapshot_sleeps(&record, NULL));
    record.state = LEDGER_PARKED;
    CU_ASSERT_FALSE(snapshot_sleeps(&record, again->type));
    record = good;
    record.wait.step = NULL;
    CU_ASSERT_FALSE(snapshot_sleeps(&record, again->type));
    record = good;
    record.step = (char[]){"gone"};
    CU_ASSERT_FALSE(snapshot_sleeps(&record, again->type));
    record = good;
    record.workflow = (char[]){"another text"};
    CU_ASSERT_FALSE(snapshot_sleeps(&record, again->type));
    record = good;
    ledger_release(&record);
    order_free(again);
    given_world_end(&world);
}

CU_TestInfo test_orders_asleep[] = {{"it is woken", it_is_woken},
                                    {"woken in vain", woken_in_vain},
                                    {"its time is up", its_time_is_up},
                                    {"it is repeated", it_is_repeated},
                                    {"it stays awake", it_stays_awake},
                                    {"its partition leaves", its_partition_leaves},
                                    {"its log is new", its_log_is_new},
                                    {"the log of one awake is new", the_log_of_one_awake_is_new},
                                    {"which records sleep", which_records_sleep},
                                    CU_TEST_INFO_NULL};
