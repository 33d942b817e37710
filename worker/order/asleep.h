/*
 * Orders that wait for a message or a date, and of which all else stands in the ledger only: what wakes them, and where
 * their records are. See await.h.
 *
 * There may be a million of them for months, so one takes about 140 bytes, and 32 for each name that BT may give it.
 * A name is kept as its hash: a stranger's with the same one wakes an order, which then finds that it is not its own.
 */
#ifndef ORDER_ASLEEP_H
#define ORDER_ASLEEP_H

#include "ledger_wait.h"

struct asleep;

struct sleeper {
    int32_t partition;
    unsigned workflow;              /* the caller's number of the text that it runs */
    int64_t offset;                 /* of its record in the ledger */
    int64_t due_ms;                 /* since the epoch: it is to be woken then */
    bool late;                      /* what it waits for was expected before now */
    bool events_anew, signals_anew; /* these logs were made anew: offsets in its record say nothing there */
};

struct asleep *asleep_new(void);
void *asleep_free(struct asleep *asleep);

/* It sleeps from now on. `request_id` is a UUID, and none that sleeps in this partition has it. */
void asleep_add(struct asleep *asleep, const char *request_id, const struct sleeper *sleeper,
                const struct ledger_references *names);

/* Whether an order with this id, or this name in this partition, sleeps. It is woken if it does. */
bool asleep_wake(struct asleep *asleep, const char *request_id);
bool asleep_wake_named(struct asleep *asleep, int32_t partition, const char *name);

/* Wakes those that are due, `most` of them. */
void asleep_wake_due(struct asleep *asleep, int64_t wall_ms, size_t most);
int64_t asleep_due_ms(
    const struct asleep *asleep); /* of the first that is not being woken; INT64_MAX: there is none */

/* The next that is being woken and whose record must be read; each is given once. False: there is none. */
bool asleep_next(struct asleep *asleep, char request_id[UUID_TEXT_SIZE], struct sleeper *sleeper);

/* It is awake, and forgotten here. False: none with a record there is being woken: its partition has left since. */
bool asleep_end(struct asleep *asleep, int32_t partition, const char *request_id, int64_t offset,
                struct sleeper *sleeper);

/*
 * All of the partition are another worker's from now on; they are freed bit by bit. asleep_sweep() gives the workflow of
 * each to `gone`. True: no such is left.
 */
void asleep_leave(struct asleep *asleep, int32_t partition);
bool asleep_sweep(struct asleep *asleep, void (*gone)(void *context, unsigned workflow), void *context);

size_t asleep_count(const struct asleep *asleep); /* also those that are being woken */
size_t asleep_late_count(const struct asleep *asleep);

#endif
