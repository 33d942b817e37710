/* Loads a catalogue folder and its overlay: finds the order types and reads the files of each. */
#include "catalogue.h"

#include "catalogue_inside.h"
#include "check.h"
#include "check_records.h"
#include "memory.h"
#include "text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OUTCOME_1 "history/Outcome-1.avsc" /* in common/ */

/* The overlay's file where it has one, else the folder's. */
void loader_locate(const struct loader *loader, const char *name, char path[PATH_SIZE])
{
    struct stat status;

    if (*loader->overlay != '\0') {
        snprintf(path, PATH_SIZE, "%s/%s", loader->overlay, name);
        if (stat(path, &status) == 0)
            return;
    }
    snprintf(path, PATH_SIZE, "%s/%s", loader->folder, name);
}

static bool exists(const struct loader *loader, const char *name)
{
    char path[PATH_SIZE];
    struct stat status;

    loader_locate(loader, name, path);
    return stat(path, &status) == 0;
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void add_names(const char *path, char ***names, size_t *count)
{
    DIR *folder = opendir(path);

    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        bool known = entry->d_name[0] == '.';
        for (size_t i = 0; i < *count && !known; i++)
            known = strcmp((*names)[i], entry->d_name) == 0;
        if (known)
            continue;
        *names = memory_resize(*names, *count + 1, sizeof(char *));
        (*names)[(*count)++] = memory_text(entry->d_name);
    }
    if (folder != NULL)
        closedir(folder);
}

/* The names inside a folder, of both places, sorted so that messages come in a stable order. */
char **loader_list(const struct loader *loader, const char *name, size_t *count)
{
    char path[PATH_SIZE];
    char **names = NULL;

    *count = 0;
    snprintf(path, sizeof path, "%s/%s", loader->folder, name);
    add_names(path, &names, count);
    if (*loader->overlay != '\0') {
        snprintf(path, sizeof path, "%s/%s", loader->overlay, name);
        add_names(path, &names, count);
    }
    if (*count > 0)
        qsort(names, *count, sizeof *names, by_name);
    return names;
}

void loader_free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        memory_free(names[i]);
    memory_free(names);
}

bool loader_ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), end_length = strlen(end);

    return length > end_length && strcmp(name + length - end_length, end) == 0;
}

/* The shared records; with one of an earlier worker in place of today's, unless that is null. */
static void load_library(struct loader *loader, struct schema_library *library, const char *earlier)
{
    size_t count;
    char **names = loader_list(loader, "common", &count);

    for (size_t i = 0; i < count; i++) {
        char relative[PATH_SIZE], path[PATH_SIZE];
        CLEANUP(buffer_release) struct buffer text = {0};
        struct fault why;
        if (!loader_ends_with(names[i], ".avsc"))
            continue;
        bool is_replaced = earlier != NULL && strcmp(names[i], "Outcome.avsc") == 0;
        text_print(relative, sizeof relative, "common/%s", is_replaced ? earlier : names[i]);
        loader_locate(loader, relative, path);
        if (json_cursor_load_text(path, FILE_MAX_BYTES, &text, loader->problems) &&
            !schema_library_add(library, buffer_text(&text), text.length, NULL, &why))
            problems_add(loader->problems, path, "", "%s", why.text);
    }
    loader_free_names(names, count);
}

/* What finished before an upgrade is read by the tools, too. */
static void load_earlier_library(struct loader *loader)
{
    if (!exists(loader, "common/" OUTCOME_1))
        return;
    loader->catalogue->library_1 = schema_library_new();
    load_library(loader, loader->catalogue->library_1, OUTCOME_1);
}

static char *file_of(const struct loader *loader, const char *relative)
{
    char path[PATH_SIZE];

    loader_locate(loader, relative, path);
    return memory_text(path);
}

static struct schema *load_schema(struct loader *loader, const struct schema_library *library,
                                  const char *relative)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    char path[PATH_SIZE];
    struct schema *schema = NULL;
    struct fault why;

    loader_locate(loader, relative, path);
    if (json_cursor_load_text(path, FILE_MAX_BYTES, &text, loader->problems) &&
        !schema_parse(buffer_text(&text), text.length, library, &schema, &why))
        problems_add(loader->problems, path, "", "%s", why.text);
    return schema;
}

