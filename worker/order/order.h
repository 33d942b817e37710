/*
 * One order: a request from the moment it is taken until its final outcome is settled.
 *
 * It is in exactly one state, changed by orders.c only. It owns its trees, others borrow them for one turn.
 */
#ifndef ORDER_ORDER_H
#define ORDER_ORDER_H

#include "call.h"
#include "execution.h"
#include "journal.h"
#include "ledger_link.h"
#include "outcome.h"
#include "request.h"
#include "waiting.h"

enum order_state {
    ORDER_QUEUED,    /* after another of its key */
    ORDER_READY,     /* may be called as soon as its API's pace allows */
    ORDER_INTENDING, /* its next attempt waits to be committed (PROMISE.md R1) */
    ORDER_PERMITTED, /* it is committed: the call may be sent while the lease lasts */
    ORDER_CALLING,   /* a call is on its way */
    ORDER_WAITING,   /* for its due time: back-off, or a doubt until it is looked up again */
    ORDER_AWAITING,  /* a message or a date, in no lane and no pace */
    ORDER_PARKED,    /* a person decides */
    ORDER_DONE,      /* its final outcome waits to be settled */
    ORDER_SETTLING,  /* that outcome is part of the running settlement */
};

enum { ORDER_STATES = ORDER_SETTLING + 1 };

struct order_links;
struct unserved;

/* Where an order came from. */
struct order_source {
    const char *topic; /* borrowed */
    int32_t partition;
    int64_t offset;
    int64_t turn, place; /* where it stands in its lane: PROMISE.md section 2 */
    char *key;           /* null: none */
    size_t key_length;
    int64_t requested_at_ms; /* since the epoch */
    int64_t taken_ms;        /* clock of the loop; of this process */
    int64_t taken_at_ms;     /* since the epoch: by the first worker; 0: not known */
    struct order_headers headers;
};

struct order {
    enum order_state state;
    struct order_source source;
    struct ledger_link ledger;
    struct order_links
        *links; /* where it stands among the others: order_links.h, for orders.c and its like; owned */

    /* what is wanted, and how far it is */
    const struct order_type *type;
    const struct workflow_version *version; /* with which it has begun; null: today's */
    struct unserved *unserved; /* its text is not there, or was not: unserved.h; owned; null: it was always */
    struct request request;
    char order_id[ORDER_ID_SIZE]; /* BT's, from an output named orderId; "" */
    struct execution main, lookup;
    struct way_out *way;    /* owned; null: it ends COMPLETED */
    unsigned steps_done;    /* steps executed, for the budget */
    int64_t due_ms;         /* of ORDER_WAITING */
    int64_t started_at_ms;  /* first call of the order, since the epoch; 0: none yet */
    struct call call;       /* of ORDER_INTENDING to ORDER_CALLING */
    unsigned attempt;       /* of all its writes: what a decision is compared with */
    int64_t lease_until_ms; /* of ORDER_PERMITTED; clock of the loop */
    bool wrote;             /* a writing step is done: FAILED would be a lie */
    struct doubt doubt;
    struct journal journal;
    struct waiting waiting;

    /* how it ended: from ORDER_DONE on; why it is parked */
    enum outcome_status status;
    struct reason reason;
    struct json_object *result; /* also while a reply is judged: what the workflow would end with */
    int64_t finished_at_ms;
    int64_t decide_by_ms; /* of ORDER_PARKED: when a person must have decided, since the epoch; 0: not said */
    unsigned sequence;    /* outcomes published before this one */
    bool outcome_is_due;  /* PARKED: its UNKNOWN is not published yet */
};

/* A new order with a copy of the key, an empty one being none (R14); state ORDER_QUEUED. */
struct order *order_new(const char *topic, int32_t partition, int64_t offset, const void *key, size_t length);
void *order_free(struct order *order);
/* What its outcome says; valid while the order lives. Only of ORDER_PARKED and from ORDER_DONE on. */
void order_outcome(const struct order *order, struct outcome *outcome);
/* The same of news that is not final. */
void order_progress(const struct order *order, const struct progress *progress, struct outcome *outcome);

/* The workflow that it runs, and the description that has its look-ups. */
const struct workflow *order_workflow(const struct order *order);
const struct arazzo *order_arazzo(const struct order *order);
/* The digest of that workflow's text, where it waits; null: it does not. Borrowed. */
const char *order_digest(const struct order *order);

/* The execution that is under way: the look-up's, or its own. */
struct execution *order_execution(struct order *order);
/* The step that is called, or comes next, in that execution. Null at the end of the workflow. */
const struct step *order_step(const struct order *order);
/* Whether the call that comes next, or is under way, is a write of the order itself. */
bool order_writes(const struct order *order);
/* The reference under which BT knows the latest step that writes; null: none was called. Borrowed. */
const char *order_reference(const struct order *order);
void order_note_tracking(struct order *order, const char *id); /* keeps the latest TRACKING_IDS_MAX */

#endif
