/* Orders and the ledger: what is slow is owned, repeats are counted, partitions go and come, what waits sleeps. */
#include "given_snapshot.h"

static void begin(struct world *world, const char *workflow)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
}

static void at(struct world *world, int64_t ms)
{
    world->time.wall_ms += ms - world->time.now_ms;
    world->time.now_ms = ms;
}

/* As after a 429: its orders stand still. */
static void close_api(struct world *world, bool closed)
{
    const char *tag;
    struct pace *pace = (struct pace *)(uintptr_t)orders_pace(world->orders, 0, &tag);

    pace->closed_until_ms = closed ? INT64_MAX : 0;
}

/* R11: what is slow moves to the ledger, and what stands before it in its lane does so first. */
static void slow(void)
{
    struct world world;

    begin(&world, GIVEN_ONE_READ);
    struct order *calling = given_named(&world, "k", '1'), *second = given_named(&world, "k", '2');
    struct order *other = given_named(&world, "other", '3');
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), calling);
    at(&world, 2000);
    struct order *third = given_named(&world, "k", '4'), *young = given_named(&world, "young", '5');
    orders_own_slow(world.orders, 1000); /* none was taken before that */
    CU_ASSERT_EQUAL(orders_owned_count(world.orders), 0);
    orders_own_slow(world.orders, 1001);
    CU_ASSERT(calling->ledger.owned && second->ledger.owned && !third->ledger.owned && !young->ledger.owned);
    CU_ASSERT_FALSE(other->ledger.owned); /* it only waits for its turn */
    close_api(&world, true);
    orders_own_slow(world.orders, 1001);
    CU_ASSERT(other->ledger.owned && !young->ledger.owned);
    CU_ASSERT(orders_owned_count(world.orders) == 3 && orders_change_count(world.orders) == 3);
    orders_own_slow(world.orders, 1001);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 3); /* once */
    struct order *first_changed = NULL;
    struct change change;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
        CU_ASSERT(change.records && !change.publishes && !change.intends);
        CU_ASSERT_EQUAL(change.order->ledger.written, LEDGER_QUEUED); /* it reads: nothing is intended */
        first_changed = first_changed == NULL && change.order != other ? change.order : first_changed;
        orders_settled(world.orders, &change, INT64_MAX);
    }
    CU_ASSERT_PTR_EQUAL(first_changed, calling);
    CU_ASSERT(calling->ledger.unloaded == NULL &&
              second->ledger.unloaded != NULL); /* one is far from its turn */
    given_world_end(&world);
}

/* A young one before an old one can come about by recovery of turns; it is owned all the same, and first. */
static void before_in_the_lane(void)
{
    struct world world;

    begin(&world, GIVEN_ONE_READ);
    struct order *first = given_named(&world, "k", '1'), *second = given_named(&world, "k", '2');
    struct order *third = given_named(&world, "k", '3');
    second->source.taken_ms = 0; /* only it is slow */
    close_api(&world, true);
    orders_own_slow(world.orders, 1000);
    CU_ASSERT(first->ledger.owned && second->ledger.owned && !third->ledger.owned);
    given_change(&world, first, false, false, true);
    given_change(&world, second, false, false, true);
    given_world_end(&world);
}

/* While nothing could be settled, the one after it moved to the ledger, then both ended: their outcomes are in order. */
static void in_the_order_of_the_lane(void)
{
    struct world world;

    begin(&world, GIVEN_ONE_READ);
    struct order *first = given_named(&world, "k", '1'), *second = given_named(&world, "k", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), first);
    at(&world, 2000);
    orders_own_slow(world.orders, 1001);
    struct change change = given_change(&world, first, false, false, true);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT(second->ledger.changed && !first->ledger.changed);
    given_answer(&world, first, 200, "{}");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), second);
    given_answer(&world, second, 200, "{}");
    given_change(&world, first, false, true, true);
    given_change(&world, second, false, true, true);
    given_world_end(&world);
}

/* One that has ended needs no record: its outcome comes. */
static void slow_but_done(void)
{
    struct world world;

    begin(&world, GIVEN_ONE_READ);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world.orders, world.time), order);
    given_answer(&world, order, 404, "");
    orders_own_slow(world.orders, INT64_MAX);
    struct change change = given_change(&world, order, false, true, false);
    orders_own_slow(world.orders, INT64_MAX);
    CU_ASSERT_EQUAL(orders_owned_count(world.orders), 0);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

