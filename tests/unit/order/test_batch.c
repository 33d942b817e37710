/* What goes into a settlement, in which order, and what is left of one that happened, or did not. */
#include "given_batch.h"
#include "given_waits.h"

static void take_offset(struct given_batch *given, int64_t offset)
{
    CU_ASSERT(partition_offsets_take(partitions_offsets(given->partitions, 0), offset));
}

/* An order that reads needs one record; it is gone with its settlement. */
static void a_read(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_ONE_READ);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), order);
    given_answer(&given.world, order, 200, "{}");
    CU_ASSERT_FALSE(batch_is_idle(given.batch)); /* an order has changed */
    given_same("its outcome", given_begun(&given), "0@1 [outcome 1]");
    CU_ASSERT(batch_is_under_way(given.batch) && orders_count(given.world.orders) == 1);
    given_ended(&given, SETTLEMENT_CLEAN, 7);
    CU_ASSERT(batch_is_idle(given.batch) && orders_count(given.world.orders) == 0);
    CU_ASSERT_EQUAL(duplicates_count(given.duplicates), 0); /* one that reads is not remembered */
    given_batch_end(&given);
}

/* A write: intended first, sent within its lease, then done with its outcome, and remembered where that stands. */
static void a_write(void)
{
    struct given_batch given;
    struct duplicate done;

    given_batch(&given, GIVEN_NEVER);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    given_same("its attempt", given_begun(&given), "0@1 [INTENDED 1]");
    given.world.time.now_ms += 10;
    given_ended(&given, SETTLEMENT_CLEAN, 3);
    CU_ASSERT_EQUAL(order->lease_until_ms,
                    given.world.time.now_ms - 10 + GIVEN_LEASE_MS); /* R1: from before it */
    CU_ASSERT_FALSE(duplicates_find(given.duplicates, order->request.id, &done));
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), order);
    given_answer(&given.world, order, 201, "{}");
    given_same("its end", given_begun(&given), "0@1 [outcome 1][DONE with outcome 1 1]");
    given_ended(&given, SETTLEMENT_DIRTY, 8); /* it counts */
    CU_ASSERT_FATAL(duplicates_find(given.duplicates, GIVEN_ID_OF("1"), &done));
    CU_ASSERT(done.offset == 9 && done.partition == 0);
    given_batch_end(&given);
}

/* What did not happen is settled once more, with what has come since; nothing of it counts before. */
static void once_more(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_NEVER);
    take_offset(&given, 0);
    take_offset(&given, 1);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    given_same("the first", given_begun(&given), "0@1 [INTENDED 1]");
    batch_add(given.batch, 1, given_record(&given, "dead", "letter"));
    given_ended(&given, SETTLEMENT_FAILED, -1);
    CU_ASSERT(order->state == ORDER_INTENDING && !batch_is_under_way(given.batch));
    given_same("both", given_begun(&given), "0@1 1@0 [INTENDED 1][dead letter]");
    given_ended(&given, SETTLEMENT_UNCLEAR, -1); /* and nothing was found of ours: it is the next owner's */
    CU_ASSERT_EQUAL(batch_count(given.batch), 0);
    given_batch_end(&given);
}

/* R16: what Kafka refuses becomes smaller, and so does what the ledger keeps of it for repeats. */
static void refused(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_NEVER);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    (void)given_begun(&given);
    given_ended(&given, SETTLEMENT_CLEAN, 1);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), order);
    CU_ASSERT(orders_repeat(given.world.orders, order, 0, 1));
    given_answer(&given.world, order, 201, "{}");
    given_same("as made", given_begun(&given), "0@1 [outcome 1][again outcome 1][DONE with outcome 1 1]");
    given.refuses = true;
    given_ended(&given, SETTLEMENT_FAILED, -1);
    given_same("smaller", given_begun(&given), "0@1 [smaller 1][again outcome 1][DONE with smaller 1 1]");
    given_ended(&given, SETTLEMENT_CLEAN, 1);
    given_batch_end(&given);
}

