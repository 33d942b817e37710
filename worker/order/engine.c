/* The way through a workflow: the one file that acts on how a step or a look-up has ended. */
#include "engine_inside.h"
#include "engine_proof.h"

#include "invariant.h"
#include "memory.h"
#include "reference.h"
#include "said.h"
#include "text.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

void engine_add_references(struct order *order)
{
    const struct workflow *workflow = order_workflow(order);
    char name[128], text[UUID_TEXT_SIZE];

    for (size_t i = 0; i < workflow->step_count; i++) {
        if (!workflow_step_writes(&workflow->steps[i]))
            continue;
        snprintf(name, sizeof name, "%sReference", workflow->steps[i].id);
        reference_make(order->request.id, workflow->steps[i].id, order->source.partition, text);
        if (tree_text_of(order->request.inputs, name) == NULL)
            request_add_input(&order->request, name, text);
    }
}

static enum engine_move leave_step(struct order *order, size_t next, const struct engine_terms *terms)
{
    if (order->lookup.workflow == NULL)
        engine_end_wait(order);
    engine_enter_step(order, next);
    if (order_step(order) == NULL)
        return engine_complete(order, &no_reason, terms);
    return order->lookup.workflow == NULL ? engine_await(order, terms) : ENGINE_RETRY;
}

/* The outputs of the step are known (owned): stores them and takes the way that onSuccess names. */
static enum engine_move succeed(struct order *order, const struct step *step, struct json_object *outputs,
                                const struct scope *reply, const struct reason *reason,
                                const struct engine_terms *terms)
{
    struct execution *execution = order_execution(order);
    const char *order_id = tree_text_of(outputs, "orderId");

    REQUIRE(step != NULL && outputs != NULL);
    tree_add(execution->steps, step->id, outputs);
    if (order->lookup.workflow == NULL) {
        order->wrote = order->wrote || workflow_step_writes(step);
        engine_forget_doubt(order);
        if (order_id != NULL)
            snprintf(order->order_id, sizeof order->order_id, "%s", order_id);
        if ((terms->rules_off & RULE_KNOWN) != 0 && workflow_step_writes(step))
            engine_note_reference(order);
        engine_note_order_id(order, step, outputs);
        if (workflow_step_writes(step) || step->operation == NULL)
            engine_note_progress(order, reason, terms);
    }
    for (size_t i = 0; i < step->on_success_count; i++) {
        const struct action *action = &step->on_success[i];
        if (!criteria_hold(&action->criteria, reply))
            continue;
        if (action->type == ACTION_GOTO)
            return leave_step(order, action->target_index, terms);
        return engine_end_by_action(order, action, reply, &no_reason, terms);
    }
    return leave_step(order, execution->step + 1, terms);
}

static enum engine_move again(struct order *order, const struct evidence *evidence,
                              const struct reason *found, const struct engine_terms *terms)
{
    const struct execution *execution = order_execution(order);
    const struct backoff_state state = {.attempts = execution->calls.attempts,
                                        .began_ms = execution->step_began_ms,
                                        .now_ms = terms->now_ms,
                                        .retry_after_ms =
                                            evidence->retry_after_ms < 0 ? 0 : evidence->retry_after_ms,
                                        .random = terms->random};
    struct fault why;

    if (backoff_next(&terms->backoff, &state, &order->due_ms, &why))
        return ENGINE_WAIT;
    struct reason reason = *found;
    if (reason.kind == REASON_UNAVAILABLE)
        snprintf(reason.code, sizeof reason.code, "%s",
                 execution->calls.attempts >= terms->backoff.attempts_max ? "attempts" : "time");
    return engine_give_up(order, &reason, terms);
}

