/* Builds the order types, requests and replies that all schedules use. */
#include "types.h"

#include "../unit/catalogue/given_catalogue.h"

#include "memory.h"
#include "request.h"
#include "timestamp.h"
#include "types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct catalogue *types_catalogue;
struct json_object *reply_error, *reply_absent, *reply_odd;
static struct json_object *reply_accepted, *replies_with_id[ORDERS];

static const char *const names[TYPES] = {"lookup", "never", "repeatable", "two",
                                         "read",   "waits", "dated",      "undone"};
static const struct order_type *types[TYPES];
static struct request requests[ORDERS][TYPES];
static const char *const ids[ORDERS] = {"605c9599-4ab1-488f-8129-5b8cde662c70",
                                        "605c9599-4ab1-488f-8129-5b8cde662c71",
                                        "605c9599-4ab1-488f-8129-5b8cde662c72"};

#define WRITES(path, id, class)                                                                                      \
    "'" path "': {'post': {'operationId': '" id "', 'x-evidence': 'documented', 'x-repeat': '" class                 \
        "', 'tags': ['api'], 'requestBody': {'content': {'application/json': {}}}, 'responses': {'201': " GIVEN_JSON \
        "}}}"

static const char openapi_text[] =
    "{'openapi': '3.1.0', 'servers': [{'url': 'http://bt'}], 'x-gateway': ["
    "{'api': '*', 'status': 429, 'code': '*', 'means': 'throttled'}], 'paths': {"
    "'/list': {'get': {'operationId': 'list', " GIVEN_READS
    ", 'parameters': [{'name': 'ref', 'in': 'query'}], 'responses': {'200': " GIVEN_JSON "}}}," WRITES(
        "/write", "write", "lookup") "," WRITES("/submit", "submit", "lookup") "," WRITES("/never", "never",
                                                                                          "never") "," //
    WRITES("/undo", "undo", "lookup") "," WRITES("/again", "again", "repeatable") "}}";

#define STEP(id, operation, more)                                                                            \
    "{'stepId': '" id "', 'operationId': '$sourceDescriptions.bt." operation                                 \
    "', 'requestBody': {'contentType': 'application/json', 'payload': {'externalId': '$inputs." id           \
    "Reference'}}, 'successCriteria': [{'condition': '$statusCode == 201'}], 'outputs': {'orderId':"         \
    " '$response.body#/orderId', 'btId': '$response.body#/btId'}" more "}"
#define LOOK(id)                                                                                             \
    ", 'x-lookup': {'workflowId': 'find', 'parameters': [{'name': 'reference', 'value': '$inputs." id        \
    "Reference'}], 'found': [{'condition': '$outputs.orderId != null'}], 'absent':"                          \
    " [{'condition': '$outputs.orderId == null && $outputs.message == null'}]}"
#define FIND                                                                                                 \
    "{'workflowId': 'find', 'steps': [{'stepId': 'look', 'operationId': '$sourceDescriptions.bt.list',"      \
    " 'parameters': [{'name': 'ref', 'in': 'query', 'value': '$inputs.reference'}], 'successCriteria':"      \
    " [{'condition': '$statusCode == 200'}], 'outputs': {'orderId': '$response.body#/orderId', 'btId':"      \
    " '$response.body#/btId', 'message': '$response.body#/message'}}], 'outputs': {'orderId':"               \
    " '$steps.look.outputs.orderId', 'btId': '$steps.look.outputs.btId', 'message':"                         \
    " '$steps.look.outputs.message'}}"
#define UNDONE "{'status': 'REJECTED', 'reason': 'it was undone'}"
#define UNDONE_BY ", 'onSuccess': [{'name': 'undone', 'type': 'end', 'x-outcome': " UNDONE "}]"
#define DIES                                                                                                 \
    ", 'onFailure': [{'name': 'dies', 'type': 'goto', 'stepId': 'undo', 'criteria': [{'context':"            \
    " '$message.payload#/state', 'type': 'regex', 'condition': '^dead$'}], 'x-outcome': " UNDONE "}]"
#define CANCEL                                                                                               \
    ", 'x-cancel': {'stepId': 'undo', 'before': 'submit', 'criteria': [{'condition':"                        \
    " '$steps.create.outputs.orderId != null'}]}"
