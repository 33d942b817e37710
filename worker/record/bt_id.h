/*
 * Whose order an id of BT's is (PROMISE.md R21): what the order's owner tells about it (schemas/common/Index.avsc, in the
 * signals topic), and what the owner of the id's partition (event_route.h) keeps of it, with the events that came before
 * (LedgerIndex.avsc, in the ledger, key "bt-id/<id>").
 */
#ifndef RECORD_BT_ID_H
#define RECORD_BT_ID_H

#include "event.h"
#include "ledger.h"

struct bt_id {
    char *order_id;                 /* owned */
    char reference[UUID_TEXT_SIZE]; /* "": nobody has told whose it is */
    char request_id[UUID_TEXT_SIZE];
    int32_t partition; /* where its order is; -1 where there is no reference */
    int64_t until_ms;  /* since the epoch: the order has ended, and this is forgotten then; 0: it goes on */
};

/* The same with the events that wait for the reference, oldest first; owned. */
struct ledger_index {
    struct bt_id id;
    struct event *held;
    size_t held_count;
};

#define BT_ID_KEY_PREFIX "bt-id/"

enum { BT_ID_KEY_SIZE = sizeof BT_ID_KEY_PREFIX + EVENT_TEXT_MAX };

void bt_id_key(const char *order_id, char key[BT_ID_KEY_SIZE]);

/* Adds the framed value of what is told. */
void bt_id_write(const struct ledger_schemas *schemas, const struct bt_id *id, struct buffer *value);

/* Reads one; release it after success. FAULT_INPUT: it is another record, or damaged. */
MUST_USE bool bt_id_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                         struct bt_id *id, struct fault *why);
void bt_id_release(struct bt_id *id);

/* Adds the framed value of what is kept. FAULT_EXHAUSTED: it is too large for `value`. */
MUST_USE bool ledger_index_write(const struct ledger_schemas *schemas, const struct ledger_index *index,
                                 struct buffer *value, struct fault *why);

/* Reads one; release it after success. FAULT_INPUT: of a format that we do not know, or damaged. */
MUST_USE bool ledger_index_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                                struct ledger_index *index, struct fault *why);
void ledger_index_release(struct ledger_index *index);

#endif
