/* What is known of BT's ids, held and passed on. */
#include "by_id.h"

#include "event_route.h"
#include "events.h"
#include "memory.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

int32_t by_id_partition(int order)
{
    return event_route_of_order_id(types_bt_id(order), sim.partitions);
}

/* --- records --- */

static struct ledger_index copy_index(const struct ledger_index *index)
{
    struct ledger_index copy = *index;

    copy.id.order_id = memory_text(index->id.order_id);
    copy.held = memory_new(index->held_count, sizeof *copy.held);
    for (size_t i = 0; i < index->held_count; i++)
        copy.held[i] = event_copy(&index->held[i]);
    return copy;
}

static struct payload *new_payload(enum payload_kind kind, int32_t partition,
                                   const struct ledger_index *index)
{
    struct payload *payload = payload_new(kind, partition, types_order_of_bt_id(index->id.order_id));

    payload->index = copy_index(index);
    return payload;
}

void *by_id_index(void *context, const struct order *order, const struct ledger_reference *reference,
                  bool ends)
{
    struct ledger_index told = {
        .id = {.order_id = reference->order_id, .partition = order->source.partition}};

    memcpy(told.id.reference, reference->reference, sizeof told.id.reference);
    memcpy(told.id.request_id, order->request.id, sizeof told.id.request_id);
    told.id.until_ms = ends ? INT64_MAX : 0;
    struct payload *payload = new_payload(PAYLOAD_SIGNAL, order->source.partition, &told);
    payload->to = by_id_partition(payload->order);
    TRACE("w%d      tells whose the id of order %d is", ((struct process *)context)->process, payload->order);
    return payload;
}

static void *port_kept(void *context, int32_t partition, const struct ledger_index *index)
{
    (void)context;
    return new_payload(PAYLOAD_ID, partition, index);
}

static void *port_forgotten(void *context, int32_t partition, const char *order_id)
{
    (void)context, (void)partition;
    violated("the id of order %d is forgotten", types_order_of_bt_id(order_id));
    return NULL;
}

static void *port_forwarded(void *context, int32_t partition, const struct bt_id *to,
                            const struct event *event)
{
    const struct ledger_index passed_on = {
        .id = *to, .held = (struct event *)(uintptr_t)event, .held_count = 1};
    struct payload *payload = new_payload(PAYLOAD_SIGNAL, partition, &passed_on);

    payload->to = to->partition;
    TRACE("w%d      passes the event '%s' on", ((struct process *)context)->process, event->id);
    return payload;
}

static void *port_dead(void *context, int32_t partition, const struct event *event)
{
    (void)context, (void)partition;
    violated("the event '%s' is dead", event->id);
    return NULL;
}

struct bt_ids *by_id_new(struct process *worker)
{
    static const struct bt_ids_records records = {port_kept, port_forgotten, port_forwarded, port_dead};
    const struct bt_ids_setup setup = {.batch = worker->batch,
                                       .records = &records,
                                       .context = worker,
                                       .hold_ms = INT32_MAX,
                                       .rules_off = is_off(R21) ? RULE_FORWARDED : 0u};

    return bt_ids_new(&setup);
}

void by_id_recover(struct process *worker, int32_t partition, const struct payload *payload)
{
    struct ledger_index copy = copy_index(&payload->index);

    bt_ids_recover(worker->bt_ids, partition, &copy);
}

/* --- taking --- */

/* The id of an event says which it is, its payload what. */
void by_id_take_event(struct process *worker, int32_t partition, int64_t offset)
{
    const struct plain *plain = &kafka.events[partition].list[offset];
    char id[32], state[16];
    const struct event event = {.id = id,
                                .order_id = (char *)(uintptr_t)types_bt_id(plain->order),
                                .payload = state,
                                .received_at_ms = plain->at_ms};

    snprintf(id, sizeof id, "%d-%d", plain->order, plain->event);
    snprintf(state, sizeof state, "%d", plain->state);
    enum bt_ids_came came = bt_ids_event(worker->bt_ids, partition, &event);
    if (came == BT_IDS_FULL)
        violated("the event '%s' finds no room", id);
    TRACE("w%d      takes the event '%s' by id at p%d offset %d: %d", worker->process, id, (int)partition,
          (int)offset, (int)came);
    partitions_finish_of(worker->partitions, PARTITION_EVENTS, partition, offset);
}