/* A `retry` of onFailure, within its own limit; past it the next matching action counts (Arazzo 1.1). */
static enum engine_move retry_by_action(struct order *order, const struct step *step,
                                        const struct action *action, const struct evidence *evidence,
                                        const struct engine_terms *terms)
{
    struct execution *execution = order_execution(order);
    int64_t wait_ms = evidence->retry_after_ms >= 0 ? evidence->retry_after_ms : action->retry_after_ms;

    REQUIRE((size_t)(action - step->on_failure) < step->on_failure_count);
    if (execution->retries == NULL)
        execution->retries = memory_new(step->on_failure_count, sizeof *execution->retries);
    execution->retries[action - step->on_failure]++;
    order->due_ms = terms->now_ms + wait_ms;
    return ENGINE_WAIT;
}

static bool retries_left(struct order *order, const struct step *step, const struct action *action)
{
    const unsigned *retries = order_execution(order)->retries;

    return (retries == NULL ? 0 : retries[action - step->on_failure]) < action->retry_limit;
}

/* Nothing but used-up retries matches: the reply counts by itself, as in rows 6 and 7. */
static enum engine_move retries_used_up(struct order *order, const struct verdict *verdict,
                                        const struct evidence *evidence, const struct engine_terms *terms)
{
    struct reason reason = verdict->reason;

    if (evidence->status >= 400 && evidence->status < 500 && evidence->status != 408)
        return engine_end(order, OUTCOME_REJECTED, &reason, terms);
    reason.kind =
        evidence->end != CALL_REPLIED || evidence->status >= 400 ? REASON_UNAVAILABLE : REASON_BAD_REPLY;
    snprintf(reason.code, sizeof reason.code, "%s",
             reason.kind == REASON_UNAVAILABLE ? "attempts" : "criteria");
    return engine_give_up(order, &reason, terms);
}

static enum engine_move act(struct order *order, const struct step *step, const struct verdict *verdict,
                            const struct evidence *evidence, const struct scope *reply,
                            const struct engine_terms *terms)
{
    REQUIRE(verdict->action != NULL && (size_t)(verdict->action - step->on_failure) < step->on_failure_count);
    for (const struct action *action = verdict->action; action < step->on_failure + step->on_failure_count;
         action++) {
        if (!criteria_hold(&action->criteria, reply) ||
            (action->type == ACTION_RETRY && !retries_left(order, step, action)))
            continue;
        if (action->type == ACTION_RETRY)
            return retry_by_action(order, step, action, evidence, terms);
        if (action->type == ACTION_GOTO) {
            json_object_object_del(order_execution(order)->steps, step->id); /* of an earlier visit */
            order->wrote =
                order->wrote || order_writes(order); /* "already done", perhaps: FAILED would be a guess */
            engine_take_way(order, action, reply, &verdict->reason);
            return leave_step(order, action->target_index, terms);
        }
        return engine_end_by_action(order, action, reply, &verdict->reason, terms);
    }
    return retries_used_up(order, verdict, evidence, terms);
}

static void note_reply(struct order *order, const struct evidence *evidence, const struct verdict *verdict,
                       const struct engine_terms *terms)
{
    struct call_record *calls = &order_execution(order)->calls;
    struct journal_entry *entry = order_writes(order) ? journal_latest(&order->journal) : NULL;

    if (entry != NULL) {
        /* what a person reads of an attempt is about that one */
        REQUIRE(entry->attempt == order->attempt || (terms->rules_off & RULE_ATTEMPTS) != 0);
        entry->ended_at_ms = terms->wall_ms;
        entry->http_status = evidence->status;
        text_print(entry->said, sizeof entry->said, "%s",
                   verdict->kind == VERDICT_DONE ? "done" : verdict->reason.text);
    }
    if (evidence->end != CALL_REPLIED)
        return;
    calls->http_status = evidence->status;
    said_code(evidence->body, calls->bt_code);
}

/* Held back by the gateway: it costs no attempt. */
static enum engine_move hold(struct order *order, const struct evidence *evidence,
                             const struct engine_terms *terms)
{
    REQUIRE(order_execution(order)->calls.attempts > 0);
    order_execution(order)->calls.attempts--;
    order->due_ms = terms->now_ms + (evidence->retry_after_ms < 0 ? 0 : evidence->retry_after_ms);
    return evidence->retry_after_ms > 0 ? ENGINE_WAIT : ENGINE_RETRY;
}

