/* What journey.c, doubt.c and ending.c share; nobody else includes it. */
#ifndef ORDER_JOURNEY_INSIDE_H
#define ORDER_JOURNEY_INSIDE_H

#include "journey.h"

extern const struct reason no_reason;

/* What expressions see of the walk under way, without a reply. */
struct scope walk_scope(struct order *order);

/* Goes to the step, or behind it to the first one whose x-when holds; ends the walk where none is left. */
enum journey_move leave_step(struct order *order, size_t next, const struct journey_terms *terms);
void enter_step(struct order *order, size_t step);

/* The outputs of the step are known (owned): stores them and takes the way that onSuccess names. */
enum journey_move succeed(struct order *order, const struct step *step, struct json_object *outputs,
                          const struct scope *reply, const struct journey_terms *terms);

/* --- ending.c --- */

/*
 * Ends the walk. FAILED and REJECTED say that BT did nothing, so after a write such an order is parked (promise.md R6);
 * a look-up that ends is no answer.
 */
enum journey_move end(struct order *order, enum outcome_status status, const struct reason *reason,
                      const struct journey_terms *terms);
enum journey_move park(struct order *order, enum reason_kind kind, const char *code, const char *text,
                       const struct journey_terms *terms);
/* All is done; `given` is the reason of an `end` that has one. */
enum journey_move complete(struct order *order, const struct reason *given,
                           const struct journey_terms *terms);
enum journey_move end_by_action(struct order *order, const struct action *action, const struct scope *reply,
                                const struct reason *found, const struct journey_terms *terms);
enum journey_move give_up(struct order *order, const struct reason *found, const struct journey_terms *terms);

/* The outputs of the step, given this reply. Owned. */
struct json_object *step_outputs(const struct step *step, const struct scope *reply);

/* What verdict_of() asks in row 4: whether a workflow that ends with this reply has its result. */
struct fitting {
    struct order *order;
    const struct step *step;
    const struct scope *reply;
};
bool result_fits(void *context, struct fault *why);

/* --- doubt.c --- */

/* An attempt of the step may have happened. `refused`: BT said no, but after a doubt that is evidence only (R6). */
enum journey_move fall_in_doubt(struct order *order, const struct reason *reason, bool refused,
                                const struct journey_terms *terms);

/* A look-up is due: begins it, or draws the conclusion where the class knows none. Else as journey_next(). */
enum journey_move next_in_doubt(struct order *order, const struct journey_terms *terms);

/* The look-up has ended: with its outputs (owned), or without an answer (null). `absent`: an ABSENT ended it. */
enum journey_move look_answered(struct order *order, struct json_object *outputs, bool absent,
                                const struct journey_terms *terms);

/* The step is decided: nothing of its doubts matters any more. */
void forget_doubt(struct order *order);

#endif
