/*
 * The nodes of a schema (schema.h): what its types are, constant and owned by the schema.
 *
 * A named type that is used twice is one node, so nodes can form cycles: whoever walks them down keeps a bound, or marks
 * `number`.
 */
#ifndef CODEC_SCHEMA_NODE_H
#define CODEC_SCHEMA_NODE_H

#include <stdbool.h>
#include <stddef.h>

enum schema_kind {
    SCHEMA_NULL,
    SCHEMA_BOOLEAN,
    SCHEMA_INT,
    SCHEMA_LONG,
    SCHEMA_FLOAT,
    SCHEMA_DOUBLE,
    SCHEMA_BYTES,
    SCHEMA_STRING,
    SCHEMA_RECORD,
    SCHEMA_ENUM,
    SCHEMA_ARRAY,
    SCHEMA_MAP,
    SCHEMA_UNION,
    SCHEMA_FIXED,
};

/* A logical type that is unknown, or does not fit its type, counts as none: so says the specification. */
enum schema_logical {
    SCHEMA_LOGICAL_NONE,
    SCHEMA_LOGICAL_UUID,             /* string */
    SCHEMA_LOGICAL_DATE,             /* int */
    SCHEMA_LOGICAL_TIMESTAMP_MILLIS, /* long */
    SCHEMA_LOGICAL_TIMESTAMP_MICROS, /* long */
    SCHEMA_LOGICAL_DECIMAL,          /* bytes or fixed; at most 38 digits */
    SCHEMA_LOGICAL_UK_NUMBER,        /* string; ours, see number.h */
};

struct json_object;
struct schema_node;

struct schema_field {
    const char *name;
    const char *doc; /* "" when there is none */
    const char **aliases;
    size_t alias_count;
    const struct schema_node *type;
    bool has_default;
    struct json_object *field_default; /* the default as plain JSON; copy it. Null means null */
};

struct schema_node {
    enum schema_kind kind;
    enum schema_logical logical;
    unsigned precision, scale; /* decimal */
    const char *logical_text;  /* logicalType as it is written, known to us or not; null: none */
    size_t number;             /* its place in the schema's list of nodes, for marks */
    char *name;                /* full name of a record, enum or fixed; else null */
    bool shared;               /* a named type that the library brought */
    const char *doc;           /* "" when there is none */
    char **aliases;            /* full names */
    size_t alias_count;
    struct schema_field *fields; /* record */
    size_t field_count;
    const struct schema_node **branches; /* union */
    size_t branch_count;
    const char **symbols; /* enum */
    size_t symbol_count;
    int symbol_default;              /* index, -1 when there is none */
    const struct schema_node *items; /* array: items, map: values */
    size_t size;                     /* fixed */
};

/* "record", "string", ... */
const char *schema_kind_name(enum schema_kind kind);

/* Whether null is a value of it. */
bool schema_nullable(const struct schema_node *node);

/* The other branch where the node is a union of null and one type; else the node itself. */
const struct schema_node *schema_present(const struct schema_node *node);

/* The field of a record of this name (not alias); null when there is none. */
const struct schema_field *schema_field(const struct schema_node *record, const char *name);

/*
 * The node at a dotted path ("site.postcode"), through optional unions, the items of arrays and the values of maps
 * (by any key); "" is the root. Null when the path leads nowhere.
 */
const struct schema_node *schema_find(const struct schema_node *root, const char *path);

#endif