/* A partition that is lost takes its records along: those that wait at once, those under way when they come back. */
static void lost(void)
{
    struct given_batch given;
    struct fault why;

    given_batch(&given, GIVEN_NEVER);
    batch_add(given.batch, 0, given_record(&given, "dead", "zero"));
    batch_add(given.batch, 1, given_record(&given, "dead", "one"));
    given_same("both", given_begun(&given), "0@0 1@0 [dead zero][dead one]");
    batch_add(given.batch, 0, given_record(&given, "dead", "later"));
    batch_add(given.batch, 1, given_record(&given, "dead", "last"));
    partitions_disown(given.partitions, 0);
    batch_drop_foreign(given.batch);
    CU_ASSERT_EQUAL(batch_count(given.batch), 3);
    given_ended(&given, SETTLEMENT_FAILED, -1);
    CU_ASSERT(partitions_own(given.partitions, 0, 5, "", 0, &(const struct partition_others){0, 0},
                             &why)); /* again, and it is not the same ownership */
    given_same("what is left", given_begun(&given), "1@0 [dead one][dead last]");
    given_ended(&given, SETTLEMENT_CLEAN, 1);
    given_batch_end(&given);
}

/* What is said of a record: only what is known. Its partition may be another's by the time it is taken out. */
static void said_of_it(void)
{
    static const struct {
        enum settlement_end end;
        bool foreign;
        int settled;
    } rows[] = {{SETTLEMENT_CLEAN, false, 1},  {SETTLEMENT_DIRTY, true, 1}, {SETTLEMENT_FAILED, false, 0},
                {SETTLEMENT_UNCLEAR, true, 0}, {SETTLEMENT_LOST, false, 0}, {SETTLEMENT_LOST, true, 0}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct given_batch given;
        given_batch(&given, GIVEN_NEVER);
        batch_add(given.batch, 0, given_record(&given, "dead", "letter"));
        given_same("a dead letter", given_begun(&given), "0@0 [dead letter]");
        if (rows[i].foreign)
            partitions_disown(given.partitions, 0);
        given_ended(&given, rows[i].end, 0);
        CU_ASSERT_EQUAL(given.settled, rows[i].settled);
        given_batch_end(&given);
    }
}

/* R4: the barrier is settled only when all records of its settlement are out. */
static void barrier(void)
{
    struct given_batch given;
    const char *token;

    given_batch(&given, GIVEN_NEVER);
    for (int32_t p = 0; p < 2; p++)
        batch_barrier(given.batch, &(struct ledger_owner){.partition = p});
    given_same("one token", given_begun(&given), "0@0 1@0 [owner me:1][owner me:1]");
    CU_ASSERT(batch_end(given.batch, SETTLEMENT_CLEAN, NULL, 0));
    CU_ASSERT(batch_take_out(given.batch, 0, 0) && !batch_barrier_settled(given.batch, &token));
    CU_ASSERT(!batch_take_out(given.batch, 0, 0) && batch_barrier_settled(given.batch, &token));
    given_same("its token", token, "me:1");
    batch_barrier(given.batch, &(struct ledger_owner){.partition = 0}); /* of the next take-over */
    CU_ASSERT_FALSE(batch_barrier_settled(given.batch, &token));
    given_batch_end(&given);
}

/* A finished order's record that is written again is found by its id until that is settled; forgotten, it stays so. */
static void rewritten(void)
{
    struct given_batch given;
    struct duplicate done = {.partition = 0, .request_id = GIVEN_ID_OF("1"), .offset = 3}, found;
    struct ledger_record kept = {.request_id = GIVEN_ID_OF("1")};

    given_batch(&given, GIVEN_NEVER);
    duplicates_add(given.duplicates, &done);
    batch_rewrite(given.batch, 0, &kept);
    CU_ASSERT(batch_rewrites(given.batch, kept.request_id) && !batch_rewrites(given.batch, GIVEN_ID_OF("2")));
    given_same("its record", given_begun(&given), "0@0 [rewritten 1]");
    CU_ASSERT(batch_rewrites(given.batch, kept.request_id));
    given_ended(&given, SETTLEMENT_CLEAN, 9);
    CU_ASSERT(duplicates_find(given.duplicates, kept.request_id, &found) && found.offset == 9);
    batch_rewrite(given.batch, 0, &kept);
    (void)given_begun(&given);
    duplicates_remove(given.duplicates, 0, kept.request_id);
    given_ended(&given, SETTLEMENT_CLEAN, 12);
    CU_ASSERT_FALSE(duplicates_find(given.duplicates, kept.request_id, &found));
    given_batch_end(&given);
}

