/* Messages are read, checked and handed to order/intake_gate. */
#include "intake.h"

#include "dead_letter.h"
#include "framing.h"
#include "hold.h"
#include "invariant.h"
#include "memory.h"
#include "metrics.h"
#include "order_log.h"
#include "partitioner.h"
#include "remembered.h"
#include "repeats.h"
#include "topics.h"
#include "trace.h"

#include <stdio.h>
#include <string.h>

enum { TRACE_STATES_MAX = 8192 };

struct intake {
    struct worker *worker;
    struct holds *holds;
    bool kept; /* the message that is being handled is somebody else's by now */
};

struct intake *intake_new(struct worker *worker)
{
    struct intake *intake = memory_new(1, sizeof *intake);

    intake->worker = worker;
    intake->holds = holds_new(worker);
    return intake;
}

void *intake_free(struct intake *intake)
{
    if (intake == NULL)
        return NULL;
    holds_free(intake->holds);
    return memory_free(intake);
}

void intake_forget(struct intake *intake, int32_t partition)
{
    holds_forget(intake->holds, partition);
}

static bool header_of(const rd_kafka_message_t *message, const char *name, const void **value, size_t *size)
{
    rd_kafka_headers_t *headers;

    return rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           rd_kafka_header_get_last(headers, name, value, size) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           *value != NULL;
}

/* A header that travels on, if it is short enough and printable. Owned. */
static char *copy_header(const rd_kafka_message_t *message, const char *name)
{
    const void *value;
    size_t size;

    if (!header_of(message, name, &value, &size) || size == 0 || size > ORDER_HEADER_MAX)
        return NULL;
    for (size_t i = 0; i < size; i++)
        if (((const unsigned char *)value)[i] < 0x20 || ((const unsigned char *)value)[i] > 0x7e)
            return NULL;
    return memory_text_of(value, size);
}

