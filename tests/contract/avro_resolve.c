/*
 * Reads lines [writer, reader, datum], JSON with the schemas as texts and the datum in hexadecimal; answers each with a
 * line: {"value": plain JSON} as the worker reads the datum, or {"refused": why}.
 */
#include "datum.h"
#include "tree.h"

#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 24 };

static bool bytes_of(const char *hex, struct buffer *bytes, struct fault *why)
{
    char pair[3] = "";

    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        memcpy(pair, hex, 2);
        buffer_add_byte(bytes, (uint8_t)strtoul(pair, NULL, 16));
    }
    return *hex == '\0' || fault_set(why, FAULT_INPUT, "half a byte");
}

static bool resolve(struct json_object *line, struct json_object **value, struct fault *why)
{
    const char *writer_text = tree_text(json_object_array_get_idx(line, 0)),
               *reader_text = tree_text(json_object_array_get_idx(line, 1)),
               *hex = tree_text(json_object_array_get_idx(line, 2));
    CLEANUP(schema_release) struct schema *writer = NULL, *reader = NULL;
    CLEANUP(buffer_release) struct buffer bytes = {0};

    if (writer_text == NULL || reader_text == NULL || hex == NULL)
        return fault_set(why, FAULT_INPUT, "a line of three texts expected");
    buffer_init(&bytes, LINE_MAX_BYTES);
    TRY(bytes_of(hex, &bytes, why));
    TRY(schema_parse_foreign(writer_text, strlen(writer_text), NULL, &writer, why));
    TRY(schema_parse(reader_text, strlen(reader_text), NULL, &reader, why));
    return datum_decode(writer, buffer_text(&bytes), bytes.length, reader, NULL, value, why);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    while ((length = getline(&line, &room, stdin)) > 0) {
        CLEANUP(tree_release)
        struct json_object *tree = NULL, *value = NULL, *answer = json_object_new_object();
        CLEANUP(buffer_release) struct buffer out = {0};
        struct fault why;

        if (tree_read(line, (size_t)length, &tree, &why) && json_object_is_type(tree, json_type_array) &&
            resolve(tree, &value, &why))
            json_object_object_add(answer, "value", TAKE(value));
        else
            json_object_object_add(answer, "refused", json_object_new_string(why.text));
        buffer_init(&out, LINE_MAX_BYTES);
        tree_write(answer, &out);
        puts(buffer_text(&out));
    }
    free(line); /* getline()'s */
    return 0;
}
