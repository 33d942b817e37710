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
    " {'application/json': {}}}, '204': {'content': {}}}}},"
    " '/b': {'post': {'operationId': 'postB', 'tags': ['b'], 'x-evidence': 'proposed', 'x-repeat': 'never',"
    " 'x-reference-unique': true, 'requestBody': {'required': true, 'content': {'application/json': {}}},"
    " 'responses': {'201': {}}}}}}";

static void read_text(const char *text, struct openapi *openapi, struct problems *problems)
{
    CLEANUP(tree_release) struct json_object *tree = given_tree(text);
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", problems);
    openapi_read(tree, &cursor, openapi);
    json_cursor_release(&cursor);
}

static void kept(void)
{
    struct openapi openapi;
    struct problems problems = {0};

    read_text(good, &openapi, &problems);
    given_no_problem("good", &problems);
    for (size_t i = 0; i < openapi.operation_count; i++)
        given_no_problem("good", &openapi.operations[i].misread);
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
    CU_ASSERT(a->parameters[0].place == PARAMETER_IN_PATH && a->parameters[0].required &&
              !a->parameters[0].by_worker);
    CU_ASSERT(a->parameters[1].place == PARAMETER_IN_HEADER && a->parameters[1].by_worker);
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

#define LOOP "{'$ref': '#/components/schemas/L'}, "
#define LOOPS LOOP LOOP LOOP LOOP LOOP LOOP LOOP LOOP LOOP LOOP

static const struct {
    const char *text, *where, *what;
} refused[] = {
    {HEAD
     "{" OPERATION ", 'responses': {'200': {'content': {'application/json': {'schema': "
     "{'$ref': '#/components/schemas/L'}}}}}}}}, 'components': {'schemas': {'L': {'type': 'object', 'oneOf': [" LOOPS
         LOOPS "{}]}}}}",
     "schema", "contains itself"}, /* and that is said soon */
    {"[]", "f#", "not an OpenAPI 3.1 or 3.0"},
    {"{'openapi': '2.0.0'}", "f#", "not an OpenAPI 3.1 or 3.0"},
    {"{'openapi': '3.1.0'}", "f#/servers", "no server"},
    {"{'openapi': '3.1.0'}", "f#/paths", "no operation"},
    {"{'openapi': '3.1.0', 'servers': {}, 'paths': []}", "f#/servers", "a list is expected"},
    {"{'openapi': '3.1.0', 'servers': [{}]}", "f#", "'url' is missing"},
    {HEAD "{}}}}", "f#/paths", "no operation with an operationId"},
    {HEAD "{'operationId': 'o'}}}}", "f#/paths/~1a/get", "exactly one tag"},
    {HEAD "{'operationId': 'o', 'tags': ['a', 'b']}}}}", "f#/paths/~1a/get", "exactly one tag"},
    {HEAD "{'operationId': 'o'}}}}", "f#/paths/~1a/get", "'x-evidence' is missing"},
    {HEAD "{'operationId': 'o', 'x-repeat': 'often'}}}}", "f#/paths/~1a/get",
     "'x-repeat' has an unknown value"},
    {HEAD "{" OPERATION "}, 'put': {" OPERATION "}}}}", "f#/paths/~1a/put", "'o' is defined twice"},
    {HEAD "{" OPERATION ", 'parameters': {}}}}}", "f#/paths/~1a/get/parameters", "a list is expected"},
    {HEAD "{" OPERATION ", 'parameters': [null]}}}}", "f#/paths/~1a/get/parameters", ""},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': '#/nowhere'}]}}}}", "f#/paths/~1a/get/parameters/0",
     "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': ''}]}}}}", "f#/paths/~1a/get/parameters/0", "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'$ref': 'other.json#/x'}]}}}}", "parameters/0", "nowhere"},
    {HEAD "{" OPERATION ", 'parameters': [{'name': 'x', 'in': 'body'}]}}}}", "parameters/0",
     "'in' is missing or has"},
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
        for (size_t o = 0; o < openapi.operation_count; o++)
            for (size_t p = 0; p < openapi.operations[o].misread.count; p++)
                problems_add(&problems, openapi.operations[o].misread.list[p].where, "", "%s",
                             openapi.operations[o].misread.list[p].what);
        if (*refused[i].what != '\0')
            given_problem(refused[i].text, &problems, refused[i].where, refused[i].what);
        openapi_release(&openapi);
        problems_release(&problems);
    }
}

#define SCHEMA(text)                                                                                         \
    HEAD "{" OPERATION ", 'responses': {'200': {'content': {'application/json': {'schema': " text "}}}}}}}}"