static void repeats(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, GIVEN_ID_OF("1")), order);
    CU_ASSERT_PTR_NULL(orders_find(world.orders, GIVEN_ID_OF("2")));
    CU_ASSERT(orders_repeat(world.orders, order, 0, 7));
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0); /* nothing of it is in the ledger */
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT(orders_repeat(world.orders, order, 3, 9));
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 1); /* the next owner must know of it */
    CU_ASSERT(order->ledger.repeats_due == 2 && order->ledger.repeat_count == 2);
    CU_ASSERT(order->ledger.repeats[0].partition == 0 && order->ledger.repeats[0].offset == 7 &&
              order->ledger.repeats[1].partition == 3 && order->ledger.repeats[1].offset == 9);
    CLEANUP(tree_release) struct json_object *progress = given_progress(order);
    CU_ASSERT_EQUAL(json_object_get_int(tree_member(progress, "repeatsDue")), 2);
    struct order *next = given_recalled(&world, order);
    given_awake(next);
    CU_ASSERT(next->ledger.repeats_due == 2 &&
              next->ledger.repeat_count == 0); /* their offsets are settled with the record */
    order_free(next);
    given_answer(&world, order, 201, "{'o': 'x'}");
    CU_ASSERT(orders_repeat(world.orders, order, 0, 11) && order->state == ORDER_DONE);
    given_change(&world, order, false, true, true);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_SETTLING);
    CU_ASSERT_FALSE(orders_repeat(world.orders, order, 0, 12)); /* ask again: it will be in the window */
    CU_ASSERT(order->ledger.repeats_due == 3 && order->ledger.repeat_count == 3);
    given_world_end(&world);
}

/* A repeat of one that sleeps: its text would not know. */
static void repeat_of_one_asleep(void)
{
    struct world world;

    begin(&world, GIVEN_ONE_READ);
    given_named(&world, "k", '1');
    struct order *second = given_named(&world, "k", '2');
    close_api(&world, true);
    orders_own_slow(world.orders, INT64_MAX);
    given_settle(&world, 1000);
    CU_ASSERT_PTR_NOT_NULL_FATAL(second->ledger.unloaded);
    CU_ASSERT_EQUAL(orders_loaded_count(world.orders), 0);
    CU_ASSERT(orders_repeat(world.orders, second, 0, 7));
    CLEANUP(tree_release) struct json_object *progress = given_progress(second);
    CU_ASSERT_EQUAL(json_object_get_int(tree_member(progress, "repeatsDue")), 1);
    CU_ASSERT(second->ledger.unloaded == NULL && orders_loaded_count(world.orders) == 1);
    given_settle(&world, 1000);
    CU_ASSERT_PTR_NOT_NULL(second->ledger.unloaded); /* and again */
    given_world_end(&world);
}

/* Asleep and woken, an order is carried out like any other. */
static void sleepers(void)
{
    struct world world;

    begin(&world, GIVEN_READ_AND_WRITE);
    struct order *first = given_named(&world, "k", '1'), *second = given_named(&world, "k", '2');
    close_api(&world, true);
    orders_own_slow(world.orders, INT64_MAX);
    given_settle(&world, 1000);
    close_api(&world, false);
    CU_ASSERT(first->ledger.unloaded != NULL && second->ledger.unloaded != NULL &&
              orders_loaded_count(world.orders) == 0);
    static const char *const want[] = {"read", "write", "read", "write"};
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        struct order *order = given_call(&world);
        CU_ASSERT_PTR_EQUAL_FATAL(order, i < 2 ? first : second);
        given_same("operation", order->call.operation->id, want[i]);
        CU_ASSERT_PTR_NULL(order->ledger.unloaded);
        given_answer(&world, order, i % 2 == 0 ? 200 : 201, "{'o': 'x', 'q': 'y'}");
        if (i % 2 == 0)
            continue;
        CU_ASSERT_PTR_EQUAL_FATAL(given_settle(&world, 1000), order);
        CU_ASSERT_EQUAL(order->status, OUTCOME_COMPLETED);
        given_settled(&world, order);
    }
    CU_ASSERT(orders_count(world.orders) == 0 && orders_owned_count(world.orders) == 0 &&
              orders_loaded_count(world.orders) == 0);
    given_world_end(&world);
}

