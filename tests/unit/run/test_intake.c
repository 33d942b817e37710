/* What becomes of a request message: an order, one that is refused, a dead letter with its reason, or nothing. */
#include "dead_letter.h"
#include "topics.h"

#include "given_intake.h"

#include <sys/socket.h>

static void settled(struct given *given)
{
    struct batch *batch = given->worker.worker.batch;

    if (batch_end(batch, SETTLEMENT_CLEAN, NULL, 0))
        while (batch_take_out(batch, 0, given->worker.world.time.wall_ms))
            continue;
}

/* Begins a settlement that has so many records and this position of one partition; the first of the records. */
static const struct kafka_record *settle(struct given *given, size_t records, int32_t partition,
                                         int64_t offset)
{
    struct batch *batch = given->worker.worker.batch;
    struct partition_commit *positions;

    while (batch_gather(batch))
        continue;
    size_t count = batch_begin(batch, loop_clock_ms(), &positions);
    CU_ASSERT(count == 1 && positions[0].partition == partition && positions[0].offset == offset);
    partition_commits_free(positions, count);
    CU_ASSERT_EQUAL_FATAL(batch_sent_count(batch), records);
    return records == 0 ? NULL : batch_sent(batch, 0);
}

/* The message that was put last becomes a dead letter, and its offset is finished with it. */
static void expect_dead(struct given *given, int32_t partition, const char *reason, const char *says)
{
    const struct worker *worker = &given->worker.worker;
    char header[60], series[90];

    until_taken(given);
    const struct kafka_record *record = settle(given, 1, partition, given->next[partition]);
    snprintf(header, sizeof header, DEAD_REASON_HEADER "=%s ", reason);
    snprintf(series, sizeof series, "whc_dead_letters_total{reason=\"%s\"}", reason);
    if (record->topic != worker->settings->topic_dead || strstr(given_headers(record), header) == NULL ||
        strstr(given_headers(record), says) == NULL) {
        printf("\n  want %s %s\n  got  %s %s", reason, says, record->topic, given_headers(record));
        CU_FAIL("dead letter above");
    }
    CU_ASSERT(*given_metric(worker, series) != '\0' && orders_count(worker->orders) == 0);
    settled(given);
}

/* Their first bytes, and the datum, are not what they should be. */
static void no_request_can_be_read(struct given *given)
{
    const struct order_type *type = given->worker.worker.catalogue->types[0];
    struct buffer value;

    buffer_init(&value, 100);
    buffer_add_text(&value, "hello");
    put(given, 0, given->keys[0], &value, no_headers);
    expect_dead(given, 0, "framing", "");
    buffer_release(&value);
    add_head(&value, type->request);
    add_datum(&value, '1');
    value.data[2] = (char)~value.data[2];
    put(given, 0, given->keys[0], &value, no_headers);
    expect_dead(given, 0, "schema", "no request schema of the catalogue has the fingerprint ");
    value.data[2] = (char)~value.data[2];
    value.length -= 3;
    put(given, 0, given->keys[0], &value, no_headers);
    expect_dead(given, 0, "datum", "");
    value.length += 3;
    put(given, 0, given->keys[0], &value, (const char *const[]){FRAMING_HEADER, "\2", NULL});
    expect_dead(given, 0, "framing", ""); /* the header wins */
    buffer_release(&value);
}

/* What one header adds is its name and its value; one byte less is taken: an_order(). */
static void one_that_is_too_heavy(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    char most[REQUEST_MOST + 1], says[60];
    size_t room = REQUEST_MOST - HEAD_BYTES - DATUM_BYTES - strlen(given->keys[0]);

    memset(most, 'x', sizeof most);
    most[room] = '\0';
    put_request(given, 0, '1', (const char *const[]){"h", most, NULL});
    snprintf(says, sizeof says, "the request has %d bytes with its key and headers", REQUEST_MOST + 1);
    expect_dead(given, 0, "size", says);
    worker->outcome_max_bytes = OUTCOME_LEAST_BYTES + strlen(given->keys[1]) - 1;
    put_request(given, 1, '1', no_headers);
    expect_dead(given, 1, "size", "bytes: its outcome, which has the same key, would not fit");
    worker->outcome_max_bytes++; /* just enough: the requests that follow are taken */
}

/* A write whose repeats would not find it (R14). */
static void the_key_of_a_write(struct given *given)
{
    const struct order_type *type = given->worker.worker.catalogue->types[0];
    struct buffer value;

    add_head(&value, type->request);
    add_datum(&value, '1');
    put(given, 0, NULL, &value, no_headers);
    expect_dead(given, 0, "no-key", "");
    put(given, 0, "", &value, no_headers);
    expect_dead(given, 0, "no-key", "an empty one does not count");
    put(given, 0, given->keys[1], &value, no_headers);
    expect_dead(given, 0, "partition", "the key belongs to partition 1 of 2 and the request is in 0");
    buffer_release(&value);
}

