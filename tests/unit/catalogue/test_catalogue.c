/* Folders: what is read, which file wins, older schemas, mistakes all at once. */
#include "catalogue.h"

#include "given_catalogue.h"

#define WORKFLOW(step)                                                                                       \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': '" step "', " GIVEN_READ                          \
                 ", 'outputs': {'o': '$response.body#/o'}}], 'outputs': {'o': '$steps." step                 \
                 ".outputs.o'}}")

#define CHANNEL "{$sourceDescriptions.events.url}#/channels/c"
#define EVENTS "{'asyncapi': '3.0.0', 'channels': {'c': {}}}"

static char *good_folder(void)
{
    char *folder = given_folder();

    given_order_type(folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O), WORKFLOW("s"));
    return folder;
}

static void found(void)
{
    char *folder = good_folder();
    struct problems problems = {0};
    const struct order_type *type = NULL;

    given_in_folder(folder, "README.md", "no order type");
    given_in_folder(folder, "unfinished/request.avsc", "{");
    struct catalogue *catalogue = given_load(folder, "", &problems);
    given_no_problem("good", &problems);
    CU_ASSERT_EQUAL_FATAL(catalogue->type_count, 1);
    CU_ASSERT(catalogue_type(catalogue, "w") == catalogue->types[0] &&
              catalogue_type(catalogue, "v") == NULL);
    CU_ASSERT(catalogue_type_of_record(catalogue, "whc.WRequest") == catalogue->types[0]);
    CU_ASSERT_PTR_NULL(catalogue_type_of_record(catalogue, "WRequest"));
    given_same("result", catalogue->types[0]->result->name, "whc.WResult");
    uint64_t fingerprint = schema_fingerprint(catalogue->types[0]->request);
    CU_ASSERT(catalogue_schema(catalogue, fingerprint, &type) == catalogue->types[0]->request);
    CU_ASSERT(type == catalogue->types[0]);
    CU_ASSERT_PTR_NULL(catalogue_schema(catalogue, fingerprint + 1, NULL));
    /* as the libraries of Go and Rust print them for this schema */
    static const uint64_t others[] = {UINT64_C(0xc2ac571b9b178c59), UINT64_C(0x4bdc0adf9046f9c0)};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        CU_ASSERT(catalogue_schema(catalogue, others[i], &type) == catalogue->types[0]->request);
    CU_ASSERT_PTR_NULL(catalogue_free(catalogue));
    CU_ASSERT_PTR_NULL(catalogue_free(NULL));
    given_remove_folder(folder);
    problems_release(&problems);
}

static void history(void)
{
    char *folder = good_folder();
    struct problems problems = {0};
    const struct order_type *type = NULL;
    struct schema *old = given_schema(GIVEN_REQUEST(""));

    given_in_folder(folder, "w/history/1.avsc", GIVEN_REQUEST(""));
    struct catalogue *catalogue = given_load(folder, "", &problems);
    given_no_problem("history", &problems);
    const struct schema *schema = catalogue_schema(catalogue, schema_fingerprint(old), &type);
    CU_ASSERT(schema != NULL && schema != catalogue->types[0]->request && type == catalogue->types[0]);
    catalogue_free(catalogue);
    given_in_folder(folder, "w/history/2.avsc", "{");
    catalogue_free(given_load(folder, "", &problems));
    given_problem("a broken one", &problems, "w/history/2.avsc", "");
    schema_free(old);
    given_remove_folder(folder);
    problems_release(&problems);
}

static void overlay(void)
{
    char *folder = good_folder(), *own = given_folder();
    struct problems problems = {0};

    given_in_folder(own, "w/workflow.arazzo.json", WORKFLOW("mine"));
    given_in_folder(
        own, "x/request.avsc",
        "{'type': 'record', 'name': 'own.XRequest', 'fields': [{'name': 'requestId', 'type': {'type':"
        " 'string', 'logicalType': 'uuid'}}, {'name': 'id', 'type': 'string'}]}");
    given_in_folder(own, "x/outcome.avsc", GIVEN_OUTCOME(GIVEN_O));
    given_in_folder(own, "x/workflow.arazzo.json",
                    GIVEN_ARAZZO("{'workflowId': 'x', 'steps': [{'stepId': 's', " GIVEN_READ "}]}"));
    struct catalogue *catalogue = given_load(folder, own, &problems);
    given_no_problem("overlay", &problems);
    CU_ASSERT_EQUAL_FATAL(catalogue->type_count, 2);
    given_same("its file wins", catalogue_type(catalogue, "w")->workflow->steps[0].id, "mine");
    CU_ASSERT_PTR_NOT_NULL(catalogue_type_of_record(catalogue, "own.XRequest"));
    catalogue_free(catalogue);
    given_remove_folder(folder);
    given_remove_folder(own);
    problems_release(&problems);
}

