/* Reads and writes a decision's Avro record. */
#include "decision.h"

#include "datum.h"
#include "framing.h"
#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "schema_node.h"
#include "timestamp.h"
#include "tree_build.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

const char *const decision_words[] = {"happened", "did-not-happen", "retry",  "reject", "look",
                                      "heard",    "skip",           "cancel", NULL};
static const char *const symbols[] = {"HAPPENED", "DID_NOT_HAPPEN", "RETRY",  "REJECT", "LOOK",
                                      "HEARD",    "SKIP",           "CANCEL", NULL};
NAMES_COMPLETE(decision_words, DECISION_CANCEL + 1); /* and the null */
NAMES_COMPLETE(symbols, DECISION_CANCEL + 1);

bool decision_is_about_wait(enum decision_verdict verdict)
{
    return verdict >= DECISION_LOOK;
}

/* The oldest form that can say it; null: the catalogue is of an older worker, and has none. */
static const struct schema *form_of(const struct catalogue *catalogue, const struct decision *decision)
{
    bool knows_waits = schema_field(schema_root(catalogue->decision), "since") != NULL;

    if (decision_is_about_wait(decision->verdict))
        return knows_waits ? catalogue->decision : NULL;
    if (*decision->outputs == '\0' && catalogue->decision_1 != NULL)
        return catalogue->decision_1;
    return catalogue->decision_2 != NULL ? catalogue->decision_2 : catalogue->decision;
}

static void add_text(struct json_object *tree, const char *name, const char *text)
{
    CLEANUP(memory_release) char *repaired = memory_text(text); /* cut by its size, perhaps in a character */

    utf8_repair(repaired);
    tree_add_text(tree, name, repaired);
}

static void add_wait(struct json_object *tree, const struct decision *decision)
{
    if (*decision->step != '\0') {
        add_text(tree, "step", decision->step);
        tree_add_moment(tree, "since", decision->since_ms);
    } else {
        tree_add(tree, "step", NULL);
        tree_add(tree, "since", NULL);
    }
    tree_add_integer(tree, "heard", decision->heard_end);
}

bool decision_write(const struct catalogue *catalogue, const struct decision *decision, struct buffer *value,
                    struct fault *why)
{
    const struct schema *schema = form_of(catalogue, decision);
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    REQUIRE(decision->verdict <= DECISION_CANCEL);
    if (schema == NULL ||
        (*decision->outputs != '\0' && schema_field(schema_root(schema), "outputs") == NULL))
        return fault_set(why, FAULT_INPUT, "the catalogue's common/Decision.avsc is one of before '%s'",
                         schema == NULL ? decision_words[decision->verdict] : "outputs could be given");
    const struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};
    add_text(tree, "signalId", decision->signal_id);
    add_text(tree, "requestId", decision->request_id);
    tree_add_integer(tree, "attempt", decision->attempt);
    add_text(tree, "verdict", symbols[decision->verdict]);
    if (*decision->reference != '\0')
        add_text(tree, "reference", decision->reference);
    else
        tree_add(tree, "reference", NULL);
    add_text(tree, "why", decision->why);
    add_text(tree, "who", decision->who);
    tree_add_moment(tree, "decidedAt", decision->decided_at_ms);
    if (schema_field(schema_root(schema), "outputs") != NULL)
        tree_add(tree, "outputs",
                 *decision->outputs == '\0' ? NULL : json_object_new_string(decision->outputs));
    if (schema_field(schema_root(schema), "since") != NULL)
        add_wait(tree, decision);
    framing_write(&frame, value);
    struct fault inner;
    if (datum_encode(schema, tree, value, &inner))
        return true;
    return fault_set(why, FAULT_LOCAL, "the decision does not fit its schema: %s", inner.text);
}

static void read_text(struct json_object *tree, const char *name, char text[DECISION_TEXT_SIZE])
{
    const char *value = tree_text_of(tree, name);

    snprintf(text, DECISION_TEXT_SIZE, "%s", value == NULL ? "" : value);
}

/* The schema that it was written with; null: none that this worker knows. */
static const struct schema *writer_of(const struct catalogue *catalogue, const struct frame *frame)
{
    const struct schema *const known[] = {catalogue->decision, catalogue->decision_2, catalogue->decision_1};

    for (size_t i = 0; frame->framing == FRAMING_SINGLE_OBJECT && i < COUNT_OF(known); i++)
        if (known[i] != NULL && schema_has_fingerprint(known[i], frame->fingerprint))
            return known[i];
    return NULL;
}

bool decision_read(const struct catalogue *catalogue, const void *value, size_t length,
                   struct decision *decision, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct frame frame;

    TRY(framing_read(value, length, NULL, 0, &frame, why));
    const struct schema *schema = writer_of(catalogue, &frame);
    if (schema == NULL)
        return fault_set(why, FAULT_INPUT, "it is not a decision, or one of a newer worker");
    TRY(datum_decode(schema, (const char *)value + frame.start, length - frame.start, schema, NULL, &tree,
                     why));
    *decision = (struct decision){
        .attempt = (unsigned)json_object_get_int64(tree_member(tree, "attempt")),
        .verdict = (enum decision_verdict)names_find(symbols, tree_text_of(tree, "verdict"))};
    snprintf(decision->signal_id, UUID_TEXT_SIZE, "%s", tree_text_of(tree, "signalId"));
    snprintf(decision->request_id, UUID_TEXT_SIZE, "%s", tree_text_of(tree, "requestId"));
    read_text(tree, "reference", decision->reference);
    read_text(tree, "why", decision->why);
    read_text(tree, "who", decision->who);
    const char *outputs = tree_text_of(tree, "outputs");
    if (outputs != NULL && strlen(outputs) >= sizeof decision->outputs)
        return fault_set(why, FAULT_INPUT, "its outputs have more than %zu bytes",
                         sizeof decision->outputs - 1);
    snprintf(decision->outputs, sizeof decision->outputs, "%s", outputs == NULL ? "" : outputs);
    read_text(tree, "step", decision->step);
    decision->heard_end = json_object_get_int64(tree_member(tree, "heard"));
    const char *since = tree_text_of(tree, "since");
    if (since != NULL)
        TRY(timestamp_parse(since, &decision->since_ms, why));
    return timestamp_parse(tree_text_of(tree, "decidedAt"), &decision->decided_at_ms, why);
}
