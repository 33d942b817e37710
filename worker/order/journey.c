/* See journey.h. */
#include "journey_inside.h"

#include "memory.h"
#include "reference.h"
#include "said.h"

#include <stdio.h>
#include <string.h>

struct scope walk_scope(struct order *order)
{
    const struct walk *walk = order_walk(order);

    return (struct scope){.inputs = walk->inputs, .steps = walk->steps, .request = order->call.parts};
}

const char *journey_api(const struct order *order)
{
    const struct step *step = order_step(order);

    return step == NULL || step->operation == NULL ? NULL : step->operation->tag;
}

void enter_step(struct order *order, size_t step)
{
    struct walk *walk = order_walk(order);
    struct scope scope = walk_scope(order);

    walk->step = step;
    walk->step_is_new = true;
    walk->retries = memory_free(walk->retries); /* as many as the step had actions */
    while (order_step(order) != NULL && !criteria_hold(&order_step(order)->when, &scope)) {
        json_object_object_del(walk->steps, order_step(order)->id);
        walk->step++;
    }
}

/* What each writing step gives BT as its reference; a test may have given them already. */
static void add_references(struct order *order)
{
    const struct workflow *workflow = order->type->workflow;
    char name[128], text[UUID_TEXT_SIZE];

    for (size_t i = 0; i < workflow->step_count; i++) {
        if (!step_writes(&workflow->steps[i]))
            continue;
        snprintf(name, sizeof name, "%sReference", workflow->steps[i].id);
        reference_make(order->request.id, workflow->steps[i].id, order->partition, text);
        if (!tree_has(order->request.inputs, name))
            json_object_object_add(order->request.inputs, name, json_object_new_string(text));
    }
}

static enum journey_move refuse(struct order *order, enum reason_kind kind, const char *code,
                                const char *text, const struct journey_terms *terms)
{
    journey_refuse(order, kind, code, text, terms->wall_ms);
    return JOURNEY_END;
}

enum journey_move journey_begin(struct order *order, const struct journey_terms *terms)
{
    const struct workflow *workflow = order->type->workflow;

    if (!order->type->served)
        return refuse(order, REASON_NOT_SERVED, order->type->needs,
                      "not yet served: this worker does not wait for BT's notifications yet", terms);
    order->main.workflow = workflow;
    order->main.inputs = json_object_get(order->request.inputs);
    order->main.steps = json_object_new_object();
    add_references(order);
    struct scope scope = walk_scope(order);
    for (size_t i = 0; i < workflow->requirement_count; i++) {
        const struct requirement *requirement = &workflow->requirements[i];
        if (!criteria_hold(&requirement->criteria, &scope))
            return refuse(order, REASON_CONTRACT, requirement->name, requirement->reason, terms);
    }
    enter_step(order, 0);
    return order_step(order) != NULL ? JOURNEY_RETRY : complete(order, &no_reason, terms);
}

/* What forbids to begin with the step that comes next. JOURNEY_RETRY: nothing does. */
static enum journey_move check_start(struct order *order, const struct journey_terms *terms)
{
    struct reason reason = {.kind = REASON_UNAVAILABLE, .code = "steps"};

    if (order->started_at_ms == 0 && order->request.not_after_ms < terms->wall_ms)
        return refuse(order, REASON_EXPIRED, "notAfter", "notAfter had passed before the first call", terms);
    if (!order_walk(order)->step_is_new || order->steps_done < terms->steps_max)
        return JOURNEY_RETRY;
    snprintf(reason.text, sizeof reason.text,
             "the workflow has executed %u steps, as many as steps.max allows", order->steps_done);
    if (order->doubt.open) /* its look-ups have used the budget up */
        return park(order, REASON_IN_DOUBT, "lookup", reason.text, terms);
    return end(order, OUTCOME_FAILED, &reason, terms);
}

static void begin_step(struct order *order, struct walk *walk, const struct journey_terms *terms)
{
    walk_clear_calls(walk);
    walk->step_is_new = false;
    walk->step_began_ms = terms->now_ms;
    walk->token_renewed = false;
    order->steps_done += order->look.workflow == NULL; /* look-ups have a limit of their own */
}

