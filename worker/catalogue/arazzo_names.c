/* Reads names, each of which may occur once in its list: of two equal ones, one would be ignored without a word. */
#include "arazzo_inside.h"

#include <string.h>
#include <strings.h>

bool arazzo_is_name(const char *text)
{
    return *text != '\0' &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text);
}

void arazzo_check_name(struct arazzo_reader *reader, const char *what, const char *name)
{
    if (name != NULL && !arazzo_is_name(name))
        json_cursor_problem(reader->cursor, "letters, digits, '-' and '_'", "the %s '%s' is not a valid name",
                            what, name);
}

/* The same name in the same place; header names do not depend on case. */
static bool is_same(struct json_object *one, struct json_object *other)
{
    const char *name = tree_text_of(one, "name"), *other_name = tree_text_of(other, "name");
    const char *place = tree_text_of(one, "in"), *other_place = tree_text_of(other, "in");

    if (name == NULL || other_name == NULL || (place == NULL) != (other_place == NULL) ||
        (place != NULL && strcmp(place, other_place) != 0))
        return false;
    return place != NULL && strcmp(place, "header") == 0 ? strcasecmp(name, other_name) == 0
                                                         : strcmp(name, other_name) == 0;
}

void arazzo_names_once(struct arazzo_reader *reader, struct json_object *tree, const char *member)
{
    struct json_object *list = tree_member(tree, member);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    size_t mark = json_cursor_enter(reader->cursor, member);

    for (size_t i = 1; i < count; i++) {
        struct json_object *one = arazzo_find_reusable(reader, json_object_array_get_idx(list, i));
        size_t item = json_cursor_enter_item(reader->cursor, i);
        for (size_t before = 0; before < i; before++)
            if (is_same(one, arazzo_find_reusable(reader, json_object_array_get_idx(list, before)))) {
                json_cursor_problem(reader->cursor, "each name once", "'%s' is defined twice",
                                    tree_text_of(one, "name"));
                break;
            }
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}
