/* OpenAPI descriptions: what is kept of them, and their mistakes. */
#include "openapi.h"

#include "given_scope.h"

static const char good[] =
    "{'openapi': '3.1.0', 'servers': [{'url': 'https://sandbox'}, {'url': 'https://live', 'x-production': true}],"
    " 'components': {'securitySchemes': {'key': {'type': 'apiKey'}, 'bt': {'flows': {'clientCredentials': {'tokenUrl':"
    " 'https://t'}}}}, 'parameters': {'p': {'name': 'APIGW', 'in': 'header', 'required': true, 'x-worker-header':"
    " true}}, 'schemas': {'L': {'type': 'array'}}, 'responses': {'R': {'content': {'application/json': {'schema':"
    " {'$ref': '#/components/schemas/L'}}}}}},"
    " 'x-gateway': [{'api': '*', 'status': 401, 'code': '42', 'means': 'token-expired'},"
    " {'api': '*', 'status': 401, 'code': '*', 'means': 'refused'},"
    " {'api': 'b', 'status': 401, 'code': '*', 'means': 'blocked'},"
    " {'api': '*', 'status': 503, 'code': '*', 'means': 'unavailable'}],"
    " 'paths': {'/a/{id}': {'parameters': [], 'get': {'operationId': 'getA', 'tags': ['a'], 'x-evidence': 'documented',"
    " 'x-repeat': 'safe', 'parameters': [{'name': 'id', 'in': 'path', 'required': true}, {'$ref':"
    " '#/components/parameters/p'}], 'responses': {'200': {'content': {'application/json': {'schema': {'type':"
    " 'object'}}}}, '201': {'$ref': '#/components/responses/R'}, '202': {'description': ''}, '203': {'content':"
    " {'application/json': {}}}, '204': {'content': {'text/html': {}}}}}},"
    " '/b': {'post': {'operationId': 'postB', 'tags': ['b'], 'x-evidence': 'proposed', 'x-repeat': 'never',"
    " 'x-reference-unique': true, 'requestBody': {'required': true, 'content': {'application/json': {}}},"
    " 'responses': {}}}}}";

static void read_text(const char *text, struct openapi *openapi, struct problems *problems)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(text);
    struct spot spot;

    spot_init(&spot, "f", problems);
    openapi_read(tree, &spot, openapi);
    spot_release(&spot);
}

static void kept(void)
{
    struct openapi openapi;
    struct problems problems = {0};

    read_text(good, &openapi, &problems);
    given_no_problem("good", &problems);
    CU_ASSERT_EQUAL_FATAL(openapi.operation_count, 2);
    CU_ASSERT_EQUAL(openapi.tag_count, 2);
    CU_ASSERT(openapi.server_count == 2 && !openapi.servers[0].production && openapi.servers[1].production);
    given_same("token", openapi.token_url, "https://t");
    const struct operation *a = openapi_operation(&openapi, "getA"),
                           *b = openapi_operation(&openapi, "postB");
    CU_ASSERT_FATAL(a != NULL && b != NULL && openapi_operation(&openapi, "getC") == NULL);
    given_same("method", a->method, "GET");
    given_same("path", a->path, "/a/{id}");
    given_same("tag", b->tag, "b");
    CU_ASSERT(a->evidence == EVIDENCE_DOCUMENTED && a->repeat == REPEAT_SAFE && !a->reference_unique);
    CU_ASSERT(b->evidence == EVIDENCE_PROPOSED && b->repeat == REPEAT_NEVER && b->reference_unique);
    CU_ASSERT_EQUAL_FATAL(a->parameter_count, 2);
    CU_ASSERT(a->parameters[0].place == PLACE_PATH && a->parameters[0].required &&
              !a->parameters[0].by_worker);
    CU_ASSERT(a->parameters[1].place == PLACE_HEADER && a->parameters[1].by_worker);
    CU_ASSERT(a->content_type == NULL && b->body_required);
    given_same("content type", b->content_type, "application/json");
    CU_ASSERT_EQUAL(operation_reply_type(a, 200), REPLY_OBJECT);
    CU_ASSERT_EQUAL(operation_reply_type(a, 201), REPLY_LIST);
    CU_ASSERT_EQUAL(operation_reply_type(a, 202), REPLY_ANYTHING);
    CU_ASSERT_EQUAL(operation_reply_type(a, 203), REPLY_JSON);
    CU_ASSERT_EQUAL(operation_reply_type(a, 204), REPLY_ANYTHING);
    CU_ASSERT_EQUAL(operation_reply_type(a, 500), REPLY_ANYTHING);
    openapi_release(&openapi);
    problems_release(&problems);
}

