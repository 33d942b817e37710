/* See journey.h. */
#include "journey.h"

#include "memory.h"
#include "projection.h"

#include <stdio.h>
#include <string.h>

static const struct reason no_reason = {.kind = REASON_NONE};

static struct scope scope_of(const struct order *order)
{
    return (struct scope){
        .inputs = order->request.inputs, .steps = order->steps, .request = order->call.parts};
}

const char *journey_api(const struct order *order)
{
    const struct step *step = order_step(order);

    return step == NULL || step->operation == NULL ? NULL : step->operation->tag;
}

static enum journey_move end(struct order *order, enum outcome_status status, const struct reason *reason,
                             int64_t wall_ms)
{
    order->status = status;
    order->reason = *reason;
    order->finished_at_ms = wall_ms;
    return JOURNEY_END;
}

void journey_refuse(struct order *order, enum reason_kind kind, const char *code, const char *text,
                    int64_t wall_ms)
{
    struct reason reason = {.kind = kind};

    snprintf(reason.code, sizeof reason.code, "%s", code);
    snprintf(reason.text, sizeof reason.text, "%s", text);
    end(order, kind == REASON_EXPIRED || kind == REASON_UNAVAILABLE ? OUTCOME_FAILED : OUTCOME_REJECTED,
        &reason, wall_ms);
}

/* Goes to the step, or behind it to the first one whose x-when holds. */
static void enter_step(struct order *order, size_t step)
{
    struct scope scope = scope_of(order);

    order->step = step;
    order->step_is_new = true;
    while (order_step(order) != NULL && !criteria_hold(&order_step(order)->when, &scope)) {
        json_object_object_del(order->steps, order_step(order)->id);
        order->step++;
    }
}

/* The result that the outputs give now; false when it does not fit its contract. *result is owned. */
static bool build_result(const struct order *order, const struct scope *scope, struct json_object **result,
                         struct fault *why)
{
    const struct workflow *workflow = order->type->workflow;
    CLEANUP(tree_release) struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; i < workflow->output_count; i++)
        json_object_object_add(outputs, workflow->outputs[i].name,
                               payload_value(workflow->outputs[i].value, scope));
    return projection_conform(order->type->result, outputs, PROJECTION_LENIENT, result, why);
}

/* `given` is the reason of an `end` that has one; usually there is none. */
static enum journey_move complete(struct order *order, const struct reason *given,
                                  const struct journey_terms *terms)
{
    struct scope scope = scope_of(order);
    struct reason reason = {.kind = REASON_BAD_REPLY, .code = "result"};
    struct fault why;

    /* What was built while the reply was judged is the same; an order of skipped steps comes here twice. */
    if (order->result != NULL || build_result(order, &scope, &order->result, &why))
        return end(order, OUTCOME_COMPLETED, given, terms->wall_ms);
    snprintf(reason.text, sizeof reason.text, "BT's replies do not fit the result: %.300s", why.text);
    return end(order, OUTCOME_FAILED, &reason, terms->wall_ms);
}

enum journey_move journey_begin(struct order *order, const struct journey_terms *terms)
{
    const struct workflow *workflow = order->type->workflow;
    struct scope scope = scope_of(order);

    if (!order->type->served) {
        journey_refuse(order, REASON_NOT_SERVED, order->type->needs,
                       "not yet served: this worker carries out only order types that read", terms->wall_ms);
        return JOURNEY_END;
    }
    for (size_t i = 0; i < workflow->requirement_count; i++) {
        const struct requirement *requirement = &workflow->requirements[i];
        if (criteria_hold(&requirement->criteria, &scope))
            continue;
        journey_refuse(order, REASON_CONTRACT, requirement->name, requirement->reason, terms->wall_ms);
        return JOURNEY_END;
    }
    order->steps = json_object_new_object();
    enter_step(order, 0);
    return order_step(order) != NULL ? JOURNEY_RETRY : complete(order, &no_reason, terms);
}

enum journey_move journey_next(struct order *order, const struct journey_terms *terms)
{
    const struct step *step = order_step(order);
    struct fault why;

    if (step == NULL)
        return complete(order, &no_reason, terms);
    if (order->started_at_ms == 0 && order->request.not_after_ms < terms->wall_ms) {
        journey_refuse(order, REASON_EXPIRED, "notAfter", "notAfter had passed before the first call",
                       terms->wall_ms);
        return JOURNEY_END;
    }
    if (order->step_is_new && order->steps_done >= terms->steps_max) {
        struct reason reason = {.kind = REASON_UNAVAILABLE, .code = "steps"};
        snprintf(reason.text, sizeof reason.text,
                 "the workflow has executed %u steps, as many as steps.max allows", order->steps_done);
        return end(order, OUTCOME_FAILED, &reason, terms->wall_ms);
    }
    call_release(&order->call);
    struct scope scope = scope_of(order);
    if (!call_render(step, &scope, &order->call, &why)) {
        journey_refuse(order, REASON_CONTRACT, step->id, why.text, terms->wall_ms);
        return JOURNEY_END;
    }
    if (order->started_at_ms == 0)
        order->started_at_ms = terms->wall_ms;
    if (order->step_is_new) {
        order_clear_calls(order);
        order->step_is_new = false;
        order->step_began_ms = terms->now_ms;
        order->steps_done++;
        order->token_renewed = false;
    }
    order->calls.step = step->id;
    order->calls.attempts++;
    return JOURNEY_CALL;
}