/* It is answered: an order that has ended, with the field that is wrong. */
static void one_that_breaks_its_contract(struct given *given)
{
    static const char id[] = {0, 0, 0, 0, 7};
    struct worker *worker = &given->worker.worker;
    struct buffer value;

    buffer_init(&value, 1000);
    buffer_add(&value, id, sizeof id);
    buffer_add_byte(&value, 72);
    buffer_add_text(&value, GIVEN_ID_OF("1"));
    buffer_add_byte(&value, 0); /* no notAfter; and the registry's schema has nothing more */
    put(given, 1, given->keys[1], &value, no_headers);
    buffer_release(&value);
    until_taken(given);
    const struct order *order = find(given, '1');
    CU_ASSERT_PTR_NOT_NULL_FATAL(order);
    CU_ASSERT(order->state == ORDER_DONE && order->status == OUTCOME_REJECTED &&
              order->reason.kind == REASON_CONTRACT);
    given_same("path", order->reason.code, "id");
    CU_ASSERT_EQUAL(strncmp(order->reason.text, "id: ", 4), 0);
    const struct kafka_record *record = settle(given, 2, 1, given->next[1]); /* outcome, and the ledger's */
    CU_ASSERT_PTR_EQUAL(record->topic, worker->settings->topic_outcomes);
    settled(given);
    CU_ASSERT_EQUAL(orders_count(worker->orders), 0);
}

/* What BT is asked to do, and where the answer belongs; its offset is open until that is settled. */
static void one_that_is_taken(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    char most[REQUEST_MOST + 1];

    memset(most, 'x', sizeof most);
    most[REQUEST_MOST - HEAD_BYTES - DATUM_BYTES - strlen(given->keys[0]) - 1] = '\0';
    put_request(given, 0, '2', (const char *const[]){"h", most, NULL});
    until_taken(given);
    struct order *order = find(given, '2');
    CU_ASSERT_PTR_NOT_NULL_FATAL(order);
    CU_ASSERT(order->state != ORDER_DONE && order->type == worker->catalogue->types[0]);
    given_same("topic", order->source.topic, worker->settings->topic_requests);
    CU_ASSERT(order->source.partition == 0 && order->source.offset == given->next[0] - 1);
    CU_ASSERT(order->source.key_length == strlen(given->keys[0]) &&
              memcmp(order->source.key, given->keys[0], order->source.key_length) == 0);
    given_same("input", tree_text_of(order->request.inputs, "id"), "7");
    given_same("an input of the settings", tree_text_of(order->request.inputs, "cugId"), "CUG-1");
    CU_ASSERT(order->source.requested_at_ms > 0);
    CU_ASSERT(order->source.headers.traceparent == NULL && order->source.headers.tracking == NULL);
}

/* It is answered with the first one (R9), and is no order of its own. */
static void a_repeat_of_a_live_order(struct given *given)
{
    const struct worker *worker = &given->worker.worker;
    const struct order *order = find(given, '2');

    put_request(given, 0, '2', no_headers);
    until_taken(given);
    CU_ASSERT(orders_count(worker->orders) == 1 && find(given, '2') == order);
    CU_ASSERT(order->ledger.repeats_due == 1 && order->source.offset == given->next[0] - 2);
    CU_ASSERT_EQUAL(partitions_offsets(worker->partitions, 0)->next, given->next[0] - 2);
    given_same("of finished ones", given_metric(worker, "whc_repeats_total"), "1"); /* the one before */
}

static void a_repeat_of_a_finished_order(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    struct duplicate done = {.request_id = GIVEN_ID_OF("f"), .done_at_ms = given->worker.world.time.wall_ms};

    given_put_kept(&given->worker, 'f', LEDGER_DONE, "the outcome");
    duplicates_add(worker->duplicates, &done);
    put_request(given, 0, 'f', no_headers);
    until_taken(given);
    given_until(worker->loop, &given->answered, 1);
    const struct kafka_record *record = settle(given, 1, 0, given->next[0]);
    CU_ASSERT(record->topic == worker->settings->topic_outcomes && record->length == 11 &&
              memcmp(record->value, "the outcome", 11) == 0);
    settled(given);
    CU_ASSERT_EQUAL(orders_count(worker->orders), 0);
}

/* The group has given it to another worker meanwhile: no word about what is read of it. */
static void a_partition_that_is_not_ours(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    size_t taken = given->taken;
    struct fault why;

    partitions_disown(worker->partitions, 1);
    put_request(given, 1, '3', no_headers);
    given_until(worker->loop, &given->worker.read[1], (size_t)given->next[1]);
    CU_ASSERT(given->taken == taken && given->held == 0 && orders_count(worker->orders) == 0);
    CU_ASSERT(batch_is_idle(worker->batch));
    CU_ASSERT(partitions_own(worker->partitions, 1, given->next[1], "", 0,
                             &(const struct partition_others){0, 0}, &why));
}

static void put_confluent(struct given *given, int32_t partition, char schema, char last)
{
    struct buffer value;

    buffer_init(&value, 1000);
    buffer_add(&value, "\0\0\0\0", 4);
    buffer_add_byte(&value, (uint8_t)schema);
    add_datum(&value, last);
    put(given, partition, given->keys[partition], &value, no_headers);
    buffer_release(&value);
}

