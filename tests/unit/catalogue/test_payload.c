/* Payloads: what comes out null is left out, and how x-each goes through lists. */
#include "payload.h"

#include "given_scope.h"

static const char world[] =
    "{'inputs': {'a': 1, 't': 'x', 'none': null, 'empty': [], 'eo': {}, 'b': false, 'l': [1, 2], 'o': {'name': 'O'},"
    " 'sites': [{'name': 'S1', 'users': [{'u': 'a'}, {'u': 'b'}]}, {'name': 'S2', 'users': []}, {'name': 'S3'}],"
    " 'nulls': [{'v': null}, {'v': 2}]}}";

static const struct {
    const char *name, *payload, *want;
} cases[] = {
    {"literals", "{'a': 1, 'b': [true, 'x', null], 'n': null}",
     "{'a': 1, 'b': [true, 'x', null], 'n': null}"},
    {"kinds are kept", "{'a': '$inputs.a', 'b': '$inputs.b', 'l': '$inputs.l'}",
     "{'a': 1, 'b': false, 'l': [1, 2]}"},
    {"a null member is left out", "{'a': '$inputs.none', 'b': 'x{$inputs.none}', 'c': 1}", "{'c': 1}"},
    {"a null element is left out", "['$inputs.none', '$inputs.a']", "[1]"},
    {"a null in the file stays", "{'a': null, 'l': [null, '$inputs.none']}", "{'a': null, 'l': [null]}"},
    {"an object that comes out empty", "{'a': {'b': '$inputs.none'}, 'c': 1}", "{'c': 1}"},
    {"and in turn", "{'a': {'b': {'c': ['$inputs.none']}}, 'd': 1}", "{'d': 1}"},
    {"an empty object in a list", "[{'b': '$inputs.none'}, 1]", "[1]"},
    {"a list in a list", "[['$inputs.none'], 1]", "[1]"},
    {"empty in the file stays", "{'a': {}, 'b': [], 'c': [{}, []]}", "{'a': {}, 'b': [], 'c': [{}, []]}"},
    {"empty from the order stays", "{'a': '$inputs.empty', 'b': '$inputs.eo'}", "{'a': [], 'b': {}}"},
    {"a pair without value", "[{'name': 'A', 'value': '$inputs.none'}, {'name': 'B', 'value': '$inputs.t'}]",
     "[{'name': 'B', 'value': 'x'}]"},
    {"a pair whose value is text with null", "[{'name': 'A', 'value': 'v{$inputs.none}'}]", "[]"},
    {"a pair whose value comes out empty", "[{'name': 'A', 'value': ['$inputs.none']}, 1]", "[1]"},
    {"a pair with null in the file", "[{'name': 'A', 'value': null}]", "[{'name': 'A', 'value': null}]"},
    {"a pair as a member only loses its value", "{'p': {'name': 'A', 'value': '$inputs.none'}}",
     "{'p': {'name': 'A'}}"},
    {"false and 0 are no null", "[{'name': 'A', 'value': '$inputs.b'}]", "[{'name': 'A', 'value': false}]"},
    {"each over a list", "[{'x-each': '$inputs.l', 'value': '$each'}]", "[1, 2]"},
    {"each as a member", "{'l': {'x-each': '$inputs.l', 'value': {'v': '$each'}}}",
     "{'l': [{'v': 1}, {'v': 2}]}"},
    {"each over an object", "[{'x-each': '$inputs.o', 'value': '$each.name'}]", "['O']"},
    {"each over text and false",
     "[{'x-each': '$inputs.t', 'value': '$each'}, {'x-each': '$inputs.b', 'value': 1}]", "['x', 1]"},
    {"each over null", "{'l': {'x-each': '$inputs.none', 'value': 1}, 'a': 1}", "{'a': 1}"},
    {"each beside others", "[0, {'x-each': '$inputs.l', 'value': '$each'}, 3]", "[0, 1, 2, 3]"},
    {"each with a list is spliced", "[{'x-each': '$inputs.l', 'value': ['$each', {'p': '{$position}'}]}]",
     "[1, {'p': '1'}, 2, {'p': '2'}]"},
    {"each drops pairs without value",
     "[{'x-each': '$inputs.nulls', 'value': {'name': 'N', 'value': '$each.v'}}]",
     "[{'name': 'N', 'value': 2}]"},
    {"nested, with names and positions",
     "[{'x-each': '$inputs.sites', 'x-as': 'site', 'value': {'id': 'S{$position}', 'items': [{'x-each':"
     " '$site.users', 'x-as': 'user', 'value': {'id': 'U{$position}', 'n': '$site.name', 'u': '$user.u',"
     " 'e': '$each.u'}}]}}]",
     "[{'id': 'S1', 'items': [{'id': 'U1.1', 'n': 'S1', 'u': 'a', 'e': 'a'}, {'id': 'U1.2', 'n': 'S1', 'u': 'b',"
     " 'e': 'b'}]}, {'id': 'S2'}, {'id': 'S3'}]"},
    {"nested lists are spliced through",
     "[{'x-each': '$inputs.sites', 'value': [{'x-each': '$each.users', 'value': '$each.u'}, '$each.name']}]",
     "['a', 'b', 'S1', 'S2', 'S3']"},
    {"one expression", "'$inputs.o'", "{'name': 'O'}"},
    {"one expression that is null", "'$inputs.none'", "null"},
    {"all left out", "{'a': '$inputs.none'}", "{}"},
    {"the first", "{'a': {'x-first': ['$inputs.none', '$inputs.t', '$inputs.a']}}", "{'a': 'x'}"},
    {"the first of a list", "[{'x-first': ['$inputs.a', '$inputs.t']}, {'x-first': ['$inputs.none']}]",
     "[1]"},
    {"false is first, and what is around it",
     "{'x-first': [{'x-first': ['{$inputs.none}', null]}, '$inputs.b']}", "false"},
    {"the first of nothing", "{'a': {'x-first': ['$inputs.none', null]}, 'b': {'x-first': [7, 8]}}",
     "{'b': 7}"},
    {"a pair whose first value is null", "[{'name': 'A', 'value': {'x-first': ['$inputs.none']}}, 1]", "[1]"},
};

