/* Builds the Kafka records of a settlement: keys, values and headers. */
#include "records.h"

#include "base64.h"
#include "framing.h"
#include "invariant.h"
#include "ledger_growth.h"
#include "log.h"
#include "memory.h"
#include "order_log.h"
#include "snapshot.h"
#include "text.h"
#include "timestamp.h"
#include "tree_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITER_SIZE = 300 };

#define REPEATED_HEADER "whc-repeated"

static void add_text(struct kafka_record *record, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        kafka_record_header(record, name, value, strlen(value));
}

/* CloudEvents 1.0, Kafka binding, binary mode; and the trace that the request came with. */
static void add_event_headers(struct kafka_record *record, const struct worker *worker,
                              const struct order *order, const struct outcome *outcome)
{
    char id[UUID_TEXT_SIZE], time[TIMESTAMP_TEXT_SIZE], source[300];

    outcome_id(outcome, id);
    timestamp_print(outcome->finished_at_ms, time);
    text_print(source, sizeof source, "/whc-worker/%s", worker->settings->group_id);
    add_text(record, "ce_specversion", "1.0");
    add_text(record, "ce_id", id);
    add_text(record, "ce_source", source);
    add_text(record, "ce_type", schema_name(order->type->outcome));
    add_text(record, "ce_subject", order->request.id);
    add_text(record, "ce_time", time);
    add_text(record, "content-type", "application/avro");
    add_text(record, "traceparent", order->source.headers.traceparent);
    add_text(record, "tracestate", order->source.headers.tracestate);
}

static struct frame frame_of(const struct worker *worker, const struct order_type *type)
{
    struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(type->outcome)};

    if (worker->settings->outcome_framing != FRAME_SINGLE_OBJECT)
        registry_outcome_frame(worker->registry, type->outcome, &frame);
    return frame;
}

/* Without its result; what BT was made to do is done all the same, so only an order that reads has failed then. */
static void leave_result_out(struct outcome *outcome, const struct fault *why)
{
    LOG(LOG_ERROR, "an outcome does not fit its schema or its topic, it is published without its result",
        log_text("request", outcome->request_id), log_fault(why));
    if (outcome->final && !outcome->type->writes)
        outcome->status = OUTCOME_FAILED;
    outcome->result = NULL;
    reason_set(&outcome->reason, REASON_BAD_REPLY, why->kind == FAULT_EXHAUSTED ? "size" : "result", "%s",
               why->text);
}

/* The bytes of the outcome; the smallest honest one where the result does not fit its schema. */
static void write_outcome(const struct worker *worker, struct outcome *outcome, struct buffer *value)
{
    struct frame frame = frame_of(worker, outcome->type);
    struct fault why;

    framing_write(&frame, value);
    if (outcome_write(outcome, value, &why))
        return;
    leave_result_out(outcome, &why);
    buffer_clear(value);
    framing_write(&frame, value);
    if (!outcome_write(outcome, value, &why)) {
        LOG(LOG_ERROR, "the common outcome record does not fit its schema: the process ends",
            log_fault(&why));
        abort();
    }
}

static void make_outcome(const struct worker *worker, const struct order *order, struct outcome *outcome,
                         struct kafka_record *record)
{
    struct frame frame = frame_of(worker, order->type);
    uint8_t header[FRAMING_HEADER_SIZE_MAX];
    struct buffer value;

    buffer_init(&value, worker->outcome_max_bytes -
                            order->source.key_length); /* intake has seen to it that some is left */
    write_outcome(worker, outcome, &value);
    *record =
        (struct kafka_record){.topic = worker->settings->topic_outcomes, .partition = RD_KAFKA_PARTITION_UA};
    record->key =
        order->source.key == NULL ? NULL : memory_text_of(order->source.key, order->source.key_length);
    record->key_length = order->source.key_length;
    record->value = buffer_take(&value, &record->length);
    add_event_headers(record, worker, order, outcome);
    size_t length = framing_write_header(&frame, header);
    if (length > 0)
        kafka_record_header(record, FRAMING_HEADER, (const char *)header, length);
    record->note = order_log_outcome(worker, order, outcome);
    if (!order->ledger.owned) /* else its ledger record has them */
        record->note = order_log_join(record->note, order_log_decided(worker, order));
}

void record_of_order(const struct worker *worker, const struct order *order, struct kafka_record *record)
{
    struct outcome outcome;

    order_outcome(order, &outcome);
    make_outcome(worker, order, &outcome, record);
}

