/* Notifications: which find their order, which come after its end, and why the others are put aside. */
#include "events.h"

#include "last_words.h"

#include "../order/given_waits.h"
#include "given_worker.h"

#define NOBODY_S "605c9599-4ab1-8001-8129-000000000000"
#define ENDED "605c9599-4ab1-8002-8129-000000000000"
#define ELSEWHERE "605c9599-4ab1-8003-8129-000000000001"

enum { DAY_MS = 24 * 3600 * 1000 };
static const int64_t RECEIVED_MS = 1772445600000;

/* The series of whc_events_total. */
static const char *const ends[] = {"taken",        "again", "late",     "contradicts", "unknown-order",
                                   "unknown-type", "json",  "not-ours", "unaddressed", "given-up"};

static size_t count_of(const struct given_worker *given, const char *name)
{
    char series[100];

    snprintf(series, sizeof series, "whc_events_total{end=\"%s\"}", name);
    return (size_t)strtol(given_metric(&given->worker, series), NULL, 10);
}

/* It was passed on to the owner of such a reference: what it comes to. */
static const char *comes_to(struct given_worker *given, const char *reference, const char *payload)
{
    struct event event = {.payload = memory_text(payload), .received_at_ms = RECEIVED_MS};
    size_t before[COUNT_OF(ends)];
    const char *end = "nothing";

    if (reference != NULL)
        snprintf(event.reference = memory_new(UUID_TEXT_SIZE, 1), UUID_TEXT_SIZE, "%s", reference);
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        before[i] = count_of(given, ends[i]);
    given_put(given, 0, "k", "any");
    rd_kafka_message_t *message = given_message(given);
    (void)partitions_take(given->worker.partitions, PARTITION_SIGNALS, 0, message->offset);
    CU_ASSERT_EQUAL(events_take_forwarded(&given->worker, &event, message), TAKEN);
    rd_kafka_message_destroy(message);
    event_release(&event);
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        end = count_of(given, ends[i]) == before[i] ? end : ends[i];
    return end;
}

static struct order *given_waits(struct given_worker *given)
{
    struct order *order = given_named(&given->world, "k", '1');

    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&given->world), order);
    given_answer(&given->world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING);
    return order;
}

static void what_becomes_of_them(void)
{
    static const struct {
        const char *name, *reference, *payload, *want;
        size_t dead; /* letters that it leaves */
    } rows[] = {
        {"of one that waits", "its own", "{\"state\": \"working\"}", "taken", 0},
        {"no JSON", "its own", "{\"state\": ", "json", 1},
        {"of another partition", ELSEWHERE, "{\"state\": \"done\"}", "not-ours", 1},
        {"a reference that is none", "our-own-words", "{\"state\": \"done\"}", "not-ours", 1},
        {"no reference", NULL, "{\"state\": \"done\"}", "unaddressed", 1},
        {"of no order", NOBODY_S, "{\"state\": \"done\"}", "unknown-order", 1},
        {"after the end, equal", ENDED, "{\"state\": \"done\"}", "late", 0},
        {"after the end, contradicting", ENDED, "{\"state\": \"dead\"}", "contradicts", 1},
    };
    struct given_worker given;
    struct ledger_references ended = {0};
    CLEANUP(tree_release)
    struct json_object *marks = given_tree("{'" ENDED "': {'/state': {'rank': 3, 'word': 'done'}}}");

    given_worker_member(&given, GIVEN_WAITS);
    struct order *order = given_waits(&given);
    ledger_references_add(&ended, "a", ENDED);
    last_words_add(given.worker.last_words, 0, &(struct last_order){&ended, marks, {0}, 1000});
    ledger_references_release(&ended);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool is_its = rows[i].reference != NULL && strcmp(rows[i].reference, "its own") == 0;
        size_t before = batch_count(given.worker.batch);
        given_same(rows[i].name,
                   comes_to(&given, is_its ? order->waiting.references.list[0].reference : rows[i].reference,
                            rows[i].payload),
                   rows[i].want);
        CU_ASSERT_EQUAL(batch_count(given.worker.batch) - before, rows[i].dead);
    }
    CU_ASSERT_EQUAL(order->state, ORDER_AWAITING);
    given_worker_end(&given);
}

/* The description has one message, of a type; what is of another is kept for people, also where its order is known. */
static void of_an_unknown_type(void)
{
    struct given_worker given;

    given_worker_member(&given, GIVEN_WAITS);
    struct event_message *message = given.world.catalogue->asyncapi.messages[0];
    memory_free(message->type_at);
    message->type = memory_text("ordinary");
    message->type_at = memory_text("/type");
    const struct order *order = given_waits(&given);
    const char *reference = order->waiting.references.list[0].reference;
    given_same("another", comes_to(&given, reference, "{\"type\": \"odd\", \"state\": \"done\"}"),
               "unknown-type");
    given_same("none", comes_to(&given, reference, "{\"state\": \"done\"}"), "unknown-type");
    CU_ASSERT(order->state == ORDER_AWAITING && batch_count(given.worker.batch) == 2);
    given_same("its own", comes_to(&given, reference, "{\"type\": \"ordinary\", \"state\": \"done\"}"),
               "taken");
    CU_ASSERT_EQUAL(order->state, ORDER_READY);
    given_worker_end(&given);
}

/* BT gives up what an order has ordered, while none of its steps waits for news of that: somebody must look. */
static void given_up_meanwhile(void)
{
    struct given_worker given;

    given_worker_member(&given, GIVEN_WAITS);
    const struct order *order = given_waits(&given);
    const char *reference = order->waiting.references.list[0].reference;
    given_same("it ends the wait", comes_to(&given, reference, "{\"state\": \"done\"}"), "taken");
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_READY);
    given_same("and then", comes_to(&given, reference, "{\"state\": \"dead\"}"), "given-up");
    given_worker_end(&given);
}

/* The moment that is kept of the latest word about the order. */
static int64_t moment_of_word(const struct order *order, const char *reference)
{
    const struct json_object *mark = tree_member(tree_member(order->waiting.marks, reference), "/state");

    return json_object_get_int64(tree_member(mark, "timeMs"));
}

/* What says that it happens in days would have all that comes before then taken for older. */
static void a_time_that_is_ahead(void)
{
    struct given_worker given;
    char payload[200], time[TIMESTAMP_TEXT_SIZE];

    for (int days = 0; days < 3; days++) {
        given_worker_member(&given, GIVEN_WAITS);
        const struct order *order = given_waits(&given);
        const char *reference = order->waiting.references.list[0].reference;
        int64_t moment_ms = RECEIVED_MS + (int64_t)days * DAY_MS;
        timestamp_print(moment_ms, time);
        snprintf(payload, sizeof payload, "{\"state\": \"working\", \"at\": \"%s\"}", time);
        given_same(time, comes_to(&given, reference, payload), "taken");
        CU_ASSERT_EQUAL(moment_of_word(order, reference), days < 2 ? moment_ms : 0);
        given_worker_end(&given);
    }
}

CU_TestInfo test_events[] = {{"what becomes of them", what_becomes_of_them},
                             {"of an unknown type", of_an_unknown_type},
                             {"a time that is ahead", a_time_that_is_ahead},
                             {"given up meanwhile", given_up_meanwhile},
                             CU_TEST_INFO_NULL};
