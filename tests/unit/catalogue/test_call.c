/* One step as an HTTP request. */
#include "call.h"

#include "given_workflow.h"

static const char world[] =
    "{'inputs': {'id': 'a b/c', 'q': 'ü&=?#+~._-', 'none': null, 'n': 7, 'b': true, 'empty': '',"
    " 'l': [1, 'x'], 'crlf': 'a\\r\\nEvil: 1', 'h': 'h1', 'o': {'k': '/'}}}";

#define READ_AND(parameters, more)                                                                           \
    GIVEN_STEPS(                                                                                             \
        "{'stepId': 's', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value':"        \
        " '$inputs.id'}" parameters "]" more "}")
#define READ(parameters) READ_AND(parameters, "")
#define QUERY(value) ", {'name': 'q', 'in': 'query', 'value': " value "}"

static const struct {
    const char *name, *workflow, *target, *headers, *body; /* target null: it fails */
} cases[] = {
    {"path", READ(""), "/read/a%20b%2Fc", "", NULL},
    {"query", READ(QUERY("'$inputs.q'")), "/read/a%20b%2Fc?q=%C3%BC%26%3D%3F%23%2B~._-", "", NULL},
    {"a null parameter is left out", READ(QUERY("'$inputs.none'")), "/read/a%20b%2Fc", "", NULL},
    {"an empty one is there", READ(QUERY("'$inputs.empty'")), "/read/a%20b%2Fc?q=", "", NULL},
    {"number and boolean in the step's order",
     READ(", {'name': 'r', 'in': 'query', 'value': '$inputs.b'}" QUERY("'$inputs.n'")),
     "/read/a%20b%2Fc?r=true&q=7", "", NULL},
    {"a list as JSON", READ(QUERY("'$inputs.l'")), "/read/a%20b%2Fc?q=%5B1%2C%22x%22%5D", "", NULL},
    {"literal", READ(QUERY("5")), "/read/a%20b%2Fc?q=5", "", NULL},
    {"header", READ(", {'name': 'X-H', 'in': 'header', 'value': '$inputs.h'}"), "/read/a%20b%2Fc", "X-H: h1",
     NULL},
    {"null header", READ(", {'name': 'X-H', 'in': 'header', 'value': '$inputs.none'}"), "/read/a%20b%2Fc", "",
     NULL},
    {"a header cannot bring another", READ(", {'name': 'X-H', 'in': 'header', 'value': '$inputs.crlf'}"),
     NULL, "", NULL},
    {"a path parameter is missing", GIVEN_STEPS("{'stepId': 's', 'operationId': 'read'}"), NULL, "", NULL},
    {"a path parameter is null",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value':"
                 " '$inputs.none'}]}"),
     NULL, "", NULL},
    {"a path parameter is empty",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value':"
                 " '$inputs.empty'}]}"),
     NULL, "", NULL},
    {"a path parameter is no step of the path",
     GIVEN_STEPS(
         "{'stepId': 's', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path', 'value': '..'}]}"),
     NULL, "", NULL},
    {"dots inside are",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'read', 'parameters': [{'name': 'id', 'in': 'path',"
                 " 'value': '...'}]}"),
     "/read/...", "", NULL},
    {"body",
     GIVEN_STEPS(
         "{'stepId': 's', 'operationId': 'write', 'requestBody': {'payload': {'a': '$inputs.none', 'o':"
         " '$inputs.o'}}}"),
     "/write", "", "{\"o\":{\"k\":\"/\"}}"},
    {"all of a body left out",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'write', 'requestBody': {'payload': {'a':"
                 " '$inputs.none'}}}"),
     "/write", "", "{}"},
    {"a body that an expression gives",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'write', 'requestBody': {'payload': '$inputs.o'}}"),
     "/write", "", "{\"k\":\"/\"}"},
    {"a body that comes out null",
     GIVEN_STEPS("{'stepId': 's', 'operationId': 'write', 'requestBody': {'payload': '$inputs.none'}}"), NULL,
     "", NULL},
};

static void requests(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct given_workflow given;
        struct call call = {0};
        struct fault why = {.text = ""};
        char headers[256] = "";
        given_workflow(cases[i].workflow, &given);
        given_no_problem(cases[i].name, &given.problems);
        bool rendered = call_render(&given.arazzo.workflows[0].steps[0], &scope, &call, &why);
        if (rendered != (cases[i].target != NULL)) {
            printf("\n  %s: rendered %d %s", cases[i].name, rendered, why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(rendered || why.kind == FAULT_INPUT);
        if (rendered && cases[i].target != NULL) {
            given_same(cases[i].name, call.target, cases[i].target);
            for (size_t h = 0; h < call.header_count; h++)
                snprintf(headers, sizeof headers, "%s: %s", call.headers[h].name, call.headers[h].value);
            given_same(cases[i].name, headers, cases[i].headers);
            given_same(cases[i].name, call.body == NULL ? "none" : call.body,
                       cases[i].body == NULL ? "none" : cases[i].body);
        }
        call_release(&call);
        given_workflow_release(&given);
    }
}

/* What expressions see of it afterwards, and the caps. */
static void parts_and_caps(void)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(world);
    struct scope scope = given_scope(tree);
    struct given_workflow given;
    struct call call;
    struct fault why;

    given_workflow(READ_AND(QUERY("'$inputs.n'") ", {'name': 'X-H', 'in': 'header', 'value': '$inputs.h'}",
                            ", 'outputs': {'u': '$url'}"),
                   &given);
    CU_ASSERT_FATAL(call_render(&given.arazzo.workflows[0].steps[0], &scope, &call, &why));
    given_same_tree("parts", call.parts,
                    "{'path': {'id': 'a b/c'}, 'query': {'q': 7}, 'header': {'X-H': 'h1'}, 'method':"
                    " 'GET', 'url': '/read/a%20b%2Fc?q=7'}");
    call_release(&call);
    CLEANUP(memory_release) char *text = memory_new(CALL_TARGET_MAX, 1);
    memset(text, '%', CALL_TARGET_MAX - 1);
    json_object_object_add(tree_member(tree, "inputs"), "n", json_object_new_string(text));
    CU_ASSERT_FALSE(call_render(&given.arazzo.workflows[0].steps[0], &scope, &call, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_EXHAUSTED);
    CLEANUP(memory_release) char *longer = memory_new(CALL_TARGET_MAX + 2, 1);
    memset(longer, 'a', CALL_TARGET_MAX + 1);
    json_object_object_add(tree_member(tree, "inputs"), "n", json_object_new_string(longer));
    CU_ASSERT_FALSE(
        call_render(&given.arazzo.workflows[0].steps[0], &scope, &call, &why)); /* not sent as "" */
    CU_ASSERT_EQUAL(why.kind, FAULT_EXHAUSTED);
    given_workflow_release(&given);
}

CU_TestInfo test_call[] = {{"requests", requests}, {"parts and caps", parts_and_caps}, CU_TEST_INFO_NULL};