void record_of_progress(const struct worker *worker, const struct order *order,
                        const struct progress *progress, struct kafka_record *record)
{
    struct outcome outcome;

    order_progress(order, progress, &outcome);
    make_outcome(worker, order, &outcome, record);
    if (!progress->repeated)
        return;
    add_text(record, REPEATED_HEADER, "true");
    memory_free(record->note);
    record->note =
        order_log_repeated(worker, order->type, order->request.id, outcome_status_name(outcome.status));
}

void record_of_order_smaller(const struct worker *worker, const struct order *order, const struct fault *why,
                             struct kafka_record *record)
{
    struct outcome outcome;

    order_outcome(order, &outcome);
    REQUIRE(outcome.sequence > 0);
    outcome.sequence--; /* orders_published() has counted it */
    leave_result_out(&outcome, why);
    make_outcome(worker, order, &outcome, record);
}

static char *headers_text(const struct kafka_record *outcome)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    struct buffer text;

    for (size_t i = 0; i < outcome->header_count; i++) {
        CLEANUP(buffer_release) struct buffer value = {0};
        buffer_init(&value, outcome->headers[i].length * 2 + 16);
        base64_write(outcome->headers[i].value, outcome->headers[i].length, &value);
        tree_add_text(tree, outcome->headers[i].name, buffer_text(&value));
    }
    buffer_init(&text, 1 << 20);
    tree_write(tree, &text);
    return buffer_take(&text, NULL);
}

struct ledger_schemas records_ledger_schemas(const struct worker *worker)
{
    return worker->ledger_schemas;
}

void records_set_ledger(const struct worker *worker, int32_t partition, const char *key, struct buffer *value,
                        struct kafka_record *record)
{
    *record = (struct kafka_record){.topic = worker->settings->topic_ledger,
                                    .partition = partition,
                                    .key = memory_text(key),
                                    .key_length = strlen(key)};
    if (value == NULL)
        return;
    record->value = buffer_take(value, &record->length);
    REQUIRE(record->length > 0 &&
            record->length <= worker->ledger_max_bytes); /* an empty one would forget the order */
    /* For people: a worker that cannot read the record says who wrote it. */
    char writer[WRITER_SIZE];
    int length = snprintf(writer, sizeof writer, "whc-worker %s, slot %.200s, format %u", WORKER_VERSION,
                          worker->settings->worker_slot, worker->ledger_schemas.writes);
    REQUIRE(length > 0 && (size_t)length < sizeof writer);
    kafka_record_header(record, LEDGER_WRITER_HEADER, writer, (size_t)length);
}

bool record_of_kept(const struct worker *worker, int32_t partition, const struct ledger_record *kept,
                    struct kafka_record *record)
{
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    char key[LEDGER_KEY_SIZE];
    struct buffer value;
    struct fault why;

    buffer_init(&value, worker->ledger_max_bytes);
    if (!ledger_write(&schemas, kept, &value, &why)) {
        buffer_release(&value);
        LOG(LOG_ERROR, "a ledger record cannot be written", log_text("request", kept->request_id),
            log_fault(&why));
        if (why.kind != FAULT_EXHAUSTED)
            abort(); /* our own record and our own schema do not agree */
        return false;
    }
    ledger_order_key(kept->request_id, key);
    records_set_ledger(worker, partition, key, &value, record);
    return true;
}

/* What is too large for a finished order goes without: its journal and decisions, then the stored outcome. */
static bool write_smaller(const struct worker *worker, int32_t partition, struct ledger_record *kept,
                          struct kafka_record *record)
{
    kept->progress = memory_free(kept->progress);
    kept->decisions = memory_free(kept->decisions);
    if (record_of_kept(worker, partition, kept, record))
        return true;
    kept->outcome = memory_free(kept->outcome);
    kept->outcome_length = 0;
    return record_of_kept(worker, partition, kept, record);
}

/*
 * What is not sent yet must have room for the worst: a lost reply, a journal, what people decide, the replies that later
 * steps go by. The outcome itself needs none, it comes in the place of the request.
 */
static bool has_room(const struct worker *worker, const struct order *order,
                     const struct kafka_record *record, struct fault *why)
{
    const struct settings *settings = worker->settings;
    size_t growth = ledger_growth_of(order_workflow(order), settings) + LEDGER_GROWTH_EXTRA_BYTES;

    if (!order_is_unsent(order) || order->reason.kind != REASON_NONE ||
        record->length + growth <= worker->ledger_max_bytes)
        return true;
    return fault_set(why, FAULT_EXHAUSTED,
                     "the order's ledger record has %zu bytes and may need %zu more for what BT answers "
                     "(reply.max.bytes), and '%.100s' takes %zu (max.message.bytes)",
                     record->length, growth, settings->topic_ledger, worker->ledger_max_bytes);
}

