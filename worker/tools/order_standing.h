/*
 * How an order of the ledger stands, in the words that people and filters use.
 */
#ifndef TOOLS_ORDER_STANDING_H
#define TOOLS_ORDER_STANDING_H

#include "ledger_view.h"

/* What a live order waits for. */
enum order_waits {
    WAITS_NOTHING, /* a call is under way, or it has ended */
    WAITS_RETRY,   /* for its next attempt: back-off, a halted API */
    WAITS_LOOK_UP, /* its write may have happened */
    WAITS_MESSAGE,
    WAITS_DATE,
    WAITS_KEY, /* for the order before it */
    WAITS_PERSON,
};

extern const char *const order_waits_words[]; /* by enum, then null; "" for nothing */

struct order_standing {
    enum order_waits waits;
    int64_t until_ms;               /* of a wait for a message or a date, since the epoch; 0: it is none */
    int64_t decide_by_ms;           /* when a person must have decided; 0: not said */
    bool is_late;                   /* its message was expected before now */
    const char *kind, *code, *text; /* the reason, borrowed from `progress`; "": there is none */
    const char *order_id;           /* BT's; "" */
    char trace[33];                 /* trace id; "" */
    struct json_object *progress;   /* owned; may be null */
};

/* After ledger_view_line_up(); release it. */
void order_standing_read(const struct ledger_item *item, struct order_standing *standing);
void order_standing_release(struct order_standing *standing);

#endif