static void load_history(struct loader *loader, struct order_type *type)
{
    char relative[PATH_SIZE];
    size_t count;

    snprintf(relative, sizeof relative, "%s/history", type->name);
    char **names = loader_list(loader, relative, &count);
    for (size_t i = 0; i < count; i++) {
        text_print(relative, sizeof relative, "%.200s/history/%s", type->name, names[i]);
        struct schema *schema = loader_ends_with(names[i], ".avsc")
                                    ? load_schema(loader, loader->catalogue->library, relative)
                                    : NULL;
        if (schema == NULL)
            continue;
        type->history = memory_resize(type->history, type->history_count + 1, sizeof(struct schema *));
        type->history[type->history_count++] = schema;
    }
    loader_free_names(names, count);
}

/* The worker's own records; a catalogue for tests may go without. */
static struct schema *load_common(struct loader *loader, const char *relative)
{
    return exists(loader, relative) ? load_schema(loader, loader->catalogue->library, relative) : NULL;
}

static void load_openapi(struct loader *loader)
{
    char path[PATH_SIZE];
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct json_cursor cursor;

    loader_locate(loader, "bt-whc.openapi.json", path);
    if (!json_cursor_load_tree(path, FILE_MAX_BYTES, "name the folder with the catalogue (catalogue.path)",
                               &tree, loader->problems))
        return;
    json_cursor_init(&cursor, path, loader->problems);
    openapi_read(tree, &cursor, &loader->catalogue->openapi);
    json_cursor_release(&cursor);
}

static void load_asyncapi(struct loader *loader)
{
    char path[PATH_SIZE];
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct json_cursor cursor;

    loader_locate(loader, "order-events.asyncapi.json", path);
    if (!exists(loader,
                "order-events.asyncapi.json") /* a catalogue whose workflows receive no messages needs none */
        || !json_cursor_load_tree(path, FILE_MAX_BYTES, "", &tree, loader->problems))
        return;
    json_cursor_init(&cursor, path, loader->problems);
    asyncapi_read(tree, &cursor, &loader->catalogue->asyncapi);
    json_cursor_release(&cursor);
}

static void load_calendar(struct loader *loader)
{
    char path[PATH_SIZE];

    loader_locate(loader, "common/holidays.json", path);
    if (exists(loader, "common/holidays.json"))
        calendar_load(path, &loader->catalogue->calendar, loader->problems);
}

/* What every request and outcome record must have (schemas/README.md). */
static void complain_members(struct loader *loader, const char *file, const char *remedy, const char *what)
{
    char where[PATH_SIZE + 16];

    snprintf(where, sizeof where, "%s#/fields", file);
    problems_add(loader->problems, where, remedy, "%s", what);
}

static void check_members(struct loader *loader, struct order_type *type)
{
    const struct schema_field *id = schema_field(schema_root(type->request), "requestId");
    const struct schema_field *outcome = schema_field(schema_root(type->outcome), "outcome");
    const struct schema_field *result = schema_field(schema_root(type->outcome), "result");

    if (id == NULL || id->type->logical != SCHEMA_LOGICAL_UUID)
        complain_members(loader, type->request_file, "{\"type\": \"string\", \"logicalType\": \"uuid\"}",
                         "request.avsc has no field 'requestId' that is a uuid");
    if (outcome == NULL || outcome->type->name == NULL ||
        strcmp(outcome->type->name, "whc.common.Outcome") != 0)
        complain_members(loader, type->outcome_file, "\"type\": \"whc.common.Outcome\"",
                         "outcome.avsc has no field 'outcome' of the common record");
    const struct schema_node *node = result == NULL ? NULL : schema_present(result->type);
    if (node == NULL || node->kind != SCHEMA_RECORD || !schema_nullable(result->type))
        complain_members(loader, type->outcome_file, "[\"null\", {\"type\": \"record\", ...}]",
                         "outcome.avsc has no field 'result' that is null or a record");
    else
        type->result = node;
}

