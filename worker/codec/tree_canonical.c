/* Writes a tree with its members in order. */
#include "tree_canonical.h"

#include "json_write.h"
#include "memory.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static void add_object(struct json_object *tree, struct buffer *out)
{
    size_t count = 0;
    CLEANUP(memory_release)
    const char **names = memory_new((size_t)json_object_object_length(tree) + 1, sizeof *names);

    TREE_EACH(tree, name, value)
    {
        (void)value;
        names[count++] = name;
    }
    qsort(names, count, sizeof *names, by_bytes);
    buffer_add_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_byte(out, ',');
        json_write_text(names[i], strlen(names[i]), out);
        buffer_add_byte(out, ':');
        tree_canonical(tree_member(tree, names[i]), out);
    }
    buffer_add_byte(out, '}');
}

void tree_canonical(struct json_object *tree, struct buffer *out)
{
    if (json_object_is_type(tree, json_type_object)) {
        add_object(tree, out);
    } else if (json_object_is_type(tree, json_type_array)) {
        buffer_add_byte(out, '[');
        for (size_t i = 0; i < json_object_array_length(tree); i++) {
            if (i > 0)
                buffer_add_byte(out, ',');
            tree_canonical(json_object_array_get_idx(tree, i), out);
        }
        buffer_add_byte(out, ']');
    } else {
        tree_write(tree, out);
    }
}
