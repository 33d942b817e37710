/* What schema_compile.c and schema_compile_named.c share; nobody else includes it. */
#ifndef CODEC_SCHEMA_PARSER_H
#define CODEC_SCHEMA_PARSER_H

#include "schema_inside.h"

struct schema_parser {
    struct schema *schema;
    const struct schema_library *library;
    bool foreign;       /* what only readers need is left out */
    const char *inside; /* the library type whose text is being read; null in the schema's own */
    unsigned depth;
    struct field_default_due { /* defaults wait until the types they are of are complete */
        struct schema_field *field;
        struct json_object *written;
        char *where;
    } * field_defaults;
    size_t field_default_count;
    struct fault *why;
};

/* "#/fields/0/type: ..."; always false. */
bool schema_fault(struct schema_parser *parser, const struct value_path *at, const char *format, ...)
    PRINTF_LIKE(3, 4);
#ifdef __clang_analyzer__ /* as fault_set */
#define schema_fault(...) (schema_fault(__VA_ARGS__), false)
#endif

MUST_USE bool schema_new_node(struct schema_parser *parser, enum schema_kind kind,
                              const struct value_path *at, struct schema_node **node);
const struct schema_node *schema_named(const struct schema *schema, const char *name);

/* Compiles one type. *instead is set, and owned by the caller, where the tree has to have something else here. */
MUST_USE bool schema_compile_type(struct schema_parser *parser, struct json_object *json, const char *space,
                                  const struct value_path *at, const struct schema_node **node,
                                  struct json_object **instead);

/* The type in a member of `json`, which is replaced where need be. */
MUST_USE bool schema_compile_member(struct schema_parser *parser, struct json_object *json,
                                    const char *member, const char *space, const struct value_path *at,
                                    const struct schema_node **node);

/* A record, enum or fixed. */
MUST_USE bool schema_compile_named(struct schema_parser *parser, struct json_object *json, const char *space,
                                   const struct value_path *at, const struct schema_node **node);

/* Sets the logical type of a node whose kind and size are known. */
void schema_compile_logical(struct json_object *json, struct schema_node *node);

#endif
