/* What is odd about a notification, where faults of the kinds `event-...` ask for it (troubles.h). */
#ifndef SANDBOX_IRREGULAR_H
#define SANDBOX_IRREGULAR_H

#include "troubles.h"

struct irregular {
    unsigned kinds; /* a bit for each kind: IRREGULAR() */
    int64_t late_ms;
};

#define IRREGULAR(kind) (1u << ((kind)-TROUBLE_EVENT_FIRST))

static inline bool irregular_is(const struct irregular *irregular, enum trouble_kind kind)
{
    return (irregular->kinds & IRREGULAR(kind)) != 0;
}

/* The faults that are due for an event about this order in this state; they are counted down. Nulls: it has none. */
struct irregular irregular_take(struct troubles *troubles, const char *reference, const char *state,
                                const char *port_status);

#endif
