/* Reads notifications and hands them to order/await, in order. */
#include "events.h"

#include "await.h"
#include "dead_letter.h"
#include "event.h"
#include "log.h"
#include "marks.h"
#include "memory.h"
#include "metrics.h"
#include "reference.h"
#include "timestamp.h"

#include <string.h>

struct events {
    struct worker *worker;
    rd_kafka_message_t *held; /* the next one, which must wait */
};

enum { SENTENCE_MAX = 300 };

static void put_aside(struct worker *worker, const rd_kafka_message_t *message, const char *reason,
                      const char *text)
{
    struct fault why;

    fault_set(&why, FAULT_INPUT, "%s", text);
    dead_letter_send_event(worker, message, reason, &why);
    metrics_count_event(worker->metrics, reason);
}

static int64_t time_of(const struct event_message *message, struct json_object *payload)
{
    const char *text =
        message->event_time_at == NULL ? NULL : tree_text(tree_at(payload, message->event_time_at));
    int64_t ms;
    struct fault unused;

    return text != NULL && timestamp_parse(text, &ms, &unused) ? ms : 0;
}

static void fill(const struct event *event, const struct event_message *described,
                 struct json_object *payload, int64_t offset, struct message *message)
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
                                .offset = offset,
                                .time_ms = time_of(described, payload)};
    memcpy(message->reference, event->reference, strlen(event->reference) + 1);
}

/* False: it must wait. */
static bool tell(struct worker *worker, struct order *order, const struct event *event,
                 struct json_object *payload, const rd_kafka_message_t *from)
{
    const struct event_message *what = asyncapi_message(&worker->catalogue->asyncapi, payload);
    struct message message;

    if (what == NULL) {
        put_aside(worker, from, "unknown-type", "no message of the description takes it");
        return true;
    }
    fill(event, what, payload, from->offset, &message);
    enum orders_told told = orders_tell(worker->orders, order, what, &message, worker_time(worker));
    message_release(&message);
    switch (told) {
    case TOLD_LATER:
        return false;
    case TOLD_FULL:
        put_aside(worker, from, "mailbox-full",
                  "the order has as many messages as its mailbox takes, or takes no more");
        return true;
    case TOLD_AGAIN:
        partitions_finish_of(worker->partitions, PARTITION_EVENTS, from->partition, from->offset);
        metrics_count_event(worker->metrics, "again");
        return true;
    case TOLD_TAKEN:
        metrics_count_event(worker->metrics, "taken");
        return true;
    }
    return true;
}

/* Whether the reference may be one of ours: it names this partition. */
static bool is_ours(const char *reference, int32_t partition)
{
    return reference != NULL && strlen(reference) < UUID_TEXT_SIZE && reference[0] != '\0' &&
           reference_partition(reference) == partition;
}

/* False: it must wait. */
static bool find(struct worker *worker, const struct event *event, const rd_kafka_message_t *message)
{
    CLEANUP(tree_release) struct json_object *payload = NULL;
    struct fault why;

    if (!tree_read(event->payload, strlen(event->payload), &payload, &why)) {
        put_aside(worker, message, "json", why.text);
        return true;
    }
    if (!is_ours(event->reference, message->partition)) {
        put_aside(worker, message, event->reference == NULL ? "unaddressed" : "not-ours",
                  "it names no order of this worker's");
        return true;
    }
    struct order *order = orders_find_reference(worker->orders, event->reference);
    if (order != NULL && order->source.partition == message->partition)
        return tell(worker, order, event, payload, message);
    put_aside(worker, message, "unknown-order",
              "no order that waits, or is under way, has this reference here");
    return true;
}

/* False: it must wait. */
static bool take(struct worker *worker, const rd_kafka_message_t *message)
{
    struct event event;
    struct fault why;

    enum intake_answer answer = intake_gate_event(&worker->gate, message->partition, message->offset);
    if (answer != INTAKE_OPEN)
        return answer == INTAKE_SKIP;
    if (message->payload == NULL) {
        partitions_finish_of(worker->partitions, PARTITION_EVENTS, message->partition, message->offset);
        return true;
    }
    if (!event_read(worker->catalogue, message->payload, message->len, &event, &why)) {
        put_aside(worker, message, "unreadable", why.text);
        return true;
    }
    bool taken = find(worker, &event, message);
    event_release(&event);
    return taken;
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
    if (events->held != NULL)
        rd_kafka_message_destroy(events->held);
    events->held = NULL;
}

void events_chore(struct events *events)
{
    struct worker *worker = events->worker;
    int64_t share = loop_share(worker->loop);

    if (!worker_takes(worker))
        return;
    do {
        if (events->held == NULL)
            events->held = consumer_next_event(worker->consumer);
        if (events->held == NULL || !take(worker, events->held))
            return;
        rd_kafka_message_destroy(events->held);
        events->held = NULL;
    } while (!loop_share_over(worker->loop, share));
}
