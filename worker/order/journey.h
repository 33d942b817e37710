/*
 * How an order goes through its workflow: which step is next, what it calls, and what follows from a verdict.
 *
 * The engine for one step and for many. Deterministic: time and chance come in. It never calls anything; it says what
 * is to be called and is told what came of it.
 */
#ifndef ORDER_JOURNEY_H
#define ORDER_JOURNEY_H

#include "backoff.h"
#include "order.h"
#include "verdict.h"

enum journey_move {
    JOURNEY_CALL,  /* order->call is to be made */
    JOURNEY_WAIT,  /* until order->due_ms, then journey_next() again */
    JOURNEY_RETRY, /* journey_next() again as soon as the pace allows */
    JOURNEY_END,   /* status, reason and result are set */
};

/* Bounds and facts of the moment. */
struct journey_terms {
    int64_t now_ms;  /* clock of the loop */
    int64_t wall_ms; /* since the epoch */
    unsigned steps_max;
    uint64_t random;               /* uniform over 64 bits, for jitter */
    struct backoff_policy backoff; /* of the step's API */
};

/* Starts an order whose request is good: its rules (x-require) are checked. JOURNEY_RETRY or JOURNEY_END. */
enum journey_move journey_begin(struct order *order, const struct journey_terms *terms);

/* Ends an order whose request breaks its contract; `why` names field and rule. */
void journey_refuse(struct order *order, enum reason_kind kind, const char *code, const char *text,
                    int64_t wall_ms);

/* The API of the step that comes next; null when the workflow is at its end. */
const char *journey_api(const struct order *order);

/* Renders the call of the step that comes next: JOURNEY_CALL or JOURNEY_END. */
enum journey_move journey_next(struct order *order, const struct journey_terms *terms);

/* Judges the call that has ended and moves on; the verdict is given back for the pace and the token. */
enum journey_move journey_answer(struct order *order, const struct openapi *openapi,
                                 const struct evidence *evidence, const struct journey_terms *terms,
                                 struct verdict *verdict);

#endif
