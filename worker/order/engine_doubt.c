/*
 * What follows from a write whose result is not known: PROMISE.md R5 and R6.
 *
 * A doubt is resolved by looking for the effect. Before absent_ms a look-up may only answer "found"; one that was sent
 * after it and answers "absent" allows a new attempt under the same reference. What cannot be resolved is parked.
 */
#include "engine_inside.h"
#include "engine_proof.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <string.h>

void engine_forget_doubt(struct order *order)
{
    order->doubt = (struct doubt){.open = false};
}

/* Where the timers are not known and BT does not refuse repeats, an "absent" proves nothing: as `never`. */
static enum repeat_class class_of(const struct step *step, const struct engine_terms *terms)
{
    bool holds = terms->doubt.trusted || step->operation->reference_unique;

    return step->repeat == REPEAT_LOOKUP && !holds ? REPEAT_NEVER : step->repeat;
}

static enum engine_move park_in_doubt(struct order *order, const char *code, const char *what,
                                      const struct engine_terms *terms)
{
    char text[sizeof order->reason.text];

    text_print(text, sizeof text, "%s %s", what, order->doubt.reason.text);
    return engine_park(order, REASON_IN_DOUBT, code, text, terms);
}

/* The next look-up: soon at first, then less often, and one as soon as an "absent" counts. */
static enum engine_move wait_for_look(struct order *order, const struct engine_terms *terms)
{
    struct doubt *doubt = &order->doubt;
    int64_t pause_ms = terms->backoff.first_ms;

    REQUIRE(doubt->open && order->lookup.workflow == NULL);
    for (unsigned i = 0; i < doubt->looks && pause_ms < terms->backoff.cap_ms; i++)
        pause_ms *= 2;
    if (pause_ms > terms->backoff.cap_ms)
        pause_ms = terms->backoff.cap_ms;
    order->due_ms = terms->now_ms + pause_ms;
    if (terms->now_ms < doubt->absent_ms && order->due_ms > doubt->absent_ms)
        order->due_ms = doubt->absent_ms;
    return ENGINE_WAIT;
}

static enum engine_move wait_in_doubt(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);

    switch (class_of(step, terms)) {
    case REPEAT_SAFE:
    case REPEAT_REPEATABLE: /* nothing to look for: the attempt must be out of the way before the next */
        order->due_ms = order->doubt.absent_ms;
        return ENGINE_WAIT;
    case REPEAT_LOOKUP:
        return wait_for_look(order, terms);
    case REPEAT_NEVER:
        break;
    }
    return park_in_doubt(order, order->doubt.refused ? "refused" : "never",
                         "BT may have carried it out, and that cannot be found out here.", terms);
}

/* For people, by the wall clock: the worker goes by its own clock. */
static void note_doubt(struct order *order, const struct engine_terms *terms)
{
    journal_note_doubt(&order->journal, terms->wall_ms,
                       terms->wall_ms + order->doubt.absent_ms - terms->now_ms);
}

enum engine_move engine_fall_in_doubt(struct order *order, const struct reason *reason, bool refused,
                                      const struct engine_terms *terms)
{
    struct doubt *doubt = &order->doubt;
    enum engine_move resolved;

    REQUIRE(order->lookup.workflow == NULL && workflow_step_writes(order_step(order)));
    REQUIRE(!doubt->open);
    doubt->open = doubt->was = true;
    doubt->refused = doubt->refused || refused;
    doubt->absent_ms = terms->now_ms + terms->doubt.absent_own_ms;
    doubt->give_up_ms = terms->now_ms + terms->doubt.give_up_ms;
    doubt->looks = 0;
    doubt->reason = *reason;
    note_doubt(order, terms);
    return engine_resolve(order, terms, &resolved) ? resolved : wait_in_doubt(order, terms);
}

/* It was written down before it was sent, and the journal of that moment does not have it yet. */
static void note_lost_attempt(struct order *order)
{
    const struct journal_entry *latest = journal_latest(&order->journal);

    if (latest != NULL && latest->attempt == order->attempt)
        return;
    journal_begin(&order->journal, order_step(order)->id, order->attempt);
    text_print(journal_latest(&order->journal)->said, JOURNAL_SAID_SIZE,
               "sent, or about to be, by a worker that was lost");
}

enum engine_move engine_take_over(struct order *order, const struct engine_terms *terms)
{
    struct doubt *doubt = &order->doubt;

