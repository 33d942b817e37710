/*
 * What a person decides of an order on its way (PROMISE.md R8): it is made to look, told what BT has said by another way,
 * taken past a wait, or called off. See engine.h.
 */
#include "engine_inside.h"

#include "buffer.h"
#include "invariant.h"
#include "memory.h"
#include "timestamp.h"
#include "tree_build.h"

#include <string.h>

enum { SENTENCE_MAX = 1000 };

/* The wait is the one that the person saw, and nothing was heard since. */
static bool is_same_wait(const struct order *order, const struct decision *decision, struct fault *why)
{
    const struct ledger_wait *wait = &order->waiting.wait;
    char since[TIMESTAMP_TEXT_SIZE];

    timestamp_print(wait->since_ms, since);
    if (strcmp(decision->step, wait->step) != 0 || decision->since_ms != wait->since_ms)
        return fault_set(why, FAULT_INPUT,
                         "the order has moved on: it waits at step '%s' since %s; look at it again, and "
                         "decide then",
                         wait->step, since);
    return decision->heard_end == ledger_heard_mark(&order->waiting.heard) ||
           fault_set(why, FAULT_INPUT,
                     "BT has reported something about the order since; look at it again, and decide then");
}

static bool has_output(const struct named_payload *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return true;
    return false;
}

/* What a person may give: outputs of the step that is skipped, or of the look-up that would have shown it. */
static bool may_give(const struct order *order, const struct step *step, enum decision_verdict verdict,
                     struct json_object *given, struct fault *why)
{
    const struct workflow *look = verdict == DECISION_HEARD
                                      ? arazzo_workflow(order_arazzo(order), step->look->lookup.workflow_id)
                                      : NULL;
    const struct named_payload *list = look != NULL ? look->outputs : step->outputs;
    size_t count = look != NULL ? look->output_count : step->output_count;

    if (given != NULL && verdict != DECISION_HEARD && (verdict != DECISION_SKIP || step->operation != NULL))
        return fault_set(why, FAULT_INPUT,
                         "outputs belong to 'heard', and to 'skip' of a step that waits for a message");
    if (given == NULL && verdict == DECISION_HEARD)
        return fault_set(why, FAULT_INPUT, "'heard' needs what BT has said: --output NAME=VALUE");
    if (given != NULL && !json_object_is_type(given, json_type_object))
        return fault_set(why, FAULT_INPUT, "outputs are given as an object of JSON, by their names");
    TREE_EACH(given, name, unused)
    {
        (void)unused;
        if (!has_output(list, count, name))
            return fault_set(why, FAULT_INPUT, "the %s '%.60s' has no output '%.60s'",
                             look != NULL ? "look-up" : "step", look != NULL ? look->id : step->id, name);
    }
    return true;
}

/* The news say who says so: it is a message as BT's are, but not BT's. */
static void name_source(struct message *message, const char *why)
{
    struct buffer said;

    buffer_init(&said, SENTENCE_MAX);
    buffer_print(&said, "a person says that %s (%s)", message->said, why);
    memory_free(message->said);
    message->said = buffer_take(&said, NULL);
}

static bool heard(struct order *order, const struct decision *decision, struct json_object *given,
                  const struct engine_terms *terms, enum engine_move *move, struct fault *why)
{
    struct message message;

    if (!engine_person_heard(order, given, terms, &message))
        return fault_set(why, FAULT_INPUT, "the order knows that already, or something newer");
    name_source(&message, decision->why);
    *move = engine_told(order, &message, terms);
    message_release(&message);
    return true;
}

/* Those of the step that are not given are null, as of a step that is left out. */
static struct json_object *outputs_of(const struct step *step, struct json_object *given)
{
    struct json_object *outputs = json_object_new_object();

    for (size_t i = 0; i < step->output_count; i++)
        tree_add(outputs, step->outputs[i].name, json_object_get(tree_member(given, step->outputs[i].name)));
    return outputs;
}

