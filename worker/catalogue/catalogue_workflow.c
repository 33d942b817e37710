/* Reads an order type's workflow: today's, and the earlier ones that orders have begun with. */
#include "catalogue_inside.h"

#include "check.h"
#include "digest.h"
#include "memory.h"
#include "text.h"
#include "tree_canonical.h"

#include <stdio.h>
#include <string.h>

static bool has_writes(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->step_count; i++)
        if (workflow_step_writes(&workflow->steps[i]))
            return true;
    return false;
}

static void digest_of(struct json_object *tree, char digest[WORKFLOW_DIGEST_SIZE])
{
    CLEANUP(buffer_release) struct buffer text;
    char whole[DIGEST_TEXT_SIZE];

    buffer_init(&text, 2 * FILE_MAX_BYTES);
    tree_canonical(tree, &text);
    digest_print(text.data, text.length, whole);
    snprintf(digest, WORKFLOW_DIGEST_SIZE, "%.*s", WORKFLOW_DIGEST_SIZE - 1, whole);
}

/* Reads an Arazzo description; false: its workflow is not there, or not the file. */
static bool read_workflow(struct loader *loader, const char *name, const char *path,
                          struct workflow_version *version)
{
    struct json_object *tree = NULL;
    struct json_cursor cursor;

    if (!json_cursor_load_tree(path, FILE_MAX_BYTES, "", &tree, loader->problems))
        return false;
    json_cursor_init(&cursor, path, loader->problems);
    digest_of(tree, version->digest);
    arazzo_read(tree, &cursor, &loader->catalogue->openapi, &version->arazzo);
    version->workflow = arazzo_workflow(&version->arazzo, name);
    if (version->workflow == NULL)
        json_cursor_problem(&cursor, "the workflowId of the order type is the folder's name",
                            "there is no workflow '%s'", name);
    json_cursor_release(&cursor);
    return version->workflow != NULL;
}

void loader_workflow(struct loader *loader, struct order_type *type, const char *path)
{
    struct workflow_version today = {.digest = ""};

    (void)read_workflow(loader, type->name, path, &today);
    type->arazzo = today.arazzo;
    type->workflow = today.workflow;
    memcpy(type->digest, today.digest, sizeof type->digest);
    type->writes = type->workflow != NULL && has_writes(type->workflow);
}

/* Checked like today's: what it takes from the request and gives as a result must still be there. */
static void load_version(struct loader *loader, struct order_type *type, const char *file)
{
    struct workflow_version *version = memory_new(1, sizeof *version);
    size_t before = loader->problems->count;
    char relative[PATH_SIZE], path[PATH_SIZE];

    text_print(relative, sizeof relative, "%.200s/history/%s", type->name, file);
    loader_locate(loader, relative, path);
    type->versions = memory_resize(type->versions, type->version_count + 1, sizeof *type->versions);
    type->versions[type->version_count++] = version;
    if (!read_workflow(loader, type->name, path, version))
        return;
    if (strncmp(file, version->digest, strlen(version->digest)) != 0)
        problems_add(loader->problems, path, "name it by its digest, or take it away",
                     "its digest is %s: it is not the workflow that orders have begun with", version->digest);
    struct order_type as_it_was = *type;
    as_it_was.arazzo = version->arazzo;
    as_it_was.workflow = version->workflow;
    if (loader->problems->count == before)
        check_order_type(&as_it_was, path, loader->given, &loader->catalogue->asyncapi, loader->problems);
}

void loader_versions(struct loader *loader, struct order_type *type)
{
    char relative[PATH_SIZE];
    size_t count;

    snprintf(relative, sizeof relative, "%s/history", type->name);
    char **names = loader_list(loader, relative, &count);
    for (size_t i = 0; i < count; i++)
        if (loader_ends_with(names[i], ".arazzo.json"))
            load_version(loader, type, names[i]);
    loader_free_names(names, count);
}
