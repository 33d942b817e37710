/*
 * One order: a request from the moment it is taken until its outcome is settled.
 *
 * An order is in exactly one state, changed by orders.c only. It owns its trees; others borrow them for one turn.
 */
#ifndef ORDER_ORDER_H
#define ORDER_ORDER_H

#include "call.h"
#include "outcome.h"
#include "request.h"

enum order_state {
    ORDER_QUEUED,   /* behind another of its key */
    ORDER_READY,    /* may be called as soon as its API's pace allows */
    ORDER_CALLING,  /* a call is on its way */
    ORDER_WAITING,  /* for its due time: back-off */
    ORDER_DONE,     /* its outcome waits to be settled */
    ORDER_SETTLING, /* its outcome is part of the running settlement */
};

enum { ORDER_HEADER_MAX = 512 }; /* a longer one does not travel on */

/* Kafka headers of the request that travel on; null when it had none. Owned. */
struct order_headers {
    char *traceparent, *tracestate;
    char *tracking; /* whc-tracking: used instead of a fresh id */
};

struct order {
    enum order_state state;

    /* where it came from */
    const char *topic; /* borrowed */
    int32_t partition;
    int64_t offset;
    char *key; /* null: none */
    size_t key_length;
    int64_t requested_at_ms; /* since the epoch */
    struct order_headers headers;

    /* what is wanted, and how far it is */
    const struct order_type *type;
    struct request request;
    char order_id[ORDER_ID_SIZE]; /* BT's, from an output named orderId; "" */
    struct json_object *steps;    /* outputs so far, as scope.steps */
    size_t step;                  /* index in the workflow */
    bool step_is_new;             /* no call of it was rendered yet: `calls` is still of the step before */
    unsigned steps_done;          /* executed, for the budget */
    bool token_renewed;           /* in this step, at no cost */
    unsigned *retries;            /* used, per onFailure action of the step */
    struct call_record calls;     /* of the step */
    int64_t step_began_ms;        /* clock of the loop */
    int64_t due_ms;               /* of ORDER_WAITING */
    int64_t started_at_ms;        /* first call of the order, since the epoch; 0: none yet */
    struct call call;             /* of ORDER_CALLING */

    /* how it ended: from ORDER_DONE on */
    enum outcome_status status;
    struct reason reason;
    struct json_object *result; /* also while a reply is judged: what the workflow would end with */
    int64_t finished_at_ms;

    /* places in lists */
    struct lane *lane;
    struct order *lane_before, *lane_behind;
    struct order *before, *behind;         /* in the list of its state */
    struct order *all_before, *all_behind; /* among all orders */
    size_t heap_place;                     /* among the waiting, from 1 */
    bool abandoned; /* its partition went to another worker while it was called or settled */
};

/* A new order with copies of the key; state ORDER_QUEUED. */
struct order *order_new(const char *topic, int32_t partition, int64_t offset, const void *key,
                        size_t key_length);
void *order_free(struct order *order);

/* What its outcome says; valid while the order lives. Only from ORDER_DONE on. */
void order_outcome(const struct order *order, struct outcome *outcome);

/* The step that is called, or comes next. Null at the end of the workflow. */
const struct step *order_step(const struct order *order);

/* Notes the tracking id of a call; keeps the latest TRACKING_IDS_MAX. */
void order_note_tracking(struct order *order, const char *id);

/* Forgets the calls of the step: another step begins. */
void order_clear_calls(struct order *order);

#endif
