/* Calls: run/calls.c and http/, as far as the promise goes. */
#include "process.h"

#include "oracle.h"
#include "types.h"

static struct process *worker_of(const struct call_model *call)
{
    return &workers[call->process];
}

static void answer(struct call_model *call, const struct evidence *evidence)
{
    struct process *worker = worker_of(call);
    struct order *order = call->for_order;
    struct verdict verdict;

    call->for_order = NULL;
    orders_answer(worker->orders, order, evidence, process_time(worker), &verdict);
    worker->dirty = true;
}

void process_calls_answer(struct call_model *call)
{
    struct evidence evidence = {.end = CALL_REPLIED,
                                .status = call->status,
                                .body = call->body,
                                .unreadable = "",
                                .retry_after_ms = call->status == 429 ? 3 : -1,
                                .what = ""};

    TRACE("w%d      gets the answer %d for order %d step %d", call->process, call->status, call->order,
          call->step);
    answer(call, &evidence);
    call->state = CALL_NONE;
}

/* The client closes: what has not left never arrives, what has left is on its own now. */
static void close_call(struct call_model *call, enum call_end end, const char *what)
{
    struct evidence evidence = {.end = end, .unreadable = "", .retry_after_ms = -1, .what = what};

    TRACE("w%d      ends the call of order %d step %d: %s", call->process, call->order, call->step, what);
    answer(call, &evidence);
    if (call->state != CALL_LEFT)
        call->state = CALL_NONE;
}

/* Other writes of the key that may still be carried out. */
static bool key_is_busy(const struct call_model *call)
{
    for (int i = 0; i < bt.call_count; i++) {
        const struct call_model *other = &bt.calls[i];
        if (other != call && !other->looks && (other->state == CALL_LEAVING || other->state == CALL_LEFT) &&
            sim.upstream[other->order].key == sim.upstream[call->order].key)
            return true;
    }
    return false;
}

/* Asked before the first byte (R1, R7). */
void process_calls_permit(struct call_model *call)
{
    struct process *worker = worker_of(call);
    const struct order *order = call->for_order;

    if (!call->looks && (worker->library.lost || worker->library.fenced ||
                         !ownership_permits(worker->ownership, order, process_clock(worker)))) {
        close_call(call, CALL_UNSENT, "not permitted any more");
        return;
    }
    TRACE("w%d      sends %s of order %d step %d, attempt %u", call->process,
          call->looks ? "look-up" : "write", call->order, call->step, order->attempt);
    if (!call->looks && key_is_busy(call))
        violated("order %d is sent while another write of its key may still be carried out", call->order);
    if (!call->looks)
        oracle_sends(call->order, call->step);
    call->state = CALL_LEAVING;
    call->until_us = sim.now_us + (CALL_TIMEOUT + WATCHDOG) * 1000;
}

void process_calls_time_out(struct process *worker)
{
    for (int i = 0; i < bt.call_count; i++) {
        struct call_model *call = &bt.calls[i];
        if (call->state != CALL_NONE && call->for_order != NULL && call->process == worker->process &&
            process_clock(worker) >= call->began_ms + CALL_TIMEOUT)
            close_call(call, call->state == CALL_BEGUN ? CALL_UNSENT : CALL_TIMED_OUT, "no answer in time");
    }
}

int64_t process_calls_due_ms(const struct process *worker)
{
    int64_t due_ms = INT64_MAX;

    for (int i = 0; i < bt.call_count; i++) {
        const struct call_model *call = &bt.calls[i];
        if (call->state != CALL_NONE && call->for_order != NULL && call->process == worker->process &&
            call->began_ms + CALL_TIMEOUT < due_ms)
            due_ms = call->began_ms + CALL_TIMEOUT;
    }
    return due_ms;
}

void process_calls_abandon(struct process *worker)
{
    for (int i = 0; i < bt.call_count; i++) {
        struct call_model *call = &bt.calls[i];
        if (call->process != worker->process || call->for_order == NULL)
            continue;
        call->for_order = NULL;
        if (call->state != CALL_LEFT)
            call->state = CALL_NONE;
    }
}

void process_calls_chore(struct process *worker)
{
    struct order *order;

    if (orders_count(worker->orders) == 0)
        return;
    while ((order = orders_next_call(worker->orders, process_time(worker))) != NULL) {
        struct call_model *call = bt_call();
        if (call == NULL) {
            violated("the model has no place for a call");
            return;
        }
        *call = (struct call_model){.state = CALL_BEGUN,
                                    .order = order_of_id(order->request.id),
                                    .step = (int)order->main.step,
                                    .looks = !order_writes(order),
                                    .process = worker->process,
                                    .for_order = order,
                                    .began_ms = process_clock(worker)};
    }
}
