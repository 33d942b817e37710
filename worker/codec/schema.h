/*
 * An Avro schema, compiled from its own text (Avro specification 1.11, "Schema Declaration").
 *
 * Avro-C forgets defaults, aliases, documentation and logical types, so the nodes (schema_node.h) are ours, and Avro-C's
 * objects are built from them. Everything is constant once parsed.
 */
#ifndef CODEC_SCHEMA_H
#define CODEC_SCHEMA_H

#include "fault.h"
#include "schema_node.h"

#include <stdint.h>

enum {
    SCHEMA_TEXT_MAX = 1 << 20,  /* bytes of one text */
    SCHEMA_DEPTH_MAX = 64,      /* types inside types, as written, library types included */
    SCHEMA_NODES_MAX = 20000,   /* nodes of one schema */
    SCHEMA_FIXED_MAX = 1 << 20, /* bytes of a fixed */
    SCHEMA_SYMBOLS_MAX = 20000, /* of one enum */
    SCHEMA_FIELDS_MAX = 500,    /* of one record */
    SCHEMA_NAMED_MAX = 500,     /* records, enums and fixed types of one schema */
};

/* Texts of named types that schemas may use without holding them: common/, or a registry's references. */
struct schema_library;

struct schema_library *schema_library_new(void);
struct schema_library *schema_library_new_foreign(void); /* for schema_parse_foreign() */
struct schema_library *schema_library_free(struct schema_library *library);

/*
 * Adds the text of one record, enum or fixed; it is compiled where it is used. FAULT_INPUT: no such text, or the
 * library has a different type of the name. *name (may be null) is the full name, borrowed from the library.
 */
MUST_USE bool schema_library_add(struct schema_library *library, const char *text, size_t length,
                                 const char **name, struct fault *why);

struct schema;

/*
 * Compiles a text; `library` may be null and need not outlive the call. FAULT_INPUT names the JSON pointer (after
 * "#", and the library type before it where the mistake is there) and what is wrong.
 */
MUST_USE bool schema_parse(const char *text, size_t length, const struct schema_library *library,
                           struct schema **schema, struct fault *why);

/*
 * The same for a schema that only data was written with: what resolution takes from the reader (defaults, aliases, the
 * default of an enum) is not looked at and not kept, and namespaces and symbols may hold any character.
 */
MUST_USE bool schema_parse_foreign(const char *text, size_t length, const struct schema_library *library,
                                   struct schema **schema, struct fault *why);
struct schema *schema_free(struct schema *schema);
void schema_release(struct schema **schema); /* for CLEANUP */

const struct schema_node *schema_root(const struct schema *schema);

/* Its records, enums and fixed types, library types included, in order of definition; null after the last. */
const struct schema_node *schema_definition(const struct schema *schema, size_t index);

/* Full name of the root, "string" and the like where it has none. */
const char *schema_name(const struct schema *schema);

const char *schema_text(const struct schema *schema);      /* as it was given */
const char *schema_full_text(const struct schema *schema); /* library types put in at first use */
const char *schema_canonical(const struct schema *schema); /* Parsing Canonical Form of the full text */
uint64_t schema_fingerprint(const struct schema *schema);  /* CRC-64-AVRO of the canonical form */

/*
 * Whether a single-object value with this fingerprint was written with the schema: it is the schema's own, or the one
 * that the libraries of Go (hamba/avro) and Rust (apache-avro) compute, whose canonical forms name logical types.
 */
bool schema_has_fingerprint(const struct schema *schema, uint64_t fingerprint);

/* The library types that the text itself names, in order of appearance: a registry's `references`. */
size_t schema_reference_count(const struct schema *schema);
const char *schema_reference(const struct schema *schema, size_t index);

#endif
