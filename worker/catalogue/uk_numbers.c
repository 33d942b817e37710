/* Brings the telephone numbers inside a JSON value into one form, so that they compare as texts. */
#include "uk_numbers.h"

#include "tree_build.h"

#include <string.h>

static bool is_named(const char *name, char *const names[])
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* The number as text in the form; null when it is not one. */
static struct json_object *formed(struct json_object *value, enum number_form form)
{
    char national[NUMBER_TEXT_SIZE], text[NUMBER_TEXT_SIZE];
    struct fault ignored;

    if (!json_object_is_type(value, json_type_string) && !json_object_is_type(value, json_type_int))
        return NULL;
    if (!number_national(json_object_get_string(value), national, &ignored))
        return NULL;
    number_form(national, form, text);
    return json_object_new_string(text);
}

/* As deep as the reader of JSON allows (tree.h). */
struct json_object *uk_numbers_in(struct json_object *value, char *const names[], enum number_form form)
{
    if (json_object_is_type(value, json_type_array)) {
        struct json_object *list = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(value); i++)
            json_object_array_add(list, uk_numbers_in(json_object_array_get_idx(value, i), names, form));
        return list;
    }
    if (!json_object_is_type(value, json_type_object))
        return json_object_get(value);
    struct json_object *object = json_object_new_object();
    TREE_EACH(value, name, member)
    {
        bool number = is_named(name, names);
        struct json_object *copy = number ? formed(member, form) : uk_numbers_in(member, names, form);
        if (!number || copy != NULL)
            tree_add(object, name, copy);
    }
    return object;
}