    REQUIRE(order->ledger.unloaded == NULL && order->lookup.workflow == NULL);
    doubt->open = doubt->was = true;
    doubt->restarts++;
    doubt->absent_ms = terms->now_ms + terms->doubt.absent_ms;
    doubt->give_up_ms = terms->now_ms + terms->doubt.give_up_ms;
    doubt->looks = 0;
    if (doubt->reason.kind == REASON_NONE)
        reason_set(&doubt->reason, REASON_UNAVAILABLE, "owner",
                   "The worker that sent attempt %u was lost before an answer came.", order->attempt);
    note_lost_attempt(order);
    note_doubt(order, terms);
    return wait_in_doubt(order, terms);
}

/* The attempt is known not to have happened, or never to happen: the next one, if there may be one. */
static enum engine_move attempt_again(struct order *order, const struct engine_terms *terms)
{
    REQUIRE(order->doubt.open && order->lookup.workflow == NULL);
    REQUIRE(terms->now_ms >= order->doubt.absent_ms); /* R5: the one before is out of the way */
    order->doubt.open = false;
    if (order->main.calls.attempts >= terms->backoff.attempts_max)
        return park_in_doubt(order, "absent", "BT does not show it after as many attempts as are allowed.",
                             terms);
    return ENGINE_RETRY;
}

enum engine_move engine_next_in_doubt(struct order *order, const struct engine_terms *terms)
{
    const struct step *step = order_step(order);
    enum repeat_class class = class_of(step, terms);
    enum engine_move resolved;

    if (engine_resolve(order, terms, &resolved))
        return resolved;
    if (class == REPEAT_NEVER)
        return wait_in_doubt(order, terms); /* a take-over whose settings know less */
    if (class != REPEAT_LOOKUP) {
        if (terms->now_ms < order->doubt.absent_ms)
            return wait_in_doubt(order, terms);
        return attempt_again(order, terms);
    }
    order->doubt.look_sent_ms = terms->now_ms;
    engine_begin_lookup(order, step->lookup);
    return ENGINE_RETRY;
}

/* The step takes its outputs by name from the look-up's. */
static enum engine_move found(struct order *order, const struct step *step, struct json_object *outputs)
{
    struct json_object *taken = json_object_new_object();

    REQUIRE(order->doubt.answer == NULL);
    for (size_t i = 0; i < step->output_count; i++)
        tree_add(taken, step->outputs[i].name, json_object_get(tree_member(outputs, step->outputs[i].name)));
    order->doubt.answer = taken;
    return ENGINE_FOUND;
}

/* A look-up that did not answer, or answered too early, is followed by another, until it is given up. */
static enum engine_move look_later(struct order *order, const struct engine_terms *terms)
{
    if (terms->now_ms < order->doubt.give_up_ms)
        return wait_for_look(order, terms);
    return park_in_doubt(order, "lookup", "BT may have carried it out, and looking for it gave no answer.",
                         terms);
}

/* `answer` null: it gave none, so what BT said instead. */
static void note_look(struct order *order, const char *answer, const struct call_record *calls,
                      const struct engine_terms *terms)
{
    char text[BT_CODE_SIZE + 16];

    if (answer == NULL && calls->http_status == 0)
        answer = "no reply";
    text_print(text, sizeof text, "%d%s%s", calls->http_status, *calls->bt_code == '\0' ? "" : "/",
               calls->bt_code);
    journal_note_look(&order->journal, terms->wall_ms, answer == NULL ? text : answer);
}

enum engine_move engine_judge_lookup(struct order *order, const struct engine_terms *terms)
{
    struct doubt *doubt = &order->doubt;
    CLEANUP(tree_release) struct json_object *outputs = TAKE(doubt->answer);

    REQUIRE(doubt->open && order->lookup.workflow != NULL);
    const struct call_record calls = order->lookup.calls; /* its texts are not looked at */
    execution_release(&order->lookup);
    doubt->looks++;
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    scope.outputs = outputs;
    bool is_found = outputs != NULL && criteria_hold(&step->lookup->found, &scope);
    bool is_absent =
        outputs != NULL && (doubt->answered_absent || criteria_hold(&step->lookup->absent, &scope));
    if ((terms->rules_off & RULE_PROOF) != 0 && outputs != NULL)
        is_absent = !is_found;
    note_look(order,
              outputs == NULL         ? NULL
              : is_found == is_absent ? "unproven"
              : is_found              ? "found"
                                      : "absent",
              &calls, terms);
    enum engine_move resolved;
    if (!is_found && engine_resolve(order, terms, &resolved)) /* it came while BT was asked */
        return resolved;
    if (is_found == is_absent) /* neither is proven (PROMISE.md R17) */
        return look_later(order, terms);
    if (is_found)
        return found(order, step, outputs);
    if (doubt->look_sent_ms < doubt->absent_ms)
        return look_later(order, terms);
    if (doubt->refused)
        return park_in_doubt(order, "refused",
                             "BT refused an attempt after one that may have happened, and does not show it.",
                             terms);
    return attempt_again(order, terms);
}
