/*
 * Reads the signals topic, in order: decisions go to order/intake_gate, what other workers write to run/events.
 */
#include "decisions.h"

#include "dead_letter.h"
#include "decision.h"
#include "events.h"
#include "framing.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"
#include "order_log.h"
#include "remembered.h"
#include "text.h"

/* A signal of ours that cannot be read: what came before it in its partition may still wait for its order. */
struct stopped {
    int32_t partition;
    int64_t offset;
};

struct decisions {
    struct worker *worker;
    struct ahead ahead;
    struct stopped *stopped;
    size_t stopped_count;
    char why[300];
};

/* A decision about an order that is done, while its record is read; its signal stays open. */
struct late {
    struct worker *worker;
    struct decision decision;
    int32_t partition;
    int64_t offset;
};

/* A decision about an order that is gone from the ledger is only logged: no record is left that could keep it. */
static void finished_read(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                          const struct fault *why)
{
    struct late *late = context;

    (void)why;
    if (answer != REMEMBERED_LOST) /* the next owner reads this signal again */
        intake_gate_too_late(&late->worker->gate, &late->decision, late->partition, late->offset,
                             answer == REMEMBERED_FOUND ? kept : NULL);
    memory_free(late);
}

static void read_finished(struct worker *worker, const struct decision *decision,
                          const rd_kafka_message_t *message, const struct duplicate *done)
{
    struct late *late = memory_new(1, sizeof *late);

    *late = (struct late){worker, *decision, message->partition, message->offset};
    remembered_read(worker->remembered, done, finished_read, late);
}

/* One that an order's record keeps is logged with that record: see order_log_decided(). */
static void tell(struct worker *worker, const struct decision *decision, const struct intake_decided *decided,
                 int32_t partition)
{
    const struct order *order = orders_find(worker->orders, decision->request_id);

    if (order == NULL || order->source.partition != partition)
        order_log_refused(decision, decided->refused);
    metrics_count_decision(worker->metrics, decided->applied ? "applied" : "refused");
}

static enum taken decide(struct worker *worker, const struct decision *decision,
                         const rd_kafka_message_t *message)
{
    bool is_read = remembered_reads(worker->remembered, decision->request_id);
    struct intake_decided decided;
    struct duplicate done;
    struct fault why;

    switch (intake_gate_decide(&worker->gate, decision, message->partition, message->offset, is_read,
                               worker_time(worker), &decided, &done, &why)) {
    case INTAKE_HELD:
        return TAKEN_LATER;
    case INTAKE_WAKES:
        return TAKEN_AWAKE;
    case INTAKE_FINISHED:
        read_finished(worker, decision, message, &done);
        break;
    case INTAKE_OPEN:
    case INTAKE_SKIP:
    case INTAKE_PUT_BY:
        break;
    }
    if (!decided.again)
        tell(worker, decision, &decided, message->partition);
    return TAKEN;
}

/*
 * A signal in our framing that we cannot read is a newer worker's, or damaged: what a person decided must not be passed
 * over, so the partition's decisions wait for a worker that reads it.
 */
static void stop(struct decisions *decisions, const rd_kafka_message_t *message, const struct fault *inner)
{
    decisions->stopped =
        memory_resize(decisions->stopped, decisions->stopped_count + 1, sizeof *decisions->stopped);
    decisions->stopped[decisions->stopped_count++] = (struct stopped){message->partition, message->offset};
    text_print(decisions->why, sizeof decisions->why,
               "decisions of partition %d stand still: the signal at offset %lld cannot be read: %s",
               (int)message->partition, (long long)message->offset, inner->text);
    LOG(LOG_ERROR, "decisions of a partition stand still: a signal of ours cannot be read",
        log_int("partition", message->partition), log_int("offset", message->offset), log_fault(inner));
    metrics_count_decision(decisions->worker->metrics, "unreadable");
}

static bool is_stopped(const struct decisions *decisions, const rd_kafka_message_t *message)
{
    for (size_t i = 0; i < decisions->stopped_count; i++)
        if (decisions->stopped[i].partition == message->partition &&
            decisions->stopped[i].offset < message->offset)
            return true;
    return false;
}

const char *decisions_trouble(const struct decisions *decisions)
{
    return decisions->stopped_count > 0 ? decisions->why : "";
}

static bool is_framed(const rd_kafka_message_t *message)
{
    struct frame frame;
    struct fault unused;

    return framing_read(message->payload, message->len, NULL, 0, &frame, &unused) &&
           frame.framing == FRAMING_SINGLE_OBJECT;
}

/* Bytes that are not a signal at all: somebody else's, kept as a dead letter. A null value (a tombstone) is ignored. */
static void leave_out(struct worker *worker, const rd_kafka_message_t *message)
{
    struct fault why;

    if (message->payload == NULL) {
        partitions_finish_of(worker->partitions, PARTITION_SIGNALS, message->partition, message->offset);
        return;
    }
    fault_set(&why, FAULT_INPUT, "it is not a signal: the topic is for people's decisions");
    dead_letter_send_signal(worker, message, &why);
    metrics_count_decision(worker->metrics, "unreadable");
}

/* What another worker wrote: whose an id of BT's is, or an event that it forwards. */
static enum taken take_of_workers(struct decisions *decisions, const rd_kafka_message_t *message,
                                  const struct fault *why)
{
    struct worker *worker = decisions->worker;
    struct ledger_schemas schemas = worker->ledger_schemas;
    struct event event;
    struct bt_id id;
    struct fault unused;

    if (batch_is_full(worker->batch))
        return TAKEN_LATER;
    if (bt_id_read(&schemas, message->payload, message->len, &id, &unused)) {
        events_take_index(worker, &id, message);
        bt_id_release(&id);
        return TAKEN;
    }
    if (!event_read(worker->catalogue, message->payload, message->len, &event, &unused)) {
        stop(decisions, message, why);
        return TAKEN;
    }
    enum taken taken = events_take_forwarded(worker, &event, message);
    event_release(&event);
    return taken;
}

static enum taken take(void *context, const rd_kafka_message_t *message)
{
    struct decisions *decisions = context;
    struct worker *worker = decisions->worker;
    struct decision decision;
    struct fault why;

    if (is_stopped(decisions, message))
        return TAKEN;
    enum intake_answer answer = intake_gate_signal(&worker->gate, message->partition, message->offset);
    if (answer != INTAKE_OPEN)
        return answer == INTAKE_SKIP ? TAKEN : TAKEN_LATER;
    if (message->payload != NULL &&
        decision_read(worker->catalogue, message->payload, message->len, &decision, &why))
        return decide(worker, &decision, message);
    if (message->payload != NULL && is_framed(message))
        return take_of_workers(decisions, message, &why);
    leave_out(worker, message);
    return TAKEN;
}

struct decisions *decisions_new(struct worker *worker)
{
    struct decisions *decisions = memory_new(1, sizeof *decisions);

    decisions->worker = worker;
    return decisions;
}

void *decisions_free(struct decisions *decisions)
{
    if (decisions != NULL)
        decisions_forget(decisions);
    return memory_free(decisions);
}

void decisions_forget(struct decisions *decisions)
{
    ahead_forget(&decisions->ahead);
    decisions->stopped = memory_free(decisions->stopped);
    decisions->stopped_count = 0;
}

void decisions_chore(struct decisions *decisions)
{
    struct worker *worker = decisions->worker;

    if (worker_takes(worker))
        ahead_go_on(&decisions->ahead, worker, consumer_next_signal, take, decisions);
}
