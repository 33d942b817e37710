/* Reads the records of orders that wake, and hands them to order/await. */
#include "waking.h"

#include "await.h"
#include "fetcher.h"
#include "invariant.h"
#include "memory.h"
#include "records.h"
#include "snapshot.h"

#include <inttypes.h>
#include <string.h>
#include <sys/queue.h>

/* The more, the closer together they lie: what is between them is read, too. */
enum { READ_AT_ONCE = 2048, TRIES_MAX = 3 /* a new leader may not know all of its log yet */ };

/* One record that is being read. */
struct reading {
    struct waking *waking;
    int32_t partition;
    int64_t offset;
    char request_id[UUID_TEXT_SIZE];
    int tries;
    LIST_ENTRY(reading) in_all;
};

struct waking {
    struct worker *worker;
    LIST_HEAD(, reading) readings;
    size_t count;
};

struct waking *waking_new(struct worker *worker)
{
    struct waking *waking = memory_new(1, sizeof *waking);

    waking->worker = worker;
    return waking;
}

static void end(struct reading *reading)
{
    REQUIRE(reading->waking->count > 0);
    reading->waking->count--;
    LIST_REMOVE(reading, in_all);
    memory_free(reading);
}

void *waking_free(struct waking *waking)
{
    while (waking != NULL && !LIST_EMPTY(&waking->readings))
        end(LIST_FIRST(&waking->readings));
    return memory_free(waking);
}

void waking_forget(struct waking *waking, int32_t partition)
{
    struct reading *next;

    if (waking->count == 0)
        return;
    fetcher_forget(waking->worker->fetcher, partition);
    for (struct reading *reading = LIST_FIRST(&waking->readings); reading != NULL; reading = next) {
        next = LIST_NEXT(reading, in_all);
        if (reading->partition == partition)
            end(reading);
    }
}

static bool wake(const struct reading *reading, const rd_kafka_message_t *message, struct fault *why)
{
    struct worker *worker = reading->waking->worker;
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    struct ledger_record record;
    struct order *order;

    if (message == NULL || message->payload == NULL)
        return fault_set(why, FAULT_INPUT,
                         "it is not there any more: it was deleted, by hand or with the topic");
    TRY(ledger_read(&schemas, message->payload, message->len, &record, why));
    const struct order_type *type = catalogue_type(worker->catalogue, record.order_type);
    if (strcmp(record.request_id, reading->request_id) != 0 || !snapshot_sleeps(&record, type)) {
        ledger_release(&record);
        return fault_set(why, FAULT_INPUT, "what stands there is not of this order, or of none that waits");
    }
    bool restored =
        snapshot_restore(worker->settings->topic_requests, reading->partition, &record, type, &order, why);
    ledger_release(&record);
    return restored && orders_woken(worker->orders, order, reading->offset, worker_time(worker), why);
}

static void ask(struct reading *reading);

static void fetched(void *context, const rd_kafka_message_t *message)
{
    struct reading *reading = context;
    struct worker *worker = reading->waking->worker;
    struct fault inner, why;

    if (message == NULL && reading->tries < TRIES_MAX) {
        ask(reading);
        return;
    }
    if (!wake(reading, message, &inner)) {
        fault_set(&why, FAULT_INPUT,
                  "the ledger's record of order %s at offset %" PRId64
                  " of partition %d cannot be read back: %.300s",
                  reading->request_id, reading->offset, (int)reading->partition, inner.text);
        worker_fail(worker, &why);
    }
    end(reading);
    loop_hurry(worker->loop);
}

static void ask(struct reading *reading)
{
    reading->tries++;
    fetcher_ask(reading->waking->worker->fetcher, reading->partition, reading->offset, fetched, reading);
}

void waking_chore(struct waking *waking)
{
    struct worker *worker = waking->worker;
    char request_id[UUID_TEXT_SIZE];
    struct sleeper sleeper;

    while (waking->count < READ_AT_ONCE && orders_next_to_wake(worker->orders, request_id, &sleeper)) {
        struct reading *reading = memory_new(1, sizeof *reading);
        *reading =
            (struct reading){.waking = waking, .partition = sleeper.partition, .offset = sleeper.offset};
        memcpy(reading->request_id, request_id, sizeof request_id);
        LIST_INSERT_HEAD(&waking->readings, reading, in_all);
        waking->count++;
        ask(reading);
    }
}
