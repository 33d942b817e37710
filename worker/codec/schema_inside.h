/* What the files of schema.h share; nobody else includes it, but datum.c, which needs Avro-C's objects. */
#ifndef CODEC_SCHEMA_INSIDE_H
#define CODEC_SCHEMA_INSIDE_H

#include "buffer.h"
#include "schema.h"
#include "value_path.h"

struct avro_obj_t;
struct avro_value_iface;

struct schema {
    char *text;
    struct json_object *tree;   /* the full text, parsed; the nodes borrow its strings */
    struct schema_node **nodes; /* all of them, by number */
    size_t node_count;
    struct schema_node **named; /* in order of definition; borrowed from `nodes` */
    size_t named_count;
    const struct schema_node *root;
    char **references;
    size_t reference_count;
    char *full_text;
    char *canonical;
    uint64_t fingerprint, fingerprint_go, fingerprint_rust;
    struct avro_obj_t *avro; /* Avro-C's view of the same nodes, and how it makes values of them */
    struct avro_value_iface *maker;
};

/* The tree of a library type, parsed afresh and owned by the caller, or null when there is none of the name. */
MUST_USE bool schema_library_find(const struct schema_library *library, const char *name,
                                  struct json_object **tree, struct fault *why);

/* Whether the library has a type of the name. */
bool schema_library_has(const struct schema_library *library, const char *name);

/* Fills tree, nodes, named, root, references and full_text from the parsed text, of which it takes ownership. */
MUST_USE bool schema_compile(struct schema *schema, struct json_object *tree,
                             const struct schema_library *library, bool foreign, struct fault *why);

/* Turns a default, as Avro writes it in a schema, into plain JSON; the fault says what does not fit. */
MUST_USE bool schema_default(const struct schema_node *node, struct json_object *written,
                             struct json_object **plain, struct fault *why);

/*
 * Refuses what has no finite value (a record that holds itself), and what would be a memory bomb as an object of
 * Avro-C, in which a record is as large as everything in it, and the records in those, together.
 */
MUST_USE bool schema_check_shape(const struct schema *schema, struct fault *why);

/* The full name of a record, enum or fixed, owned by the caller. False: not a valid one; a foreign namespace is any. */
bool schema_full_name(struct json_object *tree, const char *space, bool foreign, char **full);
bool schema_valid_name(const char *name);

/* The kind of a primitive type's name. */
bool schema_primitive(const char *name, enum schema_kind *kind);

/* Fills canonical and the fingerprints. */
void schema_canonize(struct schema *schema);

/* Fills avro and maker. */
MUST_USE bool schema_build(struct schema *schema, struct fault *why);
void schema_unbuild(struct schema *schema);

#endif
