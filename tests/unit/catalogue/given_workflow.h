/* Workflows over a small API, for the tests of the catalogue and of the floors above it. */
#ifndef TESTS_CATALOGUE_GIVEN_WORKFLOW_H
#define TESTS_CATALOGUE_GIVEN_WORKFLOW_H

#include "arazzo.h"

#include "given_scope.h"

#define GIVEN_READS "'x-evidence': 'documented', 'x-repeat': 'safe', 'tags': ['api']"
#define GIVEN_JSON "{'content': {'application/json': {'schema': {'type': 'object'}}}}"

static const char given_openapi_text[] =
    "{'openapi': '3.1.0', 'servers': [{'url': 'http://bt'}], 'x-gateway': ["
    "{'api': '*', 'status': 401, 'code': '42', 'means': 'token-expired'},"
    "{'api': '*', 'status': 401, 'code': '*', 'means': 'refused'},"
    "{'api': '*', 'status': 403, 'code': '53', 'means': 'blocked'},"
    "{'api': '*', 'status': 429, 'code': '*', 'means': 'throttled'},"
    "{'api': '*', 'status': 503, 'code': '*', 'means': 'unavailable'}], 'paths': {"
    "'/read/{id}': {'get': {'operationId': 'read', " GIVEN_READS
    ", 'parameters': [{'name': 'id', 'in': 'path',"
    " 'required': true}, {'name': 'q', 'in': 'query'}, {'name': 'r', 'in': 'query'},"
    " {'name': 'X-H', 'in': 'header'},"
    " {'name': 'Own', 'in': 'header', 'required': true, 'x-worker-header': true}],"
    " 'responses': {'200': " GIVEN_JSON "}}},"
    "'/list': {'get': {'operationId': 'list', " GIVEN_READS ", 'responses': {'200': {}}}},"
    "'/odd': {'get': {'operationId': 'odd', " GIVEN_READS
    ", 'parameters': [{'name': 'd', 'in': 'query', 'style': 'deepObject'}], 'responses': {'200': {}}}},"
    "'/elsewhere': {'get': {'operationId': 'elsewhere', " GIVEN_READS
    ", 'servers': [], 'responses': {'200': {}}}},"
    "'/write': {'post': {'operationId': 'write', 'x-evidence': 'documented', 'x-repeat': 'lookup', 'tags':"
    " ['api'], 'requestBody': {'required': true, 'content': {'application/json': {}}},"
    " 'responses': {'201': {'content': {'application/json': {'schema': {'allOf': [{'type': 'object'},"
    " {'type': 'object', 'properties': {'shown': {'type': 'string'}}}]}}}}}}},"
    "'/never': {'post': {'operationId': 'never', 'x-evidence': 'documented', 'x-repeat': 'never', 'tags':"
    " ['api'], 'responses': {'200': {}}}}}}";

#define GIVEN_SOURCES                                                                                        \
    "[{'name': 'bt', 'url': '../bt-whc.openapi.json', 'type': 'openapi'},"                                   \
    " {'name': 'events', 'url': '../order-events.asyncapi.json', 'type': 'asyncapi'}]"
#define GIVEN_ARAZZO(workflows)                                                                                         \
    "{'arazzo': '1.1.0', 'info': {}, 'sourceDescriptions': " GIVEN_SOURCES                                              \
    ", 'components': {'parameters': {'q': {'name': 'q', 'in': 'query', 'value': '$inputs.q'}},"                         \
    " 'failureActions': {'gone': {'name': 'gone', 'type': 'end', 'criteria': [{'condition': '$statusCode == 410'}]}}}," \
    " 'workflows': [" workflows "]}"
#define GIVEN_STEPS(steps) GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" steps "]}")
#define GIVEN_READ                                                                                           \
    "'operationId': '$sourceDescriptions.bt.read', 'parameters': [{'name': 'id', 'in': 'path', 'value':"     \
    " '$inputs.id'}], 'successCriteria': [{'condition': '$statusCode == 200'}]"
#define GIVEN_LIST                                                                                           \
    "'operationId': '$sourceDescriptions.bt.list', 'successCriteria': [{'condition': '$statusCode == 200'}]"

struct given_workflow {
    struct openapi openapi;
    struct arazzo arazzo;
    struct problems problems;
};

static inline void given_workflow(const char *text, struct given_workflow *given)
{
    CLEANUP(tree_release) struct json_object *openapi = given_tree(given_openapi_text);
    struct json_cursor cursor;

    *given = (struct given_workflow){0};
    json_cursor_init(&cursor, "bt", &given->problems);
    openapi_read(openapi, &cursor, &given->openapi);
    json_cursor_release(&cursor);
    if (given->problems.count > 0)
        abort();
    json_cursor_init(&cursor, "f", &given->problems);
    arazzo_read(given_tree(text), &cursor, &given->openapi, &given->arazzo);
    json_cursor_release(&cursor);
}

static inline void given_workflow_release(struct given_workflow *given)
{
    arazzo_release(&given->arazzo);
    openapi_release(&given->openapi);
    problems_release(&given->problems);
}

#endif
