/* What order/batch asks for, as Kafka records: which ones a settlement has, and what is counted of it. */
#include "batch_port.h"

#include "dead_letter.h"

#include "given_worker.h"

static bool is_again(const struct kafka_record *record)
{
    return record->header_count > 0 &&
           strcmp(record->headers[record->header_count - 1].name, "whc-repeated") == 0;
}

/* One of the ledger: what it says, and of which order. */
static void ledger_words(const struct worker *worker, const struct kafka_record *record, char *text,
                         size_t size)
{
    struct ledger_record kept;
    struct fault why;
    char last = record->key[record->key_length - 1];

    if (record->value == NULL) {
        snprintf(text, size, "[forgotten %c]", last);
    } else if (strncmp(record->key, "owner", 5) == 0) {
        snprintf(text, size, "[owner %c]", last);
    } else if (ledger_read(&worker->ledger_schemas, record->value, record->length, &kept, &why)) {
        snprintf(text, size, "[%s %c%s]", ledger_state_name(kept.state), last,
                 kept.outcome == NULL ? "" : " with outcome");
        ledger_release(&kept);
    }
}

/* Begins a settlement of all there is; its records as a text. */
static const char *begun(struct given_worker *given)
{
    static char text[2000];
    const struct worker *worker = &given->worker;
    struct partition_commit *positions;
    size_t length = 0;

    while (batch_gather(worker->batch))
        continue;
    size_t count = batch_begin(worker->batch, given->world.time.now_ms, &positions);
    partition_commits_free(positions, count);
    text[0] = '\0';
    for (size_t i = 0; i < batch_sent_count(worker->batch); i++) {
        const struct kafka_record *record = batch_sent(worker->batch, i);
        if (record->topic == worker->settings->topic_ledger)
            ledger_words(worker, record, text + length, sizeof text - length);
        else
            snprintf(text + length, sizeof text - length, "[%s %.*s%s]",
                     record->topic == worker->settings->topic_dead ? "dead" : "outcome",
                     (int)record->key_length, record->key, is_again(record) ? " again" : "");
        length += strlen(text + length);
    }
    return text;
}

/* It ends; what happened stands from `offset` on. */
static void ended(struct given_worker *given, enum settlement_end end, int64_t offset)
{
    if (!batch_end(given->worker.batch, end, NULL, 0))
        return;
    while (batch_take_out(given->worker.batch, offset, given->world.time.wall_ms))
        offset++;
}

static void take_offset(struct given_worker *given, int64_t offset)
{
    CU_ASSERT(partition_offsets_take(partitions_offsets(given->worker.partitions, 0), offset));
}

/* An order of this name that has been sent: its attempt is settled. */
static struct order *sent(struct given_worker *given, char last)
{
    take_offset(given, given->world.next_offset);
    struct order *order = given_named(&given->world, "site 7", last);

    CU_ASSERT_PTR_NULL(orders_next_call(given->world.orders, given->world.time));
    begun(given);
    ended(given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given->world.orders, given->world.time), order);
    return order;
}

#define COMPLETED "whc_outcomes_total{order_type=\"w\",status=\"COMPLETED\",reason=\"\"}"

/* An outcome counts once, however often its settlement is tried. */
static void an_order_from_its_attempt_to_its_end(void)
{
    struct given_worker given;
    struct duplicate done;

    given_worker(&given, GIVEN_LOOKED_UP);
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "site 7", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    given_same("its attempt", begun(&given), "[INTENDED 1]");
    ended(&given, SETTLEMENT_CLEAN, 3);
    CU_ASSERT_EQUAL(order->lease_until_ms, given.world.time.now_ms + given.worker.settings->attempt_lease_ms);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(given.world.orders, given.world.time), order);
    CU_ASSERT(orders_repeat(given.world.orders, order, 0, 1));
    given_answer(&given.world, order, 201, "{'o': 'x'}");
    given_same("not counted", given_metric(&given.worker, COMPLETED), "");
    given_same("its end", begun(&given), "[outcome site 7][outcome site 7 again][DONE 1 with outcome]");
    ended(&given, SETTLEMENT_FAILED, 0);
    given_same("once more", begun(&given), "[outcome site 7][outcome site 7 again][DONE 1 with outcome]");
    ended(&given, SETTLEMENT_CLEAN, 4);
    given_same("counted", given_metric(&given.worker, COMPLETED), "1");
    CU_ASSERT(duplicates_find(given.worker.duplicates, GIVEN_ID_OF("1"), &done) && done.offset == 6);
    given_worker_end(&given);
}

/* What finished orders leave behind: repeats of them, their records again, the barrier of who takes them over. */
static void what_is_of_no_live_order(void)
{
    struct given_worker given;
    struct ledger_record kept = {
        .state = LEDGER_DONE, .request_id = GIVEN_ID_OF("1"), .key_length = 6, .outcome_length = 3};
    struct ledger_owner owner = {.partition = 1, .partition_count = 2};
    const char *token;

    given_worker(&given, GIVEN_LOOKED_UP);
    kept.order_type = memory_text("w");
    kept.key = memory_text("site 7");
    kept.outcome = memory_text("abc");
    take_offset(&given, 0);
    CU_ASSERT(batch_repeat(given.worker.batch, &kept, 0, 0));
    batch_publish_stored(given.worker.batch, 0, &kept);
    batch_rewrite(given.worker.batch, 0, &kept);
    batch_barrier(given.worker.batch, &owner);
    given_same("all of them", begun(&given),
               "[outcome site 7 again][outcome site 7][DONE 1 with outcome][owner 1]");
    ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT(batch_barrier_settled(given.worker.batch, &token));
    kept.outcome = memory_free(kept.outcome);
    CU_ASSERT_FALSE(batch_repeat(given.worker.batch, &kept, 0, 1));
    ledger_release(&kept);
    given_worker_end(&given);
}