/* A token is renewed once; where the new one is refused too, it is not the token. */
static void judge_token(struct execution *execution, struct verdict *verdict)
{
    bool refused = verdict->kind == VERDICT_AGAIN_AT_ONCE;

    if (refused && execution->token_renewed) {
        verdict->kind = VERDICT_HALT;
        verdict->pace = PACE_HALTED;
    }
    execution->token_renewed = refused;
}

/* After a doubt BT's no may be about our own earlier attempt: look (R6). */
static bool is_only_evidence(const struct order *order, enum verdict_kind kind,
                             const struct engine_terms *terms)
{
    return (terms->rules_off & RULE_EVIDENCE) == 0 && order_writes(order) && order->doubt.was &&
           (kind == VERDICT_ACTION || kind == VERDICT_REFUSED);
}

static enum engine_move judge(struct order *order, const struct openapi *openapi,
                              const struct evidence *evidence, const struct engine_terms *terms,
                              struct verdict *verdict)
{
    const struct step *step = order_step(order);
    REQUIRE(step != NULL && order->call.operation == step->operation);
    struct scope reply = engine_scope(order);
    struct fitting fitting = {order, step, &reply};

    reply.status = evidence->status;
    reply.headers = evidence->headers;
    reply.body = evidence->body;
    verdict_of(step, openapi, evidence, &reply, engine_result_fits, &fitting, verdict);
    judge_token(order_execution(order), verdict);
    note_reply(order, evidence, verdict, terms);
    if (verdict->kind != VERDICT_DONE && order_writes(order) && engine_take_proof(order, terms))
        return ENGINE_FOUND;
    if (is_only_evidence(order, verdict->kind, terms))
        return engine_fall_in_doubt(order, &verdict->reason, true, terms);
    switch (verdict->kind) {
    case VERDICT_AGAIN:
        return again(order, evidence, &verdict->reason, terms);
    case VERDICT_AGAIN_AT_ONCE:
    case VERDICT_WAIT:
    case VERDICT_HALT:
        return hold(order, evidence, terms);
    case VERDICT_DONE:
        return succeed(order, step, engine_step_outputs(step, &reply), &reply, &no_reason, terms);
    case VERDICT_ACTION:
        return act(order, step, verdict, evidence, &reply, terms);
    case VERDICT_REFUSED:
        return engine_end(order, OUTCOME_REJECTED, &verdict->reason, terms);
    case VERDICT_IN_DOUBT:
        return engine_fall_in_doubt(order, &verdict->reason, false, terms);
    }
    return ENGINE_END;
}

static struct reason reported(const struct message *message)
{
    struct reason reason;

    reason_set(&reason, REASON_REPORTED, message->word == NULL ? "" : message->word, "%s",
               message->said == NULL ? "BT reported about it" : message->said);
    return reason;
}

/* A way that onFailure of a step that receives names: it has nothing to try again. */
static const struct action *action_of_message(const struct step *step, const struct scope *scope)
{
    for (size_t i = 0; i < step->on_failure_count; i++)
        if (step->on_failure[i].type != ACTION_RETRY && criteria_hold(&step->on_failure[i].criteria, scope))
            return &step->on_failure[i];
    return NULL;
}

/* The step has ended without what it waits for, or BT has rejected what it called. */
static enum engine_move fail_by_action(struct order *order, const struct action *action,
                                       const struct scope *scope, const struct reason *reason,
                                       const struct engine_terms *terms)
{
    json_object_object_del(order->main.steps, order_step(order)->id); /* of an earlier visit */
    if (action->type != ACTION_GOTO)
        return engine_end_by_action(order, action, scope, reason, terms);
    order->wrote = order->wrote || order_writes(order); /* as in act() */
    engine_take_way(order, action, scope, reason);
    return leave_step(order, action->target_index, terms);
}

