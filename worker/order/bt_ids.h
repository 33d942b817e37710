/*
 * BT's ids of orders in the partitions that are ours: where a notification goes that bears such an id only (PROMISE.md
 * R21).
 *
 * One owner per id decides: known, and it is forwarded to the order's partition; held until an owner tells whose the id
 * is; or dead. Each answer is records of the next settlement, with the position of what was read. What is kept stands
 * in the ledger too, key "bt-id/<id>".
 */
#ifndef ORDER_BT_IDS_H
#define ORDER_BT_IDS_H

#include "batch.h"
#include "bt_id.h"

struct bt_ids;

enum {
    BT_ID_EVENTS_MAX = 64, /* held of one id, */
    BT_ID_BYTES_MAX =
        256 << 10,           /* and their bytes, but one is held always: each is written with all before it */
    BT_IDS_HELD_MAX = 10000, /* held of a partition, */
    BT_IDS_HELD_BYTES_MAX = 16 << 20, /* and their bytes */
};

/* How the records are made; the batch owns what they give. `partition`: the id's, which is ours. */
struct bt_ids_records {
    /* What is kept of the id. Null: it is too large. */
    void *(*kept)(void *context, int32_t partition, const struct ledger_index *index);
    void *(*forgotten)(void *context, int32_t partition, const char *order_id);
    /* The event to the partition that has the order, with the reference; a dead letter of one. */
    void *(*forwarded)(void *context, int32_t partition, const struct bt_id *to, const struct event *event);
    void *(*dead)(void *context, int32_t partition, const struct event *event);
};

/* All borrowed but the copy of this struct. */
struct bt_ids_setup {
    struct batch *batch;
    const struct bt_ids_records *records;
    void *context;
    int64_t hold_ms;    /* an event waits so long for the order that it is about */
    unsigned rules_off; /* of enum rule; 0 outside of tests */
};

struct bt_ids *bt_ids_new(const struct bt_ids_setup *setup);
void *bt_ids_free(struct bt_ids *ids); /* null does nothing */

/* An owner has told whose the id is. CONTRADICTED: another order has it already, and keeps it. */
enum bt_ids_told { BT_IDS_LEARNED, BT_IDS_KNOWN, BT_IDS_CONTRADICTED };
enum bt_ids_told bt_ids_tell(struct bt_ids *ids, int32_t partition, const struct bt_id *told);

/* An event that bears an id of the partition only. FULL: no more are held, and it stays the caller's to put aside. */
enum bt_ids_came { BT_IDS_FORWARDED, BT_IDS_HELD, BT_IDS_AGAIN, BT_IDS_FULL };
enum bt_ids_came bt_ids_event(struct bt_ids *ids, int32_t partition, const struct event *event);

/*
 * Which id's time is over first, and when, in ms since the epoch; false: there is none. Then forgets it, if its time is
 * over at this moment; what was held of it is dead: *dead events. What was told of it may lie unread in its partition's
 * signals until then: see orders_are_read().
 */
bool bt_ids_due(const struct bt_ids *ids, int32_t *partition, int64_t *due_ms);
bool bt_ids_expire(struct bt_ids *ids, int64_t wall_ms, size_t *dead);

/* The ledger of a partition that is taken over, in its order: what is kept, taken over; what is forgotten. */
void bt_ids_recover(struct bt_ids *ids, int32_t partition, struct ledger_index *index);
void bt_ids_forgotten(struct bt_ids *ids, int32_t partition, const char *order_id);

/* The partition is another worker's, or is read anew. */
void bt_ids_leave(struct bt_ids *ids, int32_t partition);

/* How many ids are known, and how many events are held. */
size_t bt_ids_known_count(const struct bt_ids *ids);
size_t bt_ids_held_count(const struct bt_ids *ids);

#endif
