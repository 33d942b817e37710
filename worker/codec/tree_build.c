/* Members of JSON objects. */
#include "tree_build.h"

#include "invariant.h"
#include "timestamp.h"

void tree_add(struct json_object *tree, const char *name, struct json_object *value)
{
    REQUIRE(json_object_is_type(tree, json_type_object)); /* json-c would lose the value without a word */
    json_object_object_add(tree, name, value);
}

void tree_add_text(struct json_object *tree, const char *name, const char *text)
{
    tree_add(tree, name, text == NULL ? NULL : json_object_new_string(text));
}

void tree_add_integer(struct json_object *tree, const char *name, int64_t number)
{
    tree_add(tree, name, json_object_new_int64(number));
}

void tree_add_number(struct json_object *tree, const char *name, double number)
{
    tree_add(tree, name, json_object_new_double(number));
}

void tree_add_boolean(struct json_object *tree, const char *name, bool value)
{
    tree_add(tree, name, json_object_new_boolean(value));
}

void tree_add_moment(struct json_object *tree, const char *name, int64_t ms)
{
    char text[TIMESTAMP_TEXT_SIZE];

    timestamp_print(ms, text);
    tree_add_text(tree, name, text);
}

void tree_add_known(struct json_object *tree, const char *name, const char *text)
{
    if (text != NULL && *text != '\0')
        tree_add_text(tree, name, text);
}