/*
 * What is reported about the step's reference: it is what the step waits for, a way that onFailure names, or news, and
 * the wait goes on (schemas/README.md).
 */
static enum engine_move judge_message(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    struct message message = order->waiting.message;
    struct reason reason = reported(&message);

    order->waiting.message = (struct message){0};
    scope.body = scope.message = message.payload;
    const struct action *action = NULL;
    enum engine_move move;
    if (criteria_hold(&step->success, &scope)) {
        move = succeed(order, step, engine_step_outputs(step, &scope), &scope, &reason, terms);
    } else if ((action = action_of_message(step, &scope)) != NULL) {
        engine_note_progress(order, &reason, terms);
        move = fail_by_action(order, action, &scope, &reason, terms);
    } else {
        tree_add(order->main.steps, step->id,
                 engine_step_outputs(step, &scope)); /* so that the news show them */
        engine_note_progress(order, &reason, terms);
        move = engine_hear(order);
    }
    message_release(&message);
    return move;
}

/* No message came in time, or the day on which the call was to be made has passed. */
static enum engine_move judge_lateness(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    struct reason reason;

    reason_set(&reason, REASON_TIMEOUT, step->id,
               step->operation == NULL ? "no message that step '%s' waits for came in time"
                                       : "the time in which step '%s' may begin has passed",
               step->id);
    const struct action *action = action_of_message(step, &scope);
    if (action == NULL)
        return engine_park(order, reason.kind, reason.code, reason.text, terms);
    engine_note_progress(order, &reason, terms);
    return fail_by_action(order, action, &scope, &reason, terms);
}

/*
 * BT has rejected the call that was in doubt, so that is over: onFailure says what follows, by what is in the message and
 * without a reply. Where it says nothing, a refusal by itself, as row 6 (PROMISE.md R6).
 */
static enum engine_move judge_denial(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    struct message message = order->waiting.message;
    struct reason reason = reported(&message);
    enum engine_move move;

    order->waiting.message = (struct message){0};
    engine_forget_doubt(order);
    scope.message = message.payload;
    if (!message.failed) /* else that was told when it came */
        engine_note_progress(order, &reason, terms);
    const struct action *action = action_of_message(step, &scope);
    if (action != NULL) {
        move = fail_by_action(order, action, &scope, &reason, terms);
    } else {
        reason.kind = REASON_REFUSED;
        move = engine_end(order, OUTCOME_REJECTED, &reason, terms);
    }
    message_release(&message);
    return move;
}

/* What an ended look-up or a message means, until that is something to do. */
static enum engine_move act_on(struct order *order, enum engine_move move, const struct engine_terms *terms)
{
    while (move > ENGINE_AWAIT) {
        struct scope scope = engine_scope(order);
        move = move == ENGINE_LOOKED && order->doubt.open ? engine_judge_lookup(order, terms)
               : move == ENGINE_LOOKED                    ? engine_judge_look(order, terms)
               : move == ENGINE_HEARD                     ? judge_message(order, terms)
               : move == ENGINE_DENIED                    ? judge_denial(order, terms)
               : move == ENGINE_LATE
                   ? judge_lateness(order, terms)
                   : succeed(order, order_step(order), TAKE(order->doubt.answer), &scope, &no_reason, terms);
    }
    if (move == ENGINE_AWAIT)
        engine_date_progress(order);
    REQUIRE(move <= ENGINE_AWAIT && order->doubt.answer == NULL);
    REQUIRE((move == ENGINE_AWAIT) <= (order->waiting.wait.step != NULL));
    REQUIRE(move != ENGINE_PARK || (order->status == OUTCOME_UNKNOWN && !order->doubt.open));
    REQUIRE(move != ENGINE_END || order->status < OUTCOME_UNKNOWN);
    return move;
}

enum engine_move engine_begin(struct order *order, const struct engine_terms *terms)
{
    const struct workflow *workflow = order_workflow(order);