static const struct {
    const char *api;
    int status;
    const char *code;
    enum gateway_meaning means;
} answers[] = {
    {"a", 401, "42", GATEWAY_TOKEN_EXPIRED}, {"a", 401, "43", GATEWAY_REFUSED},
    {"a", 401, NULL, GATEWAY_REFUSED},       {"b", 401, "42", GATEWAY_BLOCKED}, /* the API first */
    {"b", 503, "05", GATEWAY_UNAVAILABLE},   {"a", 200, NULL, GATEWAY_NOTHING},
    {"a", 400, "42", GATEWAY_NOTHING},
};

static void gateway(void)
{
    struct openapi openapi;
    struct problems problems = {0};

    read_text(good, &openapi, &problems);
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        CU_ASSERT_EQUAL(openapi_gateway(&openapi, answers[i].api, answers[i].status, answers[i].code),
                        answers[i].means);
    openapi_release(&openapi);
    problems_release(&problems);
}

#define HEAD "{'openapi': '3.1.0', 'servers': [{'url': 'x'}], 'paths': {'/a': {'get': "
#define OPERATION "'operationId': 'o', 'x-evidence': 'documented', 'x-repeat': 'safe', 'tags': ['t']"

static const struct {
    const char *text, *where, *what;
} refused[] = {
    {"[]", "f#", "no OpenAPI 3.1"},
    {"{'openapi': '3.0.3'}", "f#", "no OpenAPI 3.1"},
    {"{'openapi': '3.1.0'}", "f#/servers", "no server"},
    {"{'openapi': '3.1.0'}", "f#/paths", "no operation"},
    {"{'openapi': '3.1.0', 'servers': {}, 'paths': []}", "f#/servers", "a list is expected"},
    {"{'openapi': '3.1.0', 'servers': [{}]}", "f#", "'url' is missing"},
    {HEAD "{}}}}", "f#/paths/~1a/get", "'operationId' is missing"},
    {HEAD "{}}}}", "f#/paths/~1a/get", "exactly one tag"},
    {HEAD "{'tags': ['a', 'b']}}}}", "f#/paths/~1a/get", "exactly one tag"},
    {HEAD "{}}}}", "f#/paths/~1a/get", "'x-evidence' is missing"},
    {HEAD "{'x-repeat': 'often'}}}}", "f#/paths/~1a/get", "'x-repeat' has an unknown value"},
    {HEAD "{" OPERATION "}, 'put': {" OPERATION "}}}}", "f#/paths/~1a/put", "'o' stands twice"},
    {HEAD "{" OPERATION ", 'parameters': {}}}}}", "f#/paths/~1a/get/parameters", "a list is expected"},
    {HEAD "{" OPERATION ", 'parameters': [null]}}}}", "f#/paths/~1a/get/parameters", ""},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': '#/nowhere'}]}}}}", "f#/paths/~1a/get/parameters/0",
     "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': ''}]}}}}", "f#/paths/~1a/get/parameters/0", "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': 'other.json#/x'}]}}}}", "parameters/0", "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'name': 'x', 'in': 'cookie'}]}}}}", "parameters/0",
     "'in' has an unknown"},
    {HEAD "{" OPERATION "}}}, 'x-gateway': {}}", "f#/x-gateway", "a list is expected"},
    {HEAD "{" OPERATION "}}}, 'x-gateway': [{'api': '*', 'code': '*', 'means': 'x'}]}", "f#/x-gateway/0",
     "'means'"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct openapi openapi;
        struct problems problems = {0};
        read_text(refused[i].text, &openapi, &problems);
        if (*refused[i].what != '\0')
            given_problem(refused[i].text, &problems, refused[i].where, refused[i].what);
        openapi_release(&openapi);
        problems_release(&problems);
    }
}

/* A schema's $ref that leads nowhere promises JSON, no more; and must not be read beyond its text. */
static void odd_references(void)
{
    struct openapi openapi;
    struct problems problems = {0};

    read_text(HEAD "{" OPERATION
                   ", 'responses': {'200': {'content': {'application/json': {'schema': {'$ref': ''}}}}}}}}}",
              &openapi, &problems);
    CU_ASSERT_EQUAL(operation_reply_type(&openapi.operations[0], 200), REPLY_JSON);
    openapi_release(&openapi);
    problems_release(&problems);
}

CU_TestInfo test_openapi[] = {{"kept", kept},
                              {"gateway", gateway},
                              {"refusals", refusals},
                              {"odd references", odd_references},
                              CU_TEST_INFO_NULL};