static void load_type(struct loader *loader, const char *name)
{
    struct order_type *type = memory_new(1, sizeof *type);
    char relative[PATH_SIZE], path[PATH_SIZE];
    size_t before = loader->problems->count;

    type->name = memory_text(name);
    loader->catalogue->types = memory_resize(loader->catalogue->types, loader->catalogue->type_count + 1,
                                             sizeof(struct order_type *));
    loader->catalogue->types[loader->catalogue->type_count++] = type;
    snprintf(relative, sizeof relative, "%s/request.avsc", name);
    type->request = load_schema(loader, loader->catalogue->library, relative);
    type->request_file = file_of(loader, relative);
    snprintf(relative, sizeof relative, "%s/outcome.avsc", name);
    type->outcome = load_schema(loader, loader->catalogue->library, relative);
    type->outcome_file = file_of(loader, relative);
    if (type->outcome != NULL && loader->catalogue->library_1 != NULL)
        type->outcome_1 = load_schema(loader, loader->catalogue->library_1, relative);
    load_history(loader, type);
    snprintf(relative, sizeof relative, "%s/workflow.arazzo.json", name);
    loader_locate(loader, relative, path);
    loader_workflow(loader, type, path);
    if (type->request != NULL && type->outcome != NULL)
        check_members(loader, type);
    /* The checks between the files would only repeat what is wrong inside one. */
    if (loader->problems->count != before)
        return;
    check_order_type(type, path, loader->given, &loader->catalogue->asyncapi, loader->problems);
    loader_versions(loader, type);
}

static bool uses(const struct order_type *type, const struct operation *operation)
{
    for (size_t w = 0; w < type->arazzo.workflow_count; w++)
        for (size_t i = 0; i < type->arazzo.workflows[w].step_count; i++)
            if (type->arazzo.workflows[w].steps[i].operation == operation)
                return true;
    return false;
}

/* What is not understood in an operation matters once a workflow uses it; reported once, however many do. */
static void report_misread(struct loader *loader)
{
    const struct catalogue *catalogue = loader->catalogue;

    for (size_t i = 0; i < catalogue->openapi.operation_count; i++) {
        const struct operation *operation = &catalogue->openapi.operations[i];
        bool used = false;
        for (size_t t = 0; t < catalogue->type_count && !used; t++)
            used = uses(catalogue->types[t], operation);
        for (size_t p = 0; used && p < operation->misread.count; p++)
            problems_add(loader->problems, operation->misread.list[p].where,
                         operation->misread.list[p].remedy, "operation '%s': %s", operation->id,
                         operation->misread.list[p].what);
    }
}

struct catalogue *catalogue_load(const char *folder, const char *overlay, const struct given_inputs *given,
                                 struct problems *problems)
{
    struct catalogue *catalogue = memory_new(1, sizeof *catalogue);
    struct loader loader = {folder, overlay, given, catalogue, problems};
    char relative[PATH_SIZE];
    size_t count;

    catalogue->library = schema_library_new();
    load_openapi(&loader);
    load_asyncapi(&loader);
    load_calendar(&loader);
    load_library(&loader, catalogue->library, NULL);
    load_earlier_library(&loader);
    catalogue->ledger_record = load_common(&loader, "common/LedgerRecord.avsc");
    catalogue->ledger_owner = load_common(&loader, "common/LedgerOwner.avsc");
    catalogue->decision = load_common(&loader, "common/Decision.avsc");
    catalogue->event = load_common(&loader, "common/Event.avsc");
    catalogue->decision_2 = load_common(&loader, "common/history/Decision-2.avsc");
    catalogue->decision_1 = load_common(&loader, "common/history/Decision-1.avsc");
    char **names = loader_list(&loader, ".", &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(relative, sizeof relative, "%s/workflow.arazzo.json", names[i]);
        if (exists(&loader, relative))
            load_type(&loader, names[i]);
    }
    loader_free_names(names, count);
    report_misread(&loader);
    check_records(catalogue, problems);
    if (catalogue->type_count == 0)
        problems_add(problems, folder, "a folder with <order-type>/workflow.arazzo.json",
                     "there is no order type here");
    return catalogue;
}

