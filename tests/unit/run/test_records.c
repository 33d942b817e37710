/* What a settlement writes, as readers, and whoever takes over, find it: topic, partition, key, value and headers. */
#include "records.h"

#include "ledger_growth.h"

#include "given_worker.h"

#define TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define GIVEN_READ_WITH_RESULT                                                                               \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 'r', " GIVEN_READ                                 \
                 ", 'outputs': {'o': '$response.body#/o'}}], 'outputs': {'o': '$steps.r.outputs.o'}}")
#define LONG                                                                                                 \
    "'o': 'no number of 01632 960000 to 01632 960999 is free, and none of 020 7946 0000 to 0999 either'"

/* --- outcomes --- */

static void expect_text(const char *name, struct json_object *tree, const char *field, const char *want)
{
    const char *text = tree_text_of(tree, field);

    given_same(name, text == NULL ? "(null)" : text, want);
}

static struct json_object *member(struct json_object *tree, const char *name)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(tree, name, &value);
    return value;
}

static void an_outcome(void)
{
    struct given_worker given;
    struct kafka_record record;
    char want[600], id[UUID_TEXT_SIZE];
    struct outcome outcome;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "site 7", "{'o': 'x'}");
    order->source.headers.traceparent = memory_text(TRACE);
    order->source.headers.tracestate = memory_text("a=b");
    record_of_order(&given.worker, order, &record);
    CU_ASSERT_PTR_EQUAL(record.topic, given.worker.settings->topic_outcomes);
    CU_ASSERT_EQUAL(record.partition, RD_KAFKA_PARTITION_UA);
    CU_ASSERT(record.key_length == 6 && memcmp(record.key, "site 7", 6) == 0);
    order_outcome(order, &outcome);
    outcome_id(&outcome, id);
    snprintf(
        want, sizeof want,
        "ce_specversion=1.0 ce_id=%s ce_source=/whc-worker/whc-worker ce_type=whc.WOutcome ce_subject=%s "
        "ce_time=2026-03-02T10:00:00.000Z content-type=application/avro traceparent=" TRACE
        " tracestate=a=b ",
        id, GIVEN_ID_USUAL);
    given_same("headers", given_headers(&record), want);
    CLEANUP(tree_release) struct json_object *tree = given_outcome_of(&given, &record);
    given_same_tree("result", member(tree, "result"), "{'o': 'x'}");
    expect_text("id", member(tree, "outcome"), "outcomeId", id);
    expect_text("status", member(tree, "outcome"), "status", "COMPLETED");
    kafka_record_release(&record);
    given_worker_end(&given);
}

/* A request without a key has an outcome without one, and no trace has no headers. */
static void an_outcome_without_key(void)
{
    struct given_worker given;
    struct kafka_record record;

    given_worker(&given, GIVEN_LOOKED_UP);
    record_of_order(&given.worker, given_ended_order(&given, NULL, "{'o': 'x'}"), &record);
    CU_ASSERT(record.key == NULL && record.key_length == 0 && record.header_count == 7);
    kafka_record_release(&record);
    given_worker_end(&given);
}

static const struct {
    const char *name, *workflow, *result; /* null: as BT replied it, else put in its place */
    int less;                             /* than the outcome takes whole */
    const char *status, *code;            /* null: it is whole */
} cuts[] = {
    {"it fits to the byte", GIVEN_LOOKED_UP, NULL, 0, "COMPLETED", NULL},
    {"a byte too much, of an order that writes", GIVEN_LOOKED_UP, NULL, 1, "COMPLETED", "size"},
    {"the same of one that only reads", GIVEN_READ_WITH_RESULT, NULL, 1, "FAILED", "size"},
    {"not as its schema says", GIVEN_LOOKED_UP, "{'o': {}}", 0, "COMPLETED", "result"},
    {"the same of one that only reads", GIVEN_READ_WITH_RESULT, "{'o': {}}", 0, "FAILED", "result"},
};

static void expect_cut(size_t row, struct json_object *tree)
{
    struct json_object *outcome = member(tree, "outcome"), *reason = member(outcome, "reason");

    expect_text(cuts[row].name, outcome, "status", cuts[row].status);
    CU_ASSERT_EQUAL(member(tree, "result") == NULL, cuts[row].code != NULL);
    CU_ASSERT_EQUAL(reason == NULL, cuts[row].code == NULL);
    if (reason == NULL)
        return;
    expect_text(cuts[row].name, reason, "kind", "BAD_REPLY");
    expect_text(cuts[row].name, reason, "code", cuts[row].code);
}