/* What verdict_of() asks in row 4: whether a workflow that ends with this reply has its result. */
struct fitting {
    struct order *order;
    const struct step *step;
    const struct scope *reply;
};

static void store_outputs(struct order *order, const struct step *step, const struct scope *reply)
{
    struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; i < step->output_count; i++)
        json_object_object_add(outputs, step->outputs[i].name, payload_value(step->outputs[i].value, reply));
    json_object_object_add(order->steps, step->id, outputs);
}

/* Whether the workflow ends COMPLETED with this reply: no action and no later step stands in between. */
static bool completes(const struct order *order, const struct step *step, const struct scope *reply)
{
    const struct workflow *workflow = order->type->workflow;
    struct scope scope = scope_of(order);

    for (size_t i = 0; i < step->on_success_count; i++)
        if (criteria_hold(&step->on_success[i].criteria, reply))
            return step->on_success[i].type == ACTION_END && step->on_success[i].outcome == OUTCOME_COMPLETED;
    for (size_t next = order->step + 1; next < workflow->step_count; next++)
        if (criteria_hold(&workflow->steps[next].when, &scope))
            return false;
    return true;
}

static bool result_fits(void *context, struct fault *why)
{
    struct fitting *fitting = context;
    struct order *order = fitting->order;

    store_outputs(order, fitting->step, fitting->reply);
    struct scope scope = scope_of(order);
    bool fits =
        !completes(order, fitting->step, fitting->reply) || build_result(order, &scope, &order->result, why);
    json_object_object_del(order->steps, fitting->step->id); /* only succeed() keeps them */
    return fits;
}

static enum journey_move leave_step(struct order *order, size_t next, const struct journey_terms *terms)
{
    enter_step(order, next);
    return order_step(order) != NULL ? JOURNEY_RETRY : complete(order, &no_reason, terms);
}

static enum reason_kind kind_of_end(enum outcome_status status)
{
    return status == OUTCOME_FAILED      ? REASON_UNAVAILABLE
           : status == OUTCOME_COMPLETED ? REASON_REPORTED
                                         : REASON_REFUSED;
}

/* An `end`: what x-outcome says, REJECTED by itself; COMPLETED builds the result. */
static enum journey_move end_by_action(struct order *order, const struct action *action,
                                       const struct scope *reply, const struct reason *found,
                                       const struct journey_terms *terms)
{
    struct reason reason = {.kind = kind_of_end(action->outcome)};

    if (action->outcome == OUTCOME_COMPLETED && action->reason == NULL)
        return complete(order, &no_reason, terms);
    CLEANUP(tree_release)
    struct json_object *text = action->reason == NULL ? NULL : template_value(action->reason, reply);
    snprintf(reason.code, sizeof reason.code, "%s", action->name);
    snprintf(reason.text, sizeof reason.text, "%s", tree_text(text) != NULL ? tree_text(text) : found->text);
    if (action->outcome == OUTCOME_COMPLETED)
        return complete(order, &reason, terms);
    return end(order, action->outcome, &reason, terms->wall_ms);
}

static enum journey_move succeed(struct order *order, const struct step *step, const struct scope *reply,
                                 const struct journey_terms *terms)
{
    store_outputs(order, step, reply);
    const char *order_id = tree_text_of(tree_member(order->steps, step->id), "orderId");
    if (order_id != NULL)
        snprintf(order->order_id, sizeof order->order_id, "%s", order_id);
    for (size_t i = 0; i < step->on_success_count; i++) {
        const struct action *action = &step->on_success[i];
        if (!criteria_hold(&action->criteria, reply))
            continue;
        if (action->type == ACTION_GOTO)
            return leave_step(order, action->target_index, terms);
        return end_by_action(order, action, reply, &no_reason, terms);
    }
    return leave_step(order, order->step + 1, terms);
}

static enum journey_move give_up(struct order *order, const struct reason *found,
                                 const struct journey_terms *terms)
{
    struct reason reason = *found;

    snprintf(reason.text, sizeof reason.text, "Gave up after %u attempt%s. %.300s", order->calls.attempts,
             order->calls.attempts == 1 ? "" : "s", found->text);
    return end(order, OUTCOME_FAILED, &reason, terms->wall_ms);
}

static enum journey_move again(struct order *order, const struct evidence *evidence,
                               const struct reason *found, const struct journey_terms *terms)
{
    const struct backoff_state state = {.attempts = order->calls.attempts,
                                        .began_ms = order->step_began_ms,
                                        .now_ms = terms->now_ms,
                                        .retry_after_ms =
                                            evidence->retry_after_ms < 0 ? 0 : evidence->retry_after_ms,
                                        .random = terms->random};
    struct fault why;

    if (backoff_next(&terms->backoff, &state, &order->due_ms, &why))
        return JOURNEY_WAIT;
    struct reason reason = *found;
    if (reason.kind == REASON_UNAVAILABLE)
        snprintf(reason.code, sizeof reason.code, "%s",
                 order->calls.attempts >= terms->backoff.attempts_max ? "attempts" : "time");
    return give_up(order, &reason, terms);
}

