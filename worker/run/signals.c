/* See signals.h. */
#include "signals.h"

#include "decision.h"
#include "memory.h"
#include "records.h"
#include "settling.h"
#include "status.h"
#include "utf8.h"
#include "when.h"

#include <stdio.h>

static void add_text(struct json_object *tree, const char *name, const char *text)
{
    json_object_object_add(tree, name, json_object_new_string(text));
}

/* What `decide` waits for: lastDecision in the ledger. Owned by the caller. */
static char *answer_text(const struct decision *decision, bool applied, const struct fault *why)
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
    buffer_init(&text, 65536);
    tree_write(tree, &text);
    char *taken = buffer_take(&text, NULL);
    utf8_repair(taken); /* a reason may be cut within a character */
    return taken;
}

/* An order that is done stays as it is: its record says so to whoever asked. */
static void refuse_finished(struct worker *worker, const struct decision *decision,
                            const struct duplicate *duplicate)
{
    struct ledger_schemas schemas = ledger_schemas_of(worker);
    struct ledger_record kept;
    struct fault why, unused;

    if (!ledger_read(&schemas, duplicate->value, duplicate->length, &kept, &unused))
        return;
    fault_set(&why, FAULT_INPUT, "the order has its final outcome already");
    memory_free(kept.last_decision);
    kept.last_decision = answer_text(decision, false, &why);
    settling_rewrite(worker->settling, duplicate->partition, &kept);
    ledger_release(&kept);
}

/* False: its outcome is just being settled, and then the answer is another. */
static bool decide(struct worker *worker, const struct decision *decision)
{
    struct order *order = orders_find(worker->orders, decision->request_id);
    const struct duplicate *duplicate = duplicates_find(worker->duplicates, decision->request_id);
    struct fault why = {.text = ""};

    if (order != NULL && order->state == ORDER_SETTLING)
        return false;
    if (order == NULL) {
        if (duplicate != NULL)
            refuse_finished(worker, decision, duplicate);
        LOG(LOG_WARN, "a decision about an order that this worker does not have open is refused",
            log_text("request", decision->request_id));
        status_count_decision(worker->status, "refused");
        return true;
    }
    bool applied = orders_decide(worker->orders, order, decision, worker_time(worker), &why);
    orders_note_decision(worker->orders, order, answer_text(decision, applied, &why));
    LOG(LOG_INFO, applied ? "a decision was applied" : "a decision was refused",
        log_text("request", decision->request_id), log_text("verdict", decision_words[decision->verdict]),
        log_text("answer", applied ? "applied" : why.text));
    status_count_decision(worker->status, applied ? "applied" : "refused");
    return true;
}

/* False: it must wait. */
static bool take(struct worker *worker, const rd_kafka_message_t *message)
{
    struct decision decision;
    struct fault why;

    if (settlements_owns(worker->settlements, message->partition) && message->payload != NULL) {
        if (!decision_read(worker->catalogue->decision, message->payload, message->len, &decision, &why)) {
            LOG(LOG_WARN, "a signal cannot be read and is left out", log_int("partition", message->partition),
                log_int("offset", message->offset), log_fault(&why));
            status_count_decision(worker->status, "unreadable");
        } else if (!decide(worker, &decision)) {
            return false;
        }
    }
    settlements_take_signal(worker->settlements, message->partition, message->offset);
    return true;
}

struct signals {
    struct worker *worker;
    rd_kafka_message_t *held; /* the next one, which must wait */
};

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
}

void signals_chore(struct signals *signals)
{
    for (;;) {
        if (signals->held == NULL)
            signals->held = consumer_next_signal(signals->worker->consumer);
        if (signals->held == NULL || !take(signals->worker, signals->held))
            return;
        signals_forget(signals);
    }
}