/* A call that cannot be rendered: the request is to blame, unless something was written already. */
static enum journey_move cannot_render(struct order *order, const struct step *step, const struct fault *why,
                                       const struct journey_terms *terms)
{
    if (order->look.workflow != NULL)
        return look_answered(order, NULL, false, terms);
    if (order->wrote)
        return park(order, REASON_IN_DOUBT, "steps", why->text, terms);
    return refuse(order, REASON_CONTRACT, step->id, why->text, terms);
}

enum journey_move journey_next(struct order *order, const struct journey_terms *terms)
{
    struct fault why;

    if (order->doubt.open && order->look.workflow == NULL)
        return next_in_doubt(order, terms);
    struct walk *walk = order_walk(order);
    const struct step *step = order_step(order);
    if (step == NULL)
        return complete(order, &no_reason, terms);
    if (walk->steps_left_out) /* also when a person has it tried again: it would be another order */
        return park(
            order, REASON_IN_DOUBT, "size",
            "what BT answered to earlier steps was too much for the ledger and is left out: finish or undo "
            "the order at BT",
            terms);
    enum journey_move allowed = check_start(order, terms);
    if (allowed != JOURNEY_RETRY)
        return allowed;
    call_release(&order->call);
    struct scope scope = walk_scope(order);
    if (!call_render(step, &scope, &order->call, &why))
        return cannot_render(order, step, &why, terms);
    if (order->started_at_ms == 0)
        order->started_at_ms = terms->wall_ms;
    if (walk->step_is_new)
        begin_step(order, walk, terms);
    if (walk->step_began_ms == 0)
        walk->step_began_ms =
            terms->now_ms; /* taken over, or tried again by a person: the bounds begin anew */
    walk->calls.step = step->id;
    walk->calls.attempts++;
    if (!order_writes(order))
        return JOURNEY_CALL;
    order->attempt++;
    return JOURNEY_INTEND;
}

enum journey_move leave_step(struct order *order, size_t next, const struct journey_terms *terms)
{
    enter_step(order, next);
    return order_step(order) != NULL ? JOURNEY_RETRY : complete(order, &no_reason, terms);
}

enum journey_move succeed(struct order *order, const struct step *step, struct json_object *outputs,
                          const struct scope *reply, const struct journey_terms *terms)
{
    struct walk *walk = order_walk(order);
    const char *order_id = tree_text_of(outputs, "orderId");

    json_object_object_add(walk->steps, step->id, outputs);
    if (order->look.workflow == NULL) {
        order->wrote = order->wrote || step_writes(step);
        forget_doubt(order);
        if (order_id != NULL)
            snprintf(order->order_id, sizeof order->order_id, "%s", order_id);
    }
    for (size_t i = 0; i < step->on_success_count; i++) {
        const struct action *action = &step->on_success[i];
        if (!criteria_hold(&action->criteria, reply))
            continue;
        if (action->type == ACTION_GOTO)
            return leave_step(order, action->target_index, terms);
        return end_by_action(order, action, reply, &no_reason, terms);
    }
    return leave_step(order, walk->step + 1, terms);
}

static enum journey_move again(struct order *order, const struct evidence *evidence,
                               const struct reason *found, const struct journey_terms *terms)
{
    const struct walk *walk = order_walk(order);
    const struct backoff_state state = {.attempts = walk->calls.attempts,
                                        .began_ms = walk->step_began_ms,
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
                 walk->calls.attempts >= terms->backoff.attempts_max ? "attempts" : "time");
    return give_up(order, &reason, terms);
}

/* A `retry` of onFailure, within its own limit; past it the next matching action counts (Arazzo 1.1). */
static enum journey_move retry_by_action(struct order *order, const struct step *step,
                                         const struct action *action, const struct evidence *evidence,
                                         const struct journey_terms *terms)
{
    struct walk *walk = order_walk(order);
    int64_t wait_ms = evidence->retry_after_ms >= 0 ? evidence->retry_after_ms : action->retry_after_ms;

    if (walk->retries == NULL)
        walk->retries = memory_new(step->on_failure_count, sizeof *walk->retries);
    walk->retries[action - step->on_failure]++;
    order->due_ms = terms->now_ms + wait_ms;
    return JOURNEY_WAIT;
}

static bool retries_left(struct order *order, const struct step *step, const struct action *action)
{
    const unsigned *retries = order_walk(order)->retries;

    return (retries == NULL ? 0 : retries[action - step->on_failure]) < action->retry_limit;
}

