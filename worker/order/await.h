/*
 * Orders that wait for messages and dates: what is reported finds its order, and waits end by time. See orders.h.
 */
#ifndef ORDER_AWAIT_H
#define ORDER_AWAIT_H

#include "asleep.h"
#include "orders.h"

/* The live order that BT may name by this reference: one of its steps gave it, or is about to; null: there is none. */
struct order *orders_find_reference(const struct orders *orders, const char *reference);

/*
 * Orders that only wait sleep (asleep.h): nobody finds them by id or reference until they are awake. True: such an order
 * sleeps, and is being woken: ask again after orders_woken().
 */
bool orders_wake(struct orders *orders, const char *request_id);
bool orders_wake_named(struct orders *orders, int32_t partition, const char *reference);

/* The next one whose record must be read in the ledger; each is given once. False: there is none. */
bool orders_next_to_wake(struct orders *orders, char request_id[UUID_TEXT_SIZE], struct sleeper *sleeper);

/*
 * What snapshot_restore() made of that record, taken over; FAULT_INPUT: it is damaged. One of which this is not asked any
 * more, its partition having left since, is freed.
 */
MUST_USE bool orders_woken(struct orders *orders, struct order *order, int64_t offset,
                           struct orders_time time, struct fault *why);
uint64_t orders_woken_count(const struct orders *orders); /* so far */

/*
 * Of a take-over, instead of orders_recover(): the order sleeps at once. `record` is its record, of which
 * snapshot_sleeps() is true; `sleeper` says where that stands, and which logs were made anew.
 */
void orders_recover_asleep(struct orders *orders, const struct order_type *type,
                           const struct ledger_record *record, struct sleeper sleeper);

/* How many orders have begun with a text of a workflow that waits; 0: all have ended. */
struct workflow_count {
    const struct order_type *type;
    char digest[WORKFLOW_DIGEST_SIZE];
    size_t orders;
};

/* Of all texts that any order had; borrowed until the next change. */
const struct workflow_count *orders_workflows(const struct orders *orders, size_t *count);

enum orders_told {
    TOLD_TAKEN, /* it is the order's; its offset is dealt with in the settlement that has the effect (PROMISE.md R19) */
    TOLD_AGAIN, /* it was taken in before: nothing happens */
    TOLD_LATER, /* its outcome is just being settled, or a look under way and its mailbox full: ask again then */
    TOLD_SPENT, /* it has taken as many as an order may: nothing of it changes, and the message stays the caller's */
    TOLD_FULL, /* its mailbox is, or it takes nothing more: the message stays the caller's */
};

/*
 * Something was reported about an order: it is judged at once where the order waits for it; else as much of it is kept
 * as the order's workflow looks at, unless it is older than what was reported before, or the same event again. `what`
 * describes its words. The message stays the caller's to release, whole, and is empty where it was kept.
 */
enum orders_told orders_tell(struct orders *orders, struct order *order, const struct event_message *what,
                             struct message *message, struct orders_time time);

/*
 * A wait ends by time only when everything was read that stood in the partition's events and signals when it fell due:
 * what came in time may still lie there (PROMISE.md R18). Says whether nothing is left that came before this moment, and
 * has it asked for where that is not known. Gives the next partition, after `partition` (-1: the first), of which it is
 * asked, -1: of none; and takes the answer, at `time`: all is taken that stood there at the moment `wall_ms`, which says
 * nothing when the clock has been set back behind it since.
 */
bool orders_are_read(struct orders *orders, int32_t partition, int64_t wall_ms);
int32_t orders_overdue(const struct orders *orders, int32_t partition);
void orders_read_to(struct orders *orders, int32_t partition, int64_t wall_ms, struct orders_time time);

#endif
