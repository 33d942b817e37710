/* A record that Kafka refuses for its size or form: what it becomes, step by step (PROMISE.md R16). */
#include "refused.h"

#include "dead_letter.h"
#include "memory.h"
#include "records.h"

#include "given_worker.h"

#define LONG                                                                                                 \
    "{'o': 'no number of 01632 960000 to 01632 960999 is free, and none of 020 7946 0000 to 0999 is'}"

static const char *header_of(const struct kafka_record *record, const char *name)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp(record->headers[i].name, name) == 0)
            return record->headers[i].value;
    return "";
}

/* The record is refused once more; what it becomes. */
static bool replace(const struct given_worker *given, const struct order *order, struct kafka_record *record,
                    struct fault *why)
{
    record->refused = "MSG_SIZE_TOO_LARGE";
    fault_set(why, FAULT_LOCAL, "nothing was said");
    return refused_replace(&given->worker, order, 0, record, why);
}

static void outcome_of(struct given_worker *given, struct order *order, struct kafka_record *record)
{
    record_of_order(&given->worker, order, record);
    orders_published(order); /* as order/batch does it, which is refused later */
}

/* Whatever is left out of it, it says whose outcome is missing. */
static void expect_dead_letter(const struct given_worker *given, const char *name,
                               const struct kafka_record *record)
{
    CU_ASSERT_PTR_EQUAL(record->topic, given->worker.settings->topic_dead);
    given_same(name, header_of(record, DEAD_FIRST_HEADER), given->worker.settings->topic_outcomes);
    given_same(name, header_of(record, DEAD_REASON_HEADER), "outcome");
    given_same(name, header_of(record, "__connect.errors.exception.message"),
               "Kafka refuses the outcome of the request " GIVEN_ID_USUAL);
    CU_ASSERT_STRING_NOT_EQUAL(header_of(record, DEAD_LEFT_OUT_HEADER), "");
}

/* Without its result; then as a dead letter, which becomes smaller until nothing is left of it. */
static void the_whole_way_down(void)
{
    struct given_worker given;
    struct kafka_record record;
    struct json_object *reason;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_ended_order(&given, "site 7", LONG);
    outcome_of(&given, order, &record);
    CU_ASSERT_FATAL(replace(&given, order, &record, &why));
    CU_ASSERT_PTR_EQUAL(record.topic, given.worker.settings->topic_outcomes);
    CU_ASSERT(record.key_length == 6 && memcmp(record.key, "site 7", 6) == 0);
    CLEANUP(tree_release) struct json_object *tree = given_outcome_of(&given, &record);
    CU_ASSERT_PTR_NULL(json_object_object_get(tree, "result"));
    reason = json_object_object_get(json_object_object_get(tree, "outcome"), "reason");
    given_same("reason", tree_text_of(reason, "text"),
               "Kafka refuses the outcome with its result: MSG_SIZE_TOO_LARGE");
    CU_ASSERT_FATAL(replace(&given, order, &record, &why));
    expect_dead_letter(&given, "the second time", &record);
    for (int part = 0; part < 2; part++) {
        CU_ASSERT_FATAL(replace(&given, order, &record, &why));
        expect_dead_letter(&given, "a part less", &record);
    }
    CU_ASSERT(record.key == NULL && record.value == NULL);
    given_same("what it came with", header_of(&record, "ce_subject"), "");
    CU_ASSERT(!replace(&given, order, &record, &why) && why.kind == FAULT_PEER);
    given_same("nothing is left", why.text,
               "Kafka refuses even the smallest dead letter (MSG_SIZE_TOO_LARGE): repair the topic "
               "'whc.order-requests.dead'");
    kafka_record_release(&record);
    given_worker_end(&given);
}

