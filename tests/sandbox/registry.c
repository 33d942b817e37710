/* The registry's REST API. Its store is in registry_store.c. */
#include "registry.h"

#include "answers.h"
#include "memory.h"
#include "registry_store.h"
#include "sandbox.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char media_type[] = "application/vnd.schemaregistry.v1+json";

static void refuse(struct reply *reply, unsigned code, const char *message)
{
    unsigned status = code >= 10000 ? code / 100 : code;
    struct buffer *out = reply_json(reply, status);

    buffer_print(out, "{\"error_code\":%u,\"message\":", code);
    write_text(out, message);
    buffer_add_byte(out, '}');
}

bool registry_owns(const char *path)
{
    static const char *const roots[] = {"/schemas", "/subjects",     "/config",   "/compatibility",
                                        "/mode",    "/associations", "/contexts", "/exporters"};

    for (size_t i = 0; i < COUNT_OF(roots); i++)
        if (strncmp(path, roots[i], strlen(roots[i])) == 0)
            return true;
    return false;
}

void registry_answer(struct sandbox *sandbox, const struct operation *operation, struct request *request,
                     struct reply *reply)
{
    const struct switches *switches = &sandbox->switches;
    struct fault why;

    if (switches->registry_user[0] != '\0' &&
        basic_check(request, switches->registry_user, switches->registry_password) != 0) {
        refuse(reply, 401, "Unauthorized");
        reply_header(reply, "WWW-Authenticate", "Basic realm=\"registry\"");
    } else if (operation == NULL) {
        refuse(reply, 404, "HTTP 404 Not Found");
    } else if (strcmp(operation->method, "GET") != 0 &&
               !tree_read(buffer_text(&request->body), request->body.length, &request->tree, &why)) {
        refuse(reply, 422, why.text);
    } else {
        operation->answer(sandbox, request, reply);
    }
    reply->type = media_type;
}

/* The members that a schema has everywhere; `references` and a type other than AVRO only where there are. */
static void write_schema(struct buffer *out, const struct stored_schema *schema)
{
    buffer_print(out, "\"guid\":\"%s\",", schema->guid);
    if (strcmp(schema->type, "AVRO") != 0)
        buffer_print(out, "\"schemaType\":\"%s\",", schema->type);
    if (schema->references != NULL) {
        buffer_add_text(out, "\"references\":");
        tree_write(schema->references, out);
        buffer_add_byte(out, ',');
    }
    buffer_add_text(out, "\"schema\":");
    write_text(out, schema->text);
    buffer_add_byte(out, '}');
}

static void write_version(struct buffer *out, const struct subject *subject,
                          const struct stored_schema *schema)
{
    buffer_add_text(out, "{\"subject\":");
    write_text(out, subject->name);
    buffer_print(out, ",\"id\":%zu,\"version\":%zu,", schema->id, store_version_of(subject, schema->id));
    write_schema(out, schema);
}

static void answer_schema(struct reply *reply, const struct stored_schema *schema)
{
    if (schema == NULL) {
        refuse(reply, 40403, "Schema not found");
        return;
    }
    buffer_add_byte(reply_json(reply, 200), '{');
    write_schema(&reply->body, schema);
}

void registry_schema_by_id(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    answer_schema(reply, store_schema(sandbox->registry, strtoul(request->captures[0], NULL, 10)));
}

void registry_schema_by_guid(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    answer_schema(reply, store_schema_by_guid(sandbox->registry, request->captures[0]));
}

void registry_versions_of_id(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct registry *registry = sandbox->registry;
    size_t id = strtoul(request->captures[0], NULL, 10);
    const char *separator = "[";

    if (store_schema(registry, id) == NULL) {
        refuse(reply, 40403, "Schema not found");
        return;
    }
    struct buffer *out = reply_json(reply, 200);
    for (size_t i = 0; i < registry->subject_count; i++) {
        size_t version = store_version_of(&registry->subjects[i], id);
        if (version == 0)
            continue;
        buffer_print(out, "%s{\"subject\":", separator);
        write_text(out, registry->subjects[i].name);
        buffer_print(out, ",\"version\":%zu}", version);
        separator = ",";
    }
    buffer_add_byte(out, ']');
}

void registry_types(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)sandbox;
    (void)request;
    buffer_add_text(reply_json(reply, 200), "[\"AVRO\",\"JSON\",\"PROTOBUF\"]");
}

void registry_subjects(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct registry *registry = sandbox->registry;
    struct buffer *out = reply_json(reply, 200);
    const char *separator = "";

    (void)request;
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < registry->subject_count; i++) {
        if (registry->subjects[i].versions == 0)
            continue; /* only its compatibility was set */
        buffer_add_text(out, separator);
        write_text(out, registry->subjects[i].name);
        separator = ",";
    }
    buffer_add_byte(out, ']');
}

/* The subject of the path where it has versions; refuses otherwise. */
static const struct subject *subject_asked(struct sandbox *sandbox, const struct request *request,
                                           struct reply *reply)
{
    const struct subject *subject = store_subject(sandbox->registry, request->captures[0]);
    char message[CAPTURE_SIZE + 32];

