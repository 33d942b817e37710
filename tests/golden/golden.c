/*
 * Runs every example of the catalogue: its request, exact HTTP requests, given replies, exact outcome. A new order type
 * brings its own cases as data. Usage: golden [FOLDER [NAME [OVERLAY]]], NAME being a part of the example's path;
 * golden --workflows FOLDER [NAME]: those of tests/golden/workflows, NAME being a part of the example's name.
 */
#include "differ.h"
#include "example.h"
#include "memory.h"
#include "workflows.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

struct count {
    unsigned passed, failed;
};

static void run_file(struct example *example, const char *path, struct count *count)
{
    const char *name = path + strlen(path) - strlen(strrchr(path, '/'));
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer report = {0};
    struct fault why;

    buffer_init(&report, 1 << 20);
    if (!tree_read_file(path, 1 << 20, &tree, &why)) {
        differ_say(&report, "%s", why.text);
    } else {
        example->tree = tree;
        example_run(example, &report);
    }
    count->passed += report.length == 0;
    count->failed += report.length != 0;
    if (report.length != 0)
        printf("FAILED %s%s\n%s", example->type->name, name, buffer_text(&report));
}

static void run_type(struct example *example, const char *folder, const char *part, struct count *count)
{
    char pattern[1024];
    glob_t found;

    snprintf(pattern, sizeof pattern, "%s/%s/examples/*.json", folder, example->type->name);
    if (glob(pattern, 0, NULL, &found) != 0) {
        printf("FAILED %s\n    there are no examples\n", example->type->name);
        count->failed++;
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (strstr(found.gl_pathv[i], part) != NULL)
            run_file(example, found.gl_pathv[i], count);
    globfree(&found);
}

/* Mistakes in the catalogue count as one failure. */
static void run_all(struct example *example, const char *folder, const char *part, const char *overlay,
                    struct count *count)
{
    struct problems problems = {0};
    const struct given_inputs given = {(const char *[]){"cugId"}, 1};
    struct catalogue *catalogue = catalogue_load(folder, overlay, &given, &problems);

    for (size_t i = 0; i < problems.count; i++)
        printf("FAILED %s: %s\n", problems.list[i].where, problems.list[i].what);
    count->failed += problems.count > 0;
    for (size_t i = 0; problems.count == 0 && i < catalogue->type_count; i++) {
        example->catalogue = catalogue;
        example->type = catalogue->types[i];
        run_type(example, folder, part, count);
    }
    problems_release(&problems);
    catalogue_free(catalogue);
}

/* FOLDER has settings.properties, a catalogue, and files of workflows with their examples. */
static void run_workflows(const char *folder, const char *part, struct count *count)
{
    struct settings settings;
    struct problems problems = {0};
    char path[1024], catalogue[1024];
    glob_t found;

    snprintf(path, sizeof path, "%s/settings.properties", folder);
    settings_load(path, NULL, &settings, &problems);
    snprintf(catalogue, sizeof catalogue, "%s/catalogue", folder);
    struct workflows workflows = {.folder = catalogue, .part = part, .settings = &settings};
    snprintf(path, sizeof path, "%s/*.json", folder);
    if (problems.count == 0 && glob(path, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            workflows_run(&workflows, found.gl_pathv[i]);
        globfree(&found);
    }
    for (size_t i = 0; i < problems.count; i++)
        printf("FAILED %s: %s\n", problems.list[i].where, problems.list[i].what);
    count->passed = workflows.passed;
    count->failed = workflows.failed + (problems.count > 0);
    settings_release(&settings);
    problems_release(&problems);
}

static void run_catalogue(const char *folder, const char *part, const char *overlay, struct count *count)
{
    struct settings settings;
    struct problems problems = {0};

    settings_load(NULL, NULL, &settings, &problems);
    struct example example = {.settings = &settings, .given = json_object_new_object()};
    json_object_object_add(example.given, "cugId", json_object_new_string("CUG5009999999"));
    run_all(&example, folder, part, overlay, count);
    json_object_put(example.given);
    settings_release(&settings);
    problems_release(&problems);
}

int main(int argc, char *argv[])
{
    struct count count = {0};

    if (argc > 2 && strcmp(argv[1], "--workflows") == 0)
        run_workflows(argv[2], argc > 3 ? argv[3] : "", &count);
    else
        run_catalogue(argc > 1 ? argv[1] : "schemas", argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "",
                      &count);
    printf("%u passed, %u failed\n", count.passed, count.failed);
    return count.failed != 0 || count.passed == 0;
}