/* One header of this name, or null where there is none, or several. */
static const char *only_header(const rd_kafka_headers_t *headers, const char *name, size_t *size)
{
    const void *value = NULL, *other;
    size_t ignored;

    if (rd_kafka_header_get(headers, 0, name, &value, size) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get(headers, 1, name, &other, &ignored) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    return value;
}

/* The trace that the request belongs to, where it is a valid one; its state only with it, several headers as one. */
static void take_trace(const rd_kafka_message_t *message, struct order_headers *out)
{
    CLEANUP(buffer_release) struct buffer joined = {0};
    rd_kafka_headers_t *headers;
    const void *value;
    size_t size = 0;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const char *parent = only_header(headers, "traceparent", &size);
    if (parent == NULL || size > ORDER_HEADER_MAX || !trace_parent_valid(parent, size))
        return;
    out->traceparent = memory_text_of(parent, size);
    buffer_init(&joined, TRACE_STATES_MAX);
    for (size_t i = 0;
         rd_kafka_header_get(headers, i, "tracestate", &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        if (joined.length > 0)
            buffer_add_byte(&joined, ',');
        if (value == NULL || memchr(value, '\0', size) != NULL)
            return;
        buffer_add(&joined, value, size);
    }
    if (!joined.full)
        out->tracestate = trace_state_read(buffer_text(&joined));
}

static void dead(struct intake *intake, const rd_kafka_message_t *message, const char *reason,
                 const struct fault *why)
{
    dead_letter_send(intake->worker, message, reason, why);
}

/* The path in front of "path: rule", which is what a projection says; "request" where there is none. */
static void split_rule(const struct fault *why, char path[100])
{
    const char *colon = strstr(why->text, ": ");

    snprintf(path, 100, "%.*s", colon == NULL ? 7 : (int)(colon - why->text),
             colon == NULL ? "request" : why->text);
}

/* Adds an order to the others, or answers it as a repeat of one that is finished (R9). */
static enum intake_answer hand_over(struct intake *intake, rd_kafka_message_t *message, struct order *order,
                                    struct fault *why)
{
    struct worker *worker = intake->worker;
    struct duplicate done;
    char id[UUID_TEXT_SIZE];

    snprintf(id, sizeof id, "%s", order->request.id);
    enum intake_answer answer = intake_gate_hand_over(&worker->gate, order, worker_time(worker), &done, why);
    if (answer == INTAKE_OPEN)
        order_log_taken(worker, id, message->offset);
    if (answer != INTAKE_FINISHED)
        return answer;
    intake->kept = repeats_take(worker->repeats, message, &done, why);
    return intake->kept ? INTAKE_OPEN : INTAKE_HELD;
}

/*
 * Whether a write's key is where its repeats are looked for (R14). The right copy of the request, elsewhere, gets the
 * outcome, so this one gets none.
 */
static bool is_placed(const struct intake *intake, const rd_kafka_message_t *message, const char **reason,
                      struct fault *why)
{
    const struct settings *settings = intake->worker->settings;
    enum partitioner_choice partitioner = (enum partitioner_choice)settings->requests_partitioner;
    int32_t count = (int32_t)intake->worker->partition_total;
    int32_t place = partitioner_place(partitioner, message->key, message->key_len, count);

    if (message->key == NULL || message->key_len == 0) {
        *reason = "no-key";
        return fault_set(
            why, FAULT_INPUT,
            "an order that changes something needs a message key, and an empty one does not count: its repeats "
            "must find each other");
    }
    if (place < 0 || place == message->partition)
        return true;
    *reason = "partition";
    return fault_set(
        why, FAULT_INPUT,
        "the key belongs to partition %d of %d and the request is in %d: set the producer's partitioner to "
        "%s (what Java's client does is murmur2_random), or requests.partitioner to what it uses; "
        "'whc-worker replay dead' then sends it where it belongs",
        (int)place, (int)count, (int)message->partition, partitioner_name(partitioner));
}

static enum intake_answer take_order(struct intake *intake, rd_kafka_message_t *message,
                                     const struct order_type *type, const struct schema *writer,
                                     const struct frame *frame, struct fault *held)
{
    struct worker *worker = intake->worker;
    const char *topic = worker->settings->topic_requests;
    struct order *order =
        order_new(topic, message->partition, message->offset, message->key, message->key_len);
    rd_kafka_timestamp_type_t kind;
    char path[100];
    const char *reason;
    struct fault why;

    if (type->writes && !is_placed(intake, message, &reason, &why)) {
        order_free(order);
        dead(intake, message, reason, &why);
        return INTAKE_OPEN;
    }
    order->type = type;
    order->source.requested_at_ms = rd_kafka_message_timestamp(message, &kind);
    if (kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
        order->source.requested_at_ms = worker_time(worker).wall_ms;
    take_trace(message, &order->source.headers);
    order->source.headers.tracking = copy_header(message, "whc-tracking");
    switch (request_read(type, writer, (const char *)message->payload + frame->start,
                         message->len - frame->start, worker->setting_inputs,
                         (size_t)worker->settings->request_max_values, &order->request, &why)) {
    case REQUEST_DEAD:
        order_free(order);
        dead(intake, message, "datum", &why);
        return INTAKE_OPEN;
    case REQUEST_BROKEN:
        split_rule(&why, path);
        engine_refuse(order, REASON_CONTRACT, path, why.text, worker_time(worker).wall_ms);
        break;
    case REQUEST_GOOD:
        break;
    }
    return hand_over(intake, message, order, held);
}

/* The schema that the message was written with: from schemas/, or from the registry. */
static enum registry_answer find_writer(struct intake *intake, const struct frame *frame,
                                        const struct schema **writer, struct fault *why)
{
    if (frame->framing != FRAMING_SINGLE_OBJECT)
        return registry_schema(intake->worker->registry, frame, writer, why);
    *writer = catalogue_schema(intake->worker->catalogue, frame->fingerprint, NULL);
    if (*writer != NULL)
        return REGISTRY_KNOWN;
    fault_set(why, FAULT_INPUT, "no request schema of the catalogue has the fingerprint %016llx",
              (unsigned long long)frame->fingerprint);
    return REGISTRY_UNKNOWN;
}

/* How large a message is: key, headers and value, as they came out of a compressed batch. */
static size_t weight_of(const rd_kafka_message_t *message)
{
    size_t weight = message->len + message->key_len, size;
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;

    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return weight;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        weight += strlen(name) + (value == NULL ? 0 : size);
    return weight;
}

/* Too large to be taken, or under a key that leaves its outcome no room: known now, not when BT has done it (R16). */
static bool is_too_heavy(const struct worker *worker, const rd_kafka_message_t *message, struct fault *why)
{
    size_t weight = weight_of(message), most = (size_t)worker->settings->request_max_bytes;

    if (weight > most)
        fault_set(why, FAULT_INPUT,
                  "the request has %zu bytes with its key and headers, request.max.bytes is %zu", weight,
                  most);
    else if (message->key_len + OUTCOME_LEAST_BYTES > worker->outcome_max_bytes)
        fault_set(why, FAULT_INPUT,
                  "the request's key has %zu bytes: its outcome, which has the same key, would not fit '%s'",
                  message->key_len, worker->settings->topic_outcomes);
    else
        return false;
    return true;
}

/* Reads the message, and takes the order in it or makes it a dead letter. HELD: also while its schema is not here yet. */
static enum intake_answer read_message(struct intake *intake, rd_kafka_message_t *message, struct fault *why)
{
    struct worker *worker = intake->worker;
    const void *header = NULL;
    size_t header_length = 0;
    struct frame frame;
    const struct schema *writer;

    if (is_too_heavy(worker, message, why)) {
        dead(intake, message, "size", why);
        return INTAKE_OPEN;
    }
    if (!header_of(message, FRAMING_HEADER, &header, &header_length))
        header = NULL;
    if (!framing_read(message->payload, message->len, header, header_length, &frame, why)) {
        dead(intake, message, "framing", why);
        return INTAKE_OPEN;
    }
    switch (find_writer(intake, &frame, &writer, why)) {
    case REGISTRY_WAIT:
        return INTAKE_HELD;
    case REGISTRY_UNKNOWN:
        dead(intake, message, "schema", why);
        return INTAKE_OPEN;
    case REGISTRY_KNOWN:
        break;
    }
    const struct order_type *type = catalogue_type_of_record(worker->catalogue, schema_name(writer));
    if (type == NULL) {
        fault_set(why, FAULT_INPUT, "no order type has the request record '%.100s'", schema_name(writer));
        dead(intake, message, "type", why);
        return INTAKE_OPEN;
    }
    return take_order(intake, message, type, writer, &frame, why);
}

/* What waits after a message whose schema is not here needs one, too: fetched at once, the waits do not add up. */
static void expect_schema(struct intake *intake, const rd_kafka_message_t *message)
{
    const void *header = NULL;
    size_t length = 0;
    struct frame frame;
    struct fault why;

    if (!header_of(message, FRAMING_HEADER, &header, &length))
        header = NULL;
    if (framing_read(message->payload, message->len, header, length, &frame, &why) &&
        frame.framing != FRAMING_SINGLE_OBJECT)
        registry_expect(intake->worker->registry, &frame);
}

/* Takes the message, or says why it must wait; a taken one is freed. */
static enum intake_answer handle(void *context, rd_kafka_message_t *message, struct fault *why)
{
    struct intake *intake = context;
    struct worker *worker = intake->worker;
    rd_kafka_timestamp_type_t kind;

    intake->kept = false;
    enum intake_answer answer = intake_gate_request(&worker->gate, message->partition, message->offset, why);
    if (answer == INTAKE_OPEN) {
        answer = read_message(intake, message, why);
        if (answer == INTAKE_OPEN) {
            partition_offsets_date(partitions_offsets(worker->partitions, message->partition),
                                   message->offset, rd_kafka_message_timestamp(message, &kind));
            metrics_count_taken(worker->metrics);
        }
    }
    REQUIRE(answer != INTAKE_FINISHED); /* it is answered by somebody else */
    REQUIRE(!intake->kept || answer == INTAKE_OPEN);
    if (answer == INTAKE_HELD || answer == INTAKE_PUT_BY)
        return answer;
    if (!intake->kept)
        rd_kafka_message_destroy(message);
    return answer;
}

static bool has_room(void *context)
{
    const struct intake *intake = context;
    const struct worker *worker = intake->worker;

    return intake_gate_has_room(&worker->gate, remembered_waiting(worker->remembered));
}

static void take_message(struct intake *intake, rd_kafka_message_t *message)
{
    struct fault why;

    if (!partitions_owns(intake->worker->partitions, message->partition)) {
        rd_kafka_message_destroy(message);
        return;
    }
    if (holds_has(intake->holds, message->partition)) {
        expect_schema(intake, message);
        holds_add(intake->holds, message, false, "");
        return;
    }
    enum intake_answer answer = handle(intake, message, &why);
    if (answer == INTAKE_HELD || answer == INTAKE_PUT_BY)
        holds_add(intake->holds, message, answer == INTAKE_PUT_BY, why.text);
}

void intake_chore(struct intake *intake)
{
    struct worker *worker = intake->worker;

    if (!worker_takes(worker))
        return;
    holds_go_on(intake->holds, handle, has_room, intake);
    int64_t share = loop_share(worker->loop);
    while (has_room(intake) && !loop_share_over(worker->loop, share)) { /* the wake-up was an edge */
        rd_kafka_message_t *message = consumer_next(worker->consumer);
        if (message == NULL)
            return;
        take_message(intake, message);
    }
}

size_t intake_held(const struct intake *intake, const char **why)
{
    return holds_count(intake->holds, why);
}