/* R2: an attempt that is intended and was never sent is settled back to queued: the next owner has no doubt. */
static void leaving(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *intended = given_named(&world, "a", '1'), *permitted = given_named(&world, "b", '2');
    struct order *queued = given_named(&world, "a", '3'), *asking = given_named(&world, "c", '4');
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    CU_ASSERT(queued->state == ORDER_QUEUED && !queued->ledger.owned);
    struct change first = given_change(&world, intended, true, false, true);
    struct change second = given_change(&world, permitted, true, false, true);
    orders_settled(world.orders, &second, world.time.now_ms + 1000);
    CU_ASSERT(permitted->state == ORDER_PERMITTED && asking->state == ORDER_INTENDING);
    orders_leave(world.orders, 0, false);
    CU_ASSERT_PTR_NULL(orders_find(world.orders, GIVEN_ID_OF("3"))); /* it stays in the request log */
    CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
    /* The one whose record is settled goes back at once; the other when its settlement has ended. */
    struct change back;
    size_t records = 0;
    orders_settled(world.orders, &first, world.time.now_ms + 1000);
    while (orders_next_change(world.orders, &back)) {
        CU_ASSERT(back.records && !back.intends && !back.publishes);
        CU_ASSERT(snapshot_state(back.order) == LEDGER_QUEUED && back.order->ledger.written == LEDGER_QUEUED);
        CU_ASSERT_EQUAL(back.order->attempt, 1);
        records++;
        orders_settled(world.orders, &back, world.time.now_ms + 1000);
    }
    CU_ASSERT_EQUAL(records, 3);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

/* The next owner gets it queued and goes on, without a look-up. */
static void left_and_recovered(void)
{
    struct world world;
    struct change change;
    struct fault why = {.text = ""};

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1');
    orders_next_call(world.orders, world.time);
    change = given_change(&world, order, true, false, true);
    orders_settled(world.orders, &change, world.time.now_ms + 1000);
    orders_leave(world.orders, 0, false);
    change = given_change(&world, order, false, false, true);
    struct order *next = given_recalled(&world, order);
    CU_ASSERT_EQUAL(next->ledger.written, LEDGER_QUEUED);
    orders_settled(world.orders, &change, world.time.now_ms + 1000);
    CU_ASSERT_EQUAL_FATAL(orders_count(world.orders), 0);
    CU_ASSERT_FATAL(orders_recover(world.orders, next, world.time, &why));
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), next);
    CU_ASSERT(next->attempt == 2 && !next->doubt.was);
    given_same("it is sent", next->call.operation->id, "write");
    given_world_end(&world);
}

/* A call that is under way ends first; its outcome is settled here. */
static void leaving_while_called(void)
{
    struct world world;

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1'), *doubtful = given_named(&world, "b", '2');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), order);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), doubtful);
    orders_leave(world.orders, 0, false);
    CU_ASSERT_EQUAL(orders_count(world.orders), 2);
    given_answer(&world, doubtful, -CALL_CUT,
                 ""); /* in doubt: the next owner's, and so it stands in the ledger */
    struct change change = given_change(&world, doubtful, false, false, true);
    CU_ASSERT_EQUAL(doubtful->ledger.written, LEDGER_INTENDED);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_EQUAL(orders_count(world.orders), 1);
    given_answer(&world, order, 201, "{'o': 'x'}");
    change = given_change(&world, order, false, true, true);
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_EQUAL(orders_count(world.orders), 0);
    given_world_end(&world);
}

/* R5: an order that may be on the wire is looked for first, and not before the longer time may it be absent. */
static void intended_is_recovered(void)
{
    struct world world;
    struct change change;
    struct fault why = {.text = ""};

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1'), *behind;
    orders_next_call(world.orders, world.time);
    change = given_change(&world, order, true, false, true);
    struct order *next = given_recalled(&world, order);
    CU_ASSERT_EQUAL(next->ledger.written, LEDGER_INTENDED);
    orders_settled(world.orders, &change, INT64_MAX);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_EQUAL_FATAL(orders_count(world.orders), 0);
    CU_ASSERT_FATAL(orders_recover(world.orders, next, world.time, &why));
    behind = given_named(&world, "a", '2');
    CU_ASSERT(next->doubt.open && next->doubt.restarts == 1 && next->state == ORDER_WAITING &&
              behind->state == ORDER_QUEUED);
    given_change(&world, next, false, false, true); /* the take-over is counted */
    int64_t began_ms = world.time.now_ms;
    struct order *called;
    while (strcmp((called = given_call(&world))->call.operation->id, "list") == 0)
        given_answer(&world, called, 200, "{}");                       /* absent */
    CU_ASSERT(called == next && world.time.now_ms - began_ms >= 5000); /* absent_ms */
    given_same("the same again", called->call.operation->id, "write");
    CU_ASSERT_EQUAL(next->attempt, 2);
    given_world_end(&world);
}

