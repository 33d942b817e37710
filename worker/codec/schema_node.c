/* Questions that are asked of a schema's nodes: kinds by name, nullable unions, fields by name or path. */
#include "schema_inside.h"

#include "invariant.h"
#include "names.h"

#include <string.h>

static const char *const kind_names[] = {
    [SCHEMA_NULL] = "null",   [SCHEMA_BOOLEAN] = "boolean", [SCHEMA_INT] = "int",
    [SCHEMA_LONG] = "long",   [SCHEMA_FLOAT] = "float",     [SCHEMA_DOUBLE] = "double",
    [SCHEMA_BYTES] = "bytes", [SCHEMA_STRING] = "string",   [SCHEMA_RECORD] = "record",
    [SCHEMA_ENUM] = "enum",   [SCHEMA_ARRAY] = "array",     [SCHEMA_MAP] = "map",
    [SCHEMA_UNION] = "union", [SCHEMA_FIXED] = "fixed",
};
NAMES_COMPLETE(kind_names, SCHEMA_FIXED);

const char *schema_kind_name(enum schema_kind kind)
{
    REQUIRE(kind <= SCHEMA_FIXED);
    return kind_names[kind];
}

bool schema_primitive(const char *name, enum schema_kind *kind)
{
    for (size_t i = SCHEMA_NULL; i <= SCHEMA_STRING; i++) {
        if (strcmp(kind_names[i], name) == 0) {
            *kind = (enum schema_kind)i;
            return true;
        }
    }
    return false;
}

bool schema_nullable(const struct schema_node *node)
{
    for (size_t i = 0; i < node->branch_count; i++)
        if (node->branches[i]->kind == SCHEMA_NULL)
            return true;
    return node->kind == SCHEMA_NULL;
}

const struct schema_node *schema_present(const struct schema_node *node)
{
    if (node->branch_count != 2 || !schema_nullable(node))
        return node;
    return node->branches[node->branches[0]->kind == SCHEMA_NULL ? 1 : 0];
}

static const struct schema_field *field_of(const struct schema_node *record, const char *name, size_t length)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (strncmp(record->fields[i].name, name, length) == 0 && record->fields[i].name[length] == '\0')
            return &record->fields[i];
    return NULL;
}

const struct schema_field *schema_field(const struct schema_node *record, const char *name)
{
    return field_of(record, name, strlen(name));
}

const struct schema_node *schema_find(const struct schema_node *root, const char *path)
{
    const struct schema_node *node = root;

    while (*path != '\0') {
        size_t length = strcspn(path, ".");
        node = schema_present(node);
        while (node->kind == SCHEMA_ARRAY)
            node = schema_present(node->items);
        const struct schema_field *field = field_of(node, path, length);
        if (node->kind != SCHEMA_MAP && field == NULL)
            return NULL;
        node = node->kind == SCHEMA_MAP ? node->items : field->type;
        path += length;
        if (*path == '.' && *++path == '\0')
            return NULL;
    }
    return node;
}
