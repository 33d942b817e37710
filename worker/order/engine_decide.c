/* What a person decided (PROMISE.md R8). See engine.h. */
#include "engine_inside.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"
#include "unserved.h"

#include <inttypes.h>
#include <string.h>

static void fill_reason(const struct decision *decision, struct reason *reason)
{
    reason_set(reason, REASON_DECISION, decision_words[decision->verdict], "%s", decision->why);
}

static bool was_sent(const struct order *order)
{
    return order->wrote || order->doubt.was || order->journal.count > 0;
}

/* An order of which nothing was ever sent may be cancelled while it waits. */
static bool may_cancel(const struct order *order, const struct decision *decision)
{
    return decision->verdict == DECISION_REJECT && !was_sent(order) &&
           (order->state == ORDER_QUEUED || order->state == ORDER_READY || order->state == ORDER_WAITING ||
            order->state == ORDER_AWAITING);
}

static bool is_timely(const struct order *order, const struct decision *decision,
                      const struct engine_terms *terms, struct fault *why)
{
    int64_t left_ms = order->doubt.absent_ms - terms->now_ms;

    if (decision->verdict == DECISION_HAPPENED || !order->doubt.was || left_ms <= 0)
        return true;
    return fault_set(why, FAULT_INPUT,
                     "too early: until %" PRId64 " s from now attempt %u may still be carried out by BT",
                     (left_ms + 999) / 1000, order->attempt);
}

/* It is a person's because its way has ended (x-outcome of a goto): its last step is done, and none comes after it. */
static bool is_at_end_of_way(const struct order *order)
{
    return order->way != NULL && order->main.workflow != NULL &&
           order->main.step == order->main.workflow->step_count;
}

/* Where no step is left to be tried again, it would only be parked again, with the same reason. */
static bool may_try_again(const struct order *order, const struct decision *decision, struct fault *why)
{
    return decision->verdict != DECISION_RETRY || order->unserved != NULL || !is_at_end_of_way(order) ||
           fault_set(why, FAULT_INPUT,
                     "nothing is left to be tried again: the order has gone the whole way after '%s'; say "
                     "'reject' if nothing is left of it, or 'happened' if all that it asked for is there",
                     order->way->reason.code);
}

/*
 * FAILED and REJECTED say that BT did nothing: not so of an order whose earlier write is done. But a way that undoes, and
 * leaves it to a person what came of that, may have come to nothing.
 */
static bool may_end(const struct order *order, const struct decision *decision, struct fault *why)
{
    bool rejects = decision->verdict == DECISION_REJECT;
    bool ends = decision->verdict == DECISION_DID_NOT_HAPPEN || rejects;

    return !ends || !order->wrote || (rejects && is_at_end_of_way(order)) ||
           fault_set(
               why, FAULT_INPUT,
               "an earlier step of the order was carried out by BT, so '%s' cannot be its outcome; say %s",
               decision_words[decision->verdict],
               is_at_end_of_way(order)
                   ? "'reject' if nothing is left of it, or 'happened' if all that it asked for is there"
                   : "'retry', or 'happened' once the step that is left was done or settled at BT");
}

/* The outputs that a person gave with the decision; null: none. Owned. FAULT_INPUT: the step has no such output. */
static bool read_outputs(const struct order *order, const struct decision *decision,
                         struct json_object **given, struct fault *why)
{
    const struct workflow *workflow = order->main.workflow;
    const struct step *step = workflow == NULL || order->main.step >= workflow->step_count
                                  ? NULL
                                  : &workflow->steps[order->main.step];

    *given = NULL;
    if (*decision->outputs == '\0')
        return true;
    if (decision_is_about_wait(decision->verdict))
        return tree_read(decision->outputs, strlen(decision->outputs), given, why);
    if (decision->verdict != DECISION_HAPPENED || step == NULL)
        return fault_set(why, FAULT_INPUT, "outputs belong to 'happened', and to an order that is at a step");
    TRY(tree_read(decision->outputs, strlen(decision->outputs), given, why));
    TREE_EACH(*given, name, unused)
    {
        size_t i = 0;
        (void)unused;
        while (i < step->output_count && strcmp(step->outputs[i].name, name) != 0)
            i++;
        if (i < step->output_count)
            continue;
        fault_set(why, FAULT_INPUT, "the step '%.60s' has no output '%.60s'", step->id, name);
        json_object_put(TAKE(*given));
        return false;
    }
    return true;
}

