/* The ways through a workflow: no write twice, no FAILED after a write that is done. */
#include "check_paths.h"

#include "given_workflow.h"

#define R(id, more) "{'stepId': '" id "', " GIVEN_LIST more "}"
#define W(id, more)                                                                                          \
    "{'stepId': '" id "', 'operationId': 'never', 'successCriteria': [{'condition': 'true'}]" more "}"
#define GO(kind, to, criteria) ", '" kind "': [{'name': 'g', 'type': 'goto', 'stepId': '" to "'" criteria "}]"
#define SOMETIMES ", 'criteria': [{'condition': '$statusCode == 404'}]"
#define END(kind, status)                                                                                    \
    ", '" kind "': [{'name': 'e', 'type': 'end', 'x-outcome': {'status': '" status "'}}]"

static const struct {
    const char *name, *text;
    const char *where, *what; /* where null: good */
} cases[] = {
    {"in sequence", GIVEN_STEPS(R("a", "") "," W("b", "") "," W("c", "")), NULL, NULL},
    {"a reading loop", GIVEN_STEPS(R("a", GO("onFailure", "a", "")) "," W("b", "")), NULL, NULL},
    {"back before the write",
     GIVEN_STEPS(R("a", "") "," W("b", "") "," R("c", GO("onFailure", "a", SOMETIMES))),
     "#/workflows/7/steps/1", "a second time"},
    {"back behind the write",
     GIVEN_STEPS(W("a", "") "," R("b", GO("onSuccess", "b", SOMETIMES)) "," R("c", "")), NULL, NULL},
    {"to itself", GIVEN_STEPS(W("a", GO("onFailure", "a", SOMETIMES))), "#/workflows/7/steps/0",
     "a second time"},
    {"round about",
     GIVEN_STEPS(R("a", GO("onSuccess", "c", "")) "," W("b", "") "," R("c", GO("onFailure", "b", ""))),
     "#/workflows/7/steps/1", "a second time"},
    {"round and round",
     GIVEN_STEPS(
         R("a", GO("onSuccess", "c", SOMETIMES)) "," W("b", "") "," R("c", GO("onFailure", "b", SOMETIMES))),
     "#/workflows/7/steps/1", "a second time"},
    {"jumped over always",
     GIVEN_STEPS(W("a", GO("onSuccess", "c", "")) "," R("b", GO("onFailure", "a", "")) "," R("c", "")), NULL,
     NULL},
    {"jumped over sometimes",
     GIVEN_STEPS(W("a", GO("onSuccess", "c", SOMETIMES)) "," R("b", GO("onFailure", "a", "")) "," R("c", "")),
     "#/workflows/7/steps/0", "a second time"},
    {"a skipped step goes on",
     GIVEN_STEPS(W("a", "") "," R("b", ", 'x-when': [{'condition': 'true'}]" GO("onSuccess", "d", "")) "," R(
         "c", GO("onFailure", "a", "")) "," R("d", "")),
     "#/workflows/7/steps/0", "a second time"},
    {"FAILED before the write", GIVEN_STEPS(R("a", END("onFailure", "FAILED")) "," W("b", "")), NULL, NULL},
    {"FAILED by the write itself", GIVEN_STEPS(W("a", END("onFailure", "FAILED"))), NULL, NULL},
    {"FAILED in its success", GIVEN_STEPS(W("a", END("onSuccess", "FAILED"))), "#/workflows/7/steps/0",
     "ends FAILED"},
    {"FAILED after the write", GIVEN_STEPS(W("a", "") "," R("b", END("onFailure", "FAILED"))),
     "#/workflows/7/steps/1", "ends FAILED after 'a'"},
    {"UNKNOWN after the write", GIVEN_STEPS(W("a", "") "," R("b", END("onFailure", "UNKNOWN"))), NULL, NULL},
};

static void ways(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct given_workflow given;
        struct problems problems = {0};
        given_workflow(cases[i].text, &given);
        given_no_problem(cases[i].name, &given.problems);
        check_paths(&given.arazzo.workflows[0], 7, "f", &problems);
        if (cases[i].where == NULL)
            given_no_problem(cases[i].name, &problems);
        else
            given_problem(cases[i].name, &problems, cases[i].where, cases[i].what);
        problems_release(&problems);
        given_workflow_release(&given);
    }
}

CU_TestInfo test_check_paths[] = {{"ways", ways}, CU_TEST_INFO_NULL};
