/* Writes a tree as text. json-c would make the text of every value beside it, and keep it. */
#include "tree.h"

#include "json_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void write_list(struct json_object *list, struct buffer *out)
{
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (i > 0)
            buffer_add_byte(out, ',');
        tree_write(json_object_array_get_idx(list, i), out);
    }
    buffer_add_byte(out, ']');
}

static void write_members(struct json_object *tree, struct buffer *out)
{
    char before = '{';

    if (json_object_object_length(tree) == 0)
        buffer_add_byte(out, '{');
    TREE_EACH(tree, name, value)
    {
        buffer_add_byte(out, (uint8_t)before);
        before = ',';
        json_write_text(name, strlen(name), out);
        buffer_add_byte(out, ':');
        tree_write(value, out);
    }
    buffer_add_byte(out, '}');
}

/* Numbers as json-c has them: of 64 bits without a sign, too, and decimals with the digits that they were read with. */
static void write_number(struct json_object *number, struct buffer *out)
{
    char text[24];
    int64_t value = json_object_is_type(number, json_type_int) ? json_object_get_int64(number) : INT64_MAX;
    size_t length = (size_t)snprintf(text, sizeof text, "%" PRId64, value);

    if (value == INT64_MAX)
        buffer_add_text(out, json_object_to_json_string_ext(number, JSON_C_TO_STRING_PLAIN));
    else
        buffer_add(out, text, length);
}

void tree_write(struct json_object *tree, struct buffer *out)
{
    switch (json_object_get_type(tree)) {
    case json_type_null:
        buffer_add_text(out, "null");
        return;
    case json_type_boolean:
        buffer_add_text(out, json_object_get_boolean(tree) ? "true" : "false");
        return;
    case json_type_double:
    case json_type_int:
        write_number(tree, out);
        return;
    case json_type_object:
        write_members(tree, out);
        return;
    case json_type_array:
        write_list(tree, out);
        return;
    case json_type_string:
        json_write_text(json_object_get_string(tree), (size_t)json_object_get_string_len(tree), out);
    }
}
