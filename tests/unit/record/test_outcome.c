/* Outcomes: the record that readers get, and ids that come out the same again. */
#include "outcome.h"

#include "datum.h"

#include "../catalogue/given_catalogue.h"

#define ID "605c9599-4ab1-488f-8129-5b8cde662c7d"

static struct catalogue *load(char *folder)
{
    struct problems problems = {0};

    given_order_type(folder, GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
                     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ "}]}"));
    struct catalogue *catalogue = given_load(folder, "", &problems);
    given_no_problem("world", &problems);
    return catalogue;
}

static struct json_object *written(const struct outcome *outcome)
{
    CLEANUP(buffer_release) struct buffer datum;
    struct json_object *tree = NULL;
    struct fault why = {.text = ""};

    buffer_init(&datum, 65536);
    if (!outcome_write(outcome, &datum, &why) ||
        !datum_decode(outcome->type->outcome, datum.data, datum.length, outcome->type->outcome, NULL, &tree,
                      &why)) {
        printf("\n  %s", why.text);
        CU_FAIL("not written");
    }
    return tree;
}

static void full(void)
{
    char *folder = given_folder(), id[UUID_TEXT_SIZE], want[2048];
    struct catalogue *catalogue = load(folder);
    CLEANUP(tree_release) struct json_object *result = given_tree("{'o': 'x'}");
    struct call_record calls = {.step = "s",
                                .attempts = 3,
                                .tracking_ids = {memory_text("t1"), memory_text("t2")},
                                .tracking_count = 2,
                                .http_status = 200,
                                .bt_code = "60"};
    struct outcome outcome = {.type = catalogue->types[0],
                              .request_id = ID,
                              .status = OUTCOME_COMPLETED,
                              .final = true,
                              .calls = &calls,
                              .order_id = "O1",
                              .external_id = "E1",
                              .requested_at_ms = 1772445600000,
                              .started_at_ms = 1772445600001,
                              .finished_at_ms = 1772445601000,
                              .source = {"whc.order-requests", 3, 41},
                              .result = result};

    outcome_id(&outcome, id);
    snprintf(
        want, sizeof want,
        "{'outcome': {'outcomeId': '%s', 'requestId': '" ID
        "', 'orderType': 'w', 'status': 'COMPLETED', 'final':"
        " true, 'reason': null, 'step': 's', 'attempts': 3, 'trackingIds': ['t1', 't2'], 'httpStatus': 200,"
        " 'btCode': '60', 'orderId': 'O1', 'externalId': 'E1', 'requestedAt': '2026-03-02T10:00:00.000Z',"
        " 'startedAt': '2026-03-02T10:00:00.001Z', 'finishedAt': '2026-03-02T10:00:01.000Z', 'source': {'topic':"
        " 'whc.order-requests', 'partition': 3, 'offset': 41}, 'waiting': null}, 'result': {'o': 'x'}}",
        id);
    CLEANUP(tree_release) struct json_object *tree = written(&outcome);
    given_same_tree("full", tree, want);
    memory_free(calls.tracking_ids[0]);
    memory_free(calls.tracking_ids[1]);
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

static void every_reason(void)
{
    char *folder = given_folder();
    struct catalogue *catalogue = load(folder);
    struct call_record none = {0};

    for (enum reason_kind kind = REASON_CONTRACT; kind <= REASON_REPORTED; kind++) {
        for (enum outcome_status status = OUTCOME_COMPLETED; status <= OUTCOME_PROGRESS; status++) {
            struct outcome outcome = {.type = catalogue->types[0],
                                      .request_id = ID,
                                      .status = status,
                                      .reason = {kind, "c", "t"},
                                      .calls = &none,
                                      .source = {"t", 0, 0}};
            CLEANUP(tree_release) struct json_object *tree = written(&outcome);
            struct json_object *common = tree_member(tree, "outcome"),
                               *reason = tree_member(common, "reason");
            given_same("status", tree_text_of(common, "status"), outcome_status_name(status));
            given_same("kind", tree_text_of(reason, "kind"), reason_kind_name(kind));
            CU_ASSERT(tree_member(common, "step") == NULL && tree_member(common, "startedAt") == NULL &&
                      tree_member(common, "httpStatus") == NULL && tree_member(tree, "result") == NULL);
        }
    }
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

/* BT's words go into reasons: whatever they are and wherever they are cut, the outcome is written. */
static void broken_text(void)
{
    char *folder = given_folder();
    struct catalogue *catalogue = load(folder);
    struct call_record calls = {.bt_code = "\xa3"};
    struct outcome outcome = {.type = catalogue->types[0],
                              .request_id = ID,
                              .reason = {REASON_REFUSED, "a\xe2\x82", "costs \xa3 5 or \xe2\x82"},
                              .calls = &calls,
                              .order_id = "\xff",
                              .source = {"t", 0, 0}};

    CLEANUP(tree_release) struct json_object *tree = written(&outcome);
    struct json_object *common = tree_member(tree, "outcome"), *reason = tree_member(common, "reason");
    given_same("code", tree_text_of(reason, "code"), "a");
    given_same("text", tree_text_of(reason, "text"), "costs ? 5 or ");
    given_same("BT's code", tree_text_of(common, "btCode"), "?");
    given_same("order id", tree_text_of(common, "orderId"), "?");
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

static void ids(void)
{
    struct call_record s = {.step = "s"}, t = {.step = "t"};
    const struct outcome variants[] = {
        {.request_id = ID, .status = OUTCOME_COMPLETED, .calls = &s},
        {.request_id = "705c9599-4ab1-488f-8129-5b8cde662c7d", .status = OUTCOME_COMPLETED, .calls = &s},
        {.request_id = ID, .status = OUTCOME_FAILED, .calls = &s},
        {.request_id = ID, .status = OUTCOME_COMPLETED, .calls = &t},
        {.request_id = ID, .status = OUTCOME_COMPLETED, .calls = &s, .sequence = 1},
        {.request_id = ID, .status = OUTCOME_COMPLETED},
    };
    char known[COUNT_OF(variants)][UUID_TEXT_SIZE], again[UUID_TEXT_SIZE];

    for (size_t i = 0; i < COUNT_OF(variants); i++) {
        outcome_id(&variants[i], known[i]);
        outcome_id(&variants[i], again);
        given_same("the same again", again, known[i]);
        CU_ASSERT_EQUAL(known[i][14], '8');
        for (size_t other = 0; other < i; other++)
            CU_ASSERT_STRING_NOT_EQUAL(known[i], known[other]);
    }
}

static void misfits(void)
{
    char *folder = given_folder();
    struct catalogue *catalogue = load(folder);
    CLEANUP(tree_release) struct json_object *result = given_tree("{'o': 5}");
    CLEANUP(buffer_release) struct buffer datum;
    struct outcome outcome = {
        .type = catalogue->types[0], .request_id = ID, .source = {"t", 0, 0}, .result = result};
    struct fault why;

    buffer_init(&datum, 65536);
    CU_ASSERT_FALSE(outcome_write(&outcome, &datum, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    buffer_release(&datum);
    buffer_init(&datum, 10);
    outcome.result = NULL;
    CU_ASSERT_FALSE(outcome_write(&outcome, &datum, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_EXHAUSTED);
    catalogue_free(catalogue);
    given_remove_folder(folder);
}

CU_TestInfo test_outcome[] = {{"full", full},
                              {"every reason and status", every_reason},
                              {"broken text", broken_text},
                              {"ids", ids},
                              {"misfits", misfits},
                              CU_TEST_INFO_NULL};
