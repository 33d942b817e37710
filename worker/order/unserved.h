/*
 * An order whose workflow's text is not there any more, neither as today's nor in history/: it is parked, and kept as the
 * ledger has it, until that text is back and a person says `retry`. Nothing of it is sent meanwhile.
 */
#ifndef ORDER_UNSERVED_H
#define ORDER_UNSERVED_H

#include "order.h"

struct unserved {
    char digest[WORKFLOW_DIGEST_SIZE];
    bool missing;          /* false: the text is back, and the order waits for a person */
    bool parked;           /* it is set aside; false: not yet, or it was parked for another reason before */
    enum ledger_state was; /* before that */
    enum outcome_status refused_as; /* it had broken its contract while it waited for its turn: */
    struct reason refused;          /* kind REASON_NONE: it had not */
    char *step;                     /* where it stands; owned; null: nowhere yet */
    struct json_object *walk;       /* what only its workflow could read; owned; null while it is unloaded */
};

/* What stands for the workflow that is not there: it has no steps. */
extern const struct workflow unserved_workflow;

bool unserved_is_missing(const struct order *order);

/* Of a record whose text is not there. */
struct unserved *unserved_new(const struct ledger_record *record);
void *unserved_free(struct unserved *unserved); /* null does nothing */

/* Sets the order aside for a person: reason and status say so. */
void unserved_park(struct order *order, int64_t wall_ms);

/* `why` says what is missing, and what a person can do. */
void unserved_refuse(const struct order *order, struct fault *why);

/* The parts of the record's progress that are about it, and back. */
void unserved_add(const struct order *order, struct json_object *progress);
void unserved_read(struct order *order, struct json_object *progress);

/* Forgets what is in the record's text. */
void unserved_unload(struct order *order);

#endif
