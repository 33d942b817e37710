/*
 * What BT has reported may prove that it has received a call whose reply nobody has (x-message): then nothing is looked
 * for, and nothing is sent again. The message stays in the mailbox, for the step that waits for it.
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

/* The oldest message that proves it; null: there is none. */
static const struct message *proof_of(struct order *order)
{
    const struct step *step =
        order->lookup.workflow == NULL && order->main.workflow != NULL ? order_step(order) : NULL;
    const struct mailbox *mailbox = &order->waiting.mailbox;

    if (step == NULL || step->proof == NULL || mailbox->count == 0 || !was_sent(order, step))
        return NULL;
    CLEANUP(tree_release) struct json_object *reference = reference_of(order, step);
    const char *text = tree_text(reference);
    struct scope scope = engine_scope(order);
    for (size_t i = 0; text != NULL && i < mailbox->count; i++) {
        scope.body = mailbox->list[i].payload;
        if (strcmp(mailbox->list[i].reference, text) == 0 && criteria_hold(&step->proof->accepted, &scope))
            return &mailbox->list[i];
    }
    return NULL;
}

bool engine_take_proof(struct order *order, const struct engine_terms *terms)
{
    const struct message *message = proof_of(order);

    if (message == NULL)
        return false;
    const struct step *step = order_step(order);
    struct scope scope = engine_scope(order);
    struct json_object *outputs = json_object_new_object();
    REQUIRE(order->doubt.answer == NULL && workflow_step_writes(step));
    scope.body = message->payload;
    for (size_t i = 0; i < step->output_count; i++)
        tree_add(outputs, step->outputs[i].name, NULL);
    for (size_t i = 0; i < step->proof->output_count; i++)
        tree_add(outputs, step->proof->outputs[i].name, payload_value(step->proof->outputs[i].value, &scope));
    if (journal_latest(&order->journal) != NULL)
        journal_note_look(&order->journal, terms->wall_ms, "reported");
    order->doubt.answer = outputs;
    return true;
}
