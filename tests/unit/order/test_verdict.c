/* The ordered table of what a call's evidence means: a row here for each of its rows, and for what lies between. */
#include "verdict.h"

#include "../catalogue/given_workflow.h"

static const char workflow[] = GIVEN_STEPS(
    "{'stepId': 'r', 'operationId': 'read', 'successCriteria': [{'condition': '$statusCode == 200'}, {'condition':"
    " '$response.body#/o != null'}], 'onFailure': [{'name': 'unknown', 'type': 'end', 'criteria': [{'condition':"
    " '$statusCode == 404 && $response.body#/code == 60'}]}, {'name': 'busy', 'type': 'retry', 'criteria': [{'condition':"
    " '$statusCode == 500 && $response.body#/code == 7'}]}]},"
    "{'stepId': 'w', 'operationId': 'write', 'requestBody': {'payload': 1}, 'successCriteria': [{'condition':"
    " '$statusCode == 201'}], 'onFailure': [{'name': 'any', 'type': 'end', 'criteria': [{'condition':"
    " '$statusCode == 400 || $statusCode == 408"
    " || $statusCode >= 500'}]}]}");

enum { FITS, MISFIT };

static const struct {
    const char *name;
    char step; /* r, w */
    struct evidence evidence;
    const char *body;
    int fits;
    enum verdict_kind kind;
    enum pace_event pace;
    enum reason_kind reason;
    const char *code, *text;
} cases[] = {
    /* 1: no byte handed over */
    {"1 read",
     'r',
     {.end = CALL_UNSENT, .what = "not reached"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "connect",
     "not reached"},
    {"1 write",
     'w',
     {.end = CALL_UNSENT, .what = "not reached"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "connect",
     "not reached"},
    /* 2: the gateway, before any workflow is asked, for reads and writes */
    {"2 token",
     'r',
     {.status = 401},
     "{'code': '42'}",
     FITS,
     VERDICT_AGAIN_AT_ONCE,
     PACE_NOTHING,
     REASON_UNAVAILABLE,
     "42",
     "BT answered 401/42"},
    {"2 token, code as number",
     'w',
     {.status = 401},
     "{'code': 42}",
     FITS,
     VERDICT_AGAIN_AT_ONCE,
     PACE_NOTHING,
     REASON_UNAVAILABLE,
     "42",
     "BT answered 401/42"},
    {"2 throttled",
     'w',
     {.status = 429},
     "",
     FITS,
     VERDICT_WAIT,
     PACE_THROTTLED,
     REASON_UNAVAILABLE,
     "429",
     "BT answered 429"},
    {"2 refused",
     'r',
     {.status = 401},
     "{'code': '41', 'message': 'Unknown client'}",
     FITS,
     VERDICT_HALT,
     PACE_HALTED,
     REASON_UNAVAILABLE,
     "41",
     "BT answered 401/41: Unknown client"},
    {"2 blocked",
     'w',
     {.status = 403},
     "{'code': '53'}",
     FITS,
     VERDICT_HALT,
     PACE_HALTED,
     REASON_UNAVAILABLE,
     "53",
     "BT answered 403/53"},
    {"2 403 of another code is BT's",
     'r',
     {.status = 403},
     "{'code': '54'}",
     FITS,
     VERDICT_REFUSED,
     PACE_SUCCESS,
     REASON_REFUSED,
     "54",
     "BT answered 403/54"},
    /* 3: a write, and no usable answer; onFailure is not asked */
    {"3 time-out",
     'w',
     {.end = CALL_TIMED_OUT, .what = "late"},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "timeout",
     "late"},
    {"3 cut",
     'w',
     {.end = CALL_CUT, .what = "cut"},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "cut",
     "cut"},
    {"3 too large",
     'w',
     {.end = CALL_TOO_LARGE, .what = "large"},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_UNAVAILABLE,
     REASON_BAD_REPLY,
     "size",
     "large"},
    {"3 408",
     'w',
     {.status = 408},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_UNAVAILABLE,
     "408",
     "BT answered 408"},
    {"3 500",
     'w',
     {.status = 500},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_UNAVAILABLE,
     "500",
     "BT answered 500"},
    {"3 503 only slows the pace",
     'w',
     {.status = 503},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "503",
     "BT answered 503"},
    {"3 unreadable success",
     'w',
     {.status = 201, .body_unreadable = true, .unreadable = "json"},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "json",
     "BT answered 201 with a body that is not JSON"},
    /* 4: done */
    {"4 read", 'r', {.status = 200}, "{'o': 1}", FITS, VERDICT_DONE, PACE_SUCCESS, REASON_NONE, "", ""},
    {"4 write", 'w', {.status = 201}, "{}", FITS, VERDICT_DONE, PACE_SUCCESS, REASON_NONE, "", ""},
    {"4 the result does not fit",
     'r',
     {.status = 200},
     "{'o': 1}",
     MISFIT,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "result",
     "BT's reply does not fit the result: o: no text"},
    {"4 a write's result does not fit",
     'w',
     {.status = 201},
     "{}",
     MISFIT,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "result",
     "BT's reply does not fit the result: o: no text"},
    /* 5: an action */
    {"5 end",
     'r',
     {.status = 404},
     "{'code': 60, 'reason': 'No', 'message': 'No'}",
     FITS,
     VERDICT_ACTION,
     PACE_SUCCESS,
     REASON_REFUSED,
     "60",
     "BT answered 404/60: No"},
    {"5 a read's 5xx may have one",
     'r',
     {.status = 500},
     "{'code': 7}",
     FITS,
     VERDICT_ACTION,
     PACE_SUCCESS,
     REASON_REFUSED,
     "7",
     "BT answered 500/7"},
    {"5 write",
     'w',
     {.status = 400},
     "{'code': 24}",
     FITS,
     VERDICT_ACTION,
     PACE_SUCCESS,
     REASON_REFUSED,
     "24",
     "BT answered 400/24"},
    /* 6: another 4xx */
    {"6 with both texts",
     'r',
     {.status = 400},
     "{'code': '28', 'reason': 'Bad', 'message': 'Value'}",
     FITS,
     VERDICT_REFUSED,
     PACE_SUCCESS,
     REASON_REFUSED,
     "28",
     "BT answered 400/28: Bad: Value"},
    {"6 the third shape",
     'r',
     {.status = 404},
     "{'fault': {'faultstring': 'No API'}}",
     FITS,
     VERDICT_REFUSED,
     PACE_SUCCESS,
     REASON_REFUSED,
     "404",
     "BT answered 404: No API"},
    {"6 HTML",
     'r',
     {.status = 404, .body_unreadable = true, .unreadable = "json"},
     "",
     FITS,
     VERDICT_REFUSED,
     PACE_SUCCESS,
     REASON_REFUSED,
     "404",
     "BT answered 404"},
    {"6 write",
     'w',
     {.status = 409},
     "",
     FITS,
     VERDICT_REFUSED,
     PACE_SUCCESS,
     REASON_REFUSED,
     "409",
     "BT answered 409"},
    /* 7: reading, anything else */
    {"7 time-out",
     'r',
     {.end = CALL_TIMED_OUT, .what = "late"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "timeout",
     "late"},
    {"7 cut",
     'r',
     {.end = CALL_CUT, .what = "cut"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "cut",
     "cut"},
    {"7 too large",
     'r',
     {.end = CALL_TOO_LARGE, .what = "large"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_BAD_REPLY,
     "size",
     "large"},
    {"7 408",
     'r',
     {.status = 408},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_UNAVAILABLE,
     "408",
     "BT answered 408"},
    {"7 503",
     'r',
     {.status = 503},
     "{'code': '05', 'message': 'Down'}",
     FITS,
     VERDICT_AGAIN,
     PACE_UNAVAILABLE,
     REASON_UNAVAILABLE,
     "05",
     "BT answered 503/05: Down"},
    {"7 success with an error body",
     'r',
     {.status = 200},
     "{'code': 60}",
     FITS,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "criteria",
     "BT answered 200 with a body that meets no criteria of the step"},
    {"7 HTML",
     'r',
     {.status = 200, .body_unreadable = true, .unreadable = "json"},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "json",
     "BT answered 200 with a body that is not JSON"},
    {"7 another type",
     'r',
     {.status = 200, .body_unreadable = true, .unreadable = "type"},
     "{'o': 1}",
     FITS,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "type",
     "BT answered 200 with a body that is JSON of another type than promised"},
    {"7 redirect",
     'r',
     {.status = 302},
     "",
     FITS,
     VERDICT_AGAIN,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "criteria",
     "BT answered 302 with a body that meets no criteria of the step"},
    /* 8: a write, anything else */
    {"8 another success",
     'w',
     {.status = 200},
     "{}",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "criteria",
     "BT answered 200 with a body that meets no criteria of the step"},
    {"8 redirect",
     'w',
     {.status = 307},
     "",
     FITS,
     VERDICT_IN_DOUBT,
     PACE_SUCCESS,
     REASON_BAD_REPLY,
     "criteria",
     "BT answered 307 with a body that meets no criteria of the step"},
};

static bool fits(void *context, struct fault *why)
{
    return *(const int *)context == FITS || fault_set(why, FAULT_INPUT, "o: no text");
}

static void check(size_t i, const struct given_workflow *given)
{
    struct evidence evidence = cases[i].evidence;
    struct verdict verdict;
    int fit = cases[i].fits;

    evidence.retry_after_ms = -1;
    if (evidence.end == CALL_UNSENT && evidence.status != 0)
        evidence.end = CALL_REPLIED; /* a status in the table says so */
    CLEANUP(tree_release)
    struct json_object *body = *cases[i].body == '\0' ? NULL : given_tree(cases[i].body);
    evidence.body = body;
    struct scope scope = {.status = evidence.status, .body = body};
    verdict_of(&given->arazzo.workflows[0].steps[cases[i].step == 'w'], &given->openapi, &evidence, &scope,
               fits, &fit, &verdict);
    if (verdict.kind != cases[i].kind || verdict.pace != cases[i].pace ||
        verdict.reason.kind != cases[i].reason) {
        printf("\n  %s: kind %d, pace %d, reason %d", cases[i].name, (int)verdict.kind, (int)verdict.pace,
               (int)verdict.reason.kind);
        CU_FAIL("case above");
    }
    given_same(cases[i].name, verdict.reason.code, cases[i].code);
    given_same(cases[i].name, verdict.reason.text, cases[i].text);
    CU_ASSERT_EQUAL(verdict.action != NULL, verdict.kind == VERDICT_ACTION);
}

static void rows(void)
{
    struct given_workflow given;

    given_workflow(workflow, &given);
    given_no_problem("workflow", &given.problems);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check(i, &given);
    given_workflow_release(&given);
}

static void codes(void)
{
    static const struct {
        const char *body, *code;
    } bodies[] = {{"{'code': '05'}", "05"},
                  {"{'code': 5}", "5"},
                  {"{'code': 1.5}", ""},
                  {"{'code': null}", ""},
                  {"{}", ""},
                  {"[]", ""},
                  {"'x'", ""},
                  {"null", ""},
                  {"{'code': {}}", ""},
                  {"{'code': -1}", "-1"}};

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        CLEANUP(tree_release) struct json_object *body = given_tree(bodies[i].body);
        char code[BT_CODE_SIZE];
        verdict_code(body, code);
        given_same(bodies[i].body, code, bodies[i].code);
    }
}

CU_TestInfo test_verdict[] = {{"rows", rows}, {"codes", codes}, CU_TEST_INFO_NULL};
