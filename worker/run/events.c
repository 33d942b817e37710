/* Reads notifications and hands them to order/await, in order. */
#include "events.h"

#include "await.h"
#include "dead_letter.h"
#include "event_route.h"
#include "last_words.h"
#include "log.h"
#include "marks.h"
#include "memory.h"
#include "metrics.h"
#include "reference.h"
#include "timestamp.h"

#include <string.h>

struct events {
    struct worker *worker;
    struct ahead ahead;
};

enum { SENTENCE_MAX = 300, AHEAD_MAX_MS = 24 * 3600 * 1000 };

/* Where an event stands: in the events topic, or forwarded in that of the signals. */
struct place {
    enum partition_topic topic;
    const rd_kafka_message_t *message;
};

static void put_aside(struct worker *worker, struct place place, const char *reason, const char *text)
{
    struct fault why;

    fault_set(&why, FAULT_INPUT, "%s", text);
    dead_letter_send_event(worker, place.topic, place.message, reason, &why);
    metrics_count_event(worker->metrics, reason);
}

static void finish(struct worker *worker, struct place place)
{
    partitions_finish_of(worker->partitions, place.topic, place.message->partition, place.message->offset);
}

/* When it happened; 0: it does not say so, or says that it has not happened yet, which is not believed. */
static int64_t time_of(const struct event_message *message, struct json_object *payload,
                       int64_t received_at_ms)
{
    const char *text =
        message->event_time_at == NULL ? NULL : tree_text(tree_at(payload, message->event_time_at));
    int64_t ms;
    struct fault unused;

    return text != NULL && timestamp_parse(text, &ms, &unused) && ms <= received_at_ms + AHEAD_MAX_MS ? ms
                                                                                                      : 0;
}

static void fill(const struct event *event, const struct event_message *described,
                 struct json_object *payload, struct place place, struct message *message)
{
    CLEANUP(buffer_release) struct buffer sentence;

    buffer_init(&sentence, SENTENCE_MAX * 4);
    struct marks_report report = marks_report(described, payload, &sentence);
    *message = (struct message){.event_id = memory_text(event->id),
                                .type = memory_text(event->type),
                                .word = memory_text(report.word),
                                .said = memory_text(buffer_text(&sentence)),
                                .failed = report.failed,
                                .payload = json_object_get(payload),
                                .forwarded = place.topic == PARTITION_SIGNALS,
                                .offset = place.message->offset,
                                .time_ms = time_of(described, payload, event->received_at_ms)};
    memcpy(message->reference, event->reference, strlen(event->reference) + 1);
}

static enum taken tell(struct worker *worker, struct order *order, const struct event *event,
                       struct json_object *payload, struct place from)
{
    const struct event_message *what = asyncapi_message(&worker->catalogue->asyncapi, payload);
    struct message message;

    if (what == NULL) {
        put_aside(worker, from, "unknown-type", "no message of the description takes it");
        return TAKEN;
    }
    fill(event, what, payload, from, &message);
    bool failed = message.failed;
    enum orders_told told = orders_tell(worker->orders, order, what, &message, worker_time(worker));
    failed = failed && message.payload == NULL; /* it was kept: no step waits for it */
    message_release(&message);
    switch (told) {
    case TOLD_LATER:
        return TAKEN_LATER;
    case TOLD_FULL:
        put_aside(worker, from, "mailbox-full",
                  "the order has as many messages as its mailbox takes, or takes no more");
        return TAKEN;
    case TOLD_SPENT:
        put_aside(worker, from, "messages-max", "the order has taken as many messages as an order may");
        return TAKEN;
    case TOLD_AGAIN:
        finish(worker, from);
        metrics_count_event(worker->metrics, "again");
        return TAKEN;
    case TOLD_TAKEN:
        if (failed)
            LOG(LOG_ERROR,
                "BT has given up an order, or a part of it, for which no step of it waits: look at it at BT",
                log_text("request", order->request.id), log_text("reference", event->reference));
        metrics_count_event(worker->metrics, failed ? "given-up" : "taken");
        return TAKEN;
    }
    return TAKEN;
}

/* Whether the reference may be one of ours: it names this partition. */
static bool is_ours(const char *reference, int32_t partition)
{
    return strlen(reference) < UUID_TEXT_SIZE && reference[0] != '\0' &&
           reference_partition(reference) == partition;
}

/* No order that is open has the reference: one that has ended may have had it (PROMISE.md R9). */
static void look_back(struct worker *worker, const struct event *event, struct json_object *payload,
                      struct place place)
{
    const struct event_message *what = asyncapi_message(&worker->catalogue->asyncapi, payload);

    const struct last_report report = {event->reference,
                                       what,
                                       payload,
                                       place.topic == PARTITION_SIGNALS,
                                       place.message->offset,
                                       rd_kafka_message_timestamp(place.message, NULL)};

    switch (what == NULL ? LAST_WORD_UNKNOWN
                         : last_words_compare(worker->last_words, place.message->partition, &report)) {
    case LAST_WORD_UNKNOWN:
        put_aside(worker, place, "unknown-order",
                  "no order that waits, or is under way, has this reference here");
        return;
    case LAST_WORD_CONTRADICTS:
        LOG(LOG_ERROR, "BT reports another end of an order than the one that it has: look at it at BT",
            log_text("reference", event->reference));
        put_aside(worker, place, "contradicts", "the order has ended, as BT had reported then");
        return;
    case LAST_WORD_LATE:
        finish(worker, place);
        metrics_count_event(worker->metrics, "late");
        return;
    }
}

