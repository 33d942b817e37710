/* Decodes a request, checks its id, and brings its telephone numbers into the form that the workflow wants. */
#include "request.h"

#include "datum.h"
#include "invariant.h"
#include "json_write.h"
#include "memory.h"
#include "number.h"
#include "projection.h"
#include "timestamp.h"
#include "tree_build.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)NUMBER_NATIONAL == (int)WORKFLOW_NATIONAL &&
                   (int)NUMBER_SIGNIFICANT == (int)WORKFLOW_SIGNIFICANT &&
                   (int)NUMBER_E164 == (int)WORKFLOW_E164,
               "one is cast to the other");

/* Finds a request's id even where another field is broken: the same record with that one field. */
static bool read_id(const struct order_type *type, const struct schema *writer, const void *datum,
                    size_t length, char id[UUID_TEXT_SIZE])
{
    char text[512];
    struct schema *only_id = NULL;
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault why;

    snprintf(text, sizeof text,
             "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[{\"name\":\"requestId\",\"type\":"
             "{\"type\":\"string\",\"logicalType\":\"uuid\"}}]}",
             schema_name(type->request));
    bool read = schema_parse(text, strlen(text), NULL, &only_id, &why) &&
                datum_decode(writer, datum, length, only_id, NULL, &tree, &why);
    schema_free(only_id);
    if (!read)
        return false;
    snprintf(id, UUID_TEXT_SIZE, "%s", tree_text_of(tree, "requestId"));
    return true;
}

static struct json_object *in_form(const struct schema_node *node, struct json_object *value,
                                   enum number_form form);

static void form_members(const struct schema_node *node, struct json_object *value, enum number_form form)
{
    for (size_t i = 0; i < node->field_count; i++) {
        struct json_object *member = tree_member(value, node->fields[i].name);
        struct json_object *formed = member == NULL ? NULL : in_form(node->fields[i].type, member, form);
        if (formed != NULL)
            tree_add(value, node->fields[i].name, formed);
    }
}

/* Puts the numbers inside the value into the form; gives a new text where the value itself is a number. */
static struct json_object *in_form(const struct schema_node *type, struct json_object *value,
                                   enum number_form form)
{
    const struct schema_node *node = schema_present(type);
    char text[NUMBER_TEXT_SIZE];

    if (node->logical == SCHEMA_LOGICAL_UK_NUMBER && tree_text(value) != NULL) {
        number_form(tree_text(value), form, text);
        return json_object_new_string(text);
    }
    if (node->kind == SCHEMA_RECORD)
        form_members(node, value, form);
    TREE_EACH(node->kind == SCHEMA_MAP ? value : NULL, key, item)
    {
        struct json_object *formed = item == NULL ? NULL : in_form(node->items, item, form);
        if (formed != NULL)
            tree_add(value, key, formed);
    }
    for (size_t i = 0; node->kind == SCHEMA_ARRAY && i < json_object_array_length(value); i++) {
        struct json_object *item = json_object_array_get_idx(value, i);
        struct json_object *formed = item == NULL ? NULL : in_form(node->items, item, form);
        if (formed != NULL)
            json_object_array_put_idx(value, i, formed);
    }
    return NULL;
}

/*
 * Of the records below the request's own: an expression finds null all the same, and a list of a hundred users is ten
 * times as large with all that they do not have. In a list a null keeps its place.
 */
static void leave_out_nulls(struct json_object *value)
{
    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            leave_out_nulls(json_object_array_get_idx(value, i));
    if (!json_object_is_type(value, json_type_object))
        return;
    struct lh_table *table = json_object_get_object(value);
    for (struct lh_entry *entry = table->head, *next; entry != NULL; entry = next) {
        struct json_object *member = (struct json_object *)(uintptr_t)lh_entry_v(entry);
        next = entry->next;
        if (member != NULL)
            leave_out_nulls(member);
        else
            lh_table_delete_entry(table, entry);
    }
}

/* The tree conforms to the request's schema; takes it over. */
static void prepare(const struct order_type *type, struct json_object *tree, struct json_object *given,
                    struct request *request)
{
    const char *not_after = tree_text_of(tree, "notAfter");
    struct fault unused;

