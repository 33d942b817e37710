/* Reads and writes the keys and values of the ledger's records. */
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

/* A record holds a request, its outputs and its outcome: more than one event may. */
static const struct datum_limits limits = {.bytes_max = 64 << 20, .values_max = 1000, .depth_max = 8};

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

/* The fields of each format, whose later ones only add some; those that it lacks are null, which is their default. */
static bool read_framed(const struct schema *const formats[LEDGER_FORMATS],
                        const size_t fields[LEDGER_FORMATS], const void *value, size_t length,
                        struct datum_leaf leaves[], unsigned *format, struct fault *why)
{
    struct frame frame;
    unsigned i = 0;

    TRY(framing_read(value, length, NULL, 0, &frame, why));
    while (i < LEDGER_FORMATS &&
           (frame.framing != FRAMING_SINGLE_OBJECT || frame.fingerprint != schema_fingerprint(formats[i])))
        i++;
    if (i == LEDGER_FORMATS)
        return fault_set(
            why, FAULT_INPUT,
            "it is not a '%s' of a format that this worker reads, which are 1 to %d (its schema has the "
            "fingerprint %016" PRIx64 "); start a worker that knows it",
            schema_name(formats[0]), LEDGER_FORMATS, frame.fingerprint);
    *format = i + 1;
    memset(leaves, 0, fields[LEDGER_FORMATS - 1] * sizeof *leaves);
    return datum_read_leaves(formats[i], (const char *)value + frame.start, length - frame.start, &limits,
                             leaves, fields[i], why);
}

static char *take(const struct datum_leaf *leaf)
{
    return leaf->bytes == NULL ? NULL : memory_text_of(leaf->bytes, leaf->length);
}

static void copy(const struct datum_leaf *leaf, char *text, size_t size)
{
    snprintf(text, size, "%.*s", (int)leaf->length, leaf->bytes);
}

/* clang-format off */
enum { STATE, REQUEST_ID, ORDER_TYPE, STEP, KEY, OFFSET, TURN, ATTEMPT, REQUESTED_AT, WROTE_AT, INPUTS, PROGRESS,
       OUTCOME, OUTCOME_HEADERS, LAST_DECISION, SETTLEMENT, ORDER_FIELDS_1, DECISIONS = ORDER_FIELDS_1, ORDER_FIELDS_2,
       WORKFLOW = ORDER_FIELDS_2, PLACE, WAIT, REFERENCES, HEARD, ORDER_FIELDS_3 };
/* clang-format on */

static bool read_order(const struct ledger_schemas *schemas, const void *value, size_t length,
                       struct datum_leaf leaves[ORDER_FIELDS_3], char request_id[UUID_TEXT_SIZE],
                       struct fault *why)
{
    unsigned format;
    char text[UUID_TEXT_SIZE + 1]; /* so that a longer one shows */
    struct uuid id;

    TRY(read_framed(schemas->orders, (const size_t[]){ORDER_FIELDS_1, ORDER_FIELDS_2, ORDER_FIELDS_3}, value,
                    length, leaves, &format, why));
    copy(&leaves[REQUEST_ID], text, sizeof text);
    TRY(uuid_parse(text, &id, why));
    memcpy(request_id, text, UUID_TEXT_SIZE);
    return true;
}

bool ledger_read_head(const struct ledger_schemas *schemas, const void *value, size_t length,
                      struct ledger_head *head, struct fault *why)
{
    struct datum_leaf leaves[ORDER_FIELDS_3];
    char request_id[UUID_TEXT_SIZE];

    TRY(read_order(schemas, value, length, leaves, request_id, why));
    *head = (struct ledger_head){.state = (enum ledger_state)leaves[STATE].number,
                                 .written_at_ms = leaves[WROTE_AT].number,
                                 .settlement = leaves[SETTLEMENT].bytes,
                                 .settlement_length = leaves[SETTLEMENT].length,
                                 .has_references = leaves[REFERENCES].length > 1};
    memcpy(head->request_id, request_id, sizeof head->request_id);
    return true;
}

/* A part that is a record or a list, as JSON; null: there is none. Owned by the caller. */
static bool read_part(const struct schema *schema, const struct datum_leaf *leaf, struct json_object **tree,
                      struct fault *why)
{
    *tree = NULL;
    return leaf->bytes == NULL || datum_decode(schema, leaf->bytes, leaf->length, schema, &limits, tree, why);
}

