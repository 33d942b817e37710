/* How an execution ends: what becomes of the order, or what a look-up has answered. It decides nothing further. */
#include "engine_inside.h"

#include "invariant.h"
#include "memory.h"
#include "projection.h"
#include "text.h"
#include "timestamp.h"
#include "tree_build.h"

#include <string.h>

const struct reason no_reason = {.kind = REASON_NONE};

/* The look-up is over: engine.c has its answer judged. Takes the outputs over; null: it gave no answer. */
static enum engine_move end_lookup(struct order *order, struct json_object *outputs, bool absent)
{
    REQUIRE(order->lookup.workflow != NULL && order->doubt.answer == NULL);
    order->doubt.answer = outputs;
    order->doubt.answered_absent = absent;
    return ENGINE_LOOKED;
}

enum engine_move engine_park(struct order *order, enum reason_kind kind, const char *code, const char *text,
                             const struct engine_terms *terms)
{
    REQUIRE(kind != REASON_NONE); /* a person is told why */
    order->status = OUTCOME_UNKNOWN;
    order->decide_by_ms = 0;
    order->doubt.open = false; /* it is a person's now */
    reason_set(&order->reason, kind, code, "%s", text);
    order->finished_at_ms = terms->wall_ms;
    return ENGINE_PARK;
}

static enum engine_move finish(struct order *order, enum outcome_status status, const struct reason *reason,
                               const struct engine_terms *terms)
{
    REQUIRE(order->lookup.workflow == NULL && status < OUTCOME_UNKNOWN);
    REQUIRE(!order->doubt.open); /* what may have happened has no final outcome */
    REQUIRE(status == OUTCOME_COMPLETED || reason->kind != REASON_NONE);
    order->status = status;
    order->reason = *reason;
    order->finished_at_ms = terms->wall_ms;
    return ENGINE_END;
}

enum engine_move engine_end(struct order *order, enum outcome_status status, const struct reason *reason,
                            const struct engine_terms *terms)
{
    char text[sizeof reason->text];

    if (order->lookup.workflow != NULL)
        return end_lookup(order, NULL, false);
    if (status == OUTCOME_UNKNOWN)
        return engine_park(order, reason->kind, reason->code, reason->text, terms);
    if (status != OUTCOME_COMPLETED && order->wrote) {
        text_print(text, sizeof text, "An earlier step was carried out by BT, this one was not: %s",
                   reason->text);
        return engine_park(order, status == OUTCOME_REJECTED ? REASON_REFUSED : REASON_IN_DOUBT, "steps",
                           text, terms);
    }
    return finish(order, status, reason, terms);
}

void engine_refuse(struct order *order, enum reason_kind kind, const char *code, const char *text,
                   int64_t wall_ms)
{
    REQUIRE(kind != REASON_NONE && !order->doubt.open);
    reason_set(&order->reason, kind, code, "%s", text);
    order->status = kind == REASON_EXPIRED || kind == REASON_UNAVAILABLE ? OUTCOME_FAILED : OUTCOME_REJECTED;
    order->finished_at_ms = wall_ms;
}

static struct json_object *workflow_outputs(const struct workflow *workflow, const struct scope *scope)
{
    struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; i < workflow->output_count; i++)
        tree_add(outputs, workflow->outputs[i].name, payload_value(workflow->outputs[i].value, scope));
    return outputs;
}

/* The result that the outputs give now; false when it does not fit its contract. *result is owned. */
static bool build_result(const struct order *order, const struct scope *scope, struct json_object **result,
                         struct fault *why)
{
    CLEANUP(tree_release)
    struct json_object *outputs = workflow_outputs(order_workflow(order), scope);

    return projection_conform(order->type->result, outputs, PROJECTION_LENIENT, result, why);
}

struct json_object *engine_result_so_far(struct order *order)
{
    struct scope scope = engine_scope(order);
    struct json_object *result = NULL;
    struct fault unused;

    return build_result(order, &scope, &result, &unused) ? result : NULL;
}

/* The way that was taken is at its end, and nothing on it has said otherwise. */
static enum engine_move end_way(struct order *order, const struct engine_terms *terms)
{
    const struct way_out way = *order->way;

    if (way.status == OUTCOME_REJECTED)
        return finish(order, way.status, &way.reason, terms);
    engine_park(order, way.reason.kind, way.reason.code, way.reason.text, terms);
    order->decide_by_ms = way.decide_by_ms;
    return ENGINE_PARK;
}

enum engine_move engine_complete(struct order *order, const struct reason *given,
                                 const struct engine_terms *terms)
{
    struct scope scope = engine_scope(order);
    struct reason reason;
    struct fault why;

    if (order->lookup.workflow != NULL)
        return end_lookup(order, workflow_outputs(order->lookup.workflow, &scope), false);
    if (order->way != NULL && given->kind != REASON_DECISION) /* a person may say that all is well */
        return end_way(order, terms);
    /* What was built while the reply was judged is the same; an order of skipped steps comes here twice. */
    if (order->result != NULL || build_result(order, &scope, &order->result, &why))
        return engine_end(order, OUTCOME_COMPLETED, given, terms);
    reason_set(&reason, REASON_BAD_REPLY, "result", "BT's replies do not fit the result: %s", why.text);
    if (given->kind == REASON_DECISION) /* a person knows that it happened, not what BT would have said */
        return engine_end(order, OUTCOME_COMPLETED, given, terms);
    if (order->wrote)
        return engine_park(order, REASON_BAD_REPLY, reason.code, reason.text, terms);
    return engine_end(order, OUTCOME_FAILED, &reason, terms);
}

