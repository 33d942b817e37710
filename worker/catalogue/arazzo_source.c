/* Reads the sources of a description, and finds which one an operation is from. There are two: BT's, and events. */
#include "arazzo_inside.h"
#include "memory.h"

#include <string.h>

static const struct {
    const char *type, *url;
    enum source_kind kind;
} ours[] = {{"openapi", "../bt-whc.openapi.json", SOURCE_OPENAPI},
            {"asyncapi", "../order-events.asyncapi.json", SOURCE_ASYNCAPI}};

static enum source_kind kind_of(struct json_object *source)
{
    const char *url = tree_text_of(source, "url"), *type = tree_text_of(source, "type");

    for (size_t i = 0; i < COUNT_OF(ours); i++)
        if (url != NULL && strcmp(url, ours[i].url) == 0 && (type == NULL || strcmp(type, ours[i].type) == 0))
            return ours[i].kind;
    return SOURCE_NONE;
}

enum source_kind arazzo_source_named(const struct arazzo_reader *reader, const char *name)
{
    struct json_object *list = tree_member(reader->arazzo->tree, "sourceDescriptions");

    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
         i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        const char *its = tree_text_of(one, "name");
        if (its != NULL && strcmp(its, name) == 0)
            return kind_of(one);
    }
    return SOURCE_NONE;
}

static void read_source(struct arazzo_reader *reader, struct json_object *tree)
{
    static const char *const known[] = {"name", "url", "type", NULL};
    const char *name = json_cursor_text(reader->cursor, tree, "name"),
               *url = json_cursor_text(reader->cursor, tree, "url");

    json_cursor_known_members(reader->cursor, tree, known);
    arazzo_check_name(reader, "source", name);
    if (url != NULL && kind_of(tree) == SOURCE_NONE)
        json_cursor_problem(
            reader->cursor,
            "\"../bt-whc.openapi.json\" of type openapi, or \"../order-events.asyncapi.json\" of type "
            "asyncapi; other operations belong into these files",
            "this worker does not read the source '%s'", url);
}

void arazzo_sources_read(struct arazzo_reader *reader)
{
    struct json_object *list = tree_member(reader->arazzo->tree, "sourceDescriptions");
    size_t mark = json_cursor_enter(reader->cursor, "sourceDescriptions"),
           count = json_cursor_length(reader->cursor, list);

    if (count == 0)
        json_cursor_problem(
            reader->cursor,
            "[{\"name\": \"bt\", \"url\": \"../bt-whc.openapi.json\", \"type\": \"openapi\"}]",
            "there is no source");
    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(reader->cursor, i);
        read_source(reader, json_object_array_get_idx(list, i));
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
    arazzo_names_once(reader, reader->arazzo->tree, "sourceDescriptions");
}

char *arazzo_operation_named(struct arazzo_reader *reader, const char *text, enum source_kind *kind)
{
    static const char prefix[] = "$sourceDescriptions.";

    *kind = SOURCE_OPENAPI; /* a plain name */
    if (strncmp(text, prefix, sizeof prefix - 1) != 0)
        return memory_text(text);
    const char *source = text + sizeof prefix - 1;
    size_t length = strcspn(source, ".");
    CLEANUP(memory_release) char *name = memory_text_of(source, length);
    *kind = arazzo_source_named(reader, name);
    if (*kind == SOURCE_NONE)
        json_cursor_problem(reader->cursor, "name one of 'sourceDescriptions'", "there is no source '%s'",
                            name);
    return memory_text(source[length] == '.' ? source + length + 1 : "");
}