struct catalogue *catalogue_load_events(const char *folder, const char *overlay, struct problems *problems)
{
    struct catalogue *catalogue = memory_new(1, sizeof *catalogue);
    struct loader loader = {folder, overlay, NULL, catalogue, problems};

    catalogue->library = schema_library_new();
    load_asyncapi(&loader);
    load_library(&loader, catalogue->library, NULL);
    catalogue->event = load_common(&loader, "common/Event.avsc");
    if (catalogue->event == NULL)
        problems_add(problems, "common/Event.avsc", "name the folder with the catalogue (catalogue.path)",
                     "the record of events is missing");
    if (catalogue_events(catalogue) == NULL)
        problems_add(problems, "order-events.asyncapi.json", "the one that came with this worker",
                     "there is no channel with an address \"/...\" and messages of JSON");
    return catalogue;
}

const struct event_channel *catalogue_events(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->asyncapi.channel_count; i++) {
        const struct event_channel *channel = &catalogue->asyncapi.channels[i];
        if (channel->message_count > 0 && channel->address != NULL && channel->address[0] == '/')
            return channel;
    }
    return NULL;
}

static void free_type(struct order_type *type)
{
    arazzo_release(&type->arazzo);
    for (size_t i = 0; i < type->version_count; i++) {
        arazzo_release(&type->versions[i]->arazzo);
        memory_free(type->versions[i]);
    }
    memory_free(type->versions);
    schema_free(type->request);
    schema_free(type->outcome);
    schema_free(type->outcome_1);
    for (size_t i = 0; i < type->history_count; i++)
        schema_free(type->history[i]);
    memory_free(type->history);
    memory_free(type->request_file);
    memory_free(type->outcome_file);
    memory_free(type->name);
    memory_free(type);
}

void *catalogue_free(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return NULL;
    for (size_t i = 0; i < catalogue->type_count; i++)
        free_type(catalogue->types[i]);
    memory_free(catalogue->types);
    schema_free(catalogue->ledger_record);
    schema_free(catalogue->ledger_owner);
    schema_free(catalogue->decision);
    schema_free(catalogue->event);
    calendar_release(&catalogue->calendar);
    schema_free(catalogue->decision_2);
    schema_free(catalogue->decision_1);
    schema_library_free(catalogue->library);
    schema_library_free(catalogue->library_1);
    openapi_release(&catalogue->openapi);
    asyncapi_release(&catalogue->asyncapi);
    return memory_free(catalogue);
}

const struct workflow_version *catalogue_version(const struct order_type *type, const char *digest)
{
    for (size_t i = 0; i < type->version_count; i++)
        if (strcmp(type->versions[i]->digest, digest) == 0 && strcmp(type->digest, digest) != 0)
            return type->versions[i];
    return NULL;
}

bool catalogue_serves(const struct order_type *type, const struct settings *settings)
{
    return !type->workflow->waits || settings->ledger_format >= LEDGER_FORMAT_3;
}

const struct order_type *catalogue_type(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->type_count; i++)
        if (strcmp(catalogue->types[i]->name, name) == 0)
            return catalogue->types[i];
    return NULL;
}

const struct order_type *catalogue_type_of_record(const struct catalogue *catalogue, const char *full_name)
{
    for (size_t i = 0; i < catalogue->type_count; i++)
        if (strcmp(schema_name(catalogue->types[i]->request), full_name) == 0)
            return catalogue->types[i];
    return NULL;
}

const struct schema *catalogue_schema(const struct catalogue *catalogue, uint64_t fingerprint,
                                      const struct order_type **type)
{
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *one = catalogue->types[i];
        const struct schema *found = schema_has_fingerprint(one->request, fingerprint) ? one->request : NULL;
        for (size_t h = 0; h < one->history_count && found == NULL; h++)
            if (schema_has_fingerprint(one->history[h], fingerprint))
                found = one->history[h];
        if (found != NULL) {
            if (type != NULL)
                *type = one;
            return found;
        }
    }
    return NULL;
}
