/* See signals.h. */
#include "signals.h"

#include "decided.h"
#include "decision.h"
#include "framing.h"
#include "memory.h"
#include "records.h"
#include "remembered.h"
#include "settling.h"
#include "status.h"
#include "utf8.h"
#include "when.h"

#include <stdio.h>

static void add_text(struct json_object *tree, const char *name, const char *text)
{
    json_object_object_add(tree, name, json_object_new_string(text));
}

/* What `decide` waits for: lastDecision in the ledger, and one of its decisions. Owned by the caller. */
static char *answer_text(const struct decision *decision, int64_t offset, bool applied,
                         const struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    char moment[WHEN_TEXT_SIZE];
    struct buffer text;

    when_print(decision->decided_at_ms, moment);
    add_text(tree, "signalId", decision->signal_id);
    add_text(tree, "verdict", decision_words[decision->verdict]);
    json_object_object_add(tree, "attempt", json_object_new_int64(decision->attempt));
    json_object_object_add(tree, "applied", json_object_new_boolean(applied));
    add_text(tree, "answer", applied ? "applied" : why->text);
    add_text(tree, "who", decision->who);
    add_text(tree, "why", decision->why);
    add_text(tree, "decidedAt", moment);
    json_object_object_add(tree, "signalOffset", json_object_new_int64(offset));
    buffer_init(&text, 65536);
    tree_write(tree, &text);
    char *taken = buffer_take(&text, NULL);
    utf8_repair(taken); /* a reason may be cut within a character */
    return taken;
}

/* A decision about an order that is done, while its record is read; its signal stays open. */
struct late {
    struct worker *worker;
    struct decision decision;
    int32_t partition;
    int64_t offset;
};

/* The order stays as it is: its record says so to whoever asked. */
static void refuse_finished(struct late *late, const struct ledger_record *kept)
{
    struct ledger_record rewritten = *kept; /* its texts are lent */
    struct fault why;

    if (decided_has(kept->decisions, late->decision.signal_id))
        return;
    fault_set(&why, FAULT_INPUT, "the order has its final outcome already");
    rewritten.last_decision = answer_text(&late->decision, late->offset, false, &why);
    rewritten.decisions = decided_add(memory_text(kept->decisions), rewritten.last_decision, false);
    settling_rewrite(late->worker->settling, late->partition, &rewritten);
    memory_free(rewritten.last_decision);
    memory_free(rewritten.decisions);
}

/* What is gone from the ledger is in the log: there is no record that could keep the decision. */
static void finished_read(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                          const struct fault *why)
{
    struct late *late = context;

    (void)why;
    if (answer == REMEMBERED_FOUND)
        refuse_finished(late, kept);
    if (answer != REMEMBERED_LOST)
        settlements_finish_signal(late->worker->settlements, late->partition, late->offset);
    memory_free(late);
}

static void read_finished(struct worker *worker, const struct decision *decision,
                          const rd_kafka_message_t *message, const struct duplicate *done)
{
    struct late *late = memory_new(1, sizeof *late);

    *late = (struct late){worker, *decision, message->partition, message->offset};
    remembered_read(worker->remembered, done, finished_read, late);
}

static void log_decision(const struct decision *decision, bool applied, const char *answer)
{
    LOG(LOG_INFO, applied ? "a decision was applied" : "a decision was refused",
        log_text("request", decision->request_id), log_text("verdict", decision_words[decision->verdict]),
        log_text("who", decision->who), log_text("why", decision->why), log_text("answer", answer));
}

/* A second decision read now would take the record from before the first one, and replace what that has added to it. */
static bool is_rewritten(const struct worker *worker, const char *request_id)
{
    return remembered_reads(worker->remembered, request_id) ||
           settling_rewrites(worker->settling, request_id);
}

/* About an order that is not open here, or not where it was decided. */
static void refuse_closed(struct worker *worker, const struct decision *decision,
                          const rd_kafka_message_t *message, const struct order *order)
{
    struct duplicate done;
    bool is_done = duplicates_find(worker->duplicates, decision->request_id, &done);

    log_decision(decision, false,
                 order != NULL ? "the order is of another partition than the decision"
                 : is_done     ? "the order has its final outcome already"
                               : "this partition has no such order");
    if (is_done && done.partition == message->partition)
        read_finished(worker, decision, message, &done);
    else
        settlements_finish_signal(worker->settlements, message->partition, message->offset);
    status_count_decision(worker->status, "refused");
}