static const struct {
    const char *schema;
    enum reply_type type;
} schemas[] = {
    {SCHEMA("{}"), REPLY_JSON},
    {SCHEMA("true"), REPLY_JSON},
    {SCHEMA("{'type': 'integer'}"), REPLY_NUMBER},
    {SCHEMA("{'type': ['object', 'array', 'null']}"), REPLY_OBJECT | REPLY_LIST},
    {SCHEMA("{'type': ['null']}"), REPLY_NULL},
    {SCHEMA("{'oneOf': [{'type': 'object'}, {'type': 'array'}]}"), REPLY_OBJECT | REPLY_LIST},
    {SCHEMA("{'type': 'array', 'oneOf': [{'minItems': 1}, {'type': 'string'}]}"), REPLY_LIST},
    {SCHEMA("{'allOf': [{'type': ['object', 'string']}, {'anyOf': [{'type': 'string'}, {'const': 1}]}]}"),
     REPLY_TEXT},
    {SCHEMA("{'enum': [null, {}, 1.5]}"), REPLY_OBJECT | REPLY_NUMBER},
    {SCHEMA("{'if': {}, 'then': {'type': 'array'}, 'else': {'type': 'boolean'}}"),
     REPLY_LIST | REPLY_BOOLEAN},
    {SCHEMA("{'if': {}, 'then': {'type': 'array'}}"), REPLY_JSON},
    {SCHEMA("{'properties': {}}"), REPLY_OBJECT},
    {SCHEMA("{'items': {}}"), REPLY_LIST},
    {SCHEMA("{'allOf': [{'properties': {}}, {'required': ['a']}]}"), REPLY_OBJECT},
    {SCHEMA("{'$ref': '#/servers/0/x-s', 'type': ['array', 'string']}"), REPLY_LIST},
};

static void schema_types(void)
{
    for (size_t i = 0; i < COUNT_OF(schemas); i++) {
        CLEANUP(buffer_release) struct buffer text = {0};
        struct problems problems = {0};
        struct openapi openapi;
        const char *server = strstr(schemas[i].schema, "'x'");
        buffer_init(&text, 4096);
        buffer_print(&text, "%.*s'x', 'x-s': {'type': ['object', 'array']}%s",
                     (int)(server - schemas[i].schema), schemas[i].schema, server + 3);
        read_text(buffer_text(&text), &openapi, &problems);
        given_no_problem(schemas[i].schema, &problems);
        given_no_problem(schemas[i].schema, &openapi.operations[0].misread);
        CU_ASSERT_EQUAL(operation_reply_type(&openapi.operations[0], 200), schemas[i].type);
        openapi_release(&openapi);
        problems_release(&problems);
    }
}

/* The exact status, then the range, then default; what may be HTML too promises JSON for a success only. */
static void statuses(void)
{
    struct problems problems = {0};
    struct openapi openapi;

    read_text(
        HEAD
        "{" OPERATION
        ", 'responses': {'default': {'content': {'text/html': {}, 'application/json': {'schema': {'type':"
        " 'boolean'}}}}, '2XX': {'content': {'application/problem+json': {'schema': {'type': 'array'}}}},"
        " '204': {'description': ''}, '4XX': {'content': {'Application/Json;v=1': {'schema': {'type':"
        " 'object'}}}}}}}}}",
        &openapi, &problems);
    const struct operation *operation = &openapi.operations[0];
    given_no_problem("statuses", &operation->misread);
    CU_ASSERT_EQUAL(operation_reply_type(operation, 200), REPLY_LIST);
    CU_ASSERT_EQUAL(operation_reply_type(operation, 299), REPLY_LIST);
    CU_ASSERT_EQUAL(operation_reply_type(operation, 204), REPLY_ANYTHING);
    CU_ASSERT_EQUAL(operation_reply_type(operation, 404), REPLY_OBJECT);
    CU_ASSERT_EQUAL(operation_reply_type(operation, 503), REPLY_ANYTHING);
    openapi_release(&openapi);
    problems_release(&problems);
}

/* Variables take their defaults; a path begins with the slash that a server may end with. */
static void servers(void)
{
    struct problems problems = {0};
    struct openapi openapi;

    read_text(
        "{'openapi': '3.0.0', 'servers': [{'url': 'https://{region}.bt.invalid/{v}/', 'variables': {'region':"
        " {'default': 'eu'}, 'v': {'default': 'v1'}}}, {'url': 'https://{none}'}], 'paths': {}}",
        &openapi, &problems);
    given_same("server", openapi.servers[0].url, "https://eu.bt.invalid/v1");
    given_problem("server", &problems, "f#/servers/1", "{none} is not a variable");
    openapi_release(&openapi);
    problems_release(&problems);
}

CU_TestInfo test_openapi[] = {
    {"kept", kept},         {"gateway", gateway}, {"refusals", refusals}, {"schemas", schema_types},
    {"statuses", statuses}, {"servers", servers}, CU_TEST_INFO_NULL};
