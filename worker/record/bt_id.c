/* Reads and writes what is told and kept of an id of BT's. */
#include "bt_id.h"

#include "datum.h"
#include "framing.h"
#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is held has many small values: as many events as are held of an id (order/bt_ids.h), and some. */
static const struct datum_limits limits = {.bytes_max = 64 << 20, .values_max = 1000, .depth_max = 8};

void bt_id_key(const char *order_id, char key[BT_ID_KEY_SIZE])
{
    snprintf(key, BT_ID_KEY_SIZE, BT_ID_KEY_PREFIX "%s", order_id);
}

static bool write(const struct schema *schema, struct json_object *tree, struct buffer *value,
                  struct fault *why)
{
    const struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};

    framing_write(&frame, value);
    return datum_encode_shaped(schema, tree, value, why);
}

static bool read(const struct schema *schema, const void *value, size_t length, struct json_object **tree,
                 struct fault *why)
{
    struct frame frame;

    TRY(framing_read(value, length, NULL, 0, &frame, why));
    if (frame.framing != FRAMING_SINGLE_OBJECT || frame.fingerprint != schema_fingerprint(schema))
        return fault_set(why, FAULT_INPUT, "it is not a '%s' that this worker knows", schema_name(schema));
    return datum_decode(schema, (const char *)value + frame.start, length - frame.start, schema, &limits,
                        tree, why);
}

static struct json_object *tree_of(const struct bt_id *id)
{
    struct json_object *tree = json_object_new_object();

    tree_add_text(tree, "orderId", id->order_id);
    tree_add_text(tree, "reference", *id->reference == '\0' ? NULL : id->reference);
    tree_add_text(tree, "requestId", *id->request_id == '\0' ? NULL : id->request_id);
    tree_add_integer(tree, "partition", id->partition);
    if (id->until_ms == 0)
        tree_add(tree, "until", NULL);
    else
        tree_add_moment(tree, "until", id->until_ms);
    return tree;
}

static bool read_text(const struct json_object *tree, const char *name, char *text, size_t size,
                      struct fault *why)
{
    const char *value = tree_text_of(tree, name);

    if (value != NULL && strlen(value) >= size)
        return fault_set(why, FAULT_INPUT, "its '%s' has more than %zu bytes", name, size - 1);
    text_print(text, size, "%s", value == NULL ? "" : value);
    return true;
}

static bool id_of(const struct json_object *tree, struct bt_id *id, struct fault *why)
{
    const char *order_id = tree_text_of(tree, "orderId");

    *id = (struct bt_id){.partition = (int32_t)json_object_get_int64(tree_member(tree, "partition")),
                         .until_ms = tree_moment_of(tree, "until")};
    TRY(read_text(tree, "reference", id->reference, sizeof id->reference, why));
    TRY(read_text(tree, "requestId", id->request_id, sizeof id->request_id, why));
    if (*order_id == '\0' || strlen(order_id) > EVENT_TEXT_MAX)
        return fault_set(why, FAULT_INPUT, "its id of BT's has no bytes, or more than %d", EVENT_TEXT_MAX);
    id->order_id = memory_text(order_id);
    return true;
}

void bt_id_write(const struct ledger_schemas *schemas, const struct bt_id *id, struct buffer *value)
{
    CLEANUP(tree_release) struct json_object *tree = tree_of(id);
    struct fault why;

    REQUIRE(id->order_id != NULL && *id->order_id != '\0' && *id->reference != '\0' && id->partition >= 0);
    if (!write(schemas->index, tree, value, &why))
        abort(); /* a few short texts and numbers of ours */
}

bool bt_id_read(const struct ledger_schemas *schemas, const void *value, size_t length, struct bt_id *id,
                struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;

    TRY(read(schemas->index, value, length, &tree, why));
    TRY(id_of(tree, id, why));
    if (*id->reference != '\0' && id->partition >= 0)
        return true;
    bt_id_release(id);
    return fault_set(why, FAULT_INPUT, "it does not say whose the id is");
}

void bt_id_release(struct bt_id *id)
{
    memory_free(id->order_id);
    *id = (struct bt_id){0};
}

bool ledger_index_write(const struct ledger_schemas *schemas, const struct ledger_index *index,
                        struct buffer *value, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = tree_of(&index->id);
    struct json_object *held = json_object_new_array();
    struct fault inner;

    for (size_t i = 0; i < index->held_count; i++)
        json_object_array_add(held, event_tree(&index->held[i]));
    tree_add(tree, "held", held);
    if (write(schemas->ledger_index, tree, value, &inner))
        return true;
    REQUIRE(inner.kind == FAULT_EXHAUSTED); /* an event was read by its own schema before */
    return fault_set(why, FAULT_EXHAUSTED, "a ledger record of an id of BT's is too large: %s", inner.text);
}

bool ledger_index_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                       struct ledger_index *index, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;

    *index = (struct ledger_index){0};
    TRY(read(schemas->ledger_index, value, length, &tree, why));
    TRY(id_of(tree, &index->id, why));
    const struct json_object *held = tree_member(tree, "held");
    size_t count = json_object_array_length(held);
    index->held = count == 0 ? NULL : memory_new(count, sizeof *index->held);
    for (; index->held_count < count; index->held_count++)
        if (!event_of_tree(json_object_array_get_idx(held, index->held_count),
                           &index->held[index->held_count], why)) {
            ledger_index_release(index);
            return false;
        }
    return true;
}

void ledger_index_release(struct ledger_index *index)
{
    for (size_t i = 0; i < index->held_count; i++)
        event_release(&index->held[i]);
    memory_free(index->held);
    bt_id_release(&index->id);
    *index = (struct ledger_index){0};
}