/* To the order that has the reference. */
static enum taken find(struct worker *worker, const struct event *event, struct place place)
{
    CLEANUP(tree_release) struct json_object *payload = NULL;
    int32_t partition = place.message->partition;
    struct fault why;

    if (!tree_read(event->payload, strlen(event->payload), &payload, &why)) {
        put_aside(worker, place, "json", why.text);
        return TAKEN;
    }
    if (!is_ours(event->reference, partition)) {
        put_aside(worker, place, "not-ours", "it names no order of this worker's");
        return TAKEN;
    }
    struct order *order = orders_find_reference(worker->orders, event->reference);
    if (order != NULL && order->source.partition == partition)
        return tell(worker, order, event, payload, place);
    if (order == NULL && orders_wake_named(worker->orders, partition, event->reference))
        return TAKEN_AWAKE;
    look_back(worker, event, payload, place);
    return TAKEN;
}

/* It bears BT's id only: this partition's owner knows whose that is, or holds it until somebody tells (R21). */
static void find_by_id(struct worker *worker, const struct event *event, struct place place)
{
    static const char *const words[] = {
        [BT_IDS_FORWARDED] = "forwarded", [BT_IDS_HELD] = "held", [BT_IDS_AGAIN] = "again"};
    int32_t partition = place.message->partition;

    if (event->order_id == NULL || worker->ledger_schemas.writes < LEDGER_FORMAT_WAITS) {
        put_aside(worker, place, "unaddressed",
                  "it names no order: neither by our reference nor by an id of BT's that "
                  "is kept (ledger.format)");
        return;
    }
    if (event_route_of_order_id(event->order_id, (int32_t)worker->partition_total) != partition) {
        put_aside(worker, place, "partition", "what is known of BT's id in it is kept in another partition");
        return;
    }
    enum bt_ids_came came = bt_ids_event(worker->bt_ids, partition, event);
    if (came == BT_IDS_FULL) {
        put_aside(worker, place, "held-full",
                  "as many events as can be are held until their orders are known");
        return;
    }
    finish(worker, place);
    metrics_count_by_id(worker->metrics, words[came]);
}

static enum taken take(void *context, const rd_kafka_message_t *message)
{
    struct worker *worker = context;
    const struct place place = {PARTITION_EVENTS, message};
    struct event event;
    struct fault why;
    enum taken taken = TAKEN;

    if (batch_is_full(worker->batch))
        return TAKEN_LATER;
    enum intake_answer answer = intake_gate_event(&worker->gate, message->partition, message->offset);
    if (answer != INTAKE_OPEN)
        return answer == INTAKE_SKIP ? TAKEN : TAKEN_LATER;
    if (message->payload == NULL) {
        finish(worker, place);
        return TAKEN;
    }
    if (!event_read(worker->catalogue, message->payload, message->len, &event, &why)) {
        put_aside(worker, place, "unreadable", why.text);
        return TAKEN;
    }
    if (event.reference == NULL)
        find_by_id(worker, &event, place);
    else
        taken = find(worker, &event, place);
    event_release(&event);
    return taken;
}

enum taken events_take_forwarded(struct worker *worker, const struct event *event,
                                 const rd_kafka_message_t *message)
{
    const struct place place = {PARTITION_SIGNALS, message};

    if (event->reference != NULL)
        return find(worker, event, place);
    put_aside(worker, place, "unaddressed", "it was forwarded without a reference");
    return TAKEN;
}

void events_take_index(struct worker *worker, const struct bt_id *id, const rd_kafka_message_t *message)
{
    static const char *const words[] = {
        [BT_IDS_LEARNED] = "learned", [BT_IDS_KNOWN] = "known", [BT_IDS_CONTRADICTED] = "contradicted"};
    const struct place place = {PARTITION_SIGNALS, message};

    /* Of before a repartition: what is kept of the id has moved, and would be kept twice. */
    if (event_route_of_order_id(id->order_id, (int32_t)worker->partition_total) != message->partition) {
        metrics_count_by_id(worker->metrics, "misplaced");
        finish(worker, place);
        return;
    }
    enum bt_ids_told told = bt_ids_tell(worker->bt_ids, message->partition, id);
    if (told == BT_IDS_CONTRADICTED)
        LOG(LOG_ERROR,
            "two orders say that the same id of BT's is theirs: events that bear it only go to the first",
            log_text("request", id->request_id), log_text("order", id->order_id));
    metrics_count_by_id(worker->metrics, words[told]);
    finish(worker, place);
}

struct events *events_new(struct worker *worker)
{
    struct events *events = memory_new(1, sizeof *events);

    events->worker = worker;
    return events;
}

void *events_free(struct events *events)
{
    if (events != NULL)
        events_forget(events);
    return memory_free(events);
}

void events_forget(struct events *events)
{
    ahead_forget(&events->ahead);
}

void events_chore(struct events *events)
{
    struct worker *worker = events->worker;

    if (worker_takes(worker))
        ahead_go_on(&events->ahead, worker, consumer_next_event, take, worker);
}
