/*
 * Subjects, versions and schemas of the registry. Ids count from 1; nothing is ever deleted.
 */
#ifndef SANDBOX_REGISTRY_STORE_H
#define SANDBOX_REGISTRY_STORE_H

#include "fault.h"
#include "uuid.h"

#include <json-c/json.h>
#include <stddef.h>

enum { SCHEMAS_MAX = 10000, SUBJECTS_MAX = 10000, VERSIONS_MAX = 1000, LEVEL_SIZE = 32 };

struct stored_schema {
    size_t id;
    char guid[UUID_TEXT_SIZE]; /* computed from the content, so it is the same after a restart */
    char *type;                /* AVRO, JSON, PROTOBUF */
    char *text;                /* as it was given */
    char *identity;            /* type, text without its blanks, references: what makes two schemas one */
    struct json_object *references; /* a list; null without */
};

struct subject {
    char *name;
    size_t *ids; /* of version 1, 2 ... */
    size_t versions;
    char level[LEVEL_SIZE]; /* compatibility; "": the registry's */
};

struct registry {
    struct stored_schema *schemas; /* id 1 first */
    size_t schema_count;
    struct subject *subjects;
    size_t subject_count;
    char level[LEVEL_SIZE];
};

/* Null when there is none. Borrowed until the next addition. */
const struct stored_schema *store_schema(const struct registry *registry, size_t id);
const struct stored_schema *store_schema_by_guid(const struct registry *registry, const char *guid);
struct subject *store_subject(const struct registry *registry, const char *name);

/* The version (from 1) of the subject that has the schema; 0: none. */
size_t store_version_of(const struct subject *subject, size_t id);

/*
 * The schema with this content, in *schema: null when it was never stored. FAULT_INPUT when the Avro text or its
 * references are not valid. `references` may be null.
 */
MUST_USE bool store_find(const struct registry *registry, const char *type, const char *text,
                         struct json_object *references, const struct stored_schema **schema,
                         struct fault *why);

/* The same, and adds it, and to the subject, where it is new. FAULT_EXHAUSTED when there are too many. */
MUST_USE bool store_add(struct registry *registry, const char *subject, const char *type, const char *text,
                        struct json_object *references, const struct stored_schema **schema,
                        struct fault *why);

/* The subject of the name, made where it is new. Null when there are too many. */
struct subject *store_open_subject(struct registry *registry, const char *name);

#endif
