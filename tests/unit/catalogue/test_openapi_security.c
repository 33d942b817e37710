/* Which operations are sent the access token. */
#include "openapi.h"

#include "given_scope.h"

#define ROOT(security)                                                                                            \
    "{'openapi': '3.1.0', 'servers': [{'url': 'http://bt'}], 'components': {'securitySchemes': {'key': {'type':"  \
    " 'apiKey'}, 'bt': {'type': 'oauth2', 'flows': {'clientCredentials': {'tokenUrl': 'http://t'}}}, 'other': {"  \
    "'type': 'oauth2', 'flows': {'clientCredentials': {'tokenUrl': 'http://o'}}}}}" security                      \
    ", 'paths': {'/a': {'get': {'operationId': 'o', 'tags': ['a'], 'x-evidence': 'observed', 'x-repeat': 'safe'," \
    " 'responses': {'200': {}}"
#define END "}}}}"

static const struct {
    const char *text;
    bool token;
    const char *mistake; /* null: none */
} cases[] = {
    {ROOT("") END, false, NULL}, /* no requirement anywhere: OpenAPI says none */
    {ROOT(", 'security': [{'bt': []}]") END, true, NULL},
    {ROOT(", 'security': [{'bt': []}]") ", 'security': []" END, false, NULL},
    {ROOT("") ", 'security': [{'bt': ['scope']}]" END, true, NULL},
    {ROOT("") ", 'security': [{'key': []}, {'bt': []}]" END, true, NULL},
    {ROOT("") ", 'security': [{}, {'bt': []}]" END, false, NULL}, /* the first that can be met */
    {ROOT(", 'security': [{'bt': []}]") ", 'security': [{'key': []}]" END, false, "other credentials"},
    {ROOT("") ", 'security': [{'other': []}]" END, false, "other credentials than the token of 'bt'"},
    {ROOT("") ", 'security': [{'bt': [], 'key': []}]" END, false, "other credentials"},
    {ROOT("") ", 'security': ['bt']" END, false, "other credentials"},
};

static void requirements(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(cases[i].text);
        struct problems problems = {0};
        struct openapi openapi;
        struct json_cursor cursor;
        json_cursor_init(&cursor, "f", &problems);
        openapi_read(tree, &cursor, &openapi);
        given_no_problem(cases[i].text, &problems);
        given_same("scheme", openapi.token_scheme, "bt");
        CU_ASSERT_EQUAL_FATAL(openapi.operation_count, 1);
        if (cases[i].mistake == NULL)
            given_no_problem(cases[i].text, &openapi.operations[0].misread);
        else
            given_problem(cases[i].text, &openapi.operations[0].misread, "f#/paths/~1a/get",
                          cases[i].mistake);
        if (openapi.operations[0].token != cases[i].token) {
            printf("\n  %s", cases[i].text);
            CU_FAIL("case above");
        }
        openapi_release(&openapi);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

CU_TestInfo test_openapi_security[] = {{"requirements", requirements}, CU_TEST_INFO_NULL};
