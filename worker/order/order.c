/* See order.h. */
#include "order.h"

#include "memory.h"

#include <string.h>

struct order *order_new(const char *topic, int32_t partition, int64_t offset, const void *key,
                        size_t key_length)
{
    struct order *order = memory_new(1, sizeof *order);

    order->topic = topic;
    order->partition = partition;
    order->offset = offset;
    order->key = key == NULL ? NULL : memory_text_of(key, key_length);
    order->key_length = key_length;
    return order;
}

void order_clear_calls(struct order *order)
{
    for (size_t i = 0; i < order->calls.tracking_count; i++)
        memory_free(order->calls.tracking_ids[i]);
    order->calls = (struct call_record){0};
    order->retries = memory_free(order->retries);
}

void *order_free(struct order *order)
{
    if (order == NULL)
        return NULL;
    order_clear_calls(order);
    call_release(&order->call);
    request_release(&order->request);
    json_object_put(order->steps);
    json_object_put(order->result);
    memory_free(order->headers.traceparent);
    memory_free(order->headers.tracestate);
    memory_free(order->headers.tracking);
    memory_free(order->key);
    return memory_free(order);
}

void order_note_tracking(struct order *order, const char *id)
{
    struct call_record *calls = &order->calls;

    if (calls->tracking_count == TRACKING_IDS_MAX) {
        memory_free(calls->tracking_ids[0]);
        memmove(calls->tracking_ids, calls->tracking_ids + 1, (TRACKING_IDS_MAX - 1) * sizeof(char *));
        calls->tracking_count--;
    }
    calls->tracking_ids[calls->tracking_count++] = memory_text(id);
}

void order_outcome(const struct order *order, struct outcome *outcome)
{
    *outcome = (struct outcome){
        .type = order->type,
        .request_id = order->request.id,
        .status = order->status,
        .final = order->status != OUTCOME_UNKNOWN && order->status != OUTCOME_PROGRESS,
        .reason = order->reason,
        .calls = &order->calls,
        .order_id = order->order_id,
        .requested_at_ms = order->requested_at_ms,
        .started_at_ms = order->started_at_ms,
        .finished_at_ms = order->finished_at_ms,
        .source = {order->topic, order->partition, order->offset},
        .result = order->result,
    };
}

const struct step *order_step(const struct order *order)
{
    const struct workflow *workflow = order->type->workflow;

    return order->step < workflow->step_count ? &workflow->steps[order->step] : NULL;
}