static const struct {
    const char *name, *steps;
    bool waits;
} waiting[] = {
    {"receive",
     "{'stepId': 's', 'channelPath': '" CHANNEL "', 'action': 'receive', 'correlationId': 'x', 'timeout': 1,"
     " 'successCriteria': [{'condition': 'true'}]}",
     true},
    {"date", "{'stepId': 's', " GIVEN_READ ", 'x-start-at': '$inputs.q'}", true},
    {"neither", "{'stepId': 's', " GIVEN_READ "}", false},
    {"both",
     "{'stepId': 'r', 'channelPath': '" CHANNEL "', 'action': 'receive', 'correlationId': 'x', 'timeout': 1},"
     " {'stepId': 's', 'operationId': 'never', 'successCriteria': [{'condition': 'true'}]}",
     true},
};

/* An earlier text of the workflow is there under its digest, and is checked like today's. */
static void versions(void)
{
    static const struct {
        const char *text; /* the earlier one; that of step "s" is today's */
        const char *name; /* of its file; null: its digest */
        const char *what; /* the one problem; null: none */
    } rows[] = {
        {WORKFLOW("before"), NULL, NULL},
        {WORKFLOW("s"), NULL, NULL}, /* today's, once more */
        {WORKFLOW("before"), "v1.arazzo.json", "it is not the workflow that orders have begun with"},
        {WORKFLOW(""), NULL, "stepId"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *folder = good_folder(), name[300];
        struct problems problems = {0};
        /* Its digest is what a catalogue with it as today's says. */
        given_in_folder(folder, "w/workflow.arazzo.json", rows[i].text);
        struct catalogue *catalogue = given_load(folder, "", &problems);
        char digest[WORKFLOW_DIGEST_SIZE] = "0";
        if (catalogue->type_count > 0)
            memcpy(digest, catalogue->types[0]->digest, sizeof digest);
        catalogue_free(catalogue);
        problems_release(&problems);
        problems = (struct problems){0};
        given_in_folder(folder, "w/history/none", "");
        snprintf(name, sizeof name, "w/history/%s.arazzo.json", digest);
        given_in_folder(folder, rows[i].name == NULL ? name : "w/history/v1.arazzo.json", rows[i].text);
        given_in_folder(folder, "w/workflow.arazzo.json", WORKFLOW("s"));
        catalogue = given_load(folder, "", &problems);
        CU_ASSERT_EQUAL(problems.count > 0, rows[i].what != NULL);
        if (rows[i].what != NULL && problems.count > 0)
            CU_ASSERT_PTR_NOT_NULL(strstr(problems.list[0].what, rows[i].what));
        const struct workflow_version *version =
            problems.count > 0 ? NULL : catalogue_version(catalogue->types[0], digest);
        CU_ASSERT_EQUAL(version != NULL, i == 0);
        if (version != NULL)
            given_same("its step", version->workflow->steps[0].id, "before");
        catalogue_free(catalogue);
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

/* A workflow that waits is carried out where the ledger is written in a format that has waits. */
static void served(void)
{
    for (size_t i = 0; i < COUNT_OF(waiting); i++) {
        char *folder = good_folder(), workflow[2048];
        struct problems problems = {0};
        snprintf(workflow, sizeof workflow, GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [%s]}"),
                 waiting[i].steps);
        given_in_folder(folder, "w/workflow.arazzo.json", workflow);
        given_in_folder(folder, "order-events.asyncapi.json", EVENTS);
        struct catalogue *catalogue = given_load(folder, "", &problems);
        given_no_problem(waiting[i].name, &problems);
        struct settings settings = {.ledger_format = LEDGER_FORMAT_2};
        CU_ASSERT(catalogue->types[0]->workflow->waits == waiting[i].waits);
        CU_ASSERT(catalogue_serves(catalogue->types[0], &settings) == !waiting[i].waits);
        settings.ledger_format = LEDGER_LATEST;
        CU_ASSERT(catalogue_serves(catalogue->types[0], &settings));
        catalogue_free(catalogue);
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

static void no_such_channel(void)
{
    static const char *const paths[] = {"#/channels/d", "#/channels", "#/components/messages/c",
                                        "#/channels/c/x", ""};

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char *folder = good_folder(), workflow[2048];
        struct problems problems = {0};
        snprintf(
            workflow, sizeof workflow,
            GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', 'channelPath':"
                         " '{$sourceDescriptions.events.url}%s', 'action': 'receive', 'correlationId': 'x',"
                         " 'timeout': 1, 'successCriteria': [{'condition': 'true'}]}]}"),
            paths[i]);
        given_in_folder(folder, "w/workflow.arazzo.json", workflow);
        given_in_folder(folder, "order-events.asyncapi.json", EVENTS);
        catalogue_free(given_load(folder, "", &problems));
        given_problem(paths[i], &problems, "/workflows/0/steps/0", "which is not a channel of");
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

static const struct {
    const char *name, *file, *text, *where, *what;
} mistakes[] = {
    {"no JSON", "bt-whc.openapi.json", "{", "bt-whc.openapi.json", "ends too early"},
    {"a common type", "common/Extra.avsc", "5", "common/Extra.avsc", ""},
    {"a common type twice", "common/Again.avsc",
     "{'type': 'enum', 'name': 'whc.common.Status', 'symbols': ['X']}", "Status.avsc", ""},
    {"Avro", "w/request.avsc", "{'type': 'record', 'name': 'R', 'fields': [{'name': 'a', 'type': 'strong'}]}",
     "w/request.avsc", "/fields/0/type"},
    {"a shared type that is missing", "w/outcome.avsc",
     "{'type': 'record', 'name': 'R', 'fields': [{'name': 'a', 'type':"
     " 'whc.common.Gone'}]}",
     "w/outcome.avsc", "whc.common.Gone"},
    {"the workflow's id", "w/workflow.arazzo.json",
     GIVEN_ARAZZO("{'workflowId': 'v', 'steps': [{'stepId': 's', " GIVEN_READ "}]}"),
     "w/workflow.arazzo.json#", "there is no workflow 'w'"},
    {"a member twice in a workflow", "w/workflow.arazzo.json",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', 'outputs': {'o': 1, 'o': 2}, " GIVEN_READ
                  "}]}"),
     "w/workflow.arazzo.json#/workflows/0/steps/0/outputs/o", "occurs twice"},
    {"a member twice in a schema", "w/request.avsc", "{'type': 'string', 'type': 'string'}",
     "w/request.avsc#/type", "occurs twice"},
    {"a member twice in a common type", "common/Own.avsc",
     "{'type': 'enum', 'name': 'whc.common.Own', 'symbols': ['A'], 'symbols': ['B']}", "Own.avsc#/symbols",
     "occurs twice"},
    {"a member twice in OpenAPI", "bt-whc.openapi.json", "{'openapi': '3.1.0', 'openapi': '3.0.0'}",
     "bt-whc.openapi.json#/openapi", "occurs twice"},
    {"no order type", NULL, NULL, "", "no order type here"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        char *folder = mistakes[i].file == NULL ? given_folder() : good_folder();
        struct problems problems = {0};
        if (mistakes[i].file != NULL)
            given_in_folder(folder, mistakes[i].file, mistakes[i].text);
        catalogue_free(given_load(folder, "", &problems));
        given_problem(mistakes[i].name, &problems, mistakes[i].where, mistakes[i].what);
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

static void all_at_once(void)
{
    char *folder = good_folder();
    struct problems problems = {0};

    given_in_folder(folder, "w/request.avsc", "{");
    given_in_folder(folder, "w/outcome.avsc", "[");
    given_in_folder(folder, "w/workflow.arazzo.json",
                    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's',"
                                 " 'operationId': 'x', 'loop': 1}]}"));
    given_in_folder(folder, "x/workflow.arazzo.json", "{");
    catalogue_free(given_load(folder, "", &problems));
    CU_ASSERT_EQUAL(problems.count, 7); /* two and two of w, three files of x */
    given_problem("w", &problems, "w/request.avsc", "");
    given_problem("w", &problems, "w/outcome.avsc", "");
    given_problem("x", &problems, "x/workflow.arazzo.json", "");
    given_remove_folder(folder);
    problems_release(&problems);
}

/* The catalogue that we ship. */
static void ours(void)
{
    struct problems problems = {0};
    struct catalogue *catalogue = given_load(SOURCE_DIR "/schemas", "", &problems);

    given_no_problem("schemas", &problems);
    CU_ASSERT(catalogue->type_count >= 9);
    CU_ASSERT(catalogue_type(catalogue, "provide-with-ported-numbers")->workflow->waits);
    catalogue_free(catalogue);
    problems_release(&problems);
}

CU_TestInfo test_catalogue[] = {{"found", found},
                                {"history", history},
                                {"overlay", overlay},
                                {"served", served},
                                {"versions", versions},
                                {"refusals", refusals},
                                {"all mistakes at once", all_at_once},
                                {"no such channel", no_such_channel},
                                {"ours", ours},
                                CU_TEST_INFO_NULL};
