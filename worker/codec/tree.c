/* The one place that calls json-c's parser and printer, and looks up members for everybody else. */
#include "tree.h"

#include "json_text.h"
#include "memory.h"
#include "numeral.h"
#include "timestamp.h"

#include <errno.h>
#include <json-c/json_pointer.h>
#include <stdio.h>
#include <string.h>

/* json-c counts the value that is read and one more as levels. */
enum { OWN_LEVELS = 16, JSON_C_LEVELS = 2 };

static bool read_within(const char *text, size_t length, const struct json_limits *limits,
                        struct json_object **tree, struct fault *why)
{
    struct json_text checked;

    if (length > INT32_MAX / 2)
        return fault_set(why, FAULT_INPUT, "a JSON text of %zu bytes", length);
    TRY(json_text_check(text, length, limits, &checked, why));
    struct json_tokener *tokener = json_tokener_new_ex((int)limits->depth_max + JSON_C_LEVELS);
    json_tokener_set_flags(tokener, JSON_TOKENER_ALLOW_TRAILING_CHARS);
    struct json_object *parsed = json_tokener_parse_ex(tokener, checked.at, (int)checked.length);
    if (json_tokener_get_error(tokener) ==
        json_tokener_continue) /* a number at the end waits for its delimiter */
        parsed = json_tokener_parse_ex(tokener, " ", 1);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    json_text_release(&checked);
    if (error != json_tokener_success)
        return fault_set(why, FAULT_INPUT, "not JSON: %s", json_tokener_error_desc(error));
    *tree = parsed;
    return true;
}

bool tree_read_reply(const char *text, size_t length, size_t values_max, struct json_object **tree,
                     struct fault *why)
{
    const struct json_limits limits = {.values_max = values_max, .depth_max = TREE_DEPTH_MAX};

    return read_within(text, length, &limits, tree, why);
}

bool tree_read(const char *text, size_t length, struct json_object **tree, struct fault *why)
{
    return tree_read_reply(text, length, TREE_VALUES_MAX, tree, why);
}

bool tree_read_foreign(const char *text, size_t length, struct json_object **tree, struct fault *why)
{
    const struct json_limits limits = {
        .values_max = TREE_VALUES_MAX, .depth_max = TREE_DEPTH_MAX, .foreign = true};

    return read_within(text, length, &limits, tree, why);
}

bool tree_read_own(const char *text, size_t length, struct json_object **tree, struct fault *why)
{
    const struct json_limits limits = {.values_max = SIZE_MAX, .depth_max = TREE_DEPTH_MAX + OWN_LEVELS};

    return read_within(text, length, &limits, tree, why);
}

bool tree_load_file(const char *path, size_t ceiling, struct buffer *content, struct fault *why)
{
    char chunk[16384];
    size_t count;
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return fault_set(why, FAULT_LOCAL, "cannot open '%s': %s", path, strerror(errno));
    buffer_clear(content);
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0 && content->length <= ceiling)
        buffer_add(content, chunk, count);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return fault_set(why, FAULT_LOCAL, "cannot read '%s'", path);
    if (content->length > ceiling)
        return fault_set(why, FAULT_INPUT, "'%s' is larger than %zu bytes", path, ceiling);
    return buffer_check(content, path, why);
}

bool tree_read_file(const char *path, size_t ceiling, struct json_object **tree, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer content = {0};
    struct fault inner;

    buffer_init(&content, ceiling + 16384);
    TRY(tree_load_file(path, ceiling, &content, why));
    if (!tree_read(buffer_text(&content), content.length, tree, &inner))
        return fault_set(why, inner.kind, "'%s': %s", path, inner.text);
    return true;
}

struct json_object *tree_member(const struct json_object *tree, const char *name)
{
    struct json_object *value = NULL;

    if (json_object_is_type(tree, json_type_object))
        json_object_object_get_ex(tree, name, &value);
    return value;
}

