/*
 * Reads what a step says of how its effect is known at BT without a reply: x-lookup, x-look, x-order, x-message.
 */
#include "arazzo_inside.h"

#include "memory.h"

#include <string.h>

enum { LOOK_EVERY_MIN_MS = 60000 };

/* Parameter Objects without `in`: they become inputs of the look-up. */
static void read_lookup_parameters(struct arazzo_reader *reader, struct json_object *list,
                                   struct lookup *lookup)
{
    size_t mark = json_cursor_enter(reader->cursor, "parameters"),
           count = json_cursor_length(reader->cursor, list);

    lookup->parameters = memory_new(count, sizeof *lookup->parameters);
    for (size_t i = 0; i < count; i++) {
        struct json_object *tree = json_object_array_get_idx(list, i);
        size_t item = json_cursor_enter_item(reader->cursor, i);
        const char *name = json_cursor_text(reader->cursor, tree, "name");
        lookup->parameters[lookup->parameter_count++] =
            (struct named_payload){memory_text(name == NULL ? "" : name),
                                   payload_read(tree_member(tree, "value"), reader->cursor, &reader->naming)};
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}

static void read_answer(struct arazzo_reader *reader, struct json_object *tree, const char *member,
                        struct criteria *criteria)
{
    size_t mark = json_cursor_enter(reader->cursor, member);