/* Its text is that of its value, and of a null there is none. */
static void expect_text(const char *name, const struct payload *payload, const struct scope *scope,
                        struct json_object *value)
{
    CLEANUP(buffer_release) struct buffer text = {0}, want = {0};

    buffer_init(&text, 10000);
    buffer_init(&want, 10000);
    bool given = payload_write(payload, scope, &text);
    CU_ASSERT_EQUAL(given, value != NULL);
    if (value != NULL)
        tree_write(value, &want);
    given_same(name, buffer_text(&text), buffer_text(&want));
}

static void values(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *written = given_tree(cases[i].payload);
        struct problems problems = {0};
        struct json_cursor cursor;
        json_cursor_init(&cursor, "f", &problems);
        struct payload *payload = payload_read(written, &cursor, &given_no_names);
        given_no_problem(cases[i].name, &problems);
        if (problems.count == 0) {
            CLEANUP(tree_release) struct json_object *value = payload_value(payload, &scope);
            given_same_tree(cases[i].name, value, cases[i].want);
            expect_text(cases[i].name, payload, &scope, value);
        }
        payload_free(payload);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

/* What is left out after something that did not fit takes nothing of that back: half a body is none. */
static void what_does_not_fit(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    CLEANUP(tree_release)
    struct json_object *written =
        given_tree("{'a': 'a long text', 'b': '$inputs.none', 'l': ['$inputs.none']}");
    struct scope scope = given_scope(tree);
    struct problems problems = {0};
    struct json_cursor cursor;
    CLEANUP(buffer_release) struct buffer text = {0};

    json_cursor_init(&cursor, "f", &problems);
    struct payload *payload = payload_read(written, &cursor, &given_no_names);
    buffer_init(&text, 8);
    CU_ASSERT(payload_write(payload, &scope, &text) && text.full);
    payload_free(payload);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

static const struct {
    const char *payload, *where, *what;
} refused[] = {
    {"{'a': ['$nothing']}", "f#/a/0", "$nothing"},
    {"{'a/b': '{$inputs.x'}", "f#/a~1b", "'}'"},
    {"{'a': {'context': '$response.body', 'selector': '/x', 'type': 'jsonpointer'}}", "f#/a",
     "selector objects"},
    {"[{'x-each': '$inputs.l'}]", "f#/0", "no 'value'"},
    {"[{'x-each': 5, 'value': 1}]", "f#/0", "'x-each' is missing"},
    {"[{'x-each': '$inputs.l', 'value': 1, 'more': 1}]", "f#/0", "'more'"},
    {"[{'x-each': '$each', 'value': 1}]", "f#/0", "$each"},
    {"[{'x-each': '$inputs.l', 'x-as': 's', 'value': '$t'}]", "f#/0/value", "$t"},
    {"[{'x-each': '$inputs.l', 'x-as': 'inputs', 'value': 1}]", "f#/0", "x-as 'inputs'"},
    {"[{'x-each': '$inputs.l', 'x-as': 'response', 'value': 1}]", "f#/0", "x-as 'response'"},
    {"[{'x-each': '$inputs.l', 'x-as': 'position', 'value': 1}]", "f#/0", "x-as 'position'"},
    {"[{'x-each': '$inputs.l', 'x-as': 'a b', 'value': 1}]", "f#/0", "x-as is not a valid name"},
    {"[{'x-each': '$inputs.l', 'x-as': '', 'value': 1}]", "f#/0", "x-as is not a valid name"},
    {"{'a': '$position'}", "f#/a", "$position"},
    {"{'a': {'x-first': []}}", "f#/a/x-first", "x-first is no list, or an empty one"},
    {"{'a': {'x-first': '$inputs.l'}}", "f#/a/x-first", "x-first is no list, or an empty one"},
    {"{'x-first': ['$inputs.a', '$position']}", "f#/x-first/1", "$position"},
    {"{'x-first': ['$inputs.a'], 'value': 1}", "f#", "'value' is not known here"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        CLEANUP(tree_release) struct json_object *written = given_tree(refused[i].payload);
        struct problems problems = {0};
        struct json_cursor cursor;
        json_cursor_init(&cursor, "f", &problems);
        payload_free(payload_read(written, &cursor, &given_no_names));
        given_problem(refused[i].payload, &problems, refused[i].where, refused[i].what);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

CU_TestInfo test_payload[] = {
    {"values", values}, {"what does not fit", what_does_not_fit}, {"refusals", refusals}, CU_TEST_INFO_NULL};
