/* BT and the way there: calls that are late, lost, refused, carried out and not shown yet. */
#ifndef SIM_BT_H
#define SIM_BT_H

#include "order.h"
#include "sim.h"

enum { CALLS = 48 };

enum call_state {
    CALL_NONE,
    CALL_BEGUN,   /* the worker has begun it, no byte has left */
    CALL_LEAVING, /* permitted: bytes are leaving */
    CALL_LEFT,    /* the last byte has left: BT decides within DELIVERY_MAX */
    CALL_DECIDED, /* BT's answer is on its way back */
    CALL_LOST,    /* the call or its answer never arrives */
};

struct call_model {
    enum call_state state;
    int order, step;
    bool looks;              /* it reads: a look-up, or an order that only reads; else a write */
    int process;             /* whose it is */
    struct order *for_order; /* null: the worker does not wait for it any more */
    int64_t began_ms;        /* on the worker's clock */
    int64_t from_us;         /* BT decides no earlier */
    int64_t until_us;        /* the last byte leaves, or BT decides, at latest then */
    int status;
    struct json_object *body; /* borrowed */
};

/* What BT has done under one reference. */
struct effect {
    int accepted;
    int rejected;        /* without a reply, */
    int64_t rejected_us; /* which BT reports from then on */
    int64_t shown_us;    /* a look-up finds it from then on */
};

struct bt {
    struct call_model calls[CALLS];
    int call_count; /* places used so far */
    struct effect effects[ORDERS][STEPS];
};

extern struct bt bt;

void bt_reset(void);

/* A place for a call; null when there is none. */
struct call_model *bt_call(void);

/* BT decides a call that has left, somehow. */
void bt_decide(struct call_model *call);

/* Whether a call of this step may still be carried out; of any step with -1. */
bool bt_is_open(int order, int step);

#endif