static const struct {
    const char *name, *workflow;
    int status; /* of the reply */
    const char *body;
    enum order_state state;
    bool repeat; /* a copy for a repeat: of no order */
} rows[] = {
    {"the reason is longer than the result", GIVEN_LOOKED_UP, 201, "{'o': 'x'}", ORDER_SETTLING, false},
    {"a copy for a repeat", GIVEN_LOOKED_UP, 201, LONG, ORDER_SETTLING, true},
    {"without a result", GIVEN_LOOKED_UP, 400, "{'code': '24'}", ORDER_SETTLING, false},
    {"an UNKNOWN of an order that is not over", GIVEN_NEVER, 500, "", ORDER_PARKED, false},
};

/* What cannot become smaller as an outcome is a dead letter at once. */
static void outcomes_without_anything_to_leave_out(void)
{
    struct given_worker given;
    struct kafka_record record;
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        given_worker(&given, rows[i].workflow);
        struct order *order = given_taken(&given.world, "site 7", "7");
        CU_ASSERT_PTR_EQUAL_FATAL(given_call(&given.world), order);
        given_answer(&given.world, order, rows[i].status, rows[i].body);
        CU_ASSERT_PTR_EQUAL_FATAL(given_next_done(&given.world), order);
        CU_ASSERT_EQUAL(order->state, rows[i].state);
        outcome_of(&given, order, &record);
        CU_ASSERT(replace(&given, rows[i].repeat ? NULL : order, &record, &why));
        expect_dead_letter(&given, rows[i].name, &record);
        kafka_record_release(&record);
        given_worker_end(&given);
    }
}

/* An event that is passed on, or put aside: it ends as the smallest dead letter, and holds nobody up. */
static void events(void)
{
    struct given_worker given;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    const struct settings *settings = given.worker.settings;
    const char *const topics[] = {settings->topic_signals, settings->topic_events_dead};
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        struct kafka_record record = {.topic = topics[i],
                                      .key = memory_text("700501"),
                                      .key_length = 6,
                                      .value = memory_text("an event"),
                                      .length = 8};
        if (i == 1) /* as dead_letter.c makes it */
            kafka_record_header(&record, DEAD_FIRST_HEADER, "events", 6);
        CU_ASSERT_FATAL(replace(&given, NULL, &record, &why));
        CU_ASSERT_PTR_EQUAL(record.topic, settings->topic_events_dead);
        given_same("why", header_of(&record, DEAD_REASON_HEADER), i == 0 ? "refused" : "");
        for (int parts = 0; replace(&given, NULL, &record, &why); parts++)
            CU_ASSERT_FATAL(parts < 3);
        CU_ASSERT(record.key == NULL && record.value == NULL && why.kind == FAULT_PEER);
        kafka_record_release(&record);
    }
    given_worker_end(&given);
}

/* What is not written down must not be sent: a record of the ledger waits until its topic is as it was. */
static void the_ledger_is_never_cut(void)
{
    struct given_worker given;
    struct kafka_record record;
    struct ledger_record kept;
    struct fault why;

    given_worker(&given, GIVEN_LOOKED_UP);
    struct order *order = given_taken(&given.world, "site 7", "7");
    CU_ASSERT_FATAL(record_of_ledger(&given.worker, order, NULL, &record, &why));
    size_t length = record.length;
    CU_ASSERT(!replace(&given, order, &record, &why) && why.kind == FAULT_PEER);
    given_same("why", why.text,
               "Kafka refuses the ledger's record 'order/" GIVEN_ID_USUAL
               "' of partition 0 (MSG_SIZE_TOO_LARGE), which was within the limits at start: raise "
               "max.message.bytes of 'whc.order-ledger' again");
    CU_ASSERT(record.length == length && record.topic == given.worker.settings->topic_ledger);
    CU_ASSERT_FATAL(ledger_read(&given.worker.ledger_schemas, record.value, record.length, &kept, &why));
    ledger_release(&kept);
    kafka_record_release(&record);
    given_worker_end(&given);
}

CU_TestInfo test_refused[] = {
    {"events", events},

    {"the whole way down", the_whole_way_down},
    {"outcomes without anything to leave out", outcomes_without_anything_to_leave_out},
    {"the ledger is never cut", the_ledger_is_never_cut},
    CU_TEST_INFO_NULL};