/* The step happened, says a person: of its outputs BT's id is known, and what the person gives. */
static enum engine_move happened(struct order *order, const struct decision *decision,
                                 struct json_object *given, const struct reason *reason,
                                 const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; step != NULL && i < step->output_count; i++) {
        const char *name = step->outputs[i].name;
        bool is_id =
            *decision->reference != '\0' &&
            (i == step->id_output || (step->id_output == step->output_count && strcmp(name, "orderId") == 0));
        tree_add(outputs, name,
                 tree_has(given, name) ? json_object_get(tree_member(given, name))
                 : is_id               ? json_object_new_string(decision->reference)
                                       : NULL);
    }
    if (*decision->reference != '\0')
        text_print(order->order_id, sizeof order->order_id, "%s", decision->reference);
    if (step != NULL) {
        engine_note_order_id(order, step, outputs);
        tree_add(order->main.steps, step->id, outputs);
    } else {
        json_object_put(outputs);
    }
    order->wrote = true;
    engine_forget_doubt(order);
    if (step != NULL)
        engine_enter_step(order, order->main.step + 1);
    return order_step(order) != NULL ? ENGINE_RETRY : engine_complete(order, reason, terms);
}

static enum engine_move retry(struct order *order)
{
    order->doubt.open = order->doubt.refused = false;
    order->main.calls.attempts = 0; /* a person allows as many again, and the same time */
    order->main.step_began_ms = 0;
    return ENGINE_RETRY;
}

/* Its workflow's text is back: it goes on where it stood, and what may have been sent is in doubt. */
static enum engine_move resume(struct order *order, const struct engine_terms *terms)
{
    const struct unserved *aside = order->unserved;

    order->outcome_is_due = false;
    order->status = aside->refused_as;
    order->reason = aside->refused;
    return aside->was == LEDGER_INTENDED      ? engine_take_over(order, terms)
           : order->waiting.wait.step != NULL ? engine_go_on_waiting(order, terms)
                                              : ENGINE_RETRY;
}

static bool resumes(const struct order *order, const struct decision *decision)
{
    return order->unserved != NULL && decision->verdict == DECISION_RETRY;
}

/* It is about the attempt that the order is at, and that one is out of the way; what resumes waits for that itself. */
static bool is_present(const struct order *order, const struct decision *decision,
                       const struct engine_terms *terms, struct fault *why)
{
    if (decision->attempt != order->attempt)
        return fault_set(why, FAULT_INPUT, "the decision is about attempt %u, the order is at attempt %u",
                         decision->attempt, order->attempt);
    return resumes(order, decision) || is_timely(order, decision, terms, why);
}

bool engine_decide(struct order *order, const struct decision *decision, const struct engine_terms *terms,
                   enum engine_move *move, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *given = NULL;
    struct reason reason;

    REQUIRE(order->ledger.unloaded == NULL);
    if (unserved_is_missing(order)) {
        unserved_refuse(order, why);
        return false;
    }
    if (decision_is_about_wait(decision->verdict)) {
        TRY(read_outputs(order, decision, &given, why));
        return engine_intervene(order, decision, given, terms, move, why);
    }
    if (order->state != ORDER_PARKED && !may_cancel(order, decision))
        return fault_set(why, FAULT_INPUT, "the order is not parked (any more)%s",
                         was_sent(order) ? ": the worker is at work on it"
                                         : ": nothing was sent, and only 'reject' can end it");
    if ((terms->rules_off & RULE_DECISIONS) == 0)
        TRY(is_present(order, decision, terms, why));
    TRY(may_try_again(order, decision, why) && may_end(order, decision, why));
    TRY(read_outputs(order, decision, &given, why));
    if (resumes(order, decision)) {
        *move = resume(order, terms);
        return true;
    }
    fill_reason(decision, &reason);
    order->reason = no_reason;
    order->decide_by_ms = 0;
    order->outcome_is_due = false;
    execution_release(&order->lookup);
    engine_end_wait(order);
    switch (decision->verdict) {
    case DECISION_HAPPENED:
        *move = happened(order, decision, given, &reason, terms);
        return true;
    case DECISION_RETRY:
        *move = retry(order);
        return true;
    case DECISION_DID_NOT_HAPPEN:
    case DECISION_REJECT:
    case DECISION_LOOK:
    case DECISION_HEARD:
    case DECISION_SKIP:
    case DECISION_CANCEL:
        break;
    }
    order->status = decision->verdict == DECISION_REJECT ? OUTCOME_REJECTED : OUTCOME_FAILED;
    order->reason = reason;
    order->finished_at_ms = terms->wall_ms;
    *move = ENGINE_END;
    return true;
}