#define WAIT WAIT_OR("")
#define WAIT_OR(more)                                                                                         \
    "{'stepId': 'wait', 'operationId': '$sourceDescriptions.events.in', 'action': 'receive', 'timeout': 150," \
    " 'correlationId': '$inputs.createReference', 'successCriteria': [{'context': '$message.payload#/state'," \
    " 'type': 'regex', 'condition': '^done$'}]" more "}"
#define PROVEN                                                                                                 \
    ", 'x-message': {'accepted': [{'context': '$message.payload#/proves', 'type': 'regex', 'condition':"       \
    " '^yes$'}], 'rejected': [{'context': '$message.payload#/proves', 'type': 'regex', 'condition': '^no$'}]," \
    " 'outputs': {'btId': '$message.payload#/btId'}}"
#define CREATE STEP("create", "write", LOOK("create") ", 'x-order': 'btId'" PROVEN)
#define DATE "2026-03-02T10:00:00.300Z"
#define TYPE(name, steps, more) TYPE_WITH(name, "", steps, more)
#define TYPE_WITH(name, members, steps, more)                                                                \
    GIVEN_ARAZZO("{'workflowId': '" name "'" members ", 'steps': [" steps                                    \
                 "], 'outputs': {'orderId': '$steps.create.outputs.orderId'}}" more)

static const char *const workflows[TYPES] = {
    TYPE("lookup", STEP("create", "write", LOOK("create")), "," FIND),
    TYPE("never", STEP("create", "never", ""), ""),
    TYPE("repeatable", STEP("create", "again", ""), ""),
    TYPE("two", STEP("create", "write", LOOK("create")) "," STEP("submit", "submit", LOOK("submit")),
         "," FIND),
    TYPE(
        "read",
        "{'stepId': 'create', 'operationId': '$sourceDescriptions.bt.list', 'parameters': [{'name': 'ref', 'in': 'query',"
        " 'value': '$inputs.requestId'}], 'successCriteria': [{'condition': '$statusCode == 200'}], 'outputs':"
        " {'orderId': '$response.body#/orderId'}}",
        ""),
    TYPE("waits", CREATE "," WAIT "," STEP("submit", "submit", LOOK("submit")), "," FIND),
    TYPE("dated", CREATE "," WAIT "," STEP("submit", "submit", LOOK("submit") ", 'x-start-at': '" DATE "'"),
         "," FIND),
    TYPE_WITH(
        "undone", CANCEL,
        CREATE "," WAIT_OR(DIES) ","                                                                    //
        STEP("submit", "submit", LOOK("submit") ", 'onSuccess': [{'name': 'done', 'type': 'end'}]") "," //
        STEP("undo", "undo", LOOK("undo") UNDONE_BY),
        "," FIND),
};

static const char events_text[] =
    "{'asyncapi': '3.0.0', 'channels': {'c': {'messages': {'m': {'payload': {'properties': {'state': {}}},"
    " 'x-states': [{'at': '/state', 'ranks': {'working': 1, 'done': 2, 'dead': 2}, 'final': ['done', 'dead']}]}}}},"
    " 'operations': {'in': {'action': 'receive', 'channel': {'$ref': '#/channels/c'}}}}";

static void write_type(const char *folder, enum sim_type type)
{
    char path[200], text[2000];

    snprintf(path, sizeof path, "%s/request.avsc", names[type]);
    snprintf(text, sizeof text,
             "{'type': 'record', 'name': 'sim.Request%d', 'fields': [{'name': 'requestId', 'type': {'type':"
             " 'string', 'logicalType': 'uuid'}}]}",
             (int)type);
    given_in_folder(folder, path, text);
    snprintf(path, sizeof path, "%s/outcome.avsc", names[type]);
    snprintf(
        text, sizeof text,
        "{'type': 'record', 'name': 'sim.Outcome%d', 'fields': [{'name': 'outcome', 'type':"
        " 'whc.common.Outcome'}, {'name': 'result', 'type': ['null', {'type': 'record', 'name':"
        " 'sim.Result%d', 'fields': [{'name': 'orderId', 'type': ['null', 'string'], 'default': null}]}],"
        " 'default': null}]}",
        (int)type, (int)type);
    given_in_folder(folder, path, text);
    snprintf(path, sizeof path, "%s/workflow.arazzo.json", names[type]);
    given_in_folder(folder, path, workflows[type]);
}

