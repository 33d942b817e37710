/* BT's ids: what is told, held, passed on, forgotten, and taken over; each with its records. */
#include "bt_ids.h"

#include "given_batch.h"
#include "given_waits.h"

enum { HOLD_MS = 1000 };

static void *made(struct given_batch *given, const char *what, const char *id, const char *more)
{
    char text[200];

    snprintf(text, sizeof text, "%s %s", what, id);
    return given_record(given, text, more);
}

static void *kept(void *context, int32_t partition, const struct ledger_index *index)
{
    struct given_batch *given = context;
    char more[60];

    (void)partition;
    if (given->too_large)
        return NULL;
    snprintf(more, sizeof more, "%s holds %zu%s", index->id.reference, index->held_count,
             index->id.until_ms == 0 ? "" : ", ends");
    return made(given, "kept", index->id.order_id, more);
}

static void *forgotten(void *context, int32_t partition, const char *order_id)
{
    (void)partition;
    return made(context, "forgotten", order_id, "");
}

static void *forwarded(void *context, int32_t partition, const struct bt_id *to, const struct event *event)
{
    char more[60];

    (void)partition;
    snprintf(more, sizeof more, "to p%d as %s", (int)to->partition, to->reference);
    return made(context, "forwarded", event->id == NULL ? "-" : event->id, more);
}

static void *dead(void *context, int32_t partition, const struct event *event)
{
    (void)partition;
    return made(context, "dead", event->id == NULL ? "-" : event->id, "");
}

static struct bt_ids *begin(struct given_batch *given)
{
    static const struct bt_ids_records records = {kept, forgotten, forwarded, dead};

    given_batch(given, GIVEN_ONE_READ);
    const struct bt_ids_setup setup = {
        .batch = given->batch, .records = &records, .context = given, .hold_ms = HOLD_MS};
    return bt_ids_new(&setup);
}

static void end(struct given_batch *given, struct bt_ids *ids)
{
    bt_ids_free(ids);
    given_batch_end(given);
}

static enum bt_ids_told tell(struct bt_ids *ids, const char *order_id, const char *reference,
                             int64_t until_ms)
{
    struct bt_id id = {.order_id = (char *)(uintptr_t)order_id, .partition = 1, .until_ms = until_ms};

    snprintf(id.reference, sizeof id.reference, "%s", reference);
    return bt_ids_tell(ids, 0, &id);
}

static enum bt_ids_came came(struct bt_ids *ids, const char *order_id, const char *id, int64_t at_ms)
{
    const struct event event = {.id = (char *)(uintptr_t)id,
                                .order_id = (char *)(uintptr_t)order_id,
                                .payload = (char[]){"{}"},
                                .received_at_ms = at_ms};

    return bt_ids_event(ids, 0, &event);
}

/* What goes into the next settlement, which touches the id's own partition and no other (R21). */
static void settled(struct given_batch *given, const char *want)
{
    given_same("records", given_begun(given), want);
    given_ended(given, SETTLEMENT_CLEAN, 0);
}

static void told_before(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);

    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 0), BT_IDS_LEARNED);
    settled(&given, "0@0 [kept 7 ours holds 0]");
    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 0), BT_IDS_KNOWN);
    CU_ASSERT_EQUAL(tell(ids, "7", "another's", 0), BT_IDS_CONTRADICTED);
    CU_ASSERT_EQUAL(came(ids, "7", "e1", 5), BT_IDS_FORWARDED);
    settled(&given, "0@0 [forwarded e1 to p1 as ours]");
    CU_ASSERT(bt_ids_known_count(ids) == 1 && bt_ids_held_count(ids) == 0);
    end(&given, ids);
}

/* In the order in which they came, each once; one without an id is another one each time. */
static void held_until_told(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);

    CU_ASSERT_EQUAL(came(ids, "7", "e1", 5), BT_IDS_HELD);
    CU_ASSERT_EQUAL(came(ids, "7", "e1", 6), BT_IDS_AGAIN);
    CU_ASSERT_EQUAL(came(ids, "7", NULL, 7), BT_IDS_HELD);
    CU_ASSERT_EQUAL(came(ids, "7", NULL, 8), BT_IDS_HELD);
    CU_ASSERT(bt_ids_known_count(ids) == 0 && bt_ids_held_count(ids) == 3);
    settled(&given, "0@0 [kept 7  holds 1][kept 7  holds 2][kept 7  holds 3]");
    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 0), BT_IDS_LEARNED);
    settled(&given, "0@0 [forwarded e1 to p1 as ours][forwarded - to p1 as ours][forwarded - to p1 as ours]"
                    "[kept 7 ours holds 0]");
    CU_ASSERT(bt_ids_known_count(ids) == 1 && bt_ids_held_count(ids) == 0);
    end(&given, ids);
}

