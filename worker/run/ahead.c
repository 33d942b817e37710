/* The queue of those that wait for their orders to be awake. */
#include "ahead.h"

#include "await.h"
#include "invariant.h"

#include <string.h>

typedef enum taken take_fn(void *context, const rd_kafka_message_t *message);

/* In their order, from the first on; what must wait stays. False: what comes after them waits, too. */
static bool offer_held(struct ahead *ahead, struct worker *worker, int64_t share, take_fn *take,
                       void *context)
{
    size_t kept = 0, i = 0;
    bool go_on = true;

    if (!ahead->stops && ahead->woken == orders_woken_count(worker->orders))
        return ahead->count < AHEAD_MAX;
    ahead->woken = orders_woken_count(worker->orders);
    for (; i < ahead->count && go_on; i++) {
        enum taken taken = take(context, ahead->held[i]);
        if (taken == TAKEN)
            rd_kafka_message_destroy(ahead->held[i]);
        else
            ahead->held[kept++] = ahead->held[i];
        go_on = taken != TAKEN_LATER && !loop_share_over(worker->loop, share);
    }
    memmove(&ahead->held[kept], &ahead->held[i], (ahead->count - i) * sizeof *ahead->held);
    ahead->count -= i - kept;
    ahead->stops = !go_on && ahead->count > 0;
    return go_on && ahead->count < AHEAD_MAX;
}

void ahead_go_on(struct ahead *ahead, struct worker *worker,
                 rd_kafka_message_t *(*next)(struct consumer *consumer),
                 enum taken (*take)(void *context, const rd_kafka_message_t *message), void *context)
{
    int64_t share = loop_share(worker->loop);
    rd_kafka_message_t *message;

    if (!offer_held(ahead, worker, share, take, context))
        return;
    while (ahead->count < AHEAD_MAX && (message = next(worker->consumer)) != NULL) {
        enum taken taken = take(context, message);
        if (taken == TAKEN)
            rd_kafka_message_destroy(message);
        else
            ahead->held[ahead->count++] = message;
        ahead->stops = taken == TAKEN_LATER;
        if (ahead->stops || loop_share_over(worker->loop, share))
            return;
    }
}

void ahead_forget(struct ahead *ahead)
{
    for (size_t i = 0; i < ahead->count; i++)
        rd_kafka_message_destroy(ahead->held[i]);
    *ahead = (struct ahead){.count = 0};
}