/* False: its outcome is just being settled, and then the answer is another; or an earlier decision about it is. */
static bool decide(struct worker *worker, const struct decision *decision, const rd_kafka_message_t *message)
{
    struct order *order = orders_find(worker->orders, decision->request_id);
    struct fault why = {.text = ""};

    if (order != NULL ? order->state == ORDER_SETTLING : is_rewritten(worker, decision->request_id))
        return false;
    if (order == NULL || order->partition != message->partition) {
        refuse_closed(worker, decision, message, order);
        return true;
    }
    if (decided_has(order->decisions,
                    decision->signal_id)) { /* settled before a crash, read again after it */
        settlements_finish_signal(worker->settlements, message->partition, message->offset);
        return true;
    }
    bool applied = orders_decide(worker->orders, order, decision, worker_time(worker), &why);
    orders_note_decision(worker->orders, order, answer_text(decision, message->offset, applied, &why),
                         applied, message->offset);
    log_decision(decision, applied, applied ? "applied" : why.text);
    status_count_decision(worker->status, applied ? "applied" : "refused");
    return true;
}

struct signals {
    struct worker *worker;
    rd_kafka_message_t *held; /* the next one, which must wait */
    int32_t *stopped;         /* partitions whose next signal is ours and cannot be read */
    size_t stopped_count;
    char why[300];
};

/*
 * A signal in our framing that we cannot read is a newer worker's, or damaged: what a person decided must not be passed
 * over, so the partition's decisions wait for a worker that reads it.
 */
static void stop(struct signals *signals, const rd_kafka_message_t *message, const struct fault *inner)
{
    signals->stopped = memory_resize(signals->stopped, signals->stopped_count + 1, sizeof *signals->stopped);
    signals->stopped[signals->stopped_count++] = message->partition;
    snprintf(signals->why, sizeof signals->why,
             "decisions of partition %d stand still: the signal at offset %lld cannot be read: %.180s",
             (int)message->partition, (long long)message->offset, inner->text);
    LOG(LOG_ERROR, "decisions of a partition stand still: a signal of ours cannot be read",
        log_int("partition", message->partition), log_int("offset", message->offset), log_fault(inner));
    status_count_decision(signals->worker->status, "unreadable");
}

static bool is_stopped(const struct signals *signals, int32_t partition)
{
    for (size_t i = 0; i < signals->stopped_count; i++)
        if (signals->stopped[i] == partition)
            return true;
    return false;
}

const char *signals_trouble(const struct signals *signals)
{
    return signals->stopped_count > 0 ? signals->why : "";
}

/* Bytes that are no signal at all: somebody else's, kept as a dead letter. */
static void leave_out(struct worker *worker, const rd_kafka_message_t *message)
{
    struct fault why;

    fault_set(&why, FAULT_INPUT, "it is no signal: the topic is for people's decisions");
    settling_dead_signal(worker->settling, message, &why);
    status_count_decision(worker->status, "unreadable");
}

static bool is_framed(const rd_kafka_message_t *message)
{
    struct frame frame;
    struct fault unused;

    return framing_read(message->payload, message->len, NULL, 0, &frame, &unused) &&
           frame.framing == FRAMING_SINGLE_OBJECT;
}

/* False: it must wait. */
static bool take(struct signals *signals, const rd_kafka_message_t *message)
{
    struct worker *worker = signals->worker;
    struct decision decision;
    struct fault why;

    if (is_stopped(signals, message->partition))
        return true;
    if (!settlements_signal_has_room(worker->settlements, message->partition, message->offset))
        return false; /* as many as that are not settled yet */
    if (!settlements_take_signal(worker->settlements, message->partition, message->offset))
        return true;
    if (message->payload != NULL &&
        decision_read(worker->catalogue->decision, message->payload, message->len, &decision, &why))
        return decide(worker, &decision, message);
    if (message->payload != NULL && is_framed(message)) {
        stop(signals, message, &why);
        return true;
    }
    if (message->payload != NULL)
        leave_out(worker, message);
    settlements_finish_signal(worker->settlements, message->partition, message->offset);
    return true;
}

struct signals *signals_new(struct worker *worker)
{
    struct signals *signals = memory_new(1, sizeof *signals);

    signals->worker = worker;
    return signals;
}

void *signals_free(struct signals *signals)
{
    if (signals != NULL)
        signals_forget(signals);
    return memory_free(signals);
}

void signals_forget(struct signals *signals)
{
    if (signals->held != NULL)
        rd_kafka_message_destroy(signals->held);
    signals->held = NULL;
    signals->stopped = memory_free(signals->stopped);
    signals->stopped_count = 0;
}

void signals_chore(struct signals *signals)
{
    struct loop *loop = signals->worker->loop;
    int64_t share = loop_share(loop);

    loop_doing(loop, "decisions");
    do {
        if (signals->held == NULL)
            signals->held = consumer_next_signal(signals->worker->consumer);
        if (signals->held == NULL || !take(signals, signals->held))
            return;
        rd_kafka_message_destroy(signals->held);
        signals->held = NULL;
    } while (!loop_share_over(loop, share));
}