static bool read_parts(const struct ledger_schemas *schemas, const struct datum_leaf leaves[],
                       struct ledger_record *record, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *wait = NULL;
    CLEANUP(tree_release) struct json_object *references = NULL;
    CLEANUP(tree_release) struct json_object *heard = NULL;

    TRY(read_part(schemas->wait, &leaves[WAIT], &wait, why));
    if (leaves[REFERENCES].length > 1) /* an empty list is one byte */
        TRY(read_part(schemas->references, &leaves[REFERENCES], &references, why));
    TRY(read_part(schemas->heard, &leaves[HEARD], &heard, why));
    ledger_wait_of(wait, &record->wait);
    ledger_references_of(references, &record->references);
    ledger_heard_of(heard, &record->heard);
    return true;
}

bool ledger_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                 struct ledger_record *record, struct fault *why)
{
    struct datum_leaf leaves[ORDER_FIELDS_3];
    char request_id[UUID_TEXT_SIZE];

    TRY(read_order(schemas, value, length, leaves, request_id, why));
    *record = (struct ledger_record){.state = (enum ledger_state)leaves[STATE].number,
                                     .order_type = take(&leaves[ORDER_TYPE]),
                                     .step = take(&leaves[STEP]),
                                     .key = take(&leaves[KEY]),
                                     .key_length = leaves[KEY].length,
                                     .offset = leaves[OFFSET].number,
                                     .turn = leaves[TURN].number,
                                     .attempt = (unsigned)leaves[ATTEMPT].number,
                                     .requested_at_ms = leaves[REQUESTED_AT].number,
                                     .written_at_ms = leaves[WROTE_AT].number,
                                     .inputs = take(&leaves[INPUTS]),
                                     .progress = take(&leaves[PROGRESS]),
                                     .outcome = take(&leaves[OUTCOME]),
                                     .outcome_length = leaves[OUTCOME].length,
                                     .outcome_headers = take(&leaves[OUTCOME_HEADERS]),
                                     .last_decision = take(&leaves[LAST_DECISION]),
                                     .settlement = take(&leaves[SETTLEMENT]),
                                     .decisions = take(&leaves[DECISIONS]),
                                     .workflow = take(&leaves[WORKFLOW]),
                                     .place = leaves[PLACE].number};
    memcpy(record->request_id, request_id, sizeof record->request_id);
    if (read_parts(schemas, leaves, record, why))
        return true;
    ledger_release(record);
    return false;
}

bool ledger_read_owner(const struct ledger_schemas *schemas, const void *value, size_t length,
                       struct ledger_owner *owner, struct fault *why)
{
    enum {
        TOKEN,
        PARTITION,
        PARTITION_COUNT,
        POSITION,
        SIGNALS,
        WRITTEN_AT,
        FIELDS_1,
        PARTITIONER = FIELDS_1,
        LAST_OFFSET,
        LAST_APPENDED_AT,
        FIELDS_2,
        EVENTS = FIELDS_2,
        FIELDS_3
    };
    struct datum_leaf leaves[FIELDS_3];
    unsigned format;

    TRY(read_framed(schemas->owners, (const size_t[]){FIELDS_1, FIELDS_2, FIELDS_3}, value, length, leaves,
                    &format, why));
    *owner = (struct ledger_owner){.partition = (int32_t)leaves[PARTITION].number,
                                   .partition_count = (int32_t)leaves[PARTITION_COUNT].number,
                                   .position = leaves[POSITION].number,
                                   .signals = leaves[SIGNALS].number,
                                   .written_at_ms = leaves[WRITTEN_AT].number,
                                   .last_offset = format < 2 ? -1 : leaves[LAST_OFFSET].number,
                                   .last_appended_ms = leaves[LAST_APPENDED_AT].number,
                                   .events = format < 3 ? -1 : leaves[EVENTS].number};
    copy(&leaves[TOKEN], owner->token, sizeof owner->token);
    copy(&leaves[PARTITIONER], owner->partitioner, sizeof owner->partitioner);
    return true;
}

void ledger_release(struct ledger_record *record)
{
    memory_free(record->order_type);
    memory_free(record->step);
    memory_free(record->key);
    memory_free(record->inputs);
    memory_free(record->progress);
    memory_free(record->outcome);
    memory_free(record->outcome_headers);
    memory_free(record->last_decision);
    memory_free(record->settlement);
    memory_free(record->decisions);
    memory_free(record->workflow);
    ledger_wait_release(&record->wait);
    ledger_references_release(&record->references);
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
}