/* The key counts, too: the topic's limit is that of both. */
static void what_is_left_out_of_an_outcome(void)
{
    struct given_worker given;
    struct kafka_record whole, record;

    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        given_worker(&given, cuts[i].workflow);
        struct order *order = given_ended_order(&given, "site 7", "{" LONG "}");
        record_of_order(&given.worker, order, &whole);
        given.worker.outcome_max_bytes = whole.length + whole.key_length - (size_t)cuts[i].less;
        if (cuts[i].result != NULL) {
            json_object_put(order->result);
            order->result = given_tree(cuts[i].result);
            given.worker.outcome_max_bytes += 1000;
        }
        record_of_order(&given.worker, order, &record);
        CLEANUP(tree_release) struct json_object *tree = given_outcome_of(&given, &record);
        expect_cut(i, tree);
        kafka_record_release(&whole);
        kafka_record_release(&record);
        given_worker_end(&given);
    }
}

/* It is the same outcome: who has seen the first one knows the second by its id. */
static void an_outcome_once_more_without_its_result(void)
{
    struct given_worker given;
    struct kafka_record whole, record;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "site 7", "{" LONG "}");
    record_of_order(&given.worker, order, &whole);
    orders_published(order);
    fault_set(&why, FAULT_EXHAUSTED, "Kafka refuses it");
    record_of_order_smaller(&given.worker, order, &why, &record);
    CLEANUP(tree_release) struct json_object *before = given_outcome_of(&given, &whole);
    CLEANUP(tree_release) struct json_object *tree = given_outcome_of(&given, &record);
    struct json_object *outcome = member(tree, "outcome");
    CU_ASSERT(member(tree, "result") == NULL && member(before, "result") != NULL);
    expect_text("id", outcome, "outcomeId", tree_text_of(member(before, "outcome"), "outcomeId"));
    expect_text("code", member(outcome, "reason"), "code", "size");
    expect_text("text", member(outcome, "reason"), "text", why.text);
    CU_ASSERT(strcmp(whole.headers[1].name, "ce_id") == 0 &&
              strcmp(whole.headers[1].value, record.headers[1].value) == 0);
    kafka_record_release(&whole);
    kafka_record_release(&record);
    given_worker_end(&given);
}

/* A repeat is told by one header; all else is the same. */
static void a_second_copy(void)
{
    struct given_worker given;
    struct kafka_record whole, copy;
    char want[1000];

    given_worker(&given, GIVEN_LOOKED_UP);
    record_of_order(&given.worker, given_ended_order(&given, "site 7", "{'o': 'x'}"), &whole);
    snprintf(want, sizeof want, "%swhc-repeated=true ", given_headers(&whole));
    record_repeated(&whole, &copy);
    given_same("headers", given_headers(&copy), want);
    CU_ASSERT(copy.topic == whole.topic && copy.partition == whole.partition);
    CU_ASSERT(copy.key_length == 6 && memcmp(copy.key, "site 7", 6) == 0 && copy.key != whole.key);
    CU_ASSERT(copy.length == whole.length && memcmp(copy.value, whole.value, copy.length) == 0);
    kafka_record_release(&copy);
    whole.key = memory_free(whole.key);
    whole.key_length = 0;
    record_repeated(&whole, &copy);
    CU_ASSERT(copy.key == NULL && copy.key_length == 0);
    kafka_record_release(&copy);
    kafka_record_release(&whole);
    given_worker_end(&given);
}

/* --- the ledger --- */

static void read_ledger(const struct given_worker *given, const struct kafka_record *record,
                        struct ledger_record *kept)
{
    struct fault why = {.text = ""};