/*
 * One key in two partitions, or one request id: it is no one's fault here. Both go on, and the one whose doubt ends first
 * is sent although it is not the first of its lane.
 */
static void recovered_anywhere_in_its_lane(void)
{
    struct world world;
    struct fault why = {.text = ""};
    struct order *again[2];

    begin(&world, GIVEN_LOOKED_UP);
    struct order *order = given_named(&world, "a", '1');
    orders_next_call(world.orders, world.time);
    struct change change = given_change(&world, order, true, false, true);
    for (int32_t i = 0; i < 2; i++) {
        again[i] = given_recalled(&world, order);
        again[i]->source.partition = i;
    }
    orders_settled(world.orders, &change, INT64_MAX);
    orders_leave(world.orders, 0, true);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_FATAL(orders_recover(world.orders, again[i], world.time, &why));
    struct order *called;
    while (strcmp((called = given_call(&world))->call.operation->id, "list") == 0)
        if (called == again[1]) /* the reply of the other's look-up does not come */
            given_answer(&world, called, 200, "{}");
    CU_ASSERT_PTR_EQUAL_FATAL(called, again[1]);
    given_answer(&world, called, 201, "{'o': 'x'}");
    CU_ASSERT_PTR_EQUAL(given_settle(&world, 1000), again[1]);
    given_settled(&world, again[1]);
    CU_ASSERT_PTR_EQUAL(orders_find(world.orders, GIVEN_ID_OF("1")), again[0]);
    given_world_end(&world);
}

/* It is not parsed before its turn: there may be very many. */
static void queued_is_recovered(void)
{
    struct world world;
    struct fault why = {.text = ""};
    struct order *again[2];

    begin(&world, GIVEN_LOOKED_UP);
    struct order *first = given_named(&world, "a", '1'), *second = given_named(&world, "a", '2');
    again[0] = given_recalled(&world, first);
    again[1] = given_recalled(&world, second);
    orders_leave(world.orders, 0, true);
    CU_ASSERT_EQUAL_FATAL(orders_count(world.orders), 0);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_FATAL(orders_recover(world.orders, again[i], world.time, &why));
    CU_ASSERT(again[0]->state == ORDER_READY && again[0]->ledger.unloaded != NULL);
    CU_ASSERT(again[1]->state == ORDER_QUEUED && again[1]->ledger.unloaded != NULL);
    CU_ASSERT(orders_owned_count(world.orders) == 2 && orders_loaded_count(world.orders) == 0);
    CU_ASSERT_EQUAL(orders_change_count(world.orders), 0);
    CU_ASSERT_PTR_EQUAL(given_call(&world), again[0]);
    CU_ASSERT(again[0]->ledger.unloaded == NULL && again[1]->ledger.unloaded != NULL);
    given_world_end(&world);
}

