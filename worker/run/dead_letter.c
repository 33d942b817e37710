/* Messages that cannot be answered, as records that say why. */
#include "dead_letter.h"

#include "digest.h"
#include "invariant.h"
#include "memory.h"
#include "metrics.h"
#include "order_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_OVERHEAD = 12, RECORD_OVERHEAD = 128, OUR_HEADERS_MAX = 4096 };

static void add_text(struct kafka_record *record, const char *name, const char *value)
{
    kafka_record_header(record, name, value, strlen(value));
}

static void add_number(struct kafka_record *record, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add_text(record, name, text);
}

/* How many headers the message came with: those before the first of ours. */
static size_t own_count(const struct kafka_record *record)
{
    size_t count = record->header_count;

    while (count > 0 && strcmp(record->headers[count - 1].name, DEAD_FIRST_HEADER) != 0)
        count--;
    return count == 0 ? record->header_count : count - 1;
}

static size_t headers_size(const struct kafka_record *record)
{
    size_t size = 0, count = own_count(record);

    for (size_t i = 0; i < count; i++)
        size += strlen(record->headers[i].name) + record->headers[i].length + HEADER_OVERHEAD;
    return size;
}

static void leave_out(struct kafka_record *record, const char *what, const void *bytes, size_t length)
{
    char digest[DIGEST_TEXT_SIZE], text[DIGEST_TEXT_SIZE + 80];

    digest_print(bytes, length, digest);
    snprintf(text, sizeof text, "%s: %zu bytes, sha256 %s", what, length, digest);
    add_text(record, DEAD_LEFT_OUT_HEADER, text);
}

static void leave_out_headers(struct kafka_record *record)
{
    size_t count = own_count(record);
    char text[80];

    snprintf(text, sizeof text, "headers: %zu with %zu bytes", count, headers_size(record));
    for (size_t i = 0; i < count; i++) {
        memory_free(record->headers[i].name);
        memory_free(record->headers[i].value);
    }
    /* kafka_record_header() derives the list's capacity from its count, so the list is built again. */
    struct kafka_header *all = record->headers;
    size_t all_count = record->header_count;
    record->headers = NULL;
    record->header_count = 0;
    for (size_t i = count; i < all_count; i++) {
        kafka_record_header(record, all[i].name, all[i].value, all[i].length);
        memory_free(all[i].name);
        memory_free(all[i].value);
    }
    memory_free(all);
    REQUIRE(record->header_count == all_count - count); /* ours are all there */
    add_text(record, DEAD_LEFT_OUT_HEADER, text);
}

bool dead_letter_reduce(struct kafka_record *record)
{
    size_t headers = headers_size(record);

    if (record->length == 0 && record->key_length == 0 && headers == 0)
        return false;
    if (record->length >= record->key_length && record->length >= headers) {
        leave_out(record, "value", record->value, record->length);
        record->value = memory_free(record->value);
        record->length = 0;
    } else if (record->key_length >= headers) {
        leave_out(record, "key", record->key, record->key_length);
        record->key = memory_free(record->key);
        record->key_length = 0;
    } else {
        leave_out_headers(record);
    }
    return true;
}

static void copy_headers(const rd_kafka_message_t *message, struct kafka_record *record)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t size;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        kafka_record_header(record, name, value, size);
}

static void add_why(struct kafka_record *record, const struct worker *worker, const char *reason,
                    const struct fault *why)
{
    add_text(record, "__connect.errors.connector.name", worker->settings->group_id);
    add_text(record, "__connect.errors.stage", "VALUE_CONVERTER");
    add_text(record, "__connect.errors.class.name", "whc-worker");
    add_text(record, "__connect.errors.exception.message", why->text);
    add_text(record, DEAD_REASON_HEADER, reason);
}

/*
 * Makes the dead letter of a message: its key, value and all headers, in order, null values too. `reason` is a fixed
 * word. What the topic would not take (worker->dead_max_bytes) is left out, the largest part first, and named with its
 * size and SHA-256 in whc-dead-left-out; the other headers say where the original stands (PROMISE.md R16).
 */
static void make(const struct worker *worker, const char *topic, const rd_kafka_message_t *message,
                 const char *reason, const struct fault *why, struct kafka_record *record)
{
    *record = (struct kafka_record){.topic = topic, .partition = RD_KAFKA_PARTITION_UA};
    record->key = message->key == NULL ? NULL : memory_text_of(message->key, message->key_len);
    record->key_length = message->key_len;
    record->value = message->payload == NULL ? NULL : memory_text_of(message->payload, message->len);
    record->length = message->len;
    copy_headers(message, record);
    add_text(record, DEAD_FIRST_HEADER, rd_kafka_topic_name(message->rkt));
    add_number(record, "__connect.errors.partition", message->partition);
    add_number(record, "__connect.errors.offset", message->offset);
    add_why(record, worker, reason, why);
    record->note = order_log_dead(message, reason, why);
    while (record->length + record->key_length + headers_size(record) + RECORD_OVERHEAD + OUR_HEADERS_MAX >
           worker->dead_max_bytes)
        if (!dead_letter_reduce(record))
            return;
}

static void add(struct worker *worker, const char *topic, const rd_kafka_message_t *message,
                const char *reason, const struct fault *why)
{
    struct kafka_record *record = memory_new(1, sizeof *record);

    REQUIRE(partitions_owns(worker->partitions, message->partition)); /* else two owners say it (R2) */
    make(worker, topic, message, reason, why, record);
    batch_add(worker->batch, message->partition, record);
    metrics_count_dead(worker->metrics, reason);
}

void dead_letter_send(struct worker *worker, const rd_kafka_message_t *message, const char *reason,
                      const struct fault *why)
{
    add(worker, worker->settings->topic_dead, message, reason, why);
    partitions_finish(worker->partitions, message->partition, message->offset);
}

void dead_letter_send_signal(struct worker *worker, const rd_kafka_message_t *message,
                             const struct fault *why)
{
    add(worker, worker->settings->topic_dead, message, "signal", why);
    partitions_finish_of(worker->partitions, PARTITION_SIGNALS, message->partition, message->offset);
}

void dead_letter_send_event(struct worker *worker, enum partition_topic from,
                            const rd_kafka_message_t *message, const char *reason, const struct fault *why)
{
    add(worker, worker->settings->topic_events_dead, message, reason, why);
    partitions_finish_of(worker->partitions, from, message->partition, message->offset);
}

void dead_letter_of_held(const struct worker *worker, int32_t partition, const struct event *event,
                         struct kafka_record *record)
{
    struct buffer value;
    struct fault why;

    buffer_init(&value, strlen(event->payload) + OUR_HEADERS_MAX);
    if (!event_write(worker->catalogue, event, &value, &why))
        abort(); /* it was read by the same schema */
    *record = (struct kafka_record){.topic = worker->settings->topic_events_dead,
                                    .partition = RD_KAFKA_PARTITION_UA,
                                    .key = memory_text(event->order_id),
                                    .key_length = strlen(event->order_id)};
    record->value = buffer_take(&value, &record->length);
    add_text(record, DEAD_FIRST_HEADER, worker->settings->topic_events);
    add_number(record, "__connect.errors.partition", partition);
    fault_set(&why, FAULT_INPUT, "no order has told within events.hold.ms that BT's id in it is its own");
    add_why(record, worker, "held-too-long", &why);
}
