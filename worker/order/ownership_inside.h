/* What ownership.c and ownership_takeover.c share; nobody else includes it. */
#ifndef ORDER_OWNERSHIP_INSIDE_H
#define ORDER_OWNERSHIP_INSIDE_H

#include "ownership.h"

struct ownership {
    struct ownership_setup setup;
    enum ownership_phase phase;
    int32_t *partitions;
    size_t count;
    struct takeover *takeover; /* until messages are taken */
    unsigned question;         /* the latest */
    bool probed;
    bool refused; /* the take-over was, once */
    int64_t assigned_ms;
    int64_t
        due_ms; /* a question is asked again, the drain ends, the fenced worker does; INT64_MAX: no such thing */
    struct fault fenced; /* why it ends then */
};

/* --- ownership_takeover.c: from the assignment to the first message; it knows nothing of ownership.c --- */

/* Enters a phase in which nothing is due by the clock alone, for now. */
void ownership_set_phase(struct ownership *ownership, enum ownership_phase phase);

void ownership_begin_takeover(struct ownership *ownership);
bool ownership_go_on_takeover(struct ownership *ownership, struct orders_time time);
void ownership_end_takeover(struct ownership *ownership);

#endif
