/* Encodes requests from lines or examples, and gives those an id that have none. */
#include "submission.h"

#include "datum.h"
#include "framing.h"
#include "memory.h"
#include "projection.h"
#include "tree_build.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX_BYTES = 16777216, EXAMPLE_MAX_BYTES = 4194304, PATH_SIZE = 1024 };

static void give_id(struct json_object *tree, bool fresh)
{
    char id[UUID_TEXT_SIZE];

    if (!fresh && tree_has(tree, "requestId"))
        return;
    uuid_print(uuid_random(), id);
    tree_add_text(tree, "requestId", id);
}

static bool encode(struct submission *submission, struct json_object *tree, struct fault *why)
{
    const struct schema *schema = submission->type->request;
    struct frame frame = {.framing = FRAMING_SINGLE_OBJECT, .fingerprint = schema_fingerprint(schema)};
    CLEANUP(tree_release) struct json_object *conforming = NULL;
    CLEANUP(buffer_release) struct buffer value = {0};

    TRY(projection_conform(schema_root(schema), tree, PROJECTION_STRICT, &conforming, why));
    buffer_init(&value, REQUEST_MAX_BYTES);
    framing_write(&frame, &value);
    TRY(datum_encode(schema, conforming, &value, why));
    snprintf(submission->request_id, sizeof submission->request_id, "%s",
             tree_text_of(conforming, "requestId"));
    submission->value = buffer_take(&value, &submission->length);
    return true;
}

bool submissions_add(struct submissions *submissions, const struct order_type *type, struct json_object *tree,
                     const char *key, bool fresh, struct fault *why)
{
    struct submission submission = {.type = type};

    give_id(tree, fresh);
    bool encoded = encode(&submission, tree, why);
    json_object_put(tree);
    if (!encoded)
        return false;
    submission.key = memory_text(key);
    submissions->list = memory_resize(submissions->list, submissions->count + 1, sizeof *submissions->list);
    submissions->list[submissions->count++] = submission;
    return true;
}

static bool add_example(struct submissions *submissions, const struct order_type *type, const char *path,
                        struct fault *why)
{
    CLEANUP(tree_release) struct json_object *example = NULL;
    struct json_object *request = NULL;
    struct fault refusal;

    TRY(tree_read_file(path, EXAMPLE_MAX_BYTES, &example, why));
    if (json_object_deep_copy(tree_member(example, "request"), &request, NULL) != 0)
        return fault_set(why, FAULT_INPUT, "'%s' has no request", path);
    if (!submissions_add(submissions, type, request, tree_text_of(example, "key"), true, &refusal)) {
        submissions->refused++; /* an example of a request that no producer could encode */
        return true;
    }
    struct submission *added = &submissions->list[submissions->count - 1];
    added->tracking = memory_text(tree_text_of(tree_member(example, "headers"), "whc-tracking"));
    added->expected = memory_text(tree_text_of(tree_member(example, "outcome"), "status"));
    return true;
}

static int only_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

bool submissions_add_examples(struct submissions *submissions, const struct catalogue *catalogue,
                              const struct order_type *only, const char *folder, struct fault *why)
{
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        char path[PATH_SIZE];
        struct dirent **entries;
        snprintf(path, sizeof path, "%s/%s/examples", folder, type->name);
        bool wanted = only == NULL ? !type->writes : type == only;
        int count = wanted ? scandir(path, &entries, only_json, alphasort) : 0;
        bool added = true;
        for (int e = 0; e < count; e++) {
            char file[PATH_SIZE + 300];
            snprintf(file, sizeof file, "%s/%s", path, entries[e]->d_name);
            added = added && add_example(submissions, type, file, why);
            free(entries[e]);
        }
        if (count > 0)
            free(entries);
        if (!added)
            return false;
    }
    return true;
}

struct submission *submissions_find(const struct submissions *submissions, const char *request_id)
{
    for (size_t i = 0; request_id != NULL && i < submissions->count; i++)
        if (strcmp(submissions->list[i].request_id, request_id) == 0)
            return &submissions->list[i];
    return NULL;
}

void submissions_release(struct submissions *submissions)
{
    for (size_t i = 0; i < submissions->count; i++) {
        memory_free(submissions->list[i].key);
        memory_free(submissions->list[i].tracking);
        memory_free(submissions->list[i].value);
        memory_free(submissions->list[i].expected);
    }
    memory_free(submissions->list);
    *submissions = (struct submissions){0};
}
