/* Makes the worker of given_worker.h, and reads what it made. */
#define GIVEN_MAY_SLEEP true
#include "given_worker.h"

#include "batch_port.h"
#include "bt_ids_port.h"
#include "datum.h"
#include "framing.h"
#include "last_words.h"
#include "metrics.h"
#include "records.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GIVEN_ROOM_BYTES = 1000000 };

/* Over settings and world that are there. */
static void make(struct given_worker *given, const char *workflow)
{
    struct worker *worker = &given->worker;
    struct fault why;

    given_world(&given->world, GIVEN_OUTCOME(GIVEN_O), workflow, 100);
    if (!loop_new(&worker->loop, &why))
        abort();
    worker->settings = &given->broker.settings;
    worker->catalogue = given->world.catalogue;
    worker->orders = given->world.orders;
    worker->ledger_schemas = ledger_schemas_new(LEDGER_FORMATS);
    worker->partition_total = 2;
    worker->outcome_max_bytes = worker->ledger_max_bytes = worker->dead_max_bytes = GIVEN_ROOM_BYTES;
    worker->last_words = last_words_new(&given->world.catalogue->asyncapi);
    worker->duplicates =
        duplicates_new((struct duplicates_window){GIVEN_REMEMBERED_MS, GIVEN_REMEMBERED_MOST, true});
    worker->partitions = partitions_new("me", LEDGER_FORMATS);
    for (int32_t p = 0; p < 2; p++)
        if (!partitions_own(worker->partitions, p, 0, "", 0, &(const struct partition_others){0, 0}, &why))
            abort();
    worker->metrics = metrics_new();
    worker->batch = batch_port_new(worker);
    worker->bt_ids = bt_ids_port_new(worker);
    worker->gate = (struct intake_gate){.orders = worker->orders,
                                        .partitions = worker->partitions,
                                        .duplicates = worker->duplicates,
                                        .batch = worker->batch,
                                        .orders_max = 10,
                                        .bytes_max = GIVEN_ROOM_BYTES,
                                        .owned_max = 10,
                                        .waiting_max = 10};
}

void given_worker(struct given_worker *given, const char *workflow)
{
    struct problems problems = {0};

    *given = (struct given_worker){.has_broker = false};
    settings_load(NULL, (char *[]){NULL}, &given->broker.settings, &problems);
    problems_release(&problems);
    make(given, workflow);
}

static void assigned(void *context, const int32_t partitions[], size_t count)
{
    static const struct consumer_start starts[] = {{0, -1, -1, -1}, {1, -1, -1, -1}};
    struct given_worker *given = context;
    struct fault why;

    (void)partitions;
    if (count != COUNT_OF(starts) || !consumer_begin(given->worker.consumer, starts, count, &why))
        abort();
    given->assigned++;
}

static void revoked(void *context, const int32_t partitions[], size_t count, bool lost)
{
    struct given_worker *given = context;

    (void)partitions;
    (void)count;
    (void)lost;
    consumer_release(given->worker.consumer);
}

static void failed(void *context, const struct fault *why, bool fatal)
{
    (void)context;
    if (fatal) {
        printf("\n  %s", why->text);
        CU_FAIL("the consumer cannot go on");
    }
}

static void nothing(void *context)
{
    (void)context;
}

static void ended(void *context, enum consumer_topic topic, int32_t partition, int64_t offset)
{
    struct given_worker *given = context;

    if (topic == CONSUMER_REQUESTS)
        given->read[partition] = (size_t)offset;
}

static const struct consumer_calls calls = {assigned, revoked, failed, nothing, nothing, ended};

static void serve(void *context)
{
    struct given_worker *given = context;

    consumer_serve(given->worker.consumer);
}

void given_worker_broker(struct given_worker *given, const char *workflow)
{
    *given = (struct given_worker){.has_broker = true};
    given_broker_open(&given->broker);
    make(given, workflow);
    given->world.time = worker_time(&given->worker); /* leases are counted by the clock */
}

void given_worker_member(struct given_worker *given, const char *workflow)
{
    struct worker *worker = &given->worker;
    struct fault why;

    given_worker_broker(given, workflow);
    if (!consumer_new(worker->settings, worker->loop, &calls, given, &worker->consumer, &why))
        abort();
    loop_add_chore(worker->loop, "serve", serve, given);
    given_until(worker->loop, &given->assigned, 1);
}

static bool take(void *context, struct takeover *takeover, struct fault *why)
{
    (void)context;
    (void)takeover;
    (void)why;
    return true;
}

