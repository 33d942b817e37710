/*
 * What the evidence of one call means: the ordered table of worker/README.md, first match wins.
 */
#ifndef ORDER_VERDICT_H
#define ORDER_VERDICT_H

#include "outcome.h"
#include "pace.h"

enum call_end {
    CALL_UNSENT,       /* known: no byte was handed over */
    CALL_REPLIED,      /* a whole reply came */
    CALL_TIMED_OUT,    /* a deadline passed after bytes were handed over */
    CALL_CUT,          /* the connection ended before the reply was whole */
    CALL_TOO_LARGE,    /* the reply was over its cap */
    CALL_NOT_ACCEPTED, /* the client certificate was refused: no request was looked at (PROMISE.md R7) */
};

/* One call, as it ended. Trees and texts are borrowed. */
struct evidence {
    enum call_end end;
    int status;                  /* HTTP status; 0: none came */
    struct json_object *headers; /* lower-case names */
    struct json_object *body;    /* null: empty, or not readable */
    bool body_unreadable;        /* it is not what the description promises */
    bool is_page;                /* it is HTML */
    bool is_nobodys;             /* a success on a kept connection that shows nothing of whose it is */
    bool is_anothers;            /* a success that shows another's reference */
    const char *said; /* of such a body, or of a redirect: what people can read; null or "" when nothing */
    const char
        *unreadable; /* then: "json" it is not JSON, "type" it is of another type, "size" too many values */
    int64_t retry_after_ms; /* -1: BT did not ask */
    const char *what;       /* one sentence: how the transfer failed; "" when it did not */
};

enum verdict_kind {
    VERDICT_AGAIN,         /* rows 1 and 7: nothing happened, or nothing that matters; within the bounds */
    VERDICT_AGAIN_AT_ONCE, /* row 2: the token had expired; costs no attempt */
    VERDICT_WAIT,          /* row 2: throttled; again when BT says, costs no attempt */
    VERDICT_HALT,          /* row 2: the account is refused or blocked; the API stops, the order waits */
    VERDICT_IN_DOUBT,      /* rows 3 and 8: a write that may have happened */
    VERDICT_DONE,          /* row 4 */
    VERDICT_ACTION,        /* row 5 */
    VERDICT_REFUSED,       /* row 6 */
};

struct verdict {
    enum verdict_kind kind;
    const struct action *action; /* of VERDICT_ACTION */
    enum pace_event pace;
    struct reason reason; /* why it is not done */
};

/* Whether the result that the workflow would end with fits its contract; asked in row 4 only. */
typedef bool verdict_fits_fn(void *context, struct fault *why);

/* Judges the call of a step. `scope` is over the reply; `fits` may be null. */
void verdict_of(const struct step *step, const struct openapi *openapi, const struct evidence *evidence,
                const struct scope *scope, verdict_fits_fn *fits, void *context, struct verdict *verdict);

#endif
