/* Keeps the JSON pointer of what is being read, and adds mistakes under it. */
#include "json_cursor.h"

#include "invariant.h"
#include "json_twice.h"
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { POINTER_MAX_BYTES = 4096 };

/* json-c takes the last of two members of one name; a person hardly means that. */
static void check_names(const char *path, const struct buffer *text, struct problems *problems)
{
    CLEANUP(buffer_release) struct buffer where = {0};

    buffer_init(&where, POINTER_MAX_BYTES);
    buffer_print(&where, "%s#", path);
    if (json_twice_name(buffer_text(text), text->length, &where))
        problems_add(problems, buffer_text(&where), "leave one of them",
                     "this name occurs twice in its object");
}

static bool load(const char *path, size_t ceiling, struct buffer *text, struct json_object **tree,
                 struct fault *why)
{
    buffer_init(text, ceiling * 2);
    return tree_load_file(path, ceiling, text, why) &&
           (tree == NULL || tree_read(buffer_text(text), text->length, tree, why));
}

bool json_cursor_load_text(const char *path, size_t ceiling, struct buffer *text, struct problems *problems)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault why;

    if (!load(path, ceiling, text, NULL, &why)) {
        problems_add(problems, path, "", "%s", why.text);
        return false;
    }
    if (tree_read(buffer_text(text), text->length, &tree, &why)) /* else whoever reads it reports it */
        check_names(path, text, problems);
    return true;
}

bool json_cursor_load_tree(const char *path, size_t ceiling, const char *remedy, struct json_object **tree,
                           struct problems *problems)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct fault why;

    if (!load(path, ceiling, &text, tree, &why)) {
        problems_add(problems, path, remedy, "%s", why.text);
        return false;
    }
    check_names(path, &text, problems);
    return true;
}

void json_cursor_init(struct json_cursor *cursor, const char *file, struct problems *problems)
{
    cursor->file = file;
    cursor->problems = problems;
    buffer_init(&cursor->pointer, POINTER_MAX_BYTES);
}

void json_cursor_release(struct json_cursor *cursor)
{
    buffer_release(&cursor->pointer);
}

size_t json_cursor_enter(struct json_cursor *cursor, const char *member)
{
    size_t mark = cursor->pointer.length;

    tree_pointer_add(&cursor->pointer, member);
    return mark;
}

size_t json_cursor_enter_item(struct json_cursor *cursor, size_t index)
{
    char text[24];

    snprintf(text, sizeof text, "%zu", index);
    return json_cursor_enter(cursor, text);
}

void json_cursor_leave(struct json_cursor *cursor, size_t mark)
{
    REQUIRE(mark <= cursor->pointer.length); /* one that was entered and not left stands before it */
    cursor->pointer.length = mark;
    if (cursor->pointer.data != NULL)
        cursor->pointer.data[mark] = '\0';
}

void json_cursor_problem(struct json_cursor *cursor, const char *remedy, const char *format, ...)
{
    char what[512], where[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(where, sizeof where, "%s#%s", cursor->file, buffer_text(&cursor->pointer));
    problems_add(cursor->problems, where, remedy, "%s", what);
}

const char *json_cursor_text(struct json_cursor *cursor, struct json_object *tree, const char *member)
{
    const char *text = tree_text_of(tree, member);

    if (text == NULL)
        json_cursor_problem(cursor, "", "'%s' is missing or not a text", member);
    else if (strlen(text) != (size_t)json_object_get_string_len(tree_member(tree, member)))
        json_cursor_problem(cursor, "", "'%s' holds \\u0000", member);
    return text;
}

size_t json_cursor_length(struct json_cursor *cursor, struct json_object *list)
{
    if (json_object_is_type(list, json_type_array))
        return json_object_array_length(list);
    if (list != NULL)
        json_cursor_problem(cursor, "[...]", "a list is expected here");
    return 0;
}

void json_cursor_known_members(struct json_cursor *cursor, struct json_object *tree,
                               const char *const known[])
{
    TREE_EACH(tree, name, value)
    {
        bool found = strncmp(name, "x-", 2) == 0;
        for (const char *const *one = known; *one != NULL && !found; one++)
            found = strcmp(*one, name) == 0;
        (void)value;
        if (!found)
            json_cursor_problem(cursor, "", "'%s' is not known here", name);
    }
}