static void build_requests(void)
{
    struct fault why;

    for (int order = 0; order < ORDERS; order++) {
        for (int type = 0; type < TYPES; type++) {
            struct json_object *tree = json_object_new_object();
            json_object_object_add(tree, "requestId", json_object_new_string(ids[order]));
            if (request_of_tree(types[type], tree, NULL, &requests[order][type], &why) != REQUEST_GOOD)
                abort();
        }
    }
}

void types_load(void)
{
    struct problems problems = {0};
    char *folder = given_folder();

    given_order_type(folder, "{}", "{}", "{}"); /* for the common records */
    char path[1024];
    static const char *const unwanted[] = {"request.avsc", "outcome.avsc", "workflow.arazzo.json"};
    for (size_t i = 0; i < COUNT_OF(unwanted); i++) {
        snprintf(path, sizeof path, "%s/w/%s", folder, unwanted[i]);
        remove(path);
    }
    snprintf(path, sizeof path, "%s/w", folder);
    remove(path);
    given_in_folder(folder, "bt-whc.openapi.json", openapi_text);
    given_in_folder(folder, "order-events.asyncapi.json", events_text);
    for (int type = 0; type < TYPES; type++)
        write_type(folder, (enum sim_type)type);
    types_catalogue = given_load(folder, "", &problems);
    for (size_t i = 0; i < problems.count; i++)
        fprintf(stderr, "%s: %s; %s\n", problems.list[i].where, problems.list[i].what,
                problems.list[i].remedy);
    if (problems.count > 0)
        abort();
    given_remove_folder(folder);
    for (int type = 0; type < TYPES; type++)
        types[type] = catalogue_type(types_catalogue, names[type]);
    build_requests();
    reply_accepted = given_tree("{'orderId': 'bt-1'}");
    for (int order = 0; order < ORDERS; order++) {
        replies_with_id[order] = given_tree("{'orderId': 'bt-1'}");
        json_object_object_add(replies_with_id[order], "btId", json_object_new_string(types_bt_id(order)));
    }
    reply_absent = given_tree("{}");
    reply_odd = given_tree("{'message': 'maintenance'}");
    reply_error = given_tree("{'code': '24', 'reason': 'no', 'message': 'no'}");
}

void types_free(void)
{
    for (int order = 0; order < ORDERS; order++)
        for (int type = 0; type < TYPES; type++)
            request_release(&requests[order][type]);
    json_object_put(reply_accepted);
    for (int order = 0; order < ORDERS; order++)
        json_object_put(replies_with_id[order]);
    json_object_put(reply_absent);
    json_object_put(reply_odd);
    json_object_put(reply_error);
    catalogue_free(types_catalogue);
}

const struct order_type *type_of(enum sim_type type)
{
    return types[type];
}

int type_steps(enum sim_type type)
{
    return types_wait(type) ? WAITS_STEPS : type == TYPE_TWO ? 2 : 1;
}

bool type_writes(enum sim_type type, int step)
{
    return type != TYPE_READ && !(types_wait(type) && step == WAITS_MESSAGE);
}

bool types_wait(enum sim_type type)
{
    return type == TYPE_WAITS || type == TYPE_DATED || type == TYPE_UNDONE;
}

int64_t types_date_ms(void)
{
    int64_t ms;
    struct fault why;

    if (!timestamp_parse(DATE, &ms, &why))
        abort();
    return ms;
}

struct json_object *types_reply(int order, int step)
{
    bool has_id = sim.seed >= BY_ID_FROM && types_wait(sim.upstream[order].type) && step == WAITS_CREATE;

    return has_id ? replies_with_id[order] : reply_accepted;
}

const char *types_bt_id(int order)
{
    static const char *const bt_ids[ORDERS] = {"700501", "700502", "700503"};

    return bt_ids[order];
}

int types_order_of_bt_id(const char *id)
{
    return id[strlen(id) - 1] - '1';
}

const struct event_message *types_event(void)
{
    return types_catalogue->asyncapi.messages[0];
}

void types_request(int order, struct request *request)
{
    const struct request *made = &requests[order][sim.upstream[order].type];

    *request = *made;
    request->inputs = json_object_new_object();
    TREE_EACH(made->inputs, name, value)
    json_object_object_add(request->inputs, name, json_object_get(value));
}

int order_of_id(const char *request_id)
{
    for (int i = 0; i < ORDERS; i++)
        if (strcmp(ids[i], request_id) == 0)
            return i;
    return -1;
}

const char *id_of_order(int order)
{
    return ids[order];
}
