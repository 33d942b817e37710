/*
 * The ledger as people see it: the latest record of each order, read from the topic. Tools only read it.
 */
#ifndef TOOLS_LEDGER_VIEW_H
#define TOOLS_LEDGER_VIEW_H

#include "ledger.h"
#include "setup.h"
#include "table.h"

#include <librdkafka/rdkafka.h>
#include <sys/queue.h>

struct ledger_item {
    int32_t partition;
    int64_t offset;   /* of the record in the ledger */
    char writer[100]; /* who wrote it, in words; "": unknown */
    struct ledger_record record;
    const struct ledger_item *first; /* of its key: who is before all others; see ledger_view_line_up() */
    size_t behind;                   /* how many live orders of its key come after it */
    struct table_item by_id;
    TAILQ_ENTRY(ledger_item) in_all;
};

struct ledger_view {
    TAILQ_HEAD(, ledger_item) items; /* owned; in the order in which they were first seen */
    struct table ids;
};

/* Empty; ledger_view_read() does it, too. */
void ledger_view_init(struct ledger_view *view);

/* Reads the whole ledger. FAULT_PEER: Kafka does not answer; FAULT_INPUT: a record of a newer worker. */
MUST_USE bool ledger_view_read(const struct setup *setup, struct ledger_view *view, struct fault *why);
void ledger_view_release(struct ledger_view *view);

/* The order of a request id, null when the ledger has none. */
const struct ledger_item *ledger_view_find(const struct ledger_view *view, const char *request_id);

/* The same in one partition: while orders are being moved, two may have it. */
const struct ledger_item *ledger_view_in(const struct ledger_view *view, int32_t partition,
                                         const char *request_id);

/* Whether it is an order that has not ended. */
bool ledger_item_live(const struct ledger_item *item);

/* Finds out who waits behind whom, as the ledger has it: orders it does not own yet are not seen. After each change. */
void ledger_view_line_up(struct ledger_view *view);

/* The request id in a ledger record's key; "" where it is another one's. */
void ledger_view_id_of(const rd_kafka_message_t *message, char request_id[UUID_TEXT_SIZE]);

/* Takes one message of the ledger; false when it is damaged or newer. Null values forget. */
MUST_USE bool ledger_view_take(const struct setup *setup, struct ledger_view *view,
                               const rd_kafka_message_t *message, struct fault *why);

/* Prints the record as one line of JSON; after ledger_view_line_up(). */
void ledger_view_json(const struct ledger_item *item);

#endif