    snprintf(request->id, sizeof request->id, "%s", tree_text_of(tree, "requestId"));
    request->not_after_ms = INT64_MAX;
    if (not_after != NULL && !timestamp_parse(not_after, &request->not_after_ms, &unused))
        request->not_after_ms = INT64_MAX; /* cannot be: the projection wrote it */
    if (type->workflow->number_form != WORKFLOW_NATIONAL)
        in_form(schema_root(type->request), tree, (enum number_form)type->workflow->number_form);
    TREE_EACH(tree, own, field)
    {
        (void)own;
        leave_out_nulls(field);
    }
    TREE_EACH(given, name, value)
    if (!tree_has(tree, name))
        tree_add(tree, name, json_object_get(value));
    REQUIRE(request->inputs == NULL); /* nobody would free those */
    request_set_inputs(request, tree, NULL);
}

enum request_reading request_read(const struct order_type *type, const struct schema *writer,
                                  const void *datum, size_t length, struct json_object *given,
                                  size_t values_max, struct request *request, struct fault *why)
{
    struct datum_limits limits = datum_limits_usual;
    struct json_object *tree = NULL;

    if (values_max > 0 && values_max < limits.values_max)
        limits.values_max = values_max;
    *request = (struct request){.not_after_ms = INT64_MAX};
    if (datum_decode(writer, datum, length, type->request, &limits, &tree, why)) {
        prepare(type, tree, given, request);
        return REQUEST_GOOD;
    }
    return read_id(type, writer, datum, length, request->id) ? REQUEST_BROKEN : REQUEST_DEAD;
}

enum request_reading request_of_tree(const struct order_type *type, struct json_object *tree,
                                     struct json_object *given, struct request *request, struct fault *why)
{
    const char *id = tree_text_of(tree, "requestId");
    struct json_object *conforming = NULL;
    struct uuid uuid;
    struct fault unused;

    *request = (struct request){.not_after_ms = INT64_MAX};
    if (projection_conform(schema_root(type->request), tree, PROJECTION_STRICT, &conforming, why)) {
        json_object_put(tree);
        prepare(type, conforming, given, request);
        return REQUEST_GOOD;
    }
    bool has_id = id != NULL && uuid_parse(id, &uuid, &unused);
    if (has_id)
        uuid_print(uuid, request->id);
    json_object_put(tree);
    return has_id ? REQUEST_BROKEN : REQUEST_DEAD;
}

void request_set_inputs(struct request *request, struct json_object *inputs, char *text)
{
    request_release(request);
    request->inputs = inputs;
    request->text = text;
    request->weight = text == NULL ? 0 : request->weight; /* read back, they are those of before */
}

/* The text is not made anew: it is large, and this is done to every order that is read back. */
void request_add_input(struct request *request, const char *name, const char *value)
{
    size_t length = request->text == NULL ? 0 : strlen(request->text);
    struct buffer text;

    tree_add_text(request->inputs, name, value);
    if (request->weight > 0)
        request->weight += strlen(name) + strlen(value);
    if (request->text == NULL)
        return;
    REQUIRE(length >= 2 && request->text[length - 1] == '}');
    buffer_init(&text, SIZE_MAX);
    buffer_add(&text, request->text, length - 1);
    buffer_add_text(&text, length > 2 ? "," : "");
    json_write_text(name, strlen(name), &text);
    buffer_add_byte(&text, ':');
    json_write_text(value, strlen(value), &text);
    buffer_add_byte(&text, '}');
    memory_free(request->text);
    request->text = buffer_take(&text, NULL);
}

/* To walk through the tree takes its time, so that it is done once in an order's life. */
size_t request_weight(struct request *request)
{
    if (request->weight == 0)
        request->weight = tree_weight(request->inputs);
    return request->weight + (request->text == NULL ? 0 : strlen(request->text));
}

void request_release(struct request *request)
{
    json_object_put(request->inputs);
    request->inputs = NULL;
    request->text = memory_free(request->text);
}
