/* The call that comes next: whether it may begin, and what it is. */
#include "engine_inside.h"
#include "engine_proof.h"

#include "invariant.h"

#include <stdio.h>

enum engine_move engine_refuse_call(struct order *order, enum reason_kind kind, const char *code,
                                    const char *text, const struct engine_terms *terms)
{
    engine_refuse(order, kind, code, text, terms->wall_ms);
    return ENGINE_END;
}

/* What forbids to begin with the step that comes next. ENGINE_RETRY: nothing does. */
static enum engine_move check_start(struct order *order, const struct engine_terms *terms)
{
    struct reason reason = {.kind = REASON_UNAVAILABLE, .code = "steps"};

    if (order->started_at_ms == 0 && order->request.not_after_ms < terms->wall_ms)
        return engine_refuse_call(order, REASON_EXPIRED, "notAfter",
                                  "notAfter had passed before the first call", terms);
    if (!order_execution(order)->step_is_new || order->steps_done < terms->steps_max)
        return ENGINE_RETRY;
    snprintf(reason.text, sizeof reason.text,
             "the workflow has executed %u steps, as many as steps.max allows", order->steps_done);
    if (order->doubt.open) { /* its look-ups have used the budget up */
        execution_release(&order->lookup);
        return engine_park(order, REASON_IN_DOUBT, "lookup", reason.text, terms);
    }
    return engine_end(order, OUTCOME_FAILED, &reason, terms);
}

static void begin_step(struct order *order, struct execution *execution, const struct engine_terms *terms)
{
    execution_clear_calls(execution);
    execution->step_is_new = false;
    execution->step_began_ms = terms->now_ms;
    execution->token_renewed = false;
    order->steps_done += order->lookup.workflow == NULL; /* look-ups have a limit of their own */
}

enum engine_move engine_begin_early(struct order *order, const struct engine_terms *terms)
{
    REQUIRE(order->main.step_is_new && order->lookup.workflow == NULL);
    begin_step(order, &order->main, terms); /* that is what engine_await() goes by */
    return ENGINE_RETRY;
}

/* A call that cannot be rendered: the request is to blame, unless something was written already. */
static enum engine_move cannot_render(struct order *order, const struct step *step, const struct fault *why,
                                      const struct engine_terms *terms)
{
    if (order->lookup.workflow != NULL) {
        const struct reason unreadable = {.kind = REASON_CONTRACT};
        return engine_end(order, OUTCOME_FAILED, &unreadable, terms); /* no answer */
    }
    if (order->wrote)
        return engine_park(order, REASON_IN_DOUBT, "steps", why->text, terms);
    return engine_refuse_call(order, REASON_CONTRACT, step->id, why->text, terms);
}

enum engine_move engine_next_call(struct order *order, const struct engine_terms *terms)
{
    struct fault why;

    REQUIRE(order->ledger.unloaded == NULL);
    if (order->doubt.open && order->lookup.workflow == NULL)
        return engine_next_in_doubt(order, terms);
    struct execution *execution = order_execution(order);
    const struct step *step = order_step(order);
    if (step == NULL)
        return engine_complete(order, &no_reason, terms);
    if ((execution->calls.attempts > 0 || order->doubt.was) &&
        engine_take_proof(order, terms)) /* sent before, and BT has it */
        return ENGINE_FOUND;
    enum engine_move waits = engine_must_await(order) ? engine_await(order, terms) : ENGINE_RETRY;
    if (waits != ENGINE_RETRY) /* its day may be over before its turn comes */
        return waits;
    if (execution->steps_left_out) /* also when a person has it tried again: it would be another order */
        return engine_park(
            order, REASON_IN_DOUBT, "size",
            "what BT answered to earlier steps was too much for the ledger and is left out: finish or undo "
            "the order at BT",
            terms);
    enum engine_move allowed = check_start(order, terms);
    if (allowed != ENGINE_RETRY)
        return allowed;
    call_release(&order->call);
    struct scope scope = engine_scope(order);
    if (!call_render(step, &scope, &order->call, &why))
        return cannot_render(order, step, &why, terms);
    REQUIRE(order->call.operation == step->operation);
    if (order->started_at_ms == 0)
        order->started_at_ms = terms->wall_ms;
    if (execution->step_is_new)
        begin_step(order, execution, terms);
    if (execution->step_began_ms == 0)
        execution->step_began_ms =
            terms->now_ms; /* taken over, or tried again by a person: the bounds start again */
    execution->calls.step = step->id;
    execution->calls.attempts++;
    if (!order_writes(order))
        return ENGINE_CALL;
    REQUIRE(!order->doubt.open); /* what may have happened is looked for, not sent again */
    order->attempt++;
    if ((terms->rules_off & RULE_KNOWN) == 0)
        engine_note_reference(order);
    return ENGINE_INTEND;
}
