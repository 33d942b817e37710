/* Orders that sleep are read back from the ledger: what run/waking.c and kafka/fetcher are for. */
#include "process.h"

#include "await.h"
#include "snapshot.h"
#include "types.h"

static void deliver(struct process *worker, const struct payload *payload)
{
    struct ledger_record copy = process_records_copy(&payload->record);
    struct order *order;
    struct fault why;

    TRACE("w%d      reads order %d back", worker->process, payload->order);
    if (!snapshot_restore("requests", payload->partition, &copy,
                          catalogue_type(types_catalogue, copy.order_type), &order, &why) ||
        !orders_woken(worker->orders, order, payload - sim.payloads, process_time(worker), &why))
        violated("w%d cannot wake order %d: %.150s", worker->process, payload->order, why.text);
    worker->dirty = true;
}

void process_waking_forget(struct process *worker, int32_t partition)
{
    int kept = 0;

    for (int i = 0; i < worker->waking_count; i++)
        if (sim.payloads[worker->waking[i]].partition != partition)
            worker->waking[kept++] = worker->waking[i];
    worker->waking_count = kept;
}

/* Each takes its time: the answers come in any order. */
void process_waking_chore(struct process *worker)
{
    char request_id[UUID_TEXT_SIZE];
    struct sleeper sleeper;
    int kept = 0;

    while (worker->waking_count < ORDERS && orders_next_to_wake(worker->orders, request_id, &sleeper))
        worker->waking[worker->waking_count++] = (int)sleeper.offset;
    for (int i = 0; i < worker->waking_count; i++) {
        const struct payload *payload = &sim.payloads[worker->waking[i]];
        if (trouble(3))
            worker->waking[kept++] = worker->waking[i];
        else
            deliver(worker, payload);
    }
    worker->waking_count = kept;
    worker->dirty = worker->dirty || kept > 0;
}