/* The record of one that must be looked for now, and cannot be read. */
static void damaged_is_not_recovered(void)
{
    struct world world;
    struct ledger_record record = {.state = LEDGER_INTENDED,
                                   .request_id = GIVEN_ID_OF("1"),
                                   .order_type = memory_text("w"),
                                   .inputs = memory_text("{"),
                                   .progress = memory_text("{}")};
    struct order *order = NULL;
    struct fault why = {.text = ""};

    begin(&world, GIVEN_LOOKED_UP);
    CU_ASSERT_FATAL(snapshot_restore("t", 0, &record, world.catalogue->types[0], &order, &why));
    CU_ASSERT_FALSE(orders_recover(world.orders, order, world.time, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
    given_world_end(&world);
}

/*
 * Of a partition that was lost and came back: the earlier call does not belong to an order of ours, whoever stands
 * after it.
 */
static void behind_an_abandoned_one(void)
{
    struct world world;
    struct change change;

    begin(&world, GIVEN_ONE_READ);
    struct order *calling = given_named(&world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&world), calling);
    orders_leave(world.orders, 0, true);
    struct order *behind = given_named(&world, "k", '2');
    orders_own_slow(world.orders, INT64_MAX);
    CU_ASSERT(behind->ledger.owned && !calling->ledger.owned);
    while (orders_next_change(world.orders,
                              &change)) { /* a record of it would be done once more by the next owner */
        CU_ASSERT_PTR_EQUAL(change.order, behind);
        orders_settled(world.orders, &change, INT64_MAX);
    }
    given_world_end(&world);
}

/* An order that slept goes on under the terms of its step's API, not of another step's. */
static void terms_of_its_api(void)
{
    static const struct orders_api apis[2] = {
        {"api", {10, 0, 1000}, {100, 1000, 60000, 3}, {5000, 3000, 60000, false}},
        {"other", {1, 0, 1000}, {100, 1000, 60000, 3}, {5000, 3000, 60000, true}}};
    struct world world;

    given_two_apis(&world, GIVEN_READ_AND_WRITE, apis);
    struct order *order = given_named(&world, "k", '1'), *called;
    while ((called = given_call(&world))->call.operation->id[0] == 'r')
        given_answer(&world, order, 200, "{'q': 'x'}");
    given_answer(&world, order, 500, ""); /* which leaves the API open */
    CU_ASSERT_FATAL(order->state == ORDER_WAITING && order->doubt.open);
    struct order *other = given_named(&world, "other", '2'); /* takes the only place of the API */
    while ((called = given_call(&world))->call.operation->id[0] == 'r')
        given_answer(&world, other, 200, "{'q': 'x'}");
    CU_ASSERT_PTR_EQUAL_FATAL(called, other);
    CU_ASSERT(orders_repeat(world.orders, order, 0, 99));
    struct change change = given_change(&world, order, false, false, true);
    at(&world, world.time.now_ms + 500);
    CU_ASSERT_PTR_NULL(
        orders_next_call(world.orders, world.time)); /* its look-up is due, and there is no place */
    orders_settled(world.orders, &change, INT64_MAX);
    CU_ASSERT_FATAL(order->state == ORDER_READY && order->ledger.unloaded != NULL);
    given_answer(&world, other, 201, "{'o': 'x'}");
    for (int i = 0; i < 2; i++) /* its record does not say at which API it is looked for */
        called = i == 0 || called == NULL ? orders_next_call(world.orders, world.time) : called;
    CU_ASSERT_PTR_EQUAL(called, order); /* and it is not parked */
    given_same("code", order->reason.code, "");
    given_world_end(&world);
}

/* R9: whatever final outcome a writing order type gets, a repeat must find it, also when nothing was ever sent. */
static void every_end_of_a_write_is_kept(void)
{
    static const struct {
        const char *name, *workflow;
        bool kept;
    } rows[] = {{"a write", GIVEN_NEVER, true}, {"a reading one", GIVEN_ONE_READ, false}};

    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
        const bool expired = i >= COUNT_OF(rows), kept = rows[i % COUNT_OF(rows)].kept;
        struct world world;
        begin(&world, rows[i % COUNT_OF(rows)].workflow);
        struct order *order = given_order(&world, "k", "1");
        if (expired)
            order->request.not_after_ms = 1; /* in the past: no first call any more */
        else
            engine_refuse(order, REASON_CONTRACT, "id", "id: too long", world.time.wall_ms);
        orders_take(world.orders, order, world.time);
        CU_ASSERT_PTR_NULL(orders_next_call(world.orders, world.time));
        struct change change;
        CU_ASSERT_FATAL(orders_next_change(world.orders, &change));
        CU_ASSERT(change.order == order && change.publishes && !change.intends);
        if (change.records != kept || order->ledger.owned != kept ||
            (kept && order->ledger.written != LEDGER_DONE)) {
            printf("\n  %s, %s", rows[i % COUNT_OF(rows)].name, expired ? "expired" : "refused");
            CU_FAIL("case above");
        }
        CU_ASSERT_EQUAL(orders_owned_count(world.orders), kept);
        orders_settled(world.orders, &change, INT64_MAX);
        CU_ASSERT(orders_count(world.orders) == 0 && orders_owned_count(world.orders) == 0);
        given_world_end(&world);
    }
}

CU_TestInfo test_orders_change[] = {{"every end of a write is kept", every_end_of_a_write_is_kept},
                                    {"slow", slow},
                                    {"in the order of the lane", in_the_order_of_the_lane},
                                    {"before in the lane", before_in_the_lane},
                                    {"slow but done", slow_but_done},
                                    {"repeats", repeats},
                                    {"repeat of one unloaded", repeat_of_one_asleep},
                                    {"sleepers", sleepers},
                                    {"leaving", leaving},
                                    {"left and recovered", left_and_recovered},
                                    {"leaving while called", leaving_while_called},
                                    {"intended is recovered", intended_is_recovered},
                                    {"recovered anywhere in its lane", recovered_anywhere_in_its_lane},
                                    {"queued is recovered", queued_is_recovered},
                                    {"damaged is not recovered", damaged_is_not_recovered},
                                    {"behind an abandoned one", behind_an_abandoned_one},
                                    {"terms of its API", terms_of_its_api},
                                    CU_TEST_INFO_NULL};