    if (!ledger_read(&given->worker.ledger_schemas, record->value, record->length, kept, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("no ledger record");
    }
}

static void expect_place(const struct given_worker *given, const struct kafka_record *record,
                         int32_t partition, const char *key)
{
    CU_ASSERT_PTR_EQUAL(record->topic, given->worker.settings->topic_ledger);
    CU_ASSERT_EQUAL(record->partition, partition);
    CU_ASSERT_EQUAL(record->key_length, strlen(key));
    given_same("key", record->key, key);
}

static void expect_writer(const struct given_worker *given, const struct kafka_record *record)
{
    char want[300];

    snprintf(want, sizeof want, "whc-writer=whc-worker %s, slot %s, format %d ", WORKER_VERSION,
             given->worker.settings->worker_slot, LEDGER_FORMATS);
    given_same("writer", given_headers(record), want);
}

/* The ledger goes by the partition of the request, whatever the key; and it says which settlement wrote it. */
static void an_order_of_the_ledger(void)
{
    char token[SETTLEMENT_TOKEN_MAX + 1];
    struct given_worker given;
    struct kafka_record record;
    struct ledger_record kept;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_taken(&given.world, "site 7", "7");
    order->source.partition = 1;
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, NULL, &record, &why));
    expect_place(&given, &record, 1, "order/" GIVEN_ID_USUAL);
    expect_writer(&given, &record);
    read_ledger(&given, &record, &kept);
    partitions_next_token(given.worker.partitions, token);
    CU_ASSERT(kept.state == LEDGER_QUEUED && kept.outcome == NULL && kept.outcome_headers == NULL);
    given_same("settlement", kept.settlement, token);
    given_same("type", kept.order_type, "w");
    CU_ASSERT(kept.key_length == 6 && memcmp(kept.key, "site 7", 6) == 0);
    ledger_release(&kept);
    kafka_record_release(&record);
    order->source.partition = 0;
    given_worker_end(&given);
}

/* What is kept of an outcome is all that a repeat needs: its bytes, its key and its headers. */
static void an_outcome_is_kept_and_comes_again(void)
{
    struct given_worker given;
    struct kafka_record outcome, record, again;
    struct ledger_record kept;
    struct fault why;
    char want[1000];

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "site 7", "{'o': 'x'}");
    record_of_order(&given.worker, order, &outcome);
    kafka_record_header(&outcome, "bytes", "\0\x01\xff", 3);
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, &outcome, &record, &why));
    read_ledger(&given, &record, &kept);
    CU_ASSERT_EQUAL(kept.state, LEDGER_DONE);
    for (int repeated = 0; repeated < 2; repeated++) {
        CU_ASSERT_FATAL(record_of_stored(&given.worker, &kept, repeated, &again));
        snprintf(want, sizeof want, "%s%s", given_headers(&outcome), repeated ? "whc-repeated=true " : "");
        given_same("headers", given_headers(&again), want);
        CU_ASSERT(again.headers[7].length == 3 && memcmp(again.headers[7].value, "\0\x01\xff", 3) == 0);
        CU_ASSERT_PTR_EQUAL(again.topic, given.worker.settings->topic_outcomes);
        CU_ASSERT_EQUAL(again.partition, RD_KAFKA_PARTITION_UA);
        CU_ASSERT(again.key_length == 6 && memcmp(again.key, "site 7", 6) == 0);
        CU_ASSERT(again.length == outcome.length && memcmp(again.value, outcome.value, again.length) == 0);
        kafka_record_release(&again);
    }
    kept.outcome = memory_free(kept.outcome);
    CU_ASSERT_FALSE(record_of_stored(&given.worker, &kept, true, &again));
    ledger_release(&kept);
    kafka_record_release(&outcome);
    kafka_record_release(&record);
    given_worker_end(&given);
}

/* What is not sent must have room for the worst that may be written to it later; what is sent is written all the same. */
static void an_order_needs_room_to_grow(void)
{
    struct given_worker given;
    struct kafka_record record;
    struct fault why;
    char want[300];

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_taken(&given.world, "site 7", "7");
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, NULL, &record, &why));
    size_t length = record.length,
           growth = LEDGER_GROWTH_EXTRA_BYTES; /* one step: no reply is kept for others */
    kafka_record_release(&record);
    given.worker.ledger_max_bytes = length + growth;
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, NULL, &record, &why));
    kafka_record_release(&record);
    given.worker.ledger_max_bytes--;
    CU_ASSERT(!record_of_ledger(&given.worker, order, NULL, &record, &why) && why.kind == FAULT_EXHAUSTED);
    snprintf(want, sizeof want,
             "the order's ledger record has %zu bytes and may need %zu more for what BT answers "
             "(reply.max.bytes), and 'whc.order-ledger' takes %zu (max.message.bytes)",
             length, growth, length + growth - 1);
    given_same("why", why.text, want);
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&given.world), order);
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, NULL, &record, &why));
    kafka_record_release(&record);
    given.worker.ledger_max_bytes = length / 2;
    CU_ASSERT(!record_of_ledger(&given.worker, order, NULL, &record, &why) && why.kind == FAULT_EXHAUSTED);
    snprintf(want, sizeof want,
             "the order's ledger record has more than the %zu bytes that 'whc.order-ledger' takes "
             "(max.message.bytes)",
             length / 2);
    given_same("why", why.text, want);
    given_worker_end(&given);
}

