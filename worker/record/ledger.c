/* Writes the keys and values of the ledger's records. */
#include "ledger.h"

#include "base64.h"
#include "datum.h"
#include "framing.h"
#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "tree_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
    [LEDGER_QUEUED] = "QUEUED", [LEDGER_INTENDED] = "INTENDED", [LEDGER_PARKED] = "PARKED",
    [LEDGER_DONE] = "DONE",     [LEDGER_DONE + 1] = NULL,
};
NAMES_COMPLETE(state_names, LEDGER_DONE + 1); /* and the null */
_Static_assert(sizeof "order/" - 1 + UUID_TEXT_SIZE <= LEDGER_KEY_SIZE, "a key has room for an id");
_Static_assert(sizeof "owner/-2147483648" <= LEDGER_KEY_SIZE, "a key has room for a partition");

const char *ledger_state_name(enum ledger_state state)
{
    REQUIRE(state <= LEDGER_DONE);
    return state_names[state];
}

void ledger_order_key(const char *request_id, char key[LEDGER_KEY_SIZE])
{
    snprintf(key, LEDGER_KEY_SIZE, "order/%s", request_id);
}

void ledger_owner_key(int32_t partition, char key[LEDGER_KEY_SIZE])
{
    snprintf(key, LEDGER_KEY_SIZE, "owner/%d", (int)partition);
}

static void add_bytes(struct json_object *tree, const char *name, const char *bytes, size_t length)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, length * 2 + 16);
    if (bytes != NULL)
        base64_write(bytes, length, &text);
    tree_add(tree, name, bytes == NULL ? NULL : json_object_new_string(buffer_text(&text)));
}

static bool write_framed(const struct schema *schema, struct json_object *tree, struct buffer *value,
                         struct fault *why)
{
    const struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};
    struct fault inner;

    framing_write(&frame, value);
    if (datum_encode_shaped(schema, tree, value, &inner))
        return true;
    return fault_set(why, inner.kind == FAULT_EXHAUSTED ? FAULT_EXHAUSTED : FAULT_LOCAL,
                     "a ledger record does not fit its schema or its topic: %s", inner.text);
}

bool ledger_write(const struct ledger_schemas *schemas, const struct ledger_record *record,
                  struct buffer *value, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    REQUIRE(record->state <= LEDGER_DONE && *record->request_id != '\0');
    REQUIRE(schemas->writes >= 1 && schemas->writes <= LEDGER_FORMATS);
    tree_add_text(tree, "state", state_names[record->state]);
    tree_add_text(tree, "requestId", record->request_id);
    tree_add_text(tree, "orderType", record->order_type);
    tree_add_text(tree, "step", record->step);
    add_bytes(tree, "key", record->key, record->key_length);
    tree_add_integer(tree, "offset", record->offset);
    tree_add_integer(tree, "turn", record->turn);
    tree_add_integer(tree, "attempt", record->attempt);
    tree_add_moment(tree, "requestedAt", record->requested_at_ms);
    tree_add_moment(tree, "writtenAt", record->written_at_ms);
    tree_add_text(tree, "inputs", record->inputs);
    tree_add_text(tree, "progress", record->progress);
    add_bytes(tree, "outcome", record->outcome, record->outcome_length);
    tree_add_text(tree, "outcomeHeaders", record->outcome_headers);
    tree_add_text(tree, "lastDecision", record->last_decision);
    tree_add_text(tree, "settlement", record->settlement);
    if (schemas->writes >= 2)
        tree_add_text(tree, "decisions", record->decisions);
    if (schemas->writes >= 3) {
        tree_add_text(tree, "workflow", record->workflow);
        tree_add_integer(tree, "place", record->place);
        tree_add(tree, "wait", ledger_wait_tree(&record->wait));
        tree_add(tree, "references", ledger_references_tree(&record->references));
        tree_add(tree, "heard", ledger_heard_tree(&record->heard));
    }
    REQUIRE(schemas->writes >= LEDGER_FORMAT_WAITS || record->wait.step == NULL);
    return write_framed(schemas->orders[schemas->writes - 1], tree, value, why);
}

bool ledger_write_owner(const struct ledger_schemas *schemas, const struct ledger_owner *owner,
                        struct buffer *value, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    REQUIRE(schemas->writes >= 1 && schemas->writes <= LEDGER_FORMATS);
    REQUIRE(*owner->token != '\0'); /* without it nobody finds the barrier again */
    tree_add_text(tree, "token", owner->token);
    tree_add_integer(tree, "partition", owner->partition);
    tree_add_integer(tree, "partitionCount", owner->partition_count);
    tree_add_integer(tree, "position", owner->position);
    tree_add_integer(tree, "signals", owner->signals);
    tree_add_moment(tree, "writtenAt", owner->written_at_ms);
    if (schemas->writes >= 2) {
        tree_add_text(tree, "partitioner", *owner->partitioner == '\0' ? NULL : owner->partitioner);
        tree_add_integer(tree, "lastOffset", owner->last_offset);
        tree_add_moment(tree, "lastAppendedAt", owner->last_appended_ms);
    }
    if (schemas->writes >= 3)
        tree_add_integer(tree, "events", owner->events);
    return write_framed(schemas->owners[schemas->writes - 1], tree, value, why);
}

void ledger_drop_content(struct ledger_record *record)
{
    record->inputs = memory_free(record->inputs);
    record->progress = memory_free(record->progress);
    record->outcome = memory_free(record->outcome);
    record->outcome_length = 0;
    record->outcome_headers = memory_free(record->outcome_headers);
    record->last_decision = memory_free(record->last_decision);
    record->settlement = memory_free(record->settlement);
    record->decisions = memory_free(record->decisions);
}

void ledger_release(struct ledger_record *record)
{
    ledger_drop_content(record);
    memory_free(record->order_type);
    memory_free(record->step);
    memory_free(record->key);
    memory_free(record->workflow);
    ledger_wait_release(&record->wait);
    ledger_references_release(&record->references);
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
}
