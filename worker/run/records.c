/* See records.h. */
#include "records.h"

#include "framing.h"
#include "memory.h"
#include "when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_header(struct settler_record *record, const char *name, const char *value, size_t length)
{
    if (record->header_count < SETTLER_HEADERS_MAX)
        record->headers[record->header_count++] =
            (struct settler_header){memory_text(name), memory_text_of(value, length), length};
}

static void add_text(struct settler_record *record, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        add_header(record, name, value, strlen(value));
}

static void add_number(struct settler_record *record, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    add_text(record, name, text);
}

/* CloudEvents 1.0, Kafka binding, binary mode; and the trace that the request came with. */
static void add_event_headers(struct settler_record *record, const struct worker *worker,
                              const struct order *order, const struct outcome *outcome)
{
    char id[UUID_TEXT_SIZE], time[WHEN_TEXT_SIZE], source[300];

    outcome_id(outcome, id);
    when_print(outcome->finished_at_ms, time);
    snprintf(source, sizeof source, "/whc-worker/%.250s", worker->settings->group_id);
    add_text(record, "ce_specversion", "1.0");
    add_text(record, "ce_id", id);
    add_text(record, "ce_source", source);
    add_text(record, "ce_type", schema_name(order->type->outcome));
    add_text(record, "ce_subject", order->request.id);
    add_text(record, "ce_time", time);
    add_text(record, "content-type", "application/avro");
    add_text(record, "traceparent", order->headers.traceparent);
    add_text(record, "tracestate", order->headers.tracestate);
}

static struct frame frame_of(const struct worker *worker, const struct order_type *type)
{
    struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(type->outcome)};

    if (worker->settings->outcome_framing != FRAME_SINGLE_OBJECT)
        registry_outcome_frame(worker->registry, type->outcome, &frame);
    return frame;
}

/* The bytes of the outcome; the smallest honest one where the result does not fit its schema. */
static void write_outcome(const struct worker *worker, struct outcome *outcome, struct buffer *value)
{
    struct frame frame = frame_of(worker, outcome->type);
    struct fault why;

    framing_write(&frame, value);
    if (outcome_write(outcome, value, &why))
        return;
    LOG(LOG_ERROR, "an outcome does not fit its schema or its topic, it is published without its result",
        log_text("request", outcome->request_id), log_fault(&why));
    outcome->status = OUTCOME_FAILED;
    outcome->reason.kind = REASON_BAD_REPLY;
    outcome->result = NULL;
    snprintf(outcome->reason.code, sizeof outcome->reason.code, "%s",
             why.kind == FAULT_EXHAUSTED ? "size" : "result");
    snprintf(outcome->reason.text, sizeof outcome->reason.text, "%.300s", why.text);
    buffer_clear(value);
    framing_write(&frame, value);
    if (!outcome_write(outcome, value, &why)) {
        LOG(LOG_ERROR, "the common outcome record does not fit its schema: the process ends",
            log_fault(&why));
        abort();
    }
}

void record_of_order(const struct worker *worker, const struct order *order, struct settler_record *record)
{
    struct frame frame = frame_of(worker, order->type);
    uint8_t header[FRAMING_HEADER_SIZE_MAX];
    struct buffer value;
    struct outcome outcome;

    order_outcome(order, &outcome);
    buffer_init(&value, worker->outcome_max_bytes);
    write_outcome(worker, &outcome, &value);
    *record = (struct settler_record){.topic = worker->settings->topic_outcomes};
    record->key = order->key == NULL ? NULL : memory_text_of(order->key, order->key_length);
    record->key_length = order->key_length;
    record->value = buffer_take(&value, &record->length);
    add_event_headers(record, worker, order, &outcome);
    size_t length = framing_write_header(&frame, header);
    if (length > 0)
        add_header(record, FRAMING_HEADER, (const char *)header, length);
}

static void copy_headers(const rd_kafka_message_t *message, struct settler_record *record)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t size;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    for (size_t i = 0;
         i < SETTLER_HEADERS_MAX - 9 &&
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         i++)
        add_header(record, name, value == NULL ? "" : value, value == NULL ? 0 : size);
}

void record_of_message(const struct worker *worker, const rd_kafka_message_t *message, const char *reason,
                       const struct fault *why, struct settler_record *record)
{
    *record = (struct settler_record){.topic = worker->settings->topic_dead};
    record->key = message->key == NULL ? NULL : memory_text_of(message->key, message->key_len);
    record->key_length = message->key_len;
    record->value = message->payload == NULL ? NULL : memory_text_of(message->payload, message->len);
    record->length = message->len;
    copy_headers(message, record);
    add_text(record, "__connect.errors.topic", rd_kafka_topic_name(message->rkt));
    add_number(record, "__connect.errors.partition", message->partition);
    add_number(record, "__connect.errors.offset", message->offset);
    add_text(record, "__connect.errors.connector.name", worker->settings->group_id);
    add_text(record, "__connect.errors.stage", "VALUE_CONVERTER");
    add_text(record, "__connect.errors.class.name", "whc-worker");
    add_text(record, "__connect.errors.exception.message", why->text);
    add_text(record, "whc-dead-reason", reason);
}