    if (subject != NULL && subject->versions > 0)
        return subject;
    snprintf(message, sizeof message, "Subject '%s' not found.", request->captures[0]);
    refuse(reply, 40401, message);
    return NULL;
}

/* A body {"schema", "schemaType", "references"}; false after refusing it. */
struct posted {
    const char *type;
    const char *text;
    struct json_object *references;
};

static bool posted_schema(const struct request *request, struct posted *posted, struct reply *reply)
{
    const char *type = tree_text_of(request->tree, "schemaType");

    posted->type = type == NULL ? "AVRO" : type;
    posted->text = tree_text_of(request->tree, "schema");
    posted->references = tree_member(request->tree, "references");
    if (posted->text != NULL && *posted->text != '\0' &&
        (posted->references == NULL || json_object_is_type(posted->references, json_type_array)))
        return true;
    refuse(reply, 42201, "Invalid schema: 'schema' must be text and 'references' a list");
    return false;
}

void registry_register(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct stored_schema *schema;
    struct posted posted;
    struct fault why;

    if (!posted_schema(request, &posted, reply))
        return;
    if (store_add(sandbox->registry, request->captures[0], posted.type, posted.text, posted.references,
                  &schema, &why))
        write_version(reply_json(reply, 200), store_subject(sandbox->registry, request->captures[0]), schema);
    else
        refuse(reply, why.kind == FAULT_INPUT ? 42201 : 50001, why.text);
}

void registry_look_up(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct subject *subject = subject_asked(sandbox, request, reply);
    const struct stored_schema *schema;
    struct posted posted;
    struct fault why;

    if (subject == NULL || !posted_schema(request, &posted, reply))
        return;
    if (!store_find(sandbox->registry, posted.type, posted.text, posted.references, &schema, &why))
        refuse(reply, 42201, why.text);
    else if (schema == NULL || store_version_of(subject, schema->id) == 0)
        refuse(reply, 40403, "Schema not found");
    else
        write_version(reply_json(reply, 200), subject, schema);
}

void registry_versions(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct subject *subject = subject_asked(sandbox, request, reply);

    if (subject == NULL)
        return;
    struct buffer *out = reply_json(reply, 200);
    for (size_t version = 1; version <= subject->versions; version++)
        buffer_print(out, "%s%zu", version == 1 ? "[" : ",", version);
    buffer_add_byte(out, ']');
}

void registry_version(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const struct subject *subject = subject_asked(sandbox, request, reply);
    const char *text = request->captures[1];
    char *end;

    if (subject == NULL)
        return;
    size_t version = strtoul(text, &end, 10);
    if (strcmp(text, "latest") == 0 || strcmp(text, "-1") == 0)
        version = subject->versions;
    else if (*end != '\0' || version == 0) {
        refuse(reply, 42202, "The specified version is not a valid version id");
        return;
    }
    if (version > subject->versions)
        refuse(reply, 40402, "Version not found.");
    else
        write_version(reply_json(reply, 200), subject,
                      store_schema(sandbox->registry, subject->ids[version - 1]));
}

/* The place of the compatibility level that the path means; null when the subject has none and `make` is false. */
static char *level_asked(struct sandbox *sandbox, const struct request *request, bool make)
{
    struct registry *registry = sandbox->registry;

    if (strcmp(request->path, "/config") == 0)
        return registry->level;
    struct subject *subject = make ? store_open_subject(registry, request->captures[0])
                                   : store_subject(registry, request->captures[0]);
    return subject == NULL ? NULL : subject->level;
}

void registry_get_config(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *level = level_asked(sandbox, request, false);
    const char *inherit = request_query(request, "defaultToGlobal");

    if ((level == NULL || *level == '\0') && inherit != NULL && strcmp(inherit, "true") == 0)
        level = sandbox->registry->level;
    if (level == NULL || *level == '\0')
        refuse(reply, 40408, "The subject has no compatibility level of its own");
    else
        buffer_print(reply_json(reply, 200), "{\"compatibilityLevel\":\"%s\"}", level);
}

void registry_put_config(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    static const char *const levels[] = {"BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE",
                                         "FULL",     "FULL_TRANSITIVE",     "NONE",    NULL};
    int index = word_index(levels, tree_text_of(request->tree, "compatibility"));
    char *level = index < 0 ? NULL : level_asked(sandbox, request, true);

    if (index < 0) {
        refuse(reply, 42203, "Invalid compatibility level");
    } else if (level == NULL) {
        refuse(reply, 50001, "the registry has no room for another subject");
    } else {
        snprintf(level, LEVEL_SIZE, "%s", levels[index]);
        buffer_print(reply_json(reply, 200), "{\"compatibility\":\"%s\"}", level);
    }
}

void registry_compatible(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct posted posted;

    (void)sandbox;
    if (posted_schema(request, &posted, reply))
        buffer_add_text(reply_json(reply, 200), "{\"is_compatible\":true,\"messages\":[]}");
}