/* Looked at, told or taken past what it waits for. */
static bool go_on(struct order *order, const struct decision *decision, struct json_object *given,
                  const struct engine_terms *terms, enum engine_move *move, struct fault *why)
{
    const struct step *step = order_step(order);
    struct reason reason;

    if (decision->verdict != DECISION_SKIP && step->look == NULL)
        return fault_set(why, FAULT_INPUT, "step '%s' has no x-look: '%s' is not possible%s", step->id,
                         decision_words[decision->verdict],
                         step->operation == NULL ? "; 'skip' ends the wait" : ", it waits for a date");
    TRY(may_give(order, step, decision->verdict, given, why));
    if (decision->verdict == DECISION_HEARD)
        return heard(order, decision, given, terms, move, why);
    if (decision->verdict == DECISION_LOOK) {
        *move = engine_look(order, terms);
        return true;
    }
    reason_set(&reason, REASON_DECISION, decision_words[decision->verdict], "%s", decision->why);
    *move = engine_skip(order, outputs_of(step, given), &reason, terms);
    return true;
}

/* Undone is only what is known to be done: nothing may be on the wire, and no attempt in doubt. */
static bool cancel(struct order *order, const struct decision *decision, const struct engine_terms *terms,
                   enum engine_move *move, struct fault *why)
{
    const struct workflow *workflow = order->main.workflow;
    const struct cancellation *cancel = workflow == NULL ? NULL : workflow->cancel;
    struct reason reason;

    if (cancel != NULL && order->main.step == workflow->step_count)
        return fault_set(
            why, FAULT_INPUT,
            "the order is at the end of its way: no step is left from which it could be called off");
    if (cancel == NULL)
        return fault_set(
            why, FAULT_INPUT,
            "an order of type '%s' cannot be called off on its way: its workflow has no x-cancel",
            order->type->name);
    const struct step *step = &workflow->steps[order->main.step];
    if (order->doubt.was)
        return fault_set(
            why, FAULT_INPUT,
            "attempt %u of step '%s' may have happened: decide that first ('happened' or 'retry'), "
            "then cancel",
            order->attempt, step->id);
    REQUIRE(order->lookup.workflow == NULL); /* it would be of a doubt */
    struct scope scope = engine_scope(order);
    if (order->main.step >= cancel->before_index || !criteria_hold(&cancel->criteria, &scope))
        return fault_set(why, FAULT_INPUT,
                         "the order is at step '%s', where its workflow does not let it be called off",
                         step->id);
    if (order->state == ORDER_PARKED && decision->attempt != order->attempt)
        return fault_set(why, FAULT_INPUT, "the decision is about attempt %u, the order is at attempt %u",
                         decision->attempt, order->attempt);
    reason_set(&reason, REASON_DECISION, decision_words[decision->verdict], "%s", decision->why);
    order->reason = no_reason;
    order->decide_by_ms = 0;
    order->outcome_is_due = false;
    *move = engine_go_to(order, cancel->target_index, &reason, terms);
    return true;
}

bool engine_intervene(struct order *order, const struct decision *decision, struct json_object *given,
                      const struct engine_terms *terms, enum engine_move *move, struct fault *why)
{
    bool waits = order->state == ORDER_AWAITING;

    REQUIRE(decision_is_about_wait(decision->verdict) && (!waits || order->lookup.workflow == NULL));
    if (!waits && !(order->state == ORDER_PARKED && decision->verdict == DECISION_CANCEL))
        return fault_set(why, FAULT_INPUT, "the order does not wait for a message or a date (any more)%s",
                         order->state == ORDER_PARKED ? ": it is parked" : ": the worker is at work on it");
    if (waits && (terms->rules_off & RULE_DECISIONS) == 0)
        TRY(is_same_wait(order, decision, why));
    if (decision->verdict != DECISION_CANCEL)
        return go_on(order, decision, given, terms, move, why);
    if (given != NULL)
        return fault_set(why, FAULT_INPUT, "'cancel' has no outputs");
    return cancel(order, decision, terms, move, why);
}
