/* What the codec tests build their cases from. Anything that does not build ends the program: the case is wrong. */
#ifndef TESTS_CODEC_GIVEN_H
#define TESTS_CODEC_GIVEN_H

#include "memory.h"
#include "schema.h"
#include "tree.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A schema of this text; quotes may be written as ' to keep C readable. */
static inline struct schema *given_schema_of(const char *text, const struct schema_library *library)
{
    struct fault why = {.text = ""};
    struct schema *schema = NULL;
    char *json = memory_text(text);

    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    if (!schema_parse(json, strlen(json), library, &schema, &why)) {
        printf("\n  schema %s: %s\n", text, why.text);
        abort();
    }
    memory_free(json);
    return schema;
}

static inline struct schema *given_schema(const char *text)
{
    return given_schema_of(text, NULL);
}

static inline struct json_object *given_tree(const char *text)
{
    struct fault why = {.text = ""};
    struct json_object *tree = NULL;
    char *json = memory_new(strlen(text) + 2, 1);

    memcpy(json, text, strlen(text));
    json[strlen(text)] = ' ';
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    if (!tree_read(json, strlen(json), &tree, &why)) {
        printf("\n  JSON %s: %s\n", text, why.text);
        abort();
    }
    memory_free(json);
    return tree;
}

static inline void given_bytes(const char *hex, struct buffer *bytes)
{
    unsigned byte;

    buffer_init(bytes, 1 << 20);
    buffer_add(bytes, "", 0);
    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        if (sscanf(hex++, "%2x", &byte) != 1)
            abort();
        buffer_add_byte(bytes, (uint8_t)byte);
    }
}

static inline void given_hex(const void *bytes, size_t length, struct buffer *hex)
{
    buffer_init(hex, 1 << 20);
    for (size_t i = 0; i < length; i++)
        buffer_print(hex, "%02x", ((const uint8_t *)bytes)[i]);
}

/* Compares and says which case it was. */
static inline void given_same(const char *name, const char *got, const char *want)
{
    if (strcmp(got, want) == 0)
        return;
    printf("\n  %s:\n    got  %s\n    want %s", name, got, want);
    CU_FAIL("case above");
}

/* The same for a tree and its text. */
static inline void given_same_tree(const char *name, struct json_object *got, const char *want)
{
    struct json_object *tree = given_tree(want);
    struct buffer text;

    buffer_init(&text, 1 << 20);
    tree_write(got, &text);
    if (!tree_equal(got, tree)) {
        printf("\n  %s:\n    got  %s\n    want %s", name, buffer_text(&text), want);
        CU_FAIL("case above");
    }
    buffer_release(&text);
    json_object_put(tree);
}

#endif