bool record_of_ledger(const struct worker *worker, const struct order *order,
                      const struct kafka_record *outcome, struct kafka_record *record, struct fault *why)
{
    struct ledger_record kept;
    char token[SETTLEMENT_TOKEN_MAX + 1];

    snapshot_take(order, worker_time(worker).wall_ms, &kept);
    partitions_next_token(worker->partitions, token);
    kept.settlement = memory_text(token);
    REQUIRE(outcome == NULL ||
            (outcome->topic == worker->settings->topic_outcomes && outcome->value != NULL));
    if (outcome != NULL) {
        kept.outcome = memory_text_of(outcome->value, outcome->length);
        kept.outcome_length = outcome->length;
        kept.outcome_headers = headers_text(outcome);
    }
    bool written =
        record_of_kept(worker, order->source.partition, &kept, record) ||
        (kept.state == LEDGER_DONE && write_smaller(worker, order->source.partition, &kept, record));
    bool done = kept.state == LEDGER_DONE;
    ledger_release(&kept);
    if (!written)
        return fault_set(why, FAULT_EXHAUSTED,
                         "the order's ledger record has more than the %zu bytes that '%.100s' takes "
                         "(max.message.bytes)",
                         worker->ledger_max_bytes, worker->settings->topic_ledger);
    if (done || has_room(worker, order, record, why)) {
        record->note = order_log_decided(worker, order);
        return true;
    }
    kafka_record_release(record);
    return false;
}

void record_of_forgotten(const struct worker *worker, int32_t partition, const char *request_id,
                         struct kafka_record *record)
{
    char key[LEDGER_KEY_SIZE];

    ledger_order_key(request_id, key);
    records_set_ledger(worker, partition, key, NULL, record);
}

void record_of_owner(const struct worker *worker, const struct ledger_owner *owner,
                     struct kafka_record *record)
{
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    char key[LEDGER_KEY_SIZE];
    struct buffer value;
    struct fault why;

    buffer_init(&value, worker->ledger_max_bytes);
    if (!ledger_write_owner(&schemas, owner, &value, &why)) {
        LOG(LOG_ERROR, "the ledger's owner record does not fit its schema: the process ends",
            log_fault(&why));
        abort();
    }
    ledger_owner_key(owner->partition, key);
    records_set_ledger(worker, owner->partition, key, &value, record);
}

static void add_stored_headers(struct kafka_record *record, const char *text)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault unused;

    if (text == NULL || !tree_read_own(text, strlen(text), &tree, &unused))
        return;
    TREE_EACH(tree, name, value)
    {
        CLEANUP(buffer_release) struct buffer bytes = {0};
        const char *encoded = json_object_get_string(value);
        buffer_init(&bytes, 1 << 20);
        if (base64_read(encoded, strlen(encoded), &bytes, &unused))
            kafka_record_header(record, name, buffer_text(&bytes), bytes.length);
    }
}

static char *repeated_note(const struct worker *worker, const struct ledger_record *kept)
{
    CLEANUP(tree_release) struct json_object *progress = NULL;
    struct fault unused;

    if (kept->progress != NULL && !tree_read_own(kept->progress, strlen(kept->progress), &progress, &unused))
        progress = NULL;
    return order_log_repeated(worker, catalogue_type(worker->catalogue, kept->order_type), kept->request_id,
                              tree_text_of(progress, "status"));
}

bool record_of_stored(const struct worker *worker, const struct ledger_record *kept, bool repeated,
                      struct kafka_record *record)
{
    if (kept->outcome == NULL)
        return false;
    *record = (struct kafka_record){.topic = worker->settings->topic_outcomes,
                                    .partition = RD_KAFKA_PARTITION_UA,
                                    .key_length = kept->key_length,
                                    .length = kept->outcome_length};
    record->key = kept->key == NULL ? NULL : memory_text_of(kept->key, kept->key_length);
    record->value = memory_text_of(kept->outcome, kept->outcome_length);
    add_stored_headers(record, kept->outcome_headers);
    if (repeated) {
        add_text(record, REPEATED_HEADER, "true");
        record->note = repeated_note(worker, kept);
    }
    return true;
}

void record_repeated(const struct kafka_record *outcome, struct kafka_record *record)
{
    *record = (struct kafka_record){.topic = outcome->topic,
                                    .partition = outcome->partition,
                                    .key_length = outcome->key_length,
                                    .length = outcome->length};
    record->key = outcome->key == NULL ? NULL : memory_text_of(outcome->key, outcome->key_length);
    record->value = memory_text_of(outcome->value, outcome->length);
    for (size_t i = 0; i < outcome->header_count; i++)
        kafka_record_header(record, outcome->headers[i].name, outcome->headers[i].value,
                            outcome->headers[i].length);
    add_text(record, REPEATED_HEADER, "true");
}
