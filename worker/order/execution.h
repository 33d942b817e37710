/* How far an order is: in its own workflow, in that of a look-up, and in a doubt. Parts of struct order. */
#ifndef ORDER_EXECUTION_H
#define ORDER_EXECUTION_H

#include "outcome.h"

enum { ORDER_HEADER_MAX = 512 /* a longer one does not travel on */ };

/* Kafka headers of the request that travel on; null when it had none. Owned. */
struct order_headers {
    char *traceparent, *tracestate;
    char *tracking; /* whc-tracking: used instead of a fresh id */
};

/* A further request with the id of an order that is not done: answered with it. */
struct order_repeat {
    int32_t partition;
    int64_t offset;
};

/* The execution of one workflow: the order's own, or that of a look-up. */
struct execution {
    const struct workflow *workflow; /* null: this execution is not under way */
    struct json_object *inputs;      /* borrowed from the request, or owned by a look-up */
    struct json_object *steps;       /* outputs so far, as scope.steps */
    bool steps_left_out;             /* they were too much for the ledger: it never calls again */
    size_t step;                     /* index in the workflow */
    bool step_is_new;                /* no call of it was rendered yet: `calls` is still of the step before */
    bool token_renewed;              /* in this step, at no cost */
    unsigned *retries;               /* used, per onFailure action of the step; null: none */
    struct call_record calls;        /* of the step */
    int64_t step_began_ms;           /* clock of the loop */
};

/* How the way ends that a goto of onFailure has taken (its x-outcome), unless a step of it says otherwise. */
struct way_out {
    enum outcome_status status; /* REJECTED or UNKNOWN */
    struct reason reason;
    int64_t decide_by_ms; /* of UNKNOWN, as of an order */
};

/* Whether an attempt of the step may have happened, and what is done about it (PROMISE.md R5, R6). */
struct doubt {
    bool open;            /* the latest attempt may have happened */
    bool was;             /* an earlier attempt of the step was in doubt: refusals are evidence only */
    bool refused;         /* BT refused an attempt after a doubt */
    int64_t absent_ms;    /* look-ups sent from then on may answer "absent"; clock of the loop */
    int64_t give_up_ms;   /* no look-up later than this */
    unsigned looks;       /* look-ups that ended */
    int64_t look_sent_ms; /* when the running look-up began */
    unsigned restarts;    /* take-overs during this doubt: each starts the clock again */
    struct reason reason; /* of the attempt */
    struct json_object
        *answer;          /* of a look-up that has just ended, until it is judged; owned; null: none came */
    bool answered_absent; /* it ended with ABSENT */
};

/* Forgets the calls of the execution's step: another step begins. */
void execution_clear_calls(struct execution *execution);
void execution_release(struct execution *execution);

#endif