struct json_object *engine_step_outputs(const struct step *step, const struct scope *reply)
{
    struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; i < step->output_count; i++)
        tree_add(outputs, step->outputs[i].name, payload_value(step->outputs[i].value, reply));
    return outputs;
}

/* Whether the workflow ends COMPLETED with this reply: no action and no later step stands in between. */
static bool completes(struct order *order, const struct step *step, const struct scope *reply)
{
    const struct workflow *workflow = order_workflow(order);
    struct scope scope = engine_scope(order);

    if (order->way != NULL)
        return false;
    for (size_t i = 0; i < step->on_success_count; i++)
        if (criteria_hold(&step->on_success[i].criteria, reply))
            return step->on_success[i].type == ACTION_END && step->on_success[i].outcome == OUTCOME_COMPLETED;
    for (size_t next = order->main.step + 1; next < workflow->step_count; next++)
        if (criteria_hold(&workflow->steps[next].conditions, &scope))
            return false;
    return true;
}

bool engine_result_fits(void *context, struct fault *why)
{
    struct fitting *fitting = context;
    struct order *order = fitting->order;

    if (order->lookup.workflow != NULL)
        return true; /* what a look-up finds is judged by its own criteria */
    tree_add(order->main.steps, fitting->step->id, engine_step_outputs(fitting->step, fitting->reply));
    struct scope scope = engine_scope(order);
    bool fits =
        !completes(order, fitting->step, fitting->reply) || build_result(order, &scope, &order->result, why);
    json_object_object_del(order->main.steps, fitting->step->id); /* only engine_succeed() keeps them */
    return fits;
}

static enum reason_kind kind_of_end(enum outcome_status status)
{
    return status == OUTCOME_FAILED      ? REASON_UNAVAILABLE
           : status == OUTCOME_COMPLETED ? REASON_REPORTED
                                         : REASON_REFUSED;
}

/* What x-outcome says, or what was found where it says nothing. */
static struct reason reason_of(const struct action *action, const struct scope *reply,
                               const struct reason *found)
{
    CLEANUP(tree_release)
    struct json_object *text = action->reason == NULL ? NULL : template_value(action->reason, reply);
    struct reason reason;

    reason_set(&reason, kind_of_end(action->outcome), action->name, "%s",
               tree_text(text) != NULL ? tree_text(text) : found->text);
    return reason;
}

/* Until when a person must decide: a date-time, or the beginning of a date; 0: it says neither. */
static int64_t decide_by(const struct action *action, const struct scope *reply)
{
    CLEANUP(tree_release)
    struct json_object *value = action->by == NULL ? NULL : payload_value(action->by, reply);
    const char *text = tree_text(value);
    int32_t day;
    int64_t ms;
    struct fault unused;

    if (text != NULL && timestamp_parse_date(text, &day, &unused))
        return (int64_t)day * 86400000;
    return text != NULL && timestamp_parse(text, &ms, &unused) ? ms : 0;
}

void engine_take_way(struct order *order, const struct action *action, const struct scope *reply,
                     const struct reason *found)
{
    if (!action->outcome_named || order->lookup.workflow != NULL)
        return;
    memory_free(order->way);
    order->way = memory_new(1, sizeof *order->way);
    *order->way = (struct way_out){.status = action->outcome,
                                   .reason = reason_of(action, reply, found),
                                   .decide_by_ms = decide_by(action, reply)};
}

/* An `end`: what x-outcome says, REJECTED by itself; COMPLETED builds the result. */
enum engine_move engine_end_by_action(struct order *order, const struct action *action,
                                      const struct scope *reply, const struct reason *found,
                                      const struct engine_terms *terms)
{
    if (action->outcome_named && order->lookup.workflow == NULL)
        order->way = memory_free(order->way); /* a step of it says otherwise */
    if (action->absent && order->lookup.workflow != NULL) {
        struct scope scope = engine_scope(order);
        return end_lookup(order, workflow_outputs(order->lookup.workflow, &scope), true);
    }
    if (action->outcome == OUTCOME_COMPLETED && action->reason == NULL)
        return engine_complete(order, &no_reason, terms);
    struct reason reason = reason_of(action, reply, found);
    if (action->outcome == OUTCOME_COMPLETED)
        return engine_complete(order, &reason, terms);
    /* Whoever wrote the workflow may know that the earlier write is undone by this. */
    if (action->outcome == OUTCOME_REJECTED && action->outcome_named && order->lookup.workflow == NULL)
        return finish(order, OUTCOME_REJECTED, &reason, terms);
    int64_t decide_by_ms = decide_by(action, reply);
    enum engine_move move = engine_end(order, action->outcome, &reason, terms);
    if (move == ENGINE_PARK)
        order->decide_by_ms = decide_by_ms;
    return move;
}

enum engine_move engine_give_up(struct order *order, const struct reason *found,
                                const struct engine_terms *terms)
{
    unsigned attempts = order_execution(order)->calls.attempts;
    struct reason reason;

    reason_set(&reason, found->kind, found->code, "Gave up after %u attempt%s. %s", attempts,
               attempts == 1 ? "" : "s", found->text);
    if (order->doubt.was && order->lookup.workflow == NULL)
        return engine_park(order, REASON_IN_DOUBT, "absent", reason.text, terms);
    return engine_end(order, OUTCOME_FAILED, &reason, terms);
}
