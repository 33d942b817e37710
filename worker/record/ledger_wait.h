/*
 * What an order of the ledger waits for, and what BT may name it by (schemas/common/LedgerWait.avsc,
 * LedgerReference.avsc, LedgerHeard.avsc): parts of its record since format 3.
 */
#ifndef RECORD_LEDGER_WAIT_H
#define RECORD_LEDGER_WAIT_H

#include "uuid.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

struct ledger_wait {
    char *step;                             /* owned; null: it does not wait */
    int64_t since_ms, until_ms, look_at_ms; /* since the epoch; look_at_ms 0: BT is not asked */
    int64_t expected_ms;                    /* when the message was expected; 0: at no time before the end */
    bool late;                              /* it is told that it has not come by then */
    char reference[UUID_TEXT_SIZE];         /* of the message; "": it waits for a moment */
};

/* Given to BT by a step, or about to be. */
struct ledger_reference {
    char *step;     /* owned */
    char *order_id; /* BT's; owned; null: not known */
    char reference[UUID_TEXT_SIZE];
    bool told; /* whose that id is, or it is about to be; not in the record, which has the id only then */
};

struct ledger_references {
    struct ledger_reference *list;
    size_t count;
};

/* What of the events and signals lies below these offsets is not taken in twice (PROMISE.md R19). */
struct ledger_heard {
    int64_t events_end, signals_end;
};

/* How far an order has heard, as one number that grows with each message: a decision names it. */
int64_t ledger_heard_mark(const struct ledger_heard *heard);

/* Since the epoch: it ends, its message is late, or it is time to ask BT. */
int64_t ledger_wait_due_ms(const struct ledger_wait *wait);

void ledger_wait_release(struct ledger_wait *wait);
void ledger_references_release(struct ledger_references *references);

/* A copy that is as deep as the original. */
struct ledger_wait ledger_wait_copy(const struct ledger_wait *wait);
struct ledger_references ledger_references_copy(const struct ledger_references *references);

/* Notes the reference of a step, unless it is there; the entry is borrowed. */
struct ledger_reference *ledger_references_add(struct ledger_references *references, const char *step,
                                               const char *reference);

/* As plain JSON in the shape of the schemas; null where there is nothing. The caller owns it. */
struct json_object *ledger_wait_tree(const struct ledger_wait *wait);
struct json_object *ledger_references_tree(const struct ledger_references *references);
struct json_object *ledger_heard_tree(const struct ledger_heard *heard);

/* Out of that JSON (null: nothing), as it also stands in an order's progress. */
void ledger_wait_of(const struct json_object *tree, struct ledger_wait *wait);

#endif
