/* Settings against the catalogue: each mistake is named, and a worker that is ready has none. */
#include "readiness.h"

#include "given_catalogue.h"

#define READY "bt.client.id=me\nbt.client.secret=hush\n"
#define LIVE "bt.api.base.url=https://LIVE.bt.example/base\n"

static const struct {
    const char *name, *settings;
    const char *where, *what; /* where null: ready */
} cases[] = {
    {"ready", READY, NULL, NULL},
    {"no credentials", "", "bt.client.id", "no credentials"},
    {"no secret", "bt.client.id=me\n", "bt.client.secret", "is empty"},
    {"an address that is none", READY "admin.address=localhost\n", ":3",
     "admin.address is not an IP address"},
    {"Confluent framing without a registry", READY "outcome.framing=confluent-v0\n", "outcome.framing",
     "registry"},
    {"with one", READY "outcome.framing=confluent-v1\nregistry.url=http://r\n", NULL, NULL},
    {"a proxy that is none", READY "bt.proxy.url=proxy.example:3128\n", "bt.proxy.url",
     "not a proxy that can be"},
    {"a URL that is none", READY "bt.api.base.url=bt.example\n", "api", "is not a URL"},
    {"a slash at its end", READY "bt.api.base.url=http://bt.example/\n", "api", "ends with a slash"},
    {"a query in a base", READY "bt.api.base.url=http://bt.example?x=1\n", "api", "'?' or '#'"},
    {"a fragment in a base", READY "bt.base.url=http://bt.example/a#b\n", "bt.base.url", "'?' or '#'"},
    {"a base without a host", READY "bt.base.url=http:///v1\n", "bt.base.url", "names no host"},
    {"a tag that nobody has", READY "bt.portability.window=1\n", ":3", "no setting 'bt.portability.window'"},
    {"a wrong value for a tag", READY "bt.api.window=0\n", ":3", "window is not an allowed number"},
    {"a slot that would be another group's", READY "worker.slot=b/c\n", "worker.slot", "'b/c'"},
    {"a slot that the library cannot copy", READY "worker.slot=\xc3\xa9\n", "worker.slot",
     "another character"},
    {"a group that it cannot copy", READY "group.id=gr\xc3\xbcn\n", "group.id", "a character that is not"},
    {"times", READY "stop.grace.ms=1000\n", "5 s", "stop.grace.ms"},
    {"a certificate without its key", READY "admin.tls.certificate.file=a\n", "admin.tls.certificate.file",
     "both needed"},
    {"a user without a password", READY "admin.username=ann\n", "admin.username", "both needed"},
    {"a user who cannot be told", READY "admin.username=a:b\nadmin.password=p\n", "admin.username", "colon"},
    {"pages with all they need",
     READY "admin.username=a\nadmin.password=p\nadmin.tls.certificate.file=/dev/null\n"
           "admin.tls.key.file=/dev/null\n",
     NULL, NULL},
    {"made up, on a production host", READY LIVE, "w", "'list' is only proposed"},
    {"made up, on a production host with a name before it",
     READY "bt.api.base.url=https://me@live.bt.example\n", "w", "'list' is only proposed"},
    {"made up, elsewhere", READY "bt.api.base.url=https://live.bt.example.test\n", NULL, NULL},
    {"made up, and accepted", READY LIVE "bt.accept.proposed=list\n", NULL, NULL},
    {"among others", READY LIVE "bt.accept.proposed=list, list,list\n", NULL, NULL},
    {"a part of another name", READY LIVE "bt.accept.proposed=listOrders,xlist\n", "w",
     "'list' is only proposed"},
    {"an operation that is none", READY "bt.accept.proposed=list,, listOrder\n", ":3",
     "bt.accept.proposed has no operation 'listOrder'"},
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

/* What is reported, and stops nothing. */
static void warnings(void)
{
    static const struct {
        const char *settings;
        size_t count;
        const char *what;
    } told[] = {
        {READY, 0, ""},
        {READY "bt.base.url=http://localhost:1\n", 0, ""},
        {READY "bt.base.url=http://bt.example\n", 1, "bt.base.url is not encrypted on its way"},
        {READY "bt.api.base.url=http://bt.example\n", 1, "bt.api.base.url is not encrypted on its way"},
        {READY "bt.tls.verify=off\n", 1, "bt.tls.verify is off"},
    };
    char *folder = given_folder(), path[1024];
    struct catalogue *catalogue = load(folder);

    snprintf(path, sizeof path, "%s/settings", folder);
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct problems problems = {0}, found = {0};
        struct settings settings;
        given_in_folder(folder, "settings", told[i].settings);
        settings_load(path, NULL, &settings, &problems);
        readiness_check(&settings, catalogue, &problems);
        given_no_problem(told[i].settings, &problems);
        readiness_warn(&settings, catalogue, 0, &found);
        CU_ASSERT_EQUAL(found.count, told[i].count);
        if (told[i].count > 0)
            given_problem(told[i].settings, &found, "", told[i].what);
        settings_release(&settings);
        problems_release(&problems);
        problems_release(&found);
    }
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

/* A step that starts on a day needs a calendar, and one that goes on for a year: warned of on the day after that. */
static void holidays(void)
{
    static const struct {
        const char *file; /* null: none */
        int64_t day;      /* since 1970-01-01 */
        const char *mistake, *warning;
    } rows[] = {
        {NULL, 0, "no calendar says where days begin", "the last one: never"},
        {"{'timeZone': 'Europe/London', 'days': []}", 0, NULL, "the last one: never"},
        {"{'timeZone': 'Europe/London', 'days': [{'date': '1971-12-25'}, {'date': '1970-12-25'}]}", 358, NULL,
         NULL},
        {"{'timeZone': 'Europe/London', 'days': [{'date': '1971-12-25'}, {'date': '1970-12-25'}]}", 359, NULL,
         "the last one: 1971-12-25"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct problems problems = {0}, found = {0}, mistakes = {0};
        struct settings settings;
        char *folder = given_folder(), path[1024];
        given_order_type(folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
                         GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ
                                      ", 'x-start-at': '$inputs.q'}]}"));
        if (rows[i].file != NULL)
            given_in_folder(folder, "common/holidays.json", rows[i].file);
        given_in_folder(folder, "settings", READY "bt.api.base.url=https://bt.example\n");
        snprintf(path, sizeof path, "%s/settings", folder);
        struct catalogue *catalogue = given_load(folder, "", &problems);
        settings_load(path, NULL, &settings, &problems);
        given_no_problem("world", &problems);
        readiness_check(&settings, catalogue, &mistakes);
        readiness_warn(&settings, catalogue, rows[i].day * 86400000, &found);
        if (rows[i].mistake != NULL)
            given_problem("calendar", &mistakes, "common/holidays.json", rows[i].mistake);
        else
            given_no_problem("calendar", &mistakes);
        if (rows[i].warning != NULL)
            given_problem("holidays", &found, "common/holidays.json", rows[i].warning);
        else
            given_no_problem("holidays", &found);
        settings_release(&settings);
        problems_release(&mistakes);
        problems_release(&found);
        catalogue_free(catalogue);
        given_remove_folder(folder);
    }
}

CU_TestInfo test_readiness[] = {
    {"checks", checks}, {"warnings", warnings}, {"holidays", holidays}, CU_TEST_INFO_NULL};
