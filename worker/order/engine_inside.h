/* What the engine is made of: each file calls those before it (engine_step, _end, _await, _proof, _doubt, _call). */
#ifndef ORDER_ENGINE_INSIDE_H
#define ORDER_ENGINE_INSIDE_H

#include "engine_wait.h"

extern const struct reason no_reason;

/* --- engine_step.c --- */

/* What expressions see of the execution under way, without a reply. */
struct scope engine_scope(struct order *order);

/* Goes to the step, or to the first one after it whose x-when holds: none is left where order_step() is null. */
void engine_enter_step(struct order *order, size_t step);

/* Begins the execution of a look-up: its workflow, with the order's inputs and its own. */
void engine_begin_lookup(struct order *order, const struct lookup *lookup);

/* --- engine_end.c --- */

/*
 * Ends the execution. FAILED and REJECTED say that BT did nothing, so after a write such an order is parked (PROMISE.md
 * R6); a look-up that ends in them has not answered.
 */
enum engine_move engine_end(struct order *order, enum outcome_status status, const struct reason *reason,
                            const struct engine_terms *terms);
enum engine_move engine_park(struct order *order, enum reason_kind kind, const char *code, const char *text,
                             const struct engine_terms *terms);
/* All is done; `given` is the reason of an `end` that has one. */
enum engine_move engine_complete(struct order *order, const struct reason *given,
                                 const struct engine_terms *terms);
enum engine_move engine_end_by_action(struct order *order, const struct action *action,
                                      const struct scope *reply, const struct reason *found,
                                      const struct engine_terms *terms);
/* A goto of onFailure is taken: how the way ends from now on, where it says so. */
void engine_take_way(struct order *order, const struct action *action, const struct scope *reply,
                     const struct reason *found);
enum engine_move engine_give_up(struct order *order, const struct reason *found,
                                const struct engine_terms *terms);

/* What the workflow's outputs give now, conforming to the result; null: it does not fit yet. Owned. */
struct json_object *engine_result_so_far(struct order *order);

/* The outputs of the step, given this reply. Owned. */
struct json_object *engine_step_outputs(const struct step *step, const struct scope *reply);

/* What verdict_of() asks in row 4: whether a workflow that ends with this reply has its result. */
struct fitting {
    struct order *order;
    const struct step *step;
    const struct scope *reply;
};
bool engine_result_fits(void *context, struct fault *why);

/* --- engine_await.c --- */

/* The step that was entered: waits for its message or its moment. ENGINE_RETRY: it is a call that may be made. */
enum engine_move engine_await(struct order *order, const struct engine_terms *terms);
/* ENGINE_HEARD: the oldest message about what it waits for is in waiting.message. Else ENGINE_AWAIT. */
enum engine_move engine_hear(struct order *order);
void engine_end_wait(struct order *order);
/* Begins the look that comes before a time-out; false: the step has none. */
bool engine_last_look(struct order *order);
/* A look at what BT has not reported has ended: ENGINE_HEARD where it shows something else than before. */
enum engine_move engine_judge_look(struct order *order, const struct engine_terms *terms);
/* What a person says BT has said, as a look's outputs: the message to be told. False: nothing that is not known. */
bool engine_person_heard(struct order *order, struct json_object *outputs, const struct engine_terms *terms,
                         struct message *message);
/* The step has written, received, or was told something: news that is not final, of workflows that wait. */
void engine_note_progress(struct order *order, const struct reason *reason, const struct engine_terms *terms);
/* The engine is done for now: what the order waits for belongs to the news. */
void engine_date_progress(struct order *order);
void engine_note_reference(struct order *order);
/* What BT calls that which the step's reference names is known, by the step's outputs (x-order). */
void engine_note_order_id(struct order *order, const struct step *step, const struct json_object *outputs);

/* --- engine_doubt.c --- */

/* An attempt of the step may have happened. `refused`: BT said no, but after a doubt that is evidence only (R6). */
enum engine_move engine_fall_in_doubt(struct order *order, const struct reason *reason, bool refused,
                                      const struct engine_terms *terms);

/* A look-up is due: begins it, or draws the conclusion where the class knows none. Else as engine_next(). */
enum engine_move engine_next_in_doubt(struct order *order, const struct engine_terms *terms);

/* The look-up has ended (ENGINE_LOOKED): what its answer means. ENGINE_FOUND: the step's outputs are doubt.answer. */
enum engine_move engine_judge_lookup(struct order *order, const struct engine_terms *terms);

/* The step is decided: nothing of its doubts matters any more. */
void engine_forget_doubt(struct order *order);

/* --- engine_call.c --- */

/* The step's call is begun before its moment: as engine_enter(). */
enum engine_move engine_begin_early(struct order *order, const struct engine_terms *terms);
/* Renders the call of the step that comes next; else as engine_next(). */
enum engine_move engine_next_call(struct order *order, const struct engine_terms *terms);
/* BT gets nothing of the order: as engine_refuse(). */
enum engine_move engine_refuse_call(struct order *order, enum reason_kind kind, const char *code,
                                    const char *text, const struct engine_terms *terms);

/* --- engine_intervene.c --- */

/* What a person decided of an order on its way; as engine_decide(). `given`: the outputs; null: none. */
bool engine_intervene(struct order *order, const struct decision *decision, struct json_object *given,
                      const struct engine_terms *terms, enum engine_move *move, struct fault *why);

#endif