/* A `retry` of onFailure, within its own limit; past it the next matching action counts (Arazzo 1.1). */
static enum journey_move retry_by_action(struct order *order, const struct step *step,
                                         const struct action *action, const struct evidence *evidence,
                                         const struct journey_terms *terms)
{
    size_t index = (size_t)(action - step->on_failure);
    int64_t wait_ms = evidence->retry_after_ms >= 0 ? evidence->retry_after_ms : action->retry_after_ms;

    if (order->retries == NULL)
        order->retries = memory_new(step->on_failure_count, sizeof *order->retries);
    order->retries[index]++;
    order->due_ms = terms->now_ms + wait_ms;
    return JOURNEY_WAIT;
}

static bool retries_left(const struct order *order, const struct step *step, const struct action *action)
{
    unsigned used = order->retries == NULL ? 0 : order->retries[action - step->on_failure];

    return used < action->retry_limit;
}

/* Nothing but used-up retries matches: the reply counts by itself, as in rows 6 and 7. */
static enum journey_move retries_used_up(struct order *order, const struct verdict *verdict,
                                         const struct evidence *evidence, const struct journey_terms *terms)
{
    struct reason reason = verdict->reason;

    if (evidence->status >= 400 && evidence->status < 500 && evidence->status != 408)
        return end(order, OUTCOME_REJECTED, &reason, terms->wall_ms);
    reason.kind =
        evidence->end != CALL_REPLIED || evidence->status >= 400 ? REASON_UNAVAILABLE : REASON_BAD_REPLY;
    snprintf(reason.code, sizeof reason.code, "%s",
             reason.kind == REASON_UNAVAILABLE ? "attempts" : "criteria");
    return give_up(order, &reason, terms);
}

static enum journey_move act(struct order *order, const struct step *step, const struct verdict *verdict,
                             const struct evidence *evidence, const struct scope *reply,
                             const struct journey_terms *terms)
{
    for (const struct action *action = verdict->action; action < step->on_failure + step->on_failure_count;
         action++) {
        if (!criteria_hold(&action->criteria, reply) ||
            (action->type == ACTION_RETRY && !retries_left(order, step, action)))
            continue;
        if (action->type == ACTION_RETRY)
            return retry_by_action(order, step, action, evidence, terms);
        if (action->type == ACTION_GOTO) {
            json_object_object_del(order->steps, step->id); /* of an earlier visit */
            return leave_step(order, action->target_index, terms);
        }
        return end_by_action(order, action, reply, &verdict->reason, terms);
    }
    return retries_used_up(order, verdict, evidence, terms);
}

static void note_reply(struct order *order, const struct evidence *evidence)
{
    if (evidence->end != CALL_REPLIED)
        return;
    order->calls.http_status = evidence->status;
    verdict_code(evidence->body, order->calls.bt_code);
}

/* Held back by the gateway: it costs no attempt. */
static enum journey_move hold(struct order *order, const struct evidence *evidence,
                              const struct journey_terms *terms)
{
    order->calls.attempts--;
    order->due_ms = terms->now_ms + (evidence->retry_after_ms < 0 ? 0 : evidence->retry_after_ms);
    return evidence->retry_after_ms > 0 ? JOURNEY_WAIT : JOURNEY_RETRY;
}

enum journey_move journey_answer(struct order *order, const struct openapi *openapi,
                                 const struct evidence *evidence, const struct journey_terms *terms,
                                 struct verdict *verdict)
{
    const struct step *step = order_step(order);
    struct scope reply = scope_of(order);
    struct fitting fitting = {order, step, &reply};

    reply.status = evidence->status;
    reply.headers = evidence->headers;
    reply.body = evidence->body;
    note_reply(order, evidence);
    verdict_of(step, openapi, evidence, &reply, result_fits, &fitting, verdict);
    switch (verdict->kind) {
    case VERDICT_AGAIN:
        return again(order, evidence, &verdict->reason, terms);
    case VERDICT_AGAIN_AT_ONCE: /* once for free; a token that expires at each use is a failure like another */
        if (order->token_renewed)
            return again(order, evidence, &verdict->reason, terms);
        order->token_renewed = true;
        return hold(order, evidence, terms);
    case VERDICT_WAIT:
    case VERDICT_HALT:
        return hold(order, evidence, terms);
    case VERDICT_DONE:
        return succeed(order, step, &reply, terms);
    case VERDICT_ACTION:
        return act(order, step, verdict, evidence, &reply, terms);
    case VERDICT_REFUSED:
        return end(order, OUTCOME_REJECTED, &verdict->reason, terms->wall_ms);
    case VERDICT_IN_DOUBT: /* no step that writes is served yet: journey_begin */
        return end(order, OUTCOME_UNKNOWN, &verdict->reason, terms->wall_ms);
    }
    return JOURNEY_END;
}