bool tree_has(const struct json_object *tree, const char *name)
{
    return json_object_is_type(tree, json_type_object) && json_object_object_get_ex(tree, name, NULL);
}

const char *tree_text(struct json_object *tree)
{
    return json_object_is_type(tree, json_type_string) ? json_object_get_string(tree) : NULL;
}

const char *tree_text_of(const struct json_object *tree, const char *member)
{
    return tree_text(tree_member(tree, member));
}

int64_t tree_moment_of(const struct json_object *tree, const char *member)
{
    const char *text = tree_text_of(tree, member);
    int64_t ms;
    struct fault unused;

    return text != NULL && timestamp_parse(text, &ms, &unused) ? ms : 0;
}

struct json_object *tree_at(struct json_object *tree, const char *pointer)
{
    struct json_object *value = NULL;

    if (*pointer == '\0')
        return tree;
    return json_pointer_get(tree, pointer, &value) == 0 ? value : NULL;
}

void tree_pointer_add(struct buffer *pointer, const char *key)
{
    buffer_add_byte(pointer, '/');
    for (; *key != '\0'; key++) {
        if (*key == '~')
            buffer_add_text(pointer, "~0");
        else if (*key == '/')
            buffer_add_text(pointer, "~1");
        else
            buffer_add_byte(pointer, (uint8_t)*key);
    }
}

static bool is_number(enum json_type type)
{
    return type == json_type_int || type == json_type_double;
}

static bool numbers_equal(const struct json_object *one, const struct json_object *other)
{
    struct numeral a, b;

    return numeral_of((struct json_object *)(uintptr_t)one, &a) &&
           numeral_of((struct json_object *)(uintptr_t)other, &b) && numeral_compare(&a, &b) == 0;
}

static bool objects_equal(const struct json_object *one, const struct json_object *other)
{
    if (json_object_object_length(one) != json_object_object_length(other))
        return false;
    TREE_EACH(one, name, value)
    if (!tree_has(other, name) || !tree_equal(value, tree_member(other, name)))
        return false;
    return true;
}

bool tree_equal(const struct json_object *one, const struct json_object *other)
{
    enum json_type type = json_object_get_type(one), other_type = json_object_get_type(other);

    if (is_number(type) && is_number(other_type))
        return numbers_equal(one, other);
    if (type != other_type)
        return false;
    if (type == json_type_object)
        return objects_equal(one, other);
    if (type != json_type_array)
        return json_object_equal((struct json_object *)(uintptr_t)one,
                                 (struct json_object *)(uintptr_t)other) != 0;
    if (json_object_array_length(one) != json_object_array_length(other))
        return false;
    for (size_t i = 0; i < json_object_array_length(one); i++)
        if (!tree_equal(json_object_array_get_idx(one, i), json_object_array_get_idx(other, i)))
            return false;
    return true;
}

void tree_release(struct json_object **tree)
{
    json_object_put(*tree);
    *tree = NULL;
}

/* What json-c allocates beside the content: a value, a list's 32 places, an object's 16 entries, an entry's name. */
enum { VALUE_BYTES = 64, LIST_BYTES = 320, TABLE_BYTES = 768, NAME_BYTES = 24 };

size_t tree_weight(const struct json_object *tree)
{
    size_t weight = VALUE_BYTES;

    if (tree == NULL)
        return 0;
    if (json_object_is_type(tree, json_type_string))
        return weight + (size_t)json_object_get_string_len(tree);
    if (json_object_is_type(tree, json_type_array)) {
        weight += LIST_BYTES;
        for (size_t i = 0; i < json_object_array_length(tree); i++)
            weight += sizeof(void *) + tree_weight(json_object_array_get_idx(tree, i));
    }
    if (json_object_is_type(tree, json_type_object))
        weight += TABLE_BYTES;
    TREE_EACH(tree, name, value)
    weight += NAME_BYTES + strlen(name) + tree_weight(value);
    return weight;
}
