/* Settings against the catalogue: each mistake is named, and a worker that is ready has none. */
#include "readiness.h"

#include "given_catalogue.h"

#define READY "bt.client.id=me\n"
#define LIVE "bt.api.base.url=https://LIVE.bt.example/base\n"

static const struct {
    const char *name, *settings;
    const char *where, *what; /* where null: ready */
} cases[] = {
    {"ready", READY, NULL, NULL},
    {"no credentials", "", "bt.client.id", "no credentials"},
    {"Confluent framing without a registry", READY "outcome.framing=confluent-v0\n", "outcome.framing",
     "registry"},
    {"with one", READY "outcome.framing=confluent-v1\nregistry.url=http://r\n", NULL, NULL},
    {"a proxy that is none", READY "bt.proxy.url=proxy.example:3128\n", "bt.proxy.url",
     "no proxy that can be"},
    {"a URL that is none", READY "bt.api.base.url=bt.example\n", "api", "is no URL"},
    {"a slash at its end", READY "bt.api.base.url=http://bt.example/\n", "api", "ends with a slash"},
    {"a tag that nobody has", READY "bt.portability.window=1\n", ":2", "no setting 'bt.portability.window'"},
    {"a wrong value for a tag", READY "bt.api.window=0\n", ":2", "window is no allowed number"},
    {"a slot that would be another group's", READY "worker.slot=b/c\n", "worker.slot", "'b/c'"},
    {"a slot that the library cannot copy", READY "worker.slot=\xc3\xa9\n", "worker.slot",
     "another character"},
    {"a group that it cannot copy", READY "group.id=gr\xc3\xbcn\n", "group.id", "a character that is not"},
    {"times", READY "stop.grace.ms=1000\n", "5 s", "stop.grace.ms"},
    {"made up, on a production host", READY LIVE, "w", "'list' is only proposed"},
    {"made up, elsewhere", READY "bt.api.base.url=https://live.bt.example.test\n", NULL, NULL},
    {"made up, and accepted", READY LIVE "bt.accept.proposed=list\n", NULL, NULL},
    {"among others", READY LIVE "bt.accept.proposed=a, list,b\n", NULL, NULL},
    {"a part of another name", READY LIVE "bt.accept.proposed=listOrders,xlist\n", "w",
     "'list' is only proposed"},
};

static struct catalogue *load(char *folder)
{
    struct problems problems = {0};
    static const char openapi[] =
        "{'openapi': '3.1.0', 'servers': [{'url': 'https://sandbox.bt.example'}, {'url':"
        " 'https://live.bt.example:443/x', 'x-production': true}], 'paths': {'/list': {'get': {'operationId': 'list',"
        " 'x-evidence': 'proposed', 'x-repeat': 'safe', 'tags': ['api'], 'responses': {'200': {}}}}}}";

    given_order_type(folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
                     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_LIST "}]}"));
    given_in_folder(folder, "bt-whc.openapi.json", openapi);
    struct catalogue *catalogue = given_load(folder, "", &problems);
    given_no_problem("catalogue", &problems);
    return catalogue;
}

static void checks(void)
{
    char *folder = given_folder(), path[1024];
    struct catalogue *catalogue = load(folder);

    snprintf(path, sizeof path, "%s/settings", folder);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct problems problems = {0};
        struct settings settings;
        given_in_folder(folder, "settings", cases[i].settings);
        settings_load(path, NULL, &settings, &problems);
        readiness_check(&settings, catalogue, &problems);
        if (cases[i].where == NULL)
            given_no_problem(cases[i].name, &problems);
        else
            given_problem(cases[i].name, &problems, cases[i].where, cases[i].what);
        settings_release(&settings);
        problems_release(&problems);
    }
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

CU_TestInfo test_readiness[] = {{"checks", checks}, CU_TEST_INFO_NULL};
