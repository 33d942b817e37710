/* Names of types: what is one, and what it is in full (Avro specification, "Names"). */
#include "schema_inside.h"

#include "memory.h"
#include "tree.h"

#include <string.h>

static bool valid_part(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return length > 0;
}

bool schema_valid_name(const char *name)
{
    return valid_part(name, strlen(name));
}

static bool valid_full_name(const char *name)
{
    for (size_t length; length = strcspn(name, "."), valid_part(name, length); name += length + 1)
        if (name[length] == '\0')
            return true;
    return false;
}

static char *joined(const char *space, const char *name)
{
    struct buffer full;

    buffer_init(&full, SCHEMA_TEXT_MAX);
    buffer_print(&full, "%s%s%s", space, *space == '\0' ? "" : ".", name);
    return buffer_take(&full, NULL);
}

/* A foreign name needs to be valid only after its last dot: its namespace is compared with nothing but itself. */
static bool valid_foreign_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return schema_valid_name(dot == NULL ? name : dot + 1);
}

bool schema_full_name(struct json_object *tree, const char *space, bool foreign, char **full)
{
    const char *name = tree_text_of(tree, "name"), *own = tree_text_of(tree, "namespace");
    const char *type = tree_text_of(tree, "type");
    enum schema_kind kind;

    if (name == NULL || type == NULL || (tree_member(tree, "namespace") != NULL && own == NULL))
        return false;
    if (strcmp(type, "record") != 0 && strcmp(type, "error") != 0 && strcmp(type, "enum") != 0 &&
        strcmp(type, "fixed") != 0)
        return false;
    char *whole = strchr(name, '.') != NULL ? memory_text(name) : joined(own != NULL ? own : space, name);
    bool valid = foreign ? valid_foreign_name(whole) : valid_full_name(whole);
    if (!valid || schema_primitive(whole, &kind)) {
        memory_free(whole);
        return false;
    }
    *full = whole;
    return true;
}