static void repeats(void)
{
    struct given_batch given;
    char bytes[] = "bytes";
    struct ledger_record kept = {.request_id = GIVEN_ID_OF("1"), .outcome = bytes}, none = kept;

    given_batch(&given, GIVEN_NEVER);
    none.outcome = NULL;
    take_offset(&given, 0);
    take_offset(&given, 1);
    CU_ASSERT(batch_repeat(given.batch, &kept, 0, 0));
    CU_ASSERT_FALSE(batch_repeat(given.batch, &none, 0, 1)); /* its offset is settled all the same */
    batch_publish_stored(given.batch, 1, &kept);
    batch_publish_stored(given.batch, 1, &none);
    given_same("both", given_begun(&given), "0@2 1@0 [again 1][stored 1]");
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    given_batch_end(&given);
}

/* Out of the window, out of the ledger: but never more records than a settlement may have. */
static void forgotten(void)
{
    struct given_batch given;
    struct duplicate done = {.partition = 1, .request_id = GIVEN_ID_OF("1"), .done_at_ms = 0};

    given_batch(&given, GIVEN_NEVER);
    duplicates_add(given.duplicates, &done);
    batch_forget_old(given.batch, 999999); /* it is nearly as old as the window */
    int young = (int)batch_count(given.batch);
    batch_forget_old(given.batch, 1000000);
    CU_ASSERT(young == 0 && duplicates_count(given.duplicates) == 0);
    given_same("a null", given_begun(&given), "1@0 [forgotten 1]");
    for (int i = 1; i < GIVEN_RECORDS_MAX; i++)
        batch_add(given.batch, 0, given_record(&given, "dead", "letter"));
    duplicates_add(given.duplicates, &done);
    batch_forget_old(given.batch, 1000000);
    CU_ASSERT(batch_count(given.batch) == GIVEN_RECORDS_MAX && duplicates_count(given.duplicates) == 1);
    given_batch_end(&given);
}

/* An order whose record the ledger does not take has nothing in the batch: it ends, refused. */
static void too_large(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_NEVER);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    given.too_large = true;
    CU_ASSERT(batch_gather(given.batch) && batch_count(given.batch) == 0);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED);
    given.too_large = false;
    given_same("its end", given_begun(&given), "0@1 [outcome 1][DONE with outcome 1 1]");
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    given_batch_end(&given);
}

/* News of an order whose record the ledger does not take just now go out with its next one, in their sequence. */
static void news_that_wait(void)
{
    struct given_batch given;

    given_batch(&given, GIVEN_WAITS);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "k", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    (void)given_begun(&given);
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), order);
    given_answer(&given.world, order, 201, GIVEN_WRITTEN);
    given.too_large = true;
    CU_ASSERT(batch_gather(given.batch) && batch_count(given.batch) == 0);
    CU_ASSERT(order->state == ORDER_AWAITING && order->sequence == 0);
    given.too_large = false;
    CU_ASSERT_EQUAL(intake_gate_event(&given.gate, 0, 5), INTAKE_OPEN);
    CU_ASSERT_EQUAL(given_told(&given.world, order, 5, "e1", NULL, "working"), TOLD_TAKEN);
    given_same("both", given_begun(&given), "0@1 [news 0 a][news 1 m][QUEUED with news 1 m 1]");
    given_ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_EQUAL(order->sequence, 2);
    given_batch_end(&given);
}

CU_TestInfo test_batch[] = {
    {"a read", a_read},       {"a write", a_write},     {"once more", once_more},
    {"refused", refused},     {"lost", lost},           {"said of it", said_of_it},
    {"barrier", barrier},     {"rewritten", rewritten}, {"repeats", repeats},
    {"forgotten", forgotten}, {"too large", too_large}, {"news that wait", news_that_wait},
    CU_TEST_INFO_NULL};