/* A finished order goes into the ledger in any case: without its journal, then without what repeats would get. */
static void a_finished_order_is_cut_to_fit(void)
{
    struct given_worker given;
    struct kafka_record outcome, record;
    struct ledger_record kept;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "site 7", "{'o': 'x'}");
    order->ledger.decisions = memory_text("[{\"signalId\": \"1\"}]");
    record_of_order(&given.worker, order, &outcome);
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, &outcome, &record, &why));
    given.worker.ledger_max_bytes = record.length; /* to the byte, and no room asked for */
    kafka_record_release(&record);
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, &outcome, &record, &why));
    read_ledger(&given, &record, &kept);
    CU_ASSERT(kept.progress != NULL && kept.decisions != NULL && kept.outcome_length == outcome.length);
    ledger_release(&kept);
    kafka_record_release(&record);
    given.worker.ledger_max_bytes--;
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, &outcome, &record, &why));
    read_ledger(&given, &record, &kept);
    CU_ASSERT(kept.progress == NULL && kept.decisions == NULL && kept.outcome_length == outcome.length);
    ledger_release(&kept);
    given.worker.ledger_max_bytes = record.length - 1;
    kafka_record_release(&record);
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, &outcome, &record, &why));
    read_ledger(&given, &record, &kept);
    CU_ASSERT(kept.state == LEDGER_DONE && kept.outcome == NULL && kept.outcome_length == 0);
    ledger_release(&kept);
    kafka_record_release(&record);
    given.worker.ledger_max_bytes = 20;
    CU_ASSERT(!record_of_ledger(&given.worker, order, &outcome, &record, &why) &&
              why.kind == FAULT_EXHAUSTED);
    kafka_record_release(&outcome);
    given_worker_end(&given);
}

static void what_else_the_ledger_has(void)
{
    struct given_worker given;
    struct kafka_record record;
    struct ledger_record kept = {.state = LEDGER_DONE, .request_id = GIVEN_ID_USUAL, .offset = 41}, read;
    struct ledger_owner owner = {.token = "me:7", .partition = 1, .partition_count = 2, .position = 40},
                        found;
    struct fault why = {.text = ""};

    given_worker(&given, GIVEN_LOOKED_UP);
    kept.order_type = memory_text("w");
    kept.settlement = memory_text("me:7");
    CU_ASSERT_FATAL(record_of_kept(&given.worker, 1, &kept, &record));
    expect_place(&given, &record, 1, "order/" GIVEN_ID_USUAL);
    expect_writer(&given, &record);
    read_ledger(&given, &record, &read);
    CU_ASSERT(read.offset == 41 && strcmp(read.settlement, "me:7") == 0);
    ledger_release(&read);
    given.worker.ledger_max_bytes = record.length - 1;
    kafka_record_release(&record);
    CU_ASSERT_FALSE(record_of_kept(&given.worker, 1, &kept, &record));
    given.worker.ledger_max_bytes = 10000;
    ledger_release(&kept);
    record_of_forgotten(&given.worker, 1, GIVEN_ID_USUAL, &record);
    expect_place(&given, &record, 1, "order/" GIVEN_ID_USUAL);
    CU_ASSERT(record.value == NULL && record.length == 0 && record.header_count == 0);
    kafka_record_release(&record);
    record_of_owner(&given.worker, &owner, &record);
    expect_place(&given, &record, 1, "owner/1");
    expect_writer(&given, &record);
    CU_ASSERT_FATAL(
        ledger_read_owner(&given.worker.ledger_schemas, record.value, record.length, &found, &why));
    CU_ASSERT(found.position == 40 && found.partition == 1 && strcmp(found.token, "me:7") == 0);
    kafka_record_release(&record);
    given_worker_end(&given);
}

CU_TestInfo test_records[] = {
    {"an outcome", an_outcome},
    {"an outcome without a key", an_outcome_without_key},
    {"what is left out of an outcome", what_is_left_out_of_an_outcome},
    {"an outcome once more without its result", an_outcome_once_more_without_its_result},
    {"a second copy", a_second_copy},
    {"an order of the ledger", an_order_of_the_ledger},
    {"an outcome is kept and comes again", an_outcome_is_kept_and_comes_again},
    {"an order needs room to grow", an_order_needs_room_to_grow},
    {"a finished order is cut to fit", a_finished_order_is_cut_to_fit},
    {"what else the ledger has", what_else_the_ledger_has},
    CU_TEST_INFO_NULL};