static void add_done(struct given_worker *given, int number, int64_t done_at_ms)
{
    struct duplicate done = {.done_at_ms = done_at_ms};

    snprintf(done.request_id, sizeof done.request_id, "605c9599-4ab1-488f-8129-%012d", number);
    duplicates_add(given->worker.duplicates, &done);
}

static void what_falls_out_of_the_window(void)
{
    struct given_worker given;
    int64_t now_ms;

    given_worker(&given, GIVEN_LOOKED_UP);
    now_ms = given.world.time.wall_ms;
    add_done(&given, 101, now_ms - GIVEN_REMEMBERED_MS - 1);
    for (int number = 2; number <= GIVEN_REMEMBERED_MOST + 2; number++) /* one more than it remembers */
        add_done(&given, number, now_ms - 1000 + number);
    batch_forget_old(given.worker.batch, now_ms);
    given_same("records", begun(&given), "[forgotten 1][forgotten 2]");
    given_same("by age", given_metric(&given.worker, "whc_forgotten_total{by=\"age\"}"), "1");
    given_same("by number", given_metric(&given.worker, "whc_forgotten_total{by=\"number\"}"), "1");
    ended(&given, SETTLEMENT_CLEAN, 0);
    given_worker_end(&given);
}

/* What is too large for the ledger is never sent: the order is refused instead. */
static void an_order_that_the_ledger_does_not_take(void)
{
    struct given_worker given;

    given_worker(&given, GIVEN_LOOKED_UP);
    given.worker.ledger_max_bytes = 2000;
    take_offset(&given, 0);
    struct order *order = given_named(&given.world, "site 7", '1');
    CU_ASSERT_PTR_NULL(orders_next_call(given.world.orders, given.world.time));
    given_same("no attempt, but its end", begun(&given), "[outcome site 7][DONE 1 with outcome]");
    CU_ASSERT(order->status == OUTCOME_REJECTED && strcmp(order->reason.code, "size") == 0);
    ended(&given, SETTLEMENT_CLEAN, 0);
    given_worker_end(&given);
}

static struct kafka_record *record_at(const struct given_worker *given, size_t index)
{
    return batch_sent(given->worker.batch, index);
}

/* Only what Kafka refuses by itself changes, and what is then published is what repeats get, too. */
static void a_refused_record_is_replaced(void)
{
    struct given_worker given;
    struct ledger_record kept;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = sent(&given, '1');
    given_answer(&given.world, order, 201,
                 "{'o': 'no number of 01632 960000 to 960999 is free, and none of 020 7946 0000 to 0999'}");
    begun(&given);
    size_t length = record_at(&given, 0)->length;
    record_at(&given, 0)->refused = "MSG_SIZE_TOO_LARGE";
    record_at(&given, 1)->refused = "MSG_SIZE_TOO_LARGE";
    ended(&given, SETTLEMENT_FAILED, 0);
    given_same("without its result", begun(&given), "[outcome site 7][DONE 1 with outcome]");
    CU_ASSERT(record_at(&given, 0)->length < length);
    CU_ASSERT(record_at(&given, 0)->refused == NULL && record_at(&given, 1)->refused == NULL);
    CU_ASSERT_FATAL(ledger_read(&given.worker.ledger_schemas, record_at(&given, 1)->value,
                                record_at(&given, 1)->length, &kept, &why));
    CU_ASSERT(kept.outcome_length == record_at(&given, 0)->length &&
              memcmp(kept.outcome, record_at(&given, 0)->value, kept.outcome_length) == 0);
    ledger_release(&kept);
    length = record_at(&given, 0)->length;
    ended(&given, SETTLEMENT_FAILED, 0);
    given_same("nothing was refused", begun(&given), "[outcome site 7][DONE 1 with outcome]");
    CU_ASSERT_EQUAL(record_at(&given, 0)->length, length);
    record_at(&given, 0)->refused = "MSG_SIZE_TOO_LARGE";
    ended(&given, SETTLEMENT_FAILED, 0);
    given_same("no outcome any more", begun(&given), "[dead site 7][DONE 1 with outcome]");
    ended(&given, SETTLEMENT_CLEAN, 0);
    CU_ASSERT_EQUAL(orders_count(given.world.orders), 0);
    given_worker_end(&given);
}

CU_TestInfo test_batch_port[] = {
    {"an order from its attempt to its end", an_order_from_its_attempt_to_its_end},
    {"what is of no live order", what_is_of_no_live_order},
    {"what falls out of the window", what_falls_out_of_the_window},
    {"an order that the ledger does not take", an_order_that_the_ledger_does_not_take},
    {"a refused record is replaced", a_refused_record_is_replaced},
    CU_TEST_INFO_NULL};
