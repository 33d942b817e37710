/* See ledger.h. */
#include "ledger.h"

#include "base64.h"
#include "datum.h"
#include "framing.h"
#include "memory.h"
#include "when.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
    [LEDGER_QUEUED] = "QUEUED", [LEDGER_INTENDED] = "INTENDED", [LEDGER_PARKED] = "PARKED",
    [LEDGER_DONE] = "DONE",     [LEDGER_DONE + 1] = NULL,
};

/* A record holds a request, its outputs and its outcome: more than one event may. */
static const struct datum_limits limits = {.bytes_max = 64 << 20, .values_max = 1000, .depth_max = 8};

const char *ledger_state_name(enum ledger_state state)
{
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

static void add_text(struct json_object *tree, const char *name, const char *text)
{
    json_object_object_add(tree, name, text == NULL ? NULL : json_object_new_string(text));
}

static void add_bytes(struct json_object *tree, const char *name, const char *bytes, size_t length)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, length * 2 + 16);
    if (bytes != NULL)
        base64_write(bytes, length, &text);
    json_object_object_add(tree, name, bytes == NULL ? NULL : json_object_new_string(buffer_text(&text)));
}

static void add_moment(struct json_object *tree, const char *name, int64_t ms)
{
    char text[WHEN_TEXT_SIZE];

    when_print(ms, text);
    json_object_object_add(tree, name, json_object_new_string(text));
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
                     "a ledger record does not fit its schema or its topic: %.250s", inner.text);
}

bool ledger_write(const struct ledger_schemas *schemas, const struct ledger_record *record,
                  struct buffer *value, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    add_text(tree, "state", state_names[record->state]);
    add_text(tree, "requestId", record->request_id);
    add_text(tree, "orderType", record->order_type);
    add_bytes(tree, "key", record->key, record->key_length);
    json_object_object_add(tree, "offset", json_object_new_int64(record->offset));
    json_object_object_add(tree, "turn", json_object_new_int64(record->turn));
    json_object_object_add(tree, "attempt", json_object_new_int64(record->attempt));
    add_moment(tree, "requestedAt", record->requested_at_ms);
    add_moment(tree, "writtenAt", record->written_at_ms);
    add_text(tree, "inputs", record->inputs);
    add_text(tree, "progress", record->progress);
    add_bytes(tree, "outcome", record->outcome, record->outcome_length);
    add_text(tree, "outcomeHeaders", record->outcome_headers);
    add_text(tree, "lastDecision", record->last_decision);
    add_text(tree, "settlement", record->settlement);
    return write_framed(schemas->order, tree, value, why);
}

bool ledger_write_owner(const struct ledger_schemas *schemas, const struct ledger_owner *owner,
                        struct buffer *value, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();

    add_text(tree, "token", owner->token);
    json_object_object_add(tree, "partition", json_object_new_int(owner->partition));
    json_object_object_add(tree, "partitionCount", json_object_new_int(owner->partition_count));
    json_object_object_add(tree, "position", json_object_new_int64(owner->position));
    json_object_object_add(tree, "signals", json_object_new_int64(owner->signals));
    add_moment(tree, "writtenAt", owner->written_at_ms);
    return write_framed(schemas->owner, tree, value, why);
}

static bool read_framed(const struct schema *schema, const void *value, size_t length,
                        struct json_object **tree, struct fault *why)
{
    struct frame frame;

    TRY(framing_read(value, length, NULL, 0, &frame, why));
    if (frame.framing != FRAMING_SINGLE_OBJECT || frame.fingerprint != schema_fingerprint(schema))
        return fault_set(why, FAULT_INPUT,
                         "it was written with another schema than '%s' of this catalogue: a newer worker has "
                         "been here",
                         schema_name(schema));
    return datum_decode(schema, (const char *)value + frame.start, length - frame.start, schema, &limits,
                        tree, why);
}

static char *take_text(const struct json_object *tree, const char *name)
{
    return memory_text(tree_text_of(tree, name));
}

static char *take_bytes(const struct json_object *tree, const char *name, size_t *length)
{
    const char *text = tree_text_of(tree, name);
    struct buffer bytes;
    struct fault unused;

    *length = 0;
    if (text == NULL)
        return NULL;
    buffer_init(&bytes, strlen(text) + 16);
    if (!base64_read(text, strlen(text), &bytes, &unused)) {
        buffer_release(&bytes); /* cannot be: the datum's reader wrote the text */
        return NULL;
    }
    return buffer_take(&bytes, length);
}

static int64_t number_of(const struct json_object *tree, const char *name)
{
    return json_object_get_int64(tree_member(tree, name));
}

static int64_t moment_of(const struct json_object *tree, const char *name)
{
    int64_t ms = 0;
    struct fault unused;

    return when_parse(tree_text_of(tree, name), &ms, &unused) ? ms : 0;
}

bool ledger_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                 struct ledger_record *record, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;

    TRY(read_framed(schemas->order, value, length, &tree, why));
    *record =
        (struct ledger_record){.state = (enum ledger_state)name_in(tree_text_of(tree, "state"), state_names)};
    snprintf(record->request_id, sizeof record->request_id, "%s", tree_text_of(tree, "requestId"));
    record->order_type = take_text(tree, "orderType");
    record->key = take_bytes(tree, "key", &record->key_length);
    record->offset = number_of(tree, "offset");
    record->turn = number_of(tree, "turn");
    record->attempt = (unsigned)number_of(tree, "attempt");
    record->requested_at_ms = moment_of(tree, "requestedAt");
    record->written_at_ms = moment_of(tree, "writtenAt");
    record->inputs = take_text(tree, "inputs");
    record->progress = take_text(tree, "progress");
    record->outcome = take_bytes(tree, "outcome", &record->outcome_length);
    record->outcome_headers = take_text(tree, "outcomeHeaders");
    record->last_decision = take_text(tree, "lastDecision");
    record->settlement = take_text(tree, "settlement");
    return true;
}

bool ledger_read_owner(const struct ledger_schemas *schemas, const void *value, size_t length,
                       struct ledger_owner *owner, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;

    TRY(read_framed(schemas->owner, value, length, &tree, why));
    *owner = (struct ledger_owner){.partition = (int32_t)number_of(tree, "partition"),
                                   .partition_count = (int32_t)number_of(tree, "partitionCount"),
                                   .position = number_of(tree, "position"),
                                   .signals = number_of(tree, "signals"),
                                   .written_at_ms = moment_of(tree, "writtenAt")};
    snprintf(owner->token, sizeof owner->token, "%s", tree_text_of(tree, "token"));
    return true;
}

void ledger_release(struct ledger_record *record)
{
    memory_free(record->order_type);
    memory_free(record->key);
    memory_free(record->inputs);
    memory_free(record->progress);
    memory_free(record->outcome);
    memory_free(record->outcome_headers);
    memory_free(record->last_decision);
    memory_free(record->settlement);
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
}