    if (workflow->waits && !terms->may_wait)
        return engine_refuse_call(
            order, REASON_NOT_SERVED, "ledger.format",
            "not served: it waits for messages or dates, and the ledger is written in a format without "
            "them; set ledger.format=latest when every worker reads it",
            terms);
    REQUIRE(order->main.workflow == NULL && order->lookup.workflow == NULL);
    REQUIRE(order->ledger.unloaded == NULL && order->main.steps == NULL);
    order->main.workflow = workflow;
    order->main.inputs = json_object_get(order->request.inputs);
    order->main.steps = json_object_new_object();
    engine_add_references(order);
    struct scope scope = engine_scope(order);
    for (size_t i = 0; i < workflow->requirement_count; i++) {
        const struct requirement *requirement = &workflow->requirements[i];
        if (!criteria_hold(&requirement->criteria, &scope))
            return engine_refuse_call(order, REASON_CONTRACT, requirement->name, requirement->reason, terms);
    }
    return act_on(order, leave_step(order, 0, terms), terms);
}

enum engine_move engine_next(struct order *order, const struct engine_terms *terms)
{
    return act_on(order, engine_next_call(order, terms), terms);
}

enum engine_move engine_answer(struct order *order, const struct openapi *openapi,
                               const struct evidence *evidence, const struct engine_terms *terms,
                               struct verdict *verdict)
{
    return act_on(order, judge(order, openapi, evidence, terms, verdict), terms);
}

bool engine_prove(struct order *order, const struct engine_terms *terms, enum engine_move *move)
{
    enum engine_move resolved;

    if (!order->doubt.was || order->unserved != NULL || order->main.steps_left_out ||
        !engine_resolve(order, terms, &resolved))
        return false;
    order->status = OUTCOME_COMPLETED;
    order->reason = no_reason;
    order->outcome_is_due = false;
    *move = act_on(order, resolved, terms);
    return true;
}

enum engine_move engine_enter(struct order *order, const struct engine_terms *terms)
{
    return act_on(order, engine_await(order, terms), terms);
}

enum engine_move engine_go_on_waiting(struct order *order, const struct engine_terms *terms)
{
    return act_on(order, engine_hear(order), terms);
}

enum engine_move engine_told(struct order *order, struct message *message, const struct engine_terms *terms)
{
    REQUIRE(waiting_for(&order->waiting, message->reference) && order->waiting.message.payload == NULL);
    order->waiting.message = *message;
    *message = (struct message){0};
    return act_on(order, ENGINE_HEARD, terms);
}

enum engine_move engine_time_is_up(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);

    REQUIRE(order->waiting.wait.step != NULL && terms->wall_ms >= order->waiting.wait.until_ms);
    if (step->operation == NULL)
        return act_on(order, engine_last_look(order) ? ENGINE_RETRY : ENGINE_LATE, terms);
    engine_end_wait(order); /* the call's moment has come, unless it has passed by now */
    return act_on(order, engine_await(order, terms), terms);
}

enum engine_move engine_skip(struct order *order, struct json_object *outputs, const struct reason *reason,
                             const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);

    REQUIRE(order->waiting.wait.step != NULL);
    if (step->operation == NULL)
        return act_on(order, succeed(order, step, outputs, &scope, reason, terms), terms);
    json_object_put(outputs);
    engine_note_progress(order, reason, terms);
    engine_end_wait(order);
    return engine_begin_early(order, terms);
}

enum engine_move engine_go_to(struct order *order, size_t step, const struct reason *reason,
                              const struct engine_terms *terms)
{
    engine_note_progress(order, reason, terms);
    return act_on(order, leave_step(order, step, terms), terms);
}

void engine_report(struct order *order, const struct message *message, const struct engine_terms *terms)
{
    const struct reason reason = reported(message);
    const char *shown = order->waiting.shown; /* by a look, to the step that is a person's now */

    if (order_step(order) == NULL || (shown != NULL && strcmp(shown, message->said) == 0))
        return;
    engine_note_progress(order, &reason, terms);
}
