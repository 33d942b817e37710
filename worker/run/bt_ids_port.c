/* Makes the records of what is known of BT's ids. */
#include "bt_ids_port.h"

#include "await.h"
#include "dead_letter.h"
#include "event_route.h"
#include "invariant.h"
#include "last_words.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_BYTES_MAX = 2048 };

/* A record of the signals topic for the owner of that partition. */
static void set_signal(const struct worker *worker, int32_t partition, const char *key, struct buffer *value,
                       struct kafka_record *record)
{
    *record = (struct kafka_record){.topic = worker->settings->topic_signals,
                                    .partition = partition,
                                    .key = memory_text(key),
                                    .key_length = strlen(key)};
    record->value = buffer_take(value, &record->length);
}

void record_of_index(const struct worker *worker, const struct order *order,
                     const struct ledger_reference *reference, bool ends, struct kafka_record *record)
{
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    struct bt_id id = {.order_id = reference->order_id, .partition = order->source.partition};
    struct buffer value;

    REQUIRE(schemas.writes >= LEDGER_FORMAT_WAITS && reference->order_id != NULL);
    memcpy(id.reference, reference->reference, sizeof id.reference);
    memcpy(id.request_id, order->request.id, sizeof id.request_id);
    if (ends)
        id.until_ms = worker_time(worker).wall_ms + worker->settings->events_hold_ms;
    buffer_init(&value, INDEX_BYTES_MAX);
    bt_id_write(&schemas, &id, &value);
    set_signal(worker, event_route_of_order_id(id.order_id, (int32_t)worker->partition_total), id.order_id,
               &value, record);
}

static struct kafka_record *new_record(void)
{
    return memory_new(1, sizeof(struct kafka_record));
}

static void *kept(void *context, int32_t partition, const struct ledger_index *index)
{
    const struct worker *worker = context;
    struct ledger_schemas schemas = records_ledger_schemas(worker);
    char key[BT_ID_KEY_SIZE];
    struct buffer value;
    struct fault why;

    buffer_init(&value, worker->ledger_max_bytes);
    if (!ledger_index_write(&schemas, index, &value, &why)) {
        buffer_release(&value);
        return NULL;
    }
    struct kafka_record *record = new_record();
    bt_id_key(index->id.order_id, key);
    records_set_ledger(worker, partition, key, &value, record);
    return record;
}

static void *forgotten(void *context, int32_t partition, const char *order_id)
{
    struct kafka_record *record = new_record();
    char key[BT_ID_KEY_SIZE];

    bt_id_key(order_id, key);
    records_set_ledger(context, partition, key, NULL, record);
    return record;
}

static void *forwarded(void *context, int32_t partition, const struct bt_id *to, const struct event *event)
{
    const struct worker *worker = context;
    struct kafka_record *record = new_record();
    struct event addressed = *event; /* its texts are lent */
    CLEANUP(memory_release) char *reference = memory_text(to->reference);
    struct buffer value;
    struct fault why;

    (void)partition;
    addressed.reference = reference;
    buffer_init(&value, strlen(event->payload) + INDEX_BYTES_MAX);
    if (!event_write(worker->catalogue, &addressed, &value, &why)) {
        LOG(LOG_ERROR, "an event that was read cannot be written: the process ends", log_fault(&why));
        abort();
    }
    set_signal(worker, to->partition, to->reference, &value, record);
    return record;
}

static void *dead(void *context, int32_t partition, const struct event *event)
{
    const struct worker *worker = context;
    struct kafka_record *record = new_record();

    dead_letter_of_held(worker, partition, event, record);
    metrics_count_event(worker->metrics, "held-too-long");
    return record;
}

struct bt_ids *bt_ids_port_new(struct worker *worker)
{
    static const struct bt_ids_records records = {kept, forgotten, forwarded, dead};
    const struct bt_ids_setup setup = {.batch = worker->batch,
                                       .records = &records,
                                       .context = worker,
                                       .hold_ms = worker->settings->events_hold_ms};

    return bt_ids_new(&setup);
}

/* After an outage what was told of the id in time may still lie in the signals. */
static bool is_over(const struct worker *worker)
{
    int32_t partition;
    int64_t due_ms;

    return bt_ids_due(worker->bt_ids, &partition, &due_ms) && due_ms <= worker_time(worker).wall_ms &&
           orders_are_read(worker->orders, partition, due_ms);
}

void bt_ids_port_chore(struct worker *worker)
{
    int64_t share = loop_share(worker->loop);
    size_t count;

    if (!worker_takes(worker))
        return;
    last_words_expire(worker->last_words,
                      worker_time(worker).wall_ms - worker->settings->duplicates_window_ms);
    while (!batch_is_full(worker->batch) && is_over(worker) &&
           bt_ids_expire(worker->bt_ids, worker_time(worker).wall_ms, &count)) {
        if (count > 0)
            LOG(LOG_ERROR,
                "notifications of BT were held for events.hold.ms, and no order has told that the id in them is its "
                "own: they are dead letters",
                log_int("events", (int64_t)count));
        if (loop_share_over(worker->loop, share))
            return;
    }
}
