/* Creates and frees an order, and answers simple questions about it. */
#include "order.h"

#include "invariant.h"
#include "memory.h"
#include "order_links.h"
#include "unserved.h"

#include <stdio.h>
#include <string.h>

struct order *order_new(const char *topic, int32_t partition, int64_t offset, const void *key,
                        size_t key_length)
{
    struct order *order = memory_new(1, sizeof *order);

    order->links = memory_new(1, sizeof *order->links);
    order->links->order = order;
    order->source.topic = topic;
    order->source.partition = partition;
    order->source.offset = order->source.turn = offset;
    order->source.key = key == NULL || key_length == 0 ? NULL : memory_text_of(key, key_length);
    order->source.key_length = key_length;
    order->ledger.record_offset = -1;
    waiting_init(&order->waiting);
    return order;
}

void execution_clear_calls(struct execution *execution)
{
    for (size_t i = 0; i < execution->calls.tracking_count; i++)
        memory_free(execution->calls.tracking_ids[i]);
    execution->calls = (struct call_record){0};
    execution->retries = memory_free(execution->retries);
}

void execution_release(struct execution *execution)
{
    execution_clear_calls(execution);
    json_object_put(execution->inputs);
    json_object_put(execution->steps);
    *execution = (struct execution){0};
}

void *order_free(struct order *order)
{
    if (order == NULL)
        return NULL;
    execution_release(&order->main);
    execution_release(&order->lookup);
    call_release(&order->call);
    request_release(&order->request);
    journal_release(&order->journal);
    waiting_release(&order->waiting);
    unserved_free(order->unserved);
    memory_free(order->way);
    json_object_put(order->result);
    if (order->ledger.unloaded != NULL)
        ledger_release(order->ledger.unloaded);
    memory_free(order->ledger.unloaded);
    memory_free(order->ledger.last_decision);
    memory_free(order->ledger.decisions);
    memory_free(order->ledger.signals);
    memory_free(order->ledger.events);
    memory_free(order->ledger.repeats);
    memory_free(order->source.headers.traceparent);
    memory_free(order->source.headers.tracestate);
    memory_free(order->source.headers.tracking);
    memory_free(order->source.key);
    memory_free(order->links);
    return memory_free(order);
}

void order_note_tracking(struct order *order, const char *id)
{
    struct call_record *calls = &order_execution(order)->calls;

    REQUIRE(calls->tracking_count <= TRACKING_IDS_MAX);
    if (calls->tracking_count == TRACKING_IDS_MAX) {
        memory_free(calls->tracking_ids[0]);
        memmove(calls->tracking_ids, calls->tracking_ids + 1, (TRACKING_IDS_MAX - 1) * sizeof(char *));
        calls->tracking_count--;
    }
    calls->tracking_ids[calls->tracking_count++] = memory_text(id);
}

const char *order_reference(const struct order *order)
{
    char name[128];
    const struct call_record *calls = &order->main.calls;

    if (calls->step == NULL)
        return NULL;
    int length = snprintf(name, sizeof name, "%sReference", calls->step);
    return length < (int)sizeof name ? tree_text_of(order->request.inputs, name) : NULL;
}

void order_outcome(const struct order *order, struct outcome *outcome)
{
    *outcome = (struct outcome){
        .type = order->type,
        .request_id = order->request.id,
        .status = order->status,
        .final = order->status != OUTCOME_UNKNOWN && order->status != OUTCOME_PROGRESS,
        .sequence = order->sequence,
        .reason = order->reason,
        .calls = &order->main.calls,
        .order_id = order->order_id,
        .external_id = order_reference(order),
        .requested_at_ms = order->source.requested_at_ms,
        .started_at_ms = order->started_at_ms,
        .finished_at_ms = order->finished_at_ms,
        .source = {order->source.topic, order->source.partition, order->source.offset},
        .result = order->result,
    };
}

void order_progress(const struct order *order, const struct progress *progress, struct outcome *outcome)
{
    *outcome = (struct outcome){
        .type = order->type,
        .request_id = order->request.id,
        .status = OUTCOME_PROGRESS,
        .sequence = progress->sequence,
        .reason = progress->reason,
        .calls = &progress->calls,
        .order_id = order->order_id,
        .external_id = *progress->reference == '\0' ? NULL : progress->reference,
        .requested_at_ms = order->source.requested_at_ms,
        .started_at_ms = order->started_at_ms,
        .finished_at_ms = progress->at_ms,
        .source = {order->source.topic, order->source.partition, order->source.offset},
        .wait = &progress->wait,
        .result = progress->result,
    };
}

const struct workflow *order_workflow(const struct order *order)
{
    if (unserved_is_missing(order))
        return &unserved_workflow;
    return order->version == NULL ? order->type->workflow : order->version->workflow;
}

const char *order_digest(const struct order *order)
{
    if (!order_workflow(order)->waits)
        return NULL;
    return unserved_is_missing(order) ? order->unserved->digest
           : order->version == NULL   ? order->type->digest
                                      : order->version->digest;
}

const struct arazzo *order_arazzo(const struct order *order)
{
    return order->version == NULL ? &order->type->arazzo : &order->version->arazzo;
}

struct execution *order_execution(struct order *order)
{
    return order->lookup.workflow != NULL ? &order->lookup : &order->main;
}

const struct step *order_step(const struct order *order)
{
    const struct execution *execution = order->lookup.workflow != NULL ? &order->lookup : &order->main;
    const struct workflow *workflow =
        execution->workflow != NULL ? execution->workflow : order_workflow(order);

    return execution->step < workflow->step_count ? &workflow->steps[execution->step] : NULL;
}

bool order_writes(const struct order *order)
{
    const struct step *step = order_step(order);

    return order->lookup.workflow == NULL && step != NULL && workflow_step_writes(step);
}
