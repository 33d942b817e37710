/* See spot.h. */
#include "spot.h"

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
    if (json_name_twice(buffer_text(text), text->length, &where))
        problems_add(problems, buffer_text(&where), "leave one of them",
                     "this name stands twice in its object");
}

static bool load(const char *path, size_t ceiling, struct buffer *text, struct json_object **tree,
                 struct fault *why)
{
    buffer_init(text, ceiling * 2);
    return tree_load_file(path, ceiling, text, why) &&
           (tree == NULL || tree_read(buffer_text(text), text->length, tree, why));
}

bool spot_load_text(const char *path, size_t ceiling, struct buffer *text, struct problems *problems)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault why;

    if (!load(path, ceiling, text, NULL, &why)) {
        problems_add(problems, path, "", "%s", why.text);
        return false;
    }
    if (tree_read(buffer_text(text), text->length, &tree, &why)) /* else whoever reads it tells */
        check_names(path, text, problems);
    return true;
}

bool spot_load_tree(const char *path, size_t ceiling, const char *remedy, struct json_object **tree,
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

void spot_init(struct spot *spot, const char *file, struct problems *problems)
{
    spot->file = file;
    spot->problems = problems;
    buffer_init(&spot->pointer, POINTER_MAX_BYTES);
}

void spot_release(struct spot *spot)
{
    buffer_release(&spot->pointer);
}

size_t spot_enter(struct spot *spot, const char *member)
{
    size_t mark = spot->pointer.length;

    tree_pointer_add(&spot->pointer, member);
    return mark;
}

size_t spot_enter_item(struct spot *spot, size_t index)
{
    char text[24];

    snprintf(text, sizeof text, "%zu", index);
    return spot_enter(spot, text);
}

void spot_leave(struct spot *spot, size_t mark)
{
    spot->pointer.length = mark;
    if (spot->pointer.data != NULL)
        spot->pointer.data[mark] = '\0';
}

void spot_problem(struct spot *spot, const char *remedy, const char *format, ...)
{
    char what[512], where[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(where, sizeof where, "%s#%s", spot->file, buffer_text(&spot->pointer));
    problems_add(spot->problems, where, remedy, "%s", what);
}

const char *spot_text(struct spot *spot, struct json_object *tree, const char *member)
{
    const char *text = tree_text_of(tree, member);

    if (text == NULL)
        spot_problem(spot, "", "'%s' is missing or no text", member);
    else if (strlen(text) != (size_t)json_object_get_string_len(tree_member(tree, member)))
        spot_problem(spot, "", "'%s' holds \\u0000", member);
    return text;
}

size_t spot_length(struct spot *spot, struct json_object *list)
{
    if (json_object_is_type(list, json_type_array))
        return json_object_array_length(list);
    if (list != NULL)
        spot_problem(spot, "[...]", "a list is expected here");
    return 0;
}

void spot_known_members(struct spot *spot, struct json_object *tree, const char *const known[])
{
    TREE_EACH(tree, name, value)
    {
        bool found = strncmp(name, "x-", 2) == 0;
        for (const char *const *one = known; *one != NULL && !found; one++)
            found = strcmp(*one, name) == 0;
        (void)value;
        if (!found)
            spot_problem(spot, "", "'%s' is not known here", name);
    }
}
