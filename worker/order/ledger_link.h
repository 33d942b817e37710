/* What ties an order to the ledger and to the offsets that its records settle. A part of struct order. */
#ifndef ORDER_LEDGER_LINK_H
#define ORDER_LEDGER_LINK_H

#include "execution.h"
#include "ledger.h"

/* What the ledger has of an order, and what waits to be written to it. */
struct ledger_link {
    bool owned;                /* it has a record, settled or about to be */
    bool settled_offset;       /* its request's offset is settled, or about to be */
    enum ledger_state written; /* of an owned one: the latest record made */
    int64_t record_offset;     /* where that stands, once it is settled; -1: not known */
    bool stale;                /* that speaks of offsets of a log that was made anew: it is written again */
    bool changed, ends;        /* in a list of changes to be settled; in that of orders that end */
    unsigned settling;         /* changes of it that are being settled */
    struct ledger_record *unloaded; /* its content, not parsed while it is far from its turn; owned */
    size_t weight;                  /* of the whole in memory, roughly */

    char *last_decision, *decisions; /* JSON; null: none. Of all of them: see decided.h */
    int64_t *signals, *events;    /* offsets of decisions and events whose effect is not settled yet; owned */
    unsigned repeats_due;         /* further requests with its id: each is answered */
    struct order_repeat *repeats; /* those whose offset is not settled yet */
    size_t signal_count, event_count, repeat_count;
};

#endif
