/*
 * How an order goes through its workflow: which step is next, what it calls, and what follows from a verdict.
 *
 * The engine for one step and for many, and for look-ups. Deterministic: time and chance come in. It never calls
 * anything; it says what is to be called and is given what came of it. engine_doubt.c has what follows from a write
 * whose result is not known, engine_end.c how an execution ends.
 */
#ifndef ORDER_ENGINE_H
#define ORDER_ENGINE_H

#include "backoff.h"
#include "calendar.h"
#include "decision.h"
#include "order.h"
#include "rules.h"
#include "verdict.h"

enum engine_move {
    ENGINE_CALL,   /* order->call is to be made */
    ENGINE_INTEND, /* the same for a write: its attempt is to be committed first */
    ENGINE_WAIT,   /* until order->due_ms, then engine_next() again */
    ENGINE_RETRY,  /* engine_next() again as soon as the pace allows */
    ENGINE_PARK,   /* a person must decide; reason is set, status UNKNOWN */
    ENGINE_END,    /* status, reason and result are set */
    ENGINE_AWAIT,  /* a message, or the moment that waiting.wait has; its key is free meanwhile */
    /* Within the engine only, which acts on them: */
    ENGINE_LOOKED, /* a look-up has ended, doubt.answer is what it found */
    ENGINE_FOUND,  /* it has found the step done, doubt.answer is the step's outputs */
    ENGINE_HEARD,  /* waiting.message is to be judged */
    ENGINE_LATE,   /* what the step waited for did not come in time */
    ENGINE_DENIED, /* its call was in doubt, and waiting.message says that BT has rejected it */
};

/* The deadlines of PROMISE.md section 4, computed for one API. */
struct doubt_policy {
    int64_t absent_ms;     /* after a take-over */
    int64_t absent_own_ms; /* after closing one's own call */
    int64_t give_up_ms;    /* no look-up later than this after the doubt began */
    bool trusted;          /* delivery_max and read_lag are set: look-ups may answer "absent" */
};

/* Bounds and facts of the moment. */
struct engine_terms {
    int64_t now_ms;  /* clock of the loop */
    int64_t wall_ms; /* since the epoch */
    unsigned steps_max;
    unsigned rules_off;              /* of enum rule; 0 outside of tests */
    uint64_t random;                 /* uniform over 64 bits, for jitter */
    struct backoff_policy backoff;   /* of the step's API */
    struct doubt_policy doubt;       /* the same */
    bool may_wait;                   /* the ledger is written in a format that has waits */
    const struct asyncapi *asyncapi; /* what a look's message is */
    const struct calendar *calendar; /* for steps that start on a day */
};

/*
 * Starts an order whose request is good: its references are computed and its rules (x-require) checked.
 * ENGINE_RETRY or ENGINE_END.
 */
enum engine_move engine_begin(struct order *order, const struct engine_terms *terms);

/* Ends an order whose request breaks its contract; `why` names field and rule. */
void engine_refuse(struct order *order, enum reason_kind kind, const char *code, const char *text,
                   int64_t wall_ms);

/*
 * What each writing step gives BT as its reference, among the inputs, unless a test has given them already. Of an order
 * that is read back, too: it may have begun before its workflow had a step.
 */
void engine_add_references(struct order *order);

/* The API of the step that comes next; null when the workflow is at its end. */
const char *engine_api(const struct order *order);

/* Renders the call of the step that comes next: anything but ENGINE_WAIT. */
enum engine_move engine_next(struct order *order, const struct engine_terms *terms);

/* Judges the call that has ended and moves on; the verdict is given back for the pace and the token. */
enum engine_move engine_answer(struct order *order, const struct openapi *openapi,
                               const struct evidence *evidence, const struct engine_terms *terms,
                               struct verdict *verdict);

/* The order was taken over while an attempt may have been on the wire: it is in doubt from now on (R5). */
enum engine_move engine_take_over(struct order *order, const struct engine_terms *terms);

/*
 * What a person decided of a parked order, of one that waits, or of one that no attempt of was ever sent. False: refused,
 * and the fault says why and what is true now. The order must be loaded (snapshot_load()).
 */
MUST_USE bool engine_decide(struct order *order, const struct decision *decision,
                            const struct engine_terms *terms, enum engine_move *move, struct fault *why);

#endif
