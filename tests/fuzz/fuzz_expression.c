/* Expressions and templates, conditions, JSONPaths, regexes: the first byte says which. Compiled, then evaluated. */
#include "fuzz.h"

#include "condition.h"
#include "criterion.h"
#include "jsonpath.h"
#include "pattern.h"

#include <string.h>

static const char world[] =
    "{\"inputs\":{\"a\":\"x\",\"n\":7,\"none\":null,\"l\":[1,{\"k\":\"v\"}],\"site\":{\"postcode\":\"AB1\"}},"
    "\"steps\":{\"s\":{\"o\":[{\"id\":1}]}},\"body\":{\"code\":60,\"items\":[{\"id\":\"a.c\",\"ok\":true}]},"
    "\"headers\":{\"retry-after\":\"30\"}}";

static void use_template(const char *text, const struct naming *naming, const struct scope *scope)
{
    struct template *template = NULL;
    struct fault why;

    if (!template_parse(text, naming, &template, &why))
        return;
    json_object_put(template_value(template, scope));
    json_object_put(template_filled(template, scope, pattern_embed));
    json_object_put(template_filled(template, NULL, jsonpath_embed));
    template_free(template);
}

static void use_condition(const char *text, const struct naming *naming, const struct scope *scope)
{
    struct condition *condition = NULL;
    struct fault why;

    if (!condition_parse(text, naming, &condition, &why))
        return;
    (void)condition_holds(condition, scope);
    condition_free(condition);
}

static void use_jsonpath(const char *text, struct json_object *body)
{
    struct jsonpath *path = NULL;
    struct fault why;

    if (!jsonpath_parse(text, &path, &why))
        return;
    json_object_put(jsonpath_nodes(path, body));
    jsonpath_free(path);
}

static void use_criterion(const char *text, const char *type, const struct naming *naming,
                          const struct scope *scope)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    struct problems problems = {0};
    struct criteria criteria = {0};
    struct json_cursor cursor;

    json_object_object_add(tree, "condition", json_object_new_string(text));
    json_object_object_add(tree, "type", json_object_new_string(type));
    json_object_object_add(tree, "context", json_object_new_string("$response.body"));
    json_cursor_init(&cursor, "f", &problems);
    criteria_add(tree, &cursor, naming, &criteria);
    if (problems.count == 0)
        (void)criteria_hold(&criteria, scope);
    criteria_release(&criteria);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json_object *tree;
    struct naming naming = {.each = &(const struct each_naming){.name = "site"}};
    struct fault why;

    if (tree == NULL)
        HOLDS(tree_read(world, strlen(world), &tree, &why));
    if (size == 0)
        return 0;
    CLEANUP(memory_release) char *text = fuzz_text(data + 1, size - 1);
    struct json_object *inputs = tree_member(tree, "inputs");
    struct each each = {"site", tree_member(inputs, "site"), 1, NULL};
    struct scope scope = {.inputs = inputs,
                          .steps = tree_member(tree, "steps"),
                          .status = 200,
                          .headers = tree_member(tree, "headers"),
                          .body = tree_member(tree, "body"),
                          .each = &each};
    switch (data[0] % 5) {
    case 0:
        use_template(text, &naming, &scope);
        break;
    case 1:
        use_condition(text, &naming, &scope);
        break;
    case 2:
        use_jsonpath(text, scope.body);
        break;
    case 3:
        use_criterion(text, "jsonpath", &naming, &scope);
        break;
    case 4:
        use_criterion(text, "regex", &naming, &scope);
        break;
    }
    return 0;
}
