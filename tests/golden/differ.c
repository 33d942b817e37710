/* Compares two trees and lists only the places that differ. */
#include "differ.h"

#include "memory.h"
#include "tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void differ_say(struct buffer *report, const char *format, ...)
{
    char line[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    buffer_print(report, "    %s\n", line);
}

void differ_text(struct buffer *report, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        buffer_print(report, "    %s\n      got  %s\n      want %s\n", what, got, want);
}

static void say_tree(struct buffer *report, const char *label, struct json_object *tree)
{
    buffer_print(report, "      %s ", label);
    tree_write(tree, report);
    buffer_add_byte(report, '\n');
}

static void differ_members(struct buffer *report, const char *what, struct json_object *got,
                           struct json_object *want)
{
    char place[512];

    TREE_EACH(want, name, value)
    {
        snprintf(place, sizeof place, "%s/%s", what, name);
        if (tree_has(got, name))
            differ_tree(report, place, tree_member(got, name), value);
        else
            differ_say(report, "%s is missing", place);
    }
    TREE_EACH(got, extra, unexpected)
    {
        (void)unexpected;
        if (!tree_has(want, extra))
            differ_say(report, "%s/%s is there and should not be", what, extra);
    }
}

static void differ_items(struct buffer *report, const char *what, struct json_object *got,
                         struct json_object *want)
{
    size_t got_count = json_object_array_length(got), want_count = json_object_array_length(want);
    char place[512];

    if (got_count != want_count)
        differ_say(report, "%s has %zu items, want %zu", what, got_count, want_count);
    for (size_t i = 0; i < got_count && i < want_count; i++) {
        snprintf(place, sizeof place, "%s/%zu", what, i);
        differ_tree(report, place, json_object_array_get_idx(got, i), json_object_array_get_idx(want, i));
    }
}

void differ_tree(struct buffer *report, const char *what, struct json_object *got, struct json_object *want)
{
    if (tree_equal(got, want))
        return;
    if (json_object_is_type(got, json_type_object) && json_object_is_type(want, json_type_object)) {
        differ_members(report, what, got, want);
    } else if (json_object_is_type(got, json_type_array) && json_object_is_type(want, json_type_array)) {
        differ_items(report, what, got, want);
    } else {
        buffer_print(report, "    %s\n", what);
        say_tree(report, "got ", got);
        say_tree(report, "want", want);
    }
}