/* Nothing but used-up retries matches: the reply counts by itself, as in rows 6 and 7. */
static enum journey_move retries_used_up(struct order *order, const struct verdict *verdict,
                                         const struct evidence *evidence, const struct journey_terms *terms)
{
    struct reason reason = verdict->reason;

    if (evidence->status >= 400 && evidence->status < 500 && evidence->status != 408)
        return end(order, OUTCOME_REJECTED, &reason, terms);
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
            json_object_object_del(order_walk(order)->steps, step->id); /* of an earlier visit */
            order->wrote =
                order->wrote || order_writes(order); /* "already done", perhaps: FAILED would be a guess */
            return leave_step(order, action->target_index, terms);
        }
        return end_by_action(order, action, reply, &verdict->reason, terms);
    }
    return retries_used_up(order, verdict, evidence, terms);
}

static void note_reply(struct order *order, const struct evidence *evidence, const struct verdict *verdict,
                       const struct journey_terms *terms)
{
    struct call_record *calls = &order_walk(order)->calls;
    struct journal_entry *entry = order_writes(order) ? journal_latest(&order->journal) : NULL;

    if (entry != NULL) {
        entry->ended_at_ms = terms->wall_ms;
        entry->http_status = evidence->status;
        snprintf(entry->said, sizeof entry->said, "%.190s",
                 verdict->kind == VERDICT_DONE ? "done" : verdict->reason.text);
    }
    if (evidence->end != CALL_REPLIED)
        return;
    calls->http_status = evidence->status;
    said_code(evidence->body, calls->bt_code);
}

/* Held back by the gateway: it costs no attempt. */
static enum journey_move hold(struct order *order, const struct evidence *evidence,
                              const struct journey_terms *terms)
{
    order_walk(order)->calls.attempts--;
    order->due_ms = terms->now_ms + (evidence->retry_after_ms < 0 ? 0 : evidence->retry_after_ms);
    return evidence->retry_after_ms > 0 ? JOURNEY_WAIT : JOURNEY_RETRY;
}

/* A token is renewed once; where the new one is refused too, it is not the token. */
static void judge_token(struct walk *walk, struct verdict *verdict)
{
    bool refused = verdict->kind == VERDICT_AGAIN_AT_ONCE;

    if (refused && walk->token_renewed) {
        verdict->kind = VERDICT_HALT;
        verdict->pace = PACE_HALTED;
    }
    walk->token_renewed = refused;
}

/* After a doubt BT's no may be about our own earlier attempt: look (R6). */
static bool is_only_evidence(const struct order *order, enum verdict_kind kind,
                             const struct journey_terms *terms)
{
    return (terms->rules_off & RULE_EVIDENCE) == 0 && order_writes(order) && order->doubt.was &&
           (kind == VERDICT_ACTION || kind == VERDICT_REFUSED);
}

enum journey_move journey_answer(struct order *order, const struct openapi *openapi,
                                 const struct evidence *evidence, const struct journey_terms *terms,
                                 struct verdict *verdict)
{
    const struct step *step = order_step(order);
    struct scope reply = walk_scope(order);
    struct fitting fitting = {order, step, &reply};

    reply.status = evidence->status;
    reply.headers = evidence->headers;
    reply.body = evidence->body;
    verdict_of(step, openapi, evidence, &reply, result_fits, &fitting, verdict);
    judge_token(order_walk(order), verdict);
    note_reply(order, evidence, verdict, terms);
    if (is_only_evidence(order, verdict->kind, terms))
        return fall_in_doubt(order, &verdict->reason, true, terms);
    switch (verdict->kind) {
    case VERDICT_AGAIN:
        return again(order, evidence, &verdict->reason, terms);
    case VERDICT_AGAIN_AT_ONCE:
    case VERDICT_WAIT:
    case VERDICT_HALT:
        return hold(order, evidence, terms);
    case VERDICT_DONE:
        return succeed(order, step, step_outputs(step, &reply), &reply, terms);
    case VERDICT_ACTION:
        return act(order, step, verdict, evidence, &reply, terms);
    case VERDICT_REFUSED:
        return end(order, OUTCOME_REJECTED, &verdict->reason, terms);
    case VERDICT_IN_DOUBT:
        return fall_in_doubt(order, &verdict->reason, false, terms);
    }
    return JOURNEY_END;
}
