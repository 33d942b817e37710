/* Runs examples of workflows that are made for tests: each workflow is laid over a catalogue that is there. */
#include "workflows.h"

#include "example.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What examples of such a workflow need not say. */
static const char common_request[] =
    "{\"requestId\": \"605c9599-4ab1-488f-8129-5b8cde662c7d\", \"id\": \"7\"}";
static const char common_operation[] = "read";
static const char common_call[] = "{\"method\": \"GET\", \"target\": \"/read/7\", \"body\": null}";
static const char frame[] =
    "{\"arazzo\": \"1.1.0\", \"info\": {}, \"sourceDescriptions\": [{\"name\": \"bt\", \"url\": "
    "\"../bt-whc.openapi.json\", \"type\": \"openapi\"}]}";

struct overlay {
    char folder[64], type[80], file[128];
};

static struct json_object *tree_of(const char *text)
{
    struct json_object *tree = NULL;
    struct fault why;

    if (!tree_read(text, strlen(text), &tree, &why))
        abort();
    return tree;
}

/* A folder with nothing but w/workflow.arazzo.json; the caller removes it. */
static void overlay_make(struct overlay *overlay, struct json_object *workflow)
{
    CLEANUP(tree_release) struct json_object *tree = tree_of(frame);
    CLEANUP(buffer_release) struct buffer text = {0};
    struct json_object *workflows = json_object_new_array();

    json_object_object_add(workflow, "workflowId", json_object_new_string("w"));
    json_object_array_add(workflows, json_object_get(workflow));
    json_object_object_add(tree, "workflows", workflows);
    buffer_init(&text, 1 << 20);
    tree_write(tree, &text);

    snprintf(overlay->folder, sizeof overlay->folder, "/tmp/whc-golden-XXXXXX");
    if (mkdtemp(overlay->folder) == NULL)
        abort();
    snprintf(overlay->type, sizeof overlay->type, "%s/w", overlay->folder);
    snprintf(overlay->file, sizeof overlay->file, "%s/workflow.arazzo.json", overlay->type);
    mkdir(overlay->type, 0700);
    FILE *file = fopen(overlay->file, "w");
    if (file == NULL)
        abort();
    fputs(buffer_text(&text), file);
    fclose(file);
}

static void overlay_remove(const struct overlay *overlay)
{
    unlink(overlay->file);
    rmdir(overlay->type);
    rmdir(overlay->folder);
}

/* Adds what the example does not say. */
static void complete(struct json_object *example)
{
    struct json_object *calls = tree_member(example, "calls");

    if (!tree_has(example, "request"))
        json_object_object_add(example, "request", tree_of(common_request));
    for (size_t i = 0; calls != NULL && i < json_object_array_length(calls); i++) {
        struct json_object *call = json_object_array_get_idx(calls, i);
        if (tree_has(call, "request"))
            continue;
        json_object_object_add(call, "operationId", json_object_new_string(common_operation));
        json_object_object_add(call, "request", tree_of(common_call));
    }
}

static void run_one(struct workflows *workflows, const char *file, const char *name, struct example *example)
{
    CLEANUP(buffer_release) struct buffer report = {0};

    buffer_init(&report, 1 << 20);
    complete(example->tree);
    example_run(example, &report);
    workflows->passed += report.length == 0;
    workflows->failed += report.length != 0;
    if (report.length != 0)
        printf("FAILED %s: %s\n%s", file, name, buffer_text(&report));
}

/* One workflow with its examples; mistakes in it are one failure. */
static void run_workflow(struct workflows *workflows, const char *file, struct json_object *entry)
{
    const struct given_inputs none = {NULL, 0};
    struct example example = {.settings = workflows->settings, .given = json_object_new_object()};
    struct problems problems = {0};
    struct overlay overlay;

    overlay_make(&overlay, tree_member(entry, "workflow"));
    struct catalogue *catalogue = catalogue_load(workflows->folder, overlay.folder, &none, &problems);
    for (size_t i = 0; i < problems.count; i++)
        printf("FAILED %s: %s: %s\n", file, problems.list[i].where, problems.list[i].what);
    workflows->failed += problems.count > 0;
    if (problems.count == 0) {
        example.catalogue = catalogue;
        example.type = catalogue->types[0];
        TREE_EACH(tree_member(entry, "examples"), name, tree)
        {
            example.tree = tree;
            if (strstr(name, workflows->part) != NULL)
                run_one(workflows, file, name, &example);
        }
    }
    catalogue_free(catalogue);
    problems_release(&problems);
    overlay_remove(&overlay);
    json_object_put(example.given);
}

void workflows_run(struct workflows *workflows, const char *file)
{
    CLEANUP(tree_release) struct json_object *list = NULL;
    struct fault why;

    if (!tree_read_file(file, 1 << 20, &list, &why)) {
        printf("FAILED %s: %s\n", file, why.text);
        workflows->failed++;
        return;
    }
    for (size_t i = 0; i < json_object_array_length(list); i++)
        run_workflow(workflows, file, json_object_array_get_idx(list, i));
}
