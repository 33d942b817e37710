/* The registry's subjects and schemas, in memory. */
#include "registry_store.h"

#include "buffer.h"
#include "memory.h"
#include "registry.h"
#include "schema.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

enum { REFERENCE_DEPTH_MAX = 16, IDENTITY_MAX = 4 << 20 };

struct registry *registry_new(void)
{
    struct registry *registry = memory_new(1, sizeof *registry);

    snprintf(registry->level, sizeof registry->level, "BACKWARD");
    return registry;
}

void *registry_free(struct registry *registry)
{
    if (registry == NULL)
        return NULL;
    for (size_t i = 0; i < registry->schema_count; i++) {
        struct stored_schema *schema = &registry->schemas[i];
        memory_free(schema->type);
        memory_free(schema->text);
        memory_free(schema->identity);
        json_object_put(schema->references);
    }
    for (size_t i = 0; i < registry->subject_count; i++) {
        memory_free(registry->subjects[i].name);
        memory_free(registry->subjects[i].ids);
    }
    memory_free(registry->schemas);
    memory_free(registry->subjects);
    return memory_free(registry);
}

const struct stored_schema *store_schema(const struct registry *registry, size_t id)
{
    return id >= 1 && id <= registry->schema_count ? &registry->schemas[id - 1] : NULL;
}

const struct stored_schema *store_schema_by_guid(const struct registry *registry, const char *guid)
{
    for (size_t i = 0; i < registry->schema_count; i++)
        if (strcmp(registry->schemas[i].guid, guid) == 0)
            return &registry->schemas[i];
    return NULL;
}

struct subject *store_subject(const struct registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->subject_count; i++)
        if (strcmp(registry->subjects[i].name, name) == 0)
            return &registry->subjects[i];
    return NULL;
}

struct subject *store_open_subject(struct registry *registry, const char *name)
{
    struct subject *subject = store_subject(registry, name);

    if (subject != NULL || registry->subject_count == SUBJECTS_MAX)
        return subject;
    registry->subjects =
        memory_resize(registry->subjects, registry->subject_count + 1, sizeof *registry->subjects);
    subject = &registry->subjects[registry->subject_count++];
    *subject = (struct subject){.name = memory_text(name)};
    return subject;
}

size_t store_version_of(const struct subject *subject, size_t id)
{
    for (size_t i = 0; i < subject->versions; i++)
        if (subject->ids[i] == id)
            return i + 1;
    return 0;
}

/* The schema that a reference means; null when there is none. */
static const struct stored_schema *referred(const struct registry *registry, struct json_object *reference)
{
    const char *name = tree_text_of(reference, "subject");
    int64_t version = json_object_get_int64(tree_member(reference, "version"));
    const struct subject *subject = name == NULL ? NULL : store_subject(registry, name);

    if (subject == NULL || subject->versions == 0)
        return NULL;
    if (version == -1)
        version = (int64_t)subject->versions;
    return version >= 1 && (size_t)version <= subject->versions
               ? store_schema(registry, subject->ids[version - 1])
               : NULL;
}

static bool add_references(const struct registry *registry, struct json_object *references, unsigned depth,
                           struct schema_library *library, struct fault *why)
{
    size_t count = references == NULL ? 0 : json_object_array_length(references);

    if (depth == REFERENCE_DEPTH_MAX)
        return fault_set(why, FAULT_INPUT, "references go deeper than %d", REFERENCE_DEPTH_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct stored_schema *schema = referred(registry, json_object_array_get_idx(references, i));
        if (schema == NULL)
            return fault_set(why, FAULT_INPUT, "reference %zu means no version that is registered", i + 1);
        TRY(add_references(registry, schema->references, depth + 1, library, why));
        TRY(schema_library_add(library, schema->text, strlen(schema->text), NULL, why));
    }
    return true;
}

static bool check_avro(const struct registry *registry, const char *text, struct json_object *references,
                       struct fault *why)
{
    struct schema_library *library = schema_library_new_foreign();
    struct schema *schema = NULL;
    bool good = add_references(registry, references, 0, library, why) &&
                schema_parse_foreign(text, strlen(text), library, &schema, why);

    schema_free(schema);
    schema_library_free(library);
    return good;
}

static bool has_some(struct json_object *references)
{
    return references != NULL && json_object_array_length(references) > 0;
}

/* The text without its blanks, so that layout makes no difference. */
static void write_identity(const char *type, const char *text, struct json_object *references,
                           struct buffer *identity)
{
    struct json_object *tree = NULL;
    struct fault why;

    buffer_print(identity, "%s ", type);
    if (strcmp(type, "PROTOBUF") != 0 && tree_read(text, strlen(text), &tree, &why))
        tree_write(tree, identity);
    else
        buffer_add_text(identity, text);
    if (has_some(references))
        tree_write(references, identity);
    json_object_put(tree);
}

static const struct stored_schema *find_identity(const struct registry *registry, const char *identity)
{
    for (size_t i = 0; i < registry->schema_count; i++)
        if (strcmp(registry->schemas[i].identity, identity) == 0)
            return &registry->schemas[i];
    return NULL;
}

bool store_find(const struct registry *registry, const char *type, const char *text,
                struct json_object *references, const struct stored_schema **schema, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer identity = {0};

    buffer_init(&identity, IDENTITY_MAX);
    if (strcmp(type, "AVRO") == 0)
        TRY(check_avro(registry, text, references, why));
    write_identity(type, text, references, &identity);
    TRY(buffer_check(&identity, "the schema", why));
    *schema = find_identity(registry, buffer_text(&identity));
    return true;
}

static const struct stored_schema *store(struct registry *registry, const char *type, const char *text,
                                         struct json_object *references)
{
    struct buffer identity;
    size_t length;

    registry->schemas =
        memory_resize(registry->schemas, registry->schema_count + 1, sizeof *registry->schemas);
    struct stored_schema *schema = &registry->schemas[registry->schema_count++];
    buffer_init(&identity, IDENTITY_MAX);
    write_identity(type, text, references, &identity);
    *schema = (struct stored_schema){
        .id = registry->schema_count,
        .type = memory_text(type),
        .text = memory_text(text),
        .identity = buffer_take(&identity, &length),
        .references = has_some(references) ? json_object_get(references) : NULL,
    };
    uuid_print(uuid_of((const char *const[]){schema->identity}, 1), schema->guid);
    return schema;
}

bool store_add(struct registry *registry, const char *name, const char *type, const char *text,
               struct json_object *references, const struct stored_schema **out, struct fault *why)
{
    const struct stored_schema *schema;

    TRY(store_find(registry, type, text, references, &schema, why));
    if (schema == NULL && registry->schema_count == SCHEMAS_MAX)
        return fault_set(why, FAULT_EXHAUSTED, "the registry has %d schemas already", SCHEMAS_MAX);
    struct subject *subject = store_open_subject(registry, name);
    if (subject == NULL || subject->versions == VERSIONS_MAX)
        return fault_set(why, FAULT_EXHAUSTED, "the registry has no room for another version");
    if (schema == NULL)
        schema = store(registry, type, text, references);
    if (store_version_of(subject, schema->id) == 0) {
        subject->ids = memory_resize(subject->ids, subject->versions + 1, sizeof *subject->ids);
        subject->ids[subject->versions++] = schema->id;
    }
    *out = schema;
    return true;
}