int by_id_state(const struct event *event)
{
    return event->payload[0] - '0';
}

bool by_id_take_signal(struct process *worker, int32_t partition, int64_t offset)
{
    const struct payload *written = kafka.signals[partition].list[offset].written;

    if (written->index.held_count > 0) {
        const struct event *event = &written->index.held[0];
        struct plain plain = {.order = written->order,
                              .state = by_id_state(event),
                              .at_ms = kafka.signals[partition].list[offset].at_ms};
        sscanf(event->id, "%*d-%d", &plain.event);
        return events_take(worker, &plain, PARTITION_SIGNALS, partition, offset);
    }
    if (bt_ids_tell(worker->bt_ids, partition, &written->index.id) == BT_IDS_CONTRADICTED)
        violated("the id of order %d is another's", written->order);
    partitions_finish_of(worker->partitions, PARTITION_SIGNALS, partition, offset);
    return true;
}

/* --- the oracle's --- */

static bool is_decided(const struct entry *entry)
{
    return entry->state == ENTRY_COMMITTED ||
           (entry->state == ENTRY_PENDING && kafka.coordinators[entry->slot].state == TX_COMMITTING);
}

static bool has_event(const struct payload *payload, const char *id)
{
    for (size_t i = 0; i < payload->index.held_count; i++)
        if (strcmp(payload->index.held[i].id, id) == 0)
            return true;
    return false;
}

/* The latest record of the id; null: none. */
static const struct payload *kept_of(int order)
{
    const struct log *log = &kafka.logs[LOG_LEDGER + by_id_partition(order)];

    for (int64_t i = log->count - 1; i >= 0; i--) {
        const struct payload *payload = log->entries[i].payload;
        if (payload != NULL && payload->kind == PAYLOAD_ID && payload->order == order &&
            is_decided(&log->entries[i]))
            return payload;
    }
    return NULL;
}

/* Whether the event stands among the signals of its order's partition, or is about to. */
static bool is_passed_on(int order, const char *id)
{
    int32_t to = sim.upstream[order].partition;
    const struct log *log = &kafka.logs[LOG_SIGNALS + to];

    for (int64_t i = 0; i < kafka.signals[to].count; i++) {
        const struct payload *written = kafka.signals[to].list[i].written;
        if (written != NULL && has_event(written, id))
            return true;
    }
    for (int64_t i = 0; i < log->count; i++)
        if (log->entries[i].payload != NULL && is_decided(&log->entries[i]) &&
            has_event(log->entries[i].payload, id))
            return true;
    return false;
}

/* Told in the signals that are passed: then it is known. */
static bool is_told(int order, int64_t passed)
{
    const struct plain_log *log = &kafka.signals[by_id_partition(order)];

    for (int64_t i = 0; i < passed && i < log->count; i++) {
        const struct payload *written = log->list[i].written;
        if (written != NULL && written->order == order && written->index.held_count == 0)
            return true;
    }
    return false;
}

void by_id_check(int32_t partition, int64_t passed_events, int64_t passed_signals)
{
    char id[32];

    for (int64_t i = 0; i < passed_events; i++) {
        const struct plain *event = &kafka.events[partition].list[i];
        const struct payload *kept = kept_of(event->order);
        snprintf(id, sizeof id, "%d-%d", event->order, event->event);
        if (event->by_id && !is_passed_on(event->order, id) && (kept == NULL || !has_event(kept, id)))
            violated("the event '%s' at p%d offset %d is neither kept nor passed on", id, (int)partition,
                     (int)i);
    }
    for (int order = 0; order < sim.orders; order++)
        if (by_id_partition(order) == partition && is_told(order, passed_signals) &&
            (kept_of(order) == NULL || *kept_of(order)->index.id.reference == '\0'))
            violated("it was told whose the id of order %d is, and is not known", order);
}

void by_id_rest(void)
{
    char id[32];

    for (int p = 0; p < sim.partitions; p++)
        for (int64_t i = 0; i < kafka.events[p].count; i++) {
            const struct plain *event = &kafka.events[p].list[i];
            const struct payload *kept = kept_of(event->order);
            snprintf(id, sizeof id, "%d-%d", event->order, event->event);
            if (event->by_id && !is_passed_on(event->order, id) &&
                (kept == NULL || *kept->index.id.reference != '\0'))
                violated("the event '%s' is never taken", id);
        }
}