/* As for a worker that the group has no partition left for: it takes what comes, which is nothing. */
void given_takes(struct worker *worker)
{
    static const struct ownership_port port = {.take = take};
    const struct ownership_setup setup = {.orders = worker->orders,
                                          .partitions = worker->partitions,
                                          .duplicates = worker->duplicates,
                                          .bt_ids = worker->bt_ids,
                                          .batch = worker->batch,
                                          .catalogue = worker->catalogue,
                                          .port = &port};

    ownership_free(worker->ownership);
    worker->ownership = ownership_new(&setup);
    ownership_assigned(worker->ownership, NULL, 0, 0);
}

void given_worker_end(struct given_worker *given)
{
    struct worker *worker = &given->worker;

    if (worker->consumer != NULL) {
        loop_remove_chore(worker->loop, given);
        consumer_free(worker->consumer);
    }
    bt_ids_free(worker->bt_ids);
    batch_free(worker->batch);
    metrics_free(worker->metrics);
    last_words_free(worker->last_words);
    duplicates_free(worker->duplicates);
    partitions_free(worker->partitions);
    given_world_end(&given->world);
    ledger_schemas_release(&worker->ledger_schemas);
    loop_free(worker->loop);
    if (given->has_broker)
        given_broker_close(&given->broker);
    else
        settings_release(&given->broker.settings);
}

struct arrival {
    struct consumer *consumer;
    rd_kafka_message_t *message;
    size_t count;
};

static void look(void *context)
{
    struct arrival *arrival = context;

    if (arrival->message == NULL && (arrival->message = consumer_next(arrival->consumer)) != NULL)
        arrival->count++;
}

void given_put(struct given_worker *given, int32_t partition, const char *key, const char *value)
{
    given_broker_put(&given->broker, given->worker.settings->topic_requests, partition, key, value);
}

rd_kafka_message_t *given_message(struct given_worker *given)
{
    struct arrival arrival = {.consumer = given->worker.consumer};

    loop_add_chore(given->worker.loop, "arrival", look, &arrival);
    given_until(given->worker.loop, &arrival.count, 1);
    loop_remove_chore(given->worker.loop, &arrival);
    if (arrival.message == NULL)
        abort();
    return arrival.message;
}

struct order *given_ended_order(struct given_worker *given, const char *key, const char *result)
{
    struct order *order = given_taken(&given->world, key, "7");

    if (given_call(&given->world) != order)
        abort();
    given_answer(&given->world, order, order_writes(order) ? 201 : 200, result);
    if (given_next_done(&given->world) != order)
        abort();
    return order;
}

struct json_object *given_outcome_of(const struct given_worker *given, const struct kafka_record *record)
{
    const struct schema *schema = given->worker.catalogue->types[0]->outcome;
    struct json_object *tree = NULL;
    struct frame frame;
    struct fault why = {.text = ""};

    if (!framing_read(record->value, record->length, NULL, 0, &frame, &why) ||
        frame.framing != FRAMING_SINGLE_OBJECT || frame.fingerprint != schema_fingerprint(schema) ||
        !datum_decode(schema, record->value + frame.start, record->length - frame.start, schema, NULL, &tree,
                      &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("no outcome");
    }
    return tree;
}

void given_put_kept(struct given_worker *given, char last, enum ledger_state state, const char *outcome)
{
    const struct worker *worker = &given->worker;
    struct ledger_record kept = {.state = state, .outcome_length = strlen(outcome), .key_length = 6};
    struct kafka_record record;

    snprintf(kept.request_id, sizeof kept.request_id, "%s%c", GIVEN_ID_OF(""), last);
    kept.order_type = memory_text("w");
    kept.key = memory_text("site 7");
    kept.outcome = *outcome == '\0' ? NULL : memory_text(outcome);
    if (!record_of_kept(worker, 0, &kept, &record))
        abort();
    given_broker_put_bytes(&given->broker, record.topic, 0, record.key, record.value, record.length);
    kafka_record_release(&record);
    ledger_release(&kept);
}

const char *given_headers(const struct kafka_record *record)
{
    static char text[4000];
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < record->header_count; i++) {
        const struct kafka_header *header = &record->headers[i];
        length += (size_t)snprintf(text + length, sizeof text - length, "%s=%.*s ", header->name,
                                   (int)header->length, header->value == NULL ? "" : header->value);
        if (length >= sizeof text)
            abort();
    }
    return text;
}

const char *given_metric(const struct worker *worker, const char *series)
{
    static char value[100];
    CLEANUP(buffer_release) struct buffer page;
    size_t length = strlen(series);

    value[0] = '\0';
    buffer_init(&page, 1 << 20);
    metrics_print(worker->metrics, &page);
    for (const char *line = buffer_text(&page); line != NULL && *line != '\0';) {
        if (strncmp(line, series, length) == 0 && line[length] == ' ')
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return value;
}