/* The registry knows its schema, and no workflow is for it. */
static void one_of_no_order_type(struct given *given)
{
    put_confluent(given, 1, 3, '1');
    expect_dead(given, 1, "type", "no order type has the request record 'whc.Other'");
}

static void answer(struct given *given, const struct given_reply *reply)
{
    given->registry.replies = reply;
    given->registry.reply_count = 1;
    for (size_t i = 0; i < GIVEN_CONNECTIONS_MAX; i++) /* who waits asks again */
        if (given->registry.connections[i].socket >= 0)
            shutdown(given->registry.connections[i].socket, SHUT_RDWR);
}

/* Its schema is not here yet: what comes after it waits, and its schemas are fetched meanwhile. */
static void a_partition_that_is_held(struct given *given, const struct given_reply *schema)
{
    struct worker *worker = &given->worker.worker;
    size_t taken = given->taken, asked = given->registry.request_count;
    const char *why = "";

    answer(given, &silence);
    put_confluent(given, 0, 8, '4');
    put_request(given, 0, '5', no_headers);
    put_confluent(given, 0, 9, '6');
    given_until(worker->loop, &given->registry.request_count, asked + 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(given_request(&given->registry, asked), "/schemas/ids/8 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(given_request(&given->registry, asked + 1), "/schemas/ids/9 "));
    put_request(given, 1, '7', no_headers); /* the other partition goes on */
    given_until(worker->loop, &given->taken, taken + 1);
    CU_ASSERT(find(given, '7') != NULL && orders_count(worker->orders) == 1);
    CU_ASSERT_EQUAL(intake_held(worker->intake, &why), 1);
    given_same("why", why, "partition 0 stands still: schema ids/8 is being fetched");
    answer(given, schema);
    given_until(worker->loop, &given->taken, taken + 4);
    CU_ASSERT(given->held == 0 && orders_count(worker->orders) == 4);
    const struct order *first = find(given, '4'), *second = find(given, '5'), *third = find(given, '6');
    CU_ASSERT_FATAL(first != NULL && second != NULL && third != NULL);
    CU_ASSERT(first->state != ORDER_QUEUED && second->state == ORDER_QUEUED && third->state == ORDER_QUEUED);
    CU_ASSERT(first->source.turn < second->source.turn && second->source.turn < third->source.turn);
}

/* What is held of it is another worker's: nothing of it is taken, or finished. */
static void it_is_forgotten(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    size_t taken = given->taken, asked = given->registry.request_count;
    const char *why;

    answer(given, &silence);
    put_confluent(given, 1, 10, '8');
    given_until(worker->loop, &given->registry.request_count, asked + 1);
    CU_ASSERT_EQUAL(intake_held(worker->intake, &why), 1);
    intake_forget(worker->intake, 1);
    CU_ASSERT_EQUAL(intake_held(worker->intake, &why), 0);
    given_same("why", why, "");
    given_turn(worker->loop);
    CU_ASSERT(given->taken == taken && find(given, '8') == NULL);
}

/* The registry's answer: a schema of this text. */
static struct given_reply schema_reply(const char *text, struct buffer *body)
{
    buffer_init(body, 10000);
    buffer_add_text(body, "{\"schema\": \"");
    for (; *text != '\0'; text++)
        buffer_print(body, *text == '\'' ? "\\\"" : "%c", *text);
    buffer_add_text(body, "\"}");
    return (struct given_reply){.status = "200 OK", .body = buffer_text(body)};
}

/* One member for all of them: to join takes seconds. */
static void orders_that_write(void)
{
    static const char other[] = "{'type': 'record', 'name': 'whc.Other', 'fields': []}";
    CLEANUP(buffer_release) struct buffer first, second;
    struct given_reply replies[] = {schema_reply(GIVEN_REQUEST(""), &first), schema_reply(other, &second)};
    struct given given;

    begin(&given, GIVEN_NEVER, replies, COUNT_OF(replies));
    no_request_can_be_read(&given);
    one_that_is_too_heavy(&given);
    the_key_of_a_write(&given);
    one_that_breaks_its_contract(&given);
    one_of_no_order_type(&given);
    a_repeat_of_a_finished_order(&given);
    a_partition_that_is_not_ours(&given);
    one_that_is_taken(&given);
    a_repeat_of_a_live_order(&given);
    end(&given);
}

static void who_waits(void)
{
    CLEANUP(buffer_release) struct buffer whole;
    struct given_reply usual = schema_reply(GIVEN_REQUEST(GIVEN_ID), &whole);
    struct given given;

    begin(&given, GIVEN_NEVER, &silence, 1);
    a_partition_that_is_held(&given, &usual);
    it_is_forgotten(&given);
    end(&given);
}

CU_TestInfo test_intake[] = {
    {"orders that write", orders_that_write}, {"who waits", who_waits}, CU_TEST_INFO_NULL};
