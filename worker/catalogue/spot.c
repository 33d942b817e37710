/* See spot.h. */
#include "spot.h"

#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void spot_init(struct spot *spot, const char *file, struct problems *problems)
{
    spot->file = file;
    spot->problems = problems;
    buffer_init(&spot->pointer, 4096);
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
