/*
 * What BT has reported may prove that it has received a call whose reply nobody has (x-message): then nothing is looked
 * for, and nothing is sent again. The message stays in the mailbox, for the step that waits for it; one that says that BT
 * has rejected the call is used up by the step's onFailure.
 */
#include "engine_proof.h"
#include "engine_inside.h"

#include "invariant.h"
#include "memory.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

/* Whether the present step was sent, or is about to be (R20). */
static bool was_sent(const struct order *order, const struct step *step)
{
    const struct ledger_references *references = &order->waiting.references;
    size_t i = 0;

    while (i < references->count && strcmp(references->list[i].step, step->id) != 0)
        i++;
    return i < references->count;
}

/* The reference that such a message bears. Owned. */
static struct json_object *reference_of(struct order *order, const struct step *step)
{
    struct scope scope = engine_scope(order);
    char name[128];

    if (step->proof->correlation != NULL)
        return payload_value(step->proof->correlation, &scope);
    snprintf(name, sizeof name, "%sReference", step->id);
    return json_object_get(tree_member(order->request.inputs, name));
}

/* What BT says of the present step's call: both are something that no message can mean, so it proves nothing (R17). */
static bool says(const struct proof *proof, const struct scope *scope, bool rejected)
{
    return criteria_hold(rejected ? &proof->rejected : &proof->accepted, scope) &&
           !(proof->rejected.count > 0 &&
             criteria_hold(rejected ? &proof->accepted : &proof->rejected, scope));
}

/* The place of the oldest message since its call was intended that says so; as many as there are: none does. */
static size_t message_of(struct order *order, bool rejected)
{
    const struct step *step =
        order->lookup.workflow == NULL && order->main.workflow != NULL ? order_step(order) : NULL;
    const struct mailbox *mailbox = &order->waiting.mailbox;
    size_t i = 0;

    if (step == NULL || step->proof == NULL || mailbox->count == 0 || !was_sent(order, step) ||
        (rejected && step->proof->rejected.count == 0))
        return mailbox->count;
    CLEANUP(tree_release) struct json_object *reference = reference_of(order, step);
    const char *text = tree_text(reference);
    struct scope scope = engine_scope(order);
    for (; text != NULL && i < mailbox->count; i++) {
        scope.body = scope.message = mailbox->list[i].payload;
        if (mailbox->list[i].number >= order->waiting.taken_before_call &&
            strcmp(mailbox->list[i].reference, text) == 0 && says(step->proof, &scope, rejected))
            return i;
    }
    return mailbox->count;
}

bool engine_take_proof(struct order *order, const struct engine_terms *terms)
{
    const struct mailbox *mailbox = &order->waiting.mailbox;
    size_t place = message_of(order, false);

    if (place == mailbox->count)
        return false;
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    struct json_object *outputs = json_object_new_object();
    REQUIRE(order->doubt.answer == NULL && workflow_step_writes(step));
    scope.body = scope.message = mailbox->list[place].payload;
    for (size_t i = 0; i < step->output_count; i++)
        tree_add(outputs, step->outputs[i].name, NULL);
    for (size_t i = 0; i < step->proof->output_count; i++)
        tree_add(outputs, step->proof->outputs[i].name, payload_value(step->proof->outputs[i].value, &scope));
    if (journal_latest(&order->journal) != NULL)
        journal_note_look(&order->journal, terms->wall_ms, "reported");
    order->doubt.answer = outputs;
    return true;
}

/* Whether an attempt before the latest may have come to BT, too: its no may be about that one (R6). */
static bool was_in_doubt_before(const struct order *order, const struct step *step)
{
    const struct journal *journal = &order->journal;

    for (size_t i = 0; i + 1 < journal->count; i++)
        if (journal->entries[i].doubt.since_ms != 0 && strcmp(journal->entries[i].step, step->id) == 0)
            return true;
    return journal->dropped > 0; /* that is not known any more */
}

bool engine_resolve(struct order *order, const struct engine_terms *terms, enum engine_move *move)
{
    struct waiting *waiting = &order->waiting;

    *move = ENGINE_FOUND;
    if (engine_take_proof(order, terms))
        return true;
    size_t place = message_of(order, true);
    if (place == waiting->mailbox.count || was_in_doubt_before(order, order_step(order)))
        return false;
    REQUIRE(waiting->message.payload == NULL && workflow_step_writes(order_step(order)));
    mailbox_take_at(&waiting->mailbox, place, &waiting->message);
    if (journal_latest(&order->journal) != NULL)
        journal_note_look(&order->journal, terms->wall_ms, "rejected");
    *move = ENGINE_DENIED;
    return true;
}