    criteria_read(tree_member(tree, member), reader->cursor, &reader->naming, criteria);
    if (criteria->count == 0)
        json_cursor_problem(reader->cursor, "[{\"condition\": \"$outputs...\"}]",
                            "x-lookup has no '%s' criteria, and without them there is no answer", member);
    json_cursor_leave(reader->cursor, mark);
}

/* {workflowId, parameters, every, payload}: how BT is asked for what it has not reported. */
static void read_look(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    static const char *const known[] = {"workflowId", "parameters", "every", "payload", NULL};

    if (tree == NULL)
        return;
    size_t mark = json_cursor_enter(reader->cursor, "x-look");
    struct look *look = step->look = memory_new(1, sizeof *look);
    json_cursor_known_members(reader->cursor, tree, known);
    look->lookup.workflow_id = memory_text(json_cursor_text(reader->cursor, tree, "workflowId"));
    arazzo_names_once(reader, tree, "parameters");
    read_lookup_parameters(reader, tree_member(tree, "parameters"), &look->lookup);
    look->every_ms = json_object_get_int64(tree_member(tree, "every"));
    if (look->every_ms < LOOK_EVERY_MIN_MS)
        json_cursor_problem(reader->cursor, "\"every\": milliseconds, at least a minute",
                            "x-look does not say how often BT is asked");
    if (tree_member(tree, "payload") == NULL)
        json_cursor_problem(reader->cursor, "\"payload\": what a message would be, made of $outputs",
                            "x-look has no 'payload'");
    size_t inner = json_cursor_enter(reader->cursor, "payload");
    look->payload = payload_read(tree_member(tree, "payload"), reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, inner);
    json_cursor_leave(reader->cursor, mark);
}

static void read_lookup(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    if (tree == NULL)
        return;
    size_t mark = json_cursor_enter(reader->cursor, "x-lookup");
    step->lookup = memory_new(1, sizeof *step->lookup);
    step->lookup->workflow_id = memory_text(json_cursor_text(reader->cursor, tree, "workflowId"));
    arazzo_names_once(reader, tree, "parameters");
    read_lookup_parameters(reader, tree_member(tree, "parameters"), step->lookup);
    read_answer(reader, tree, "found", &step->lookup->found);
    read_answer(reader, tree, "absent", &step->lookup->absent);
    json_cursor_leave(reader->cursor, mark);
}

/* The place of the output among the step's; output_count: it has none of this name. */
static size_t output_of(const struct step *step, const char *name)
{
    size_t i = 0;

    while (i < step->output_count && strcmp(step->outputs[i].name, name) != 0)
        i++;
    return i;
}

/* Whether an expression that was noted since looks at the message. */
static bool looks_at_message(const struct arazzo *arazzo, size_t since)
{
    for (size_t i = since; i < arazzo->use_count; i++)
        if (arazzo->uses[i].expression->root == ROOT_MESSAGE_PAYLOAD)
            return true;
    return false;
}

/* What would end every doubt, or none, is a mistake. */
static void read_rejected(struct arazzo_reader *reader, struct json_object *tree, struct proof *proof)
{
    struct json_object *rejected = tree_member(tree, "rejected");
    size_t mark = json_cursor_enter(reader->cursor, "rejected"), since = reader->arazzo->use_count;

    criteria_read(rejected, reader->cursor, &reader->naming, &proof->rejected);
    if (tree_has(tree, "rejected") && proof->rejected.count == 0)
        json_cursor_problem(reader->cursor,
                            "[{\"condition\": \"$message.payload#/... == ...\"}], or leave it out",
                            "x-message has no 'rejected' criteria, and without them every message says no");
    else if (proof->rejected.count > 0 && !looks_at_message(reader->arazzo, since))
        json_cursor_problem(reader->cursor, "criteria over $message.payload",
                            "'rejected' looks at nothing that BT says");
    else if (proof->rejected.count > 0 && json_object_equal(rejected, tree_member(tree, "accepted")))
        json_cursor_problem(reader->cursor, "what BT says only once it has refused the call",
                            "'rejected' is the same as 'accepted', and what meets both proves nothing");
    json_cursor_leave(reader->cursor, mark);
}

/* {correlationId, accepted, rejected, outputs}: which message proves what became of the call, and has its outputs. */
static void read_proof(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    static const char *const known[] = {"correlationId", "accepted", "rejected", "outputs", NULL};

    if (tree == NULL)
        return;
    size_t mark = json_cursor_enter(reader->cursor, "x-message");
    json_cursor_known_members(reader->cursor, tree, known);
    if (!workflow_step_writes(step))
        json_cursor_problem(reader->cursor, "leave it out", "a step that only reads is never in doubt");
    step->proof = memory_new(1, sizeof *step->proof);
    size_t inner = json_cursor_enter(reader->cursor, "correlationId");
    if (tree_has(tree, "correlationId"))
        step->proof->correlation =
            payload_read(tree_member(tree, "correlationId"), reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, inner);
    inner = json_cursor_enter(reader->cursor, "accepted");
    criteria_read(tree_member(tree, "accepted"), reader->cursor, &reader->naming, &step->proof->accepted);
    if (step->proof->accepted.count == 0)
        json_cursor_problem(reader->cursor, "[{\"condition\": \"$message.payload#/... == ...\"}]",
                            "x-message has no 'accepted' criteria, and without them nothing is proof");
    json_cursor_leave(reader->cursor, inner);
    read_rejected(reader, tree, step->proof);
    arazzo_read_payloads(reader, tree, "outputs", &step->proof->outputs, &step->proof->output_count);
    for (size_t i = 0; i < step->proof->output_count; i++)
        if (output_of(step, step->proof->outputs[i].name) == step->output_count)
            json_cursor_problem(reader->cursor, "name outputs of the step", "the step has no output '%s'",
                                step->proof->outputs[i].name);
    json_cursor_leave(reader->cursor, mark);
}

/* x-order: which output is BT's id of what the step's reference names. */
static void read_order(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    const char *name = tree_text_of(tree, "x-order");

    step->id_output = name == NULL ? step->output_count : output_of(step, name);
    if (!tree_has(tree, "x-order"))
        return;
    size_t mark = json_cursor_enter(reader->cursor, "x-order");
    if (step->id_output == step->output_count)
        json_cursor_problem(reader->cursor, "the name of one of the step's outputs",
                            "the step has no output '%s'", name == NULL ? "" : name);
    else if (!workflow_step_writes(step))
        json_cursor_problem(reader->cursor, "leave it out", "a step that only reads gives BT no reference");
    json_cursor_leave(reader->cursor, mark);
}

void arazzo_evidence_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    read_lookup(reader, tree_member(tree, "x-lookup"), step);
    read_look(reader, tree_member(tree, "x-look"), step);
    read_order(reader, tree, step);
    read_proof(reader, tree_member(tree, "x-message"), step);
}

static void release_lookup(struct lookup *lookup)
{
    memory_free(lookup->workflow_id);
    arazzo_payloads_release(lookup->parameters, lookup->parameter_count);
    criteria_release(&lookup->found);
    criteria_release(&lookup->absent);
}

void arazzo_evidence_release(struct step *step)
{
    if (step->lookup != NULL)
        release_lookup(step->lookup);
    memory_free(step->lookup);
    if (step->look != NULL) {
        release_lookup(&step->look->lookup);
        payload_free(step->look->payload);
    }
    memory_free(step->look);
    if (step->proof != NULL) {
        payload_free(step->proof->correlation);
        criteria_release(&step->proof->accepted);
        criteria_release(&step->proof->rejected);
        arazzo_payloads_release(step->proof->outputs, step->proof->output_count);
    }
    memory_free(step->proof);
}
