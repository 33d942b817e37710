/* Criterion Objects: the three kinds, embedded values, refusals by name. */
#include "criterion.h"

#include "given_scope.h"

static const struct {
    const char *criterion;
    bool want;
} cases[] = {
    {"{'condition': '1 == 1'}", true},
    {"{'condition': '1 == 2', 'type': 'simple'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'a.c'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^abc$'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '\\\\d\\\\d$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '[\\\\d]{2}'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^\\\\D+\\\\s\\\\w'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'ABC'}", false},
    {"{'context': '$response.body#/n', 'type': 'regex', 'condition': '^42$'}", true},
    {"{'context': '$response.body#/absent', 'type': 'regex', 'condition': '.*'}", false},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^abc {$inputs.x} 12$'}", true},
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': '^{$inputs.x}'}",
     false}, /* its dot is a dot */
    {"{'context': '$response.body#/t', 'type': 'regex', 'condition': 'a{$inputs.none}'}", false},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$.items[0]'}", true},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$.items[2]'}", false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.ok == false]'}", true},
    {"{'context': '$response.body#/absent', 'type': 'jsonpath', 'condition': '$'}", false},
    {"{'context': '$response.body', 'type': {'type': 'jsonpath', 'version': 'rfc9535'}, 'condition': '$.t'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.x}`]'}",
     true},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.path}`]'}",
     false},
    {"{'context': '$response.body#/items', 'type': 'jsonpath', 'condition': '$[?@.id == `{$inputs.quote}`]'}",
     false},
    {"{'context': '$response.body', 'type': 'jsonpath', 'condition': '$[?@ > {$inputs.n}]'}", true},
};

static void hold(const char *text, bool want, const struct scope *scope)
{
    CLEANUP(memory_release) char *written = memory_text(text);
    struct problems problems = {0};
    struct criteria criteria = {0};
    struct spot spot;

    for (char *at = written; *at != '\0'; at++)
        if (*at == '`')
            *at = '~'; /* stands for a quote inside the JSON text */
    CLEANUP(tree_release) struct json_object *tree = given_tree(written);
    const char *condition = tree_text_of(tree, "condition");
    CLEANUP(memory_release) char *quoted = memory_text(condition);
    for (char *at = quoted; *at != '\0'; at++)
        if (*at == '~')
            *at = '\'';
    json_object_object_add(tree, "condition", json_object_new_string(quoted));
    spot_init(&spot, "f", &problems);
    criteria_add(tree, &spot, &given_no_names, &criteria);
    given_no_problem(text, &problems);
    if (problems.count == 0 && criteria_hold(&criteria, scope) != want) {
        printf("\n  %s: want %d", text, want);
        CU_FAIL("case above");
    }
    criteria_release(&criteria);
    spot_release(&spot);
    problems_release(&problems);
}

static void kinds(void)
{
    CLEANUP(tree_release)
    struct json_object *tree = given_tree(
        "{'inputs': {'x': 'a.c', 'none': null, 'n': 7, 'path': 'A'}, 'body': {'t': 'abc a.c 12', 'n': 42,"
        " 'items': [{'id': 'a.c', 'ok': true}, {'id': 'b', 'ok': false}]}}");

    json_object_object_add(tree_member(tree, "inputs"), "quote", json_object_new_string("x' || 'b' == 'b"));
    struct scope scope = given_scope(tree);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        hold(cases[i].criterion, cases[i].want, &scope);
}

static const struct {
    const char *criteria, *where, *what;
} refused[] = {
    {"{}", "f#", "criteria are a list"},
    {"[{}]", "f#/0", "'condition' is missing"},
    {"[{'condition': 5}]", "f#/0", "'condition' is missing"},
    {"[{'condition': '1 =='}]", "f#/0", "expected a runtime expression"},
    {"[{'condition': '1 == 1'}, {'condition': 'x', 'type': 'xpath', 'context': '$response.body'}]", "f#/1",
     "type 'xpath'"},
    {"[{'condition': 'x', 'type': 'regex'}]", "f#/0", "needs a context"},
    {"[{'condition': '(', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "does not compile"},
    {"[{'condition': 'a++', 'type': 'regex', 'context': '$response.body'}]", "f#/0", "repeated"},
    {"[{'condition': '{$inputs.x}(', 'type': 'regex', 'context': '$response.body'}]", "f#/0",
     "does not compile"},
    {"[{'condition': '$..x', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0", "descendants"},
    {"[{'condition': '$[?@.x == {$inputs.x}', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0",
     "']'"},
    {"[{'condition': '$[?@.x == {$nothing}]', 'type': 'jsonpath', 'context': '$response.body'}]", "f#/0",
     "$nothing"},
    {"[{'condition': '$', 'type': 'jsonpath', 'context': '$response.body x'}]", "f#/0", "more than one"},
    {"[{'condition': '1 == 1', 'extra': 1}]", "f#/0", "'extra'"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(refused[i].criteria);
        struct problems problems = {0};
        struct criteria criteria;
        struct spot spot;
        spot_init(&spot, "f", &problems);
        criteria_read(tree, &spot, &given_no_names, &criteria);
        given_problem(refused[i].criteria, &problems, refused[i].where, refused[i].what);
        criteria_release(&criteria);
        spot_release(&spot);
        problems_release(&problems);
    }
}

static void lists(void)
{
    CLEANUP(tree_release)
    struct json_object *both = given_tree("[{'condition': '1 == 1'}, {'condition': '1 == 2'}]");
    struct problems problems = {0};
    struct criteria criteria;
    struct scope scope = {0};
    struct spot spot;

    spot_init(&spot, "f", &problems);
    criteria_read(NULL, &spot, &given_no_names, &criteria);
    CU_ASSERT(criteria_hold(&criteria, &scope)); /* none: it holds */
    criteria_release(&criteria);
    criteria_read(both, &spot, &given_no_names, &criteria);
    CU_ASSERT_FALSE(criteria_hold(&criteria, &scope)); /* all must hold */
    criteria_release(&criteria);
    spot_release(&spot);
    problems_release(&problems);
}

CU_TestInfo test_criterion[] = {
    {"kinds", kinds}, {"refusals", refusals}, {"lists", lists}, CU_TEST_INFO_NULL};