/* It is told whose the id is in the turn in which the event came. */
static void with_the_event(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);

    CU_ASSERT_EQUAL(came(ids, "7", "e1", 5), BT_IDS_HELD);
    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 0), BT_IDS_LEARNED);
    CU_ASSERT_EQUAL(came(ids, "7", "e2", 6), BT_IDS_FORWARDED);
    settled(&given, "0@0 [kept 7  holds 1][forwarded e1 to p1 as ours][kept 7 ours holds 0][forwarded e2 to "
                    "p1 as ours]");
    end(&given, ids);
}

static void held_in_vain(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);
    size_t count;

    (void)came(ids, "7", "e1", 5);
    (void)came(ids, "7", "e2", 500);
    settled(&given, "0@0 [kept 7  holds 1][kept 7  holds 2]");
    CU_ASSERT_FALSE(bt_ids_expire(ids, 5 + HOLD_MS - 1, &count));
    CU_ASSERT(bt_ids_expire(ids, 5 + HOLD_MS, &count) && count == 2);
    settled(&given, "0@0 [dead e1 ][dead e2 ][forgotten 7 ]");
    CU_ASSERT_FALSE(bt_ids_expire(ids, INT64_MAX, &count));
    CU_ASSERT_EQUAL(bt_ids_held_count(ids), 0);
    end(&given, ids);
}

static void its_order_has_ended(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);
    size_t count;

    (void)tell(ids, "7", "ours", 0);
    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 900), BT_IDS_LEARNED);
    CU_ASSERT_EQUAL(came(ids, "7", "e1", 5), BT_IDS_FORWARDED); /* who has it knows what is too late */
    settled(&given, "0@0 [kept 7 ours holds 0][kept 7 ours holds 0, ends][forwarded e1 to p1 as ours]");
    CU_ASSERT_FALSE(bt_ids_expire(ids, 899, &count));
    CU_ASSERT(bt_ids_expire(ids, 900, &count) && count == 0);
    settled(&given, "0@0 [forgotten 7 ]");
    CU_ASSERT_EQUAL(bt_ids_known_count(ids), 0);
    end(&given, ids);
}

static void no_room(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);

    for (int i = 0; i < BT_ID_EVENTS_MAX; i++)
        CU_ASSERT_EQUAL(came(ids, "7", NULL, 5), BT_IDS_HELD);
    CU_ASSERT_EQUAL(came(ids, "7", NULL, 5), BT_IDS_FULL);
    given.too_large = true; /* the ledger does not take it: what is held stays so */
    CU_ASSERT_EQUAL(came(ids, "8", NULL, 5), BT_IDS_FULL);
    CU_ASSERT_EQUAL(bt_ids_held_count(ids), BT_ID_EVENTS_MAX);
    end(&given, ids);
}

static struct ledger_index index_of(const char *order_id, const char *reference, size_t held)
{
    struct ledger_index index = {.id = {.order_id = memory_text(order_id), .partition = 1},
                                 .held = memory_new(held, sizeof(struct event))};

    snprintf(index.id.reference, sizeof index.id.reference, "%s", reference);
    for (; index.held_count < held; index.held_count++)
        index.held[index.held_count] = (struct event){
            .id = memory_text("e1"), .order_id = memory_text(order_id), .payload = memory_text("{}")};
    return index;
}

/* The latest record of an id counts; what is another's is not known here. */
static void taken_over(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);
    struct ledger_index held = index_of("7", "", 1), known = index_of("7", "ours", 0),
                        gone = index_of("8", "ours", 0), nothing = index_of("9", "", 0);

    bt_ids_recover(ids, 0, &held);
    CU_ASSERT(held.held == NULL && bt_ids_held_count(ids) == 1);
    bt_ids_recover(ids, 0, &known);
    CU_ASSERT(bt_ids_held_count(ids) == 0 && bt_ids_known_count(ids) == 1);
    bt_ids_recover(ids, 0, &gone);
    bt_ids_forgotten(ids, 0, "8");
    bt_ids_recover(ids, 0, &nothing);
    CU_ASSERT_EQUAL(bt_ids_known_count(ids), 1);
    CU_ASSERT_EQUAL(came(ids, "7", "e2", 5), BT_IDS_FORWARDED);
    bt_ids_leave(ids, 1);
    CU_ASSERT_EQUAL(bt_ids_known_count(ids), 1);
    bt_ids_leave(ids, 0);
    CU_ASSERT_EQUAL(bt_ids_known_count(ids), 0);
    CU_ASSERT_EQUAL(came(ids, "7", "e3", 5), BT_IDS_HELD);
    end(&given, ids);
    CU_ASSERT_PTR_NULL(bt_ids_free(NULL));
}

/*
 * The owner of the id dies between what it was told and what it passes on: that is one settlement. The next one has the
 * ledger from before it, and is told again; or from after it, and passes nothing on once more.
 */
static void its_owner_dies(void)
{
    struct given_batch given;
    struct bt_ids *ids = begin(&given);
    struct ledger_index before = index_of("7", "", 1), after = index_of("8", "ours", 0);

    bt_ids_recover(ids, 0, &before);
    bt_ids_recover(ids, 0, &after);
    CU_ASSERT_EQUAL(tell(ids, "7", "ours", 0), BT_IDS_LEARNED);
    settled(&given, "0@0 [forwarded e1 to p1 as ours][kept 7 ours holds 0]");
    CU_ASSERT_EQUAL(tell(ids, "8", "ours", 0), BT_IDS_KNOWN);
    given_same("nothing more", given_begun(&given), "");
    end(&given, ids);
}

#define GIVEN_NAMED                                                                                          \
    GIVEN_ARAZZO(                                                                                            \
        "{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A_WITH(", 'x-order': 'orderId'") "," GIVEN_RECEIVE(     \
            GIVEN_DEAD) ", {'stepId': 'r', " GIVEN_READ                                                      \
                        "}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)

/* The owner of an order tells its id in the settlement that has it, once, and again when the order ends. */
static void an_order_tells(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_NAMED);
    struct world *world = &given.world;
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    settled(&given, "0@0 [INTENDED 1]");
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    settled(&given, "0@0 [news 0 a][index 7][QUEUED with news 0 a 1]");
    (void)given_told(world, order, 5, "e1", NULL, "working");
    settled(&given, "0@0 [news 1 m][QUEUED with news 1 m 1]");
    (void)given_told(world, order, 6, "e2", NULL, "dead");
    settled(&given, "0@0 [news 2 m][index of the past 7][outcome 1][DONE with outcome 1 1]");
    given_batch_end(&given);
}

/* Bytes that are no text go into no record: nobody could read it again. */
static void an_id_that_is_no_text(void)
{
    static const char *const replies[] = {"{'orderId': '7\xff', 'o': 'x'}",
                                          "{'orderId': '7\\u0000x', 'o': 'x'}", "{'orderId': '', 'o': 'x'}"};

    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        struct given_batch given;
        given_batch(&given, GIVEN_NAMED);
        struct world *world = &given.world;
        struct order *order = given_named(world, "k", '1');
        CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
        settled(&given, "0@0 [INTENDED 1]");
        CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
        given_answer(world, order, 201, replies[i]);
        settled(&given, "0@0 [news 0 a][QUEUED with news 0 a 1]");
        given_batch_end(&given);
    }
}

CU_TestInfo test_bt_ids[] = {{"told before", told_before},
                             {"held until told", held_until_told},
                             {"with the event", with_the_event},
                             {"held in vain", held_in_vain},
                             {"its order has ended", its_order_has_ended},
                             {"no room", no_room},
                             {"taken over", taken_over},
                             {"its owner dies", its_owner_dies},
                             {"an order tells", an_order_tells},
                             {"an id that is no text", an_id_that_is_no_text},
                             CU_TEST_INFO_NULL};
