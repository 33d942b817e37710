/* The checks between the files of an order type: where, what, and a remedy. */
#include "check.h"

#include "given_catalogue.h"

#define W(members) GIVEN_ARAZZO("{'workflowId': 'w', " members "}")
#define W_AND(members, find) GIVEN_ARAZZO("{'workflowId': 'w', " members "}" find)
#define READ_STEP "{'stepId': 's', " GIVEN_READ ", 'outputs': {'o': '$response.body#/o'}}"
#define OUTPUTS(text) ", 'outputs': {" text "}"
#define WRITE                                                                                                \
    "'operationId': 'write', 'successCriteria': [{'condition': '$statusCode == 201'}], 'requestBody':"       \
    " {'payload': {'r': '$inputs.sReference'}}"
#define WRITES_SHOWN(more)                                                                                   \
    "'operationId': 'write', 'successCriteria': [{'condition': '$statusCode == 201'}" more                   \
    "], 'requestBody': {'payload': {'shown': '$inputs.sReference'}}"
#define LOOKUP(id)                                                                                           \
    ", 'x-lookup': {'workflowId': '" id "', 'parameters': [{'name': 'p', 'value': 1}], 'found':"             \
    " [{'condition': '$outputs.o != null'}], 'absent': [{'condition': '$outputs.o == null'}]}"
#define FIND(step) ", {'workflowId': 'find', 'steps': [" step "], 'outputs': {'o': '$inputs.p'}}"

#define CALL_WITH(members)                                                                                     \
    "{'stepId': 's', 'operationId': 'never', 'successCriteria': [{'condition': '$statusCode == 201'}]" members \
    "}"
#define REJECTED " 'rejected': [{'condition': '$message.payload#/a == 2'}]"

static const struct {
    const char *name, *request, *outcome, *workflow;
    const char *where, *what, *remedy; /* where null: it is good */
} cases[] = {
    {"good", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$steps.s.outputs.o'")), NULL, NULL, NULL},
    {"an input from a setting", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$inputs.cugId'")), NULL, NULL, NULL},
    {"a message that a call sees", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" CALL_WITH(
         ", 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}]," REJECTED
         "}, 'onFailure': [{'name': 'n', 'type': 'end', 'criteria': [{'condition':"
         " '$message.payload#/a == 2'}]}]") "]"),
     NULL, NULL, NULL},
    {"a message that a call never sees", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" CALL_WITH(", 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}]},"
                              " 'onFailure': [{'name': 'n', 'type': 'end', 'criteria': [{'condition':"
                              " '$message.payload#/a == 2'}]}]") "]"),
     "#/workflows/0/steps/0/onFailure/0/criteria/0", "step 's' calls: there is no message",
     "'rejected' in x-message"},
    {"a message in place of the reply", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" CALL_WITH(
         ", 'outputs': {'o': '$message.payload#/a'}, 'x-message': {'accepted': [{'condition':"
         " '$message.payload#/a == 1'}]," REJECTED "}") "]"),
     "#/workflows/0/steps/0/outputs/o", "step 's' calls: there is no message", "$response.body"},
    {"a look-up that ends the order", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]}, {'workflowId': 'v', 'steps': [{'stepId': 'l', " GIVEN_READ
       ", 'onFailure': [{'name': 'n', 'type': 'goto', 'stepId': 'm', 'x-outcome': {'status': 'REJECTED'}}]},"
       " {'stepId': 'm', " GIVEN_READ "}]"),
     "#/workflows/1/steps/0", "and this is a look-up", "leave x-outcome out"},
    {"an input that the request lacks", GIVEN_REQUEST(""), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$steps.s.outputs.o'")),
     "#/workflows/0/steps/0/parameters/0/value", "input 'id' comes neither", "input.id="},
    {"a part that the field lacks", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$inputs.id.part'")), "#/workflows/0/outputs/o",
     "'$inputs.id.part' leads nowhere", "of type string"},
    {"a step that does not exist", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$steps.t.outputs.o'")), "#/workflows/0/outputs/o",
     "step 't' does not exist", "stepId"},
    {"an output that the step lacks", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'o': '$steps.s.outputs.p'")), "#/workflows/0/outputs/o",
     "step 's' has no output 'p'", "outputs"},
    {"a later step", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 'a', 'x-when': [{'condition': '$steps.s.outputs.o == 1'}], " GIVEN_LIST
       "}, " READ_STEP "]" OUTPUTS("'o': '$steps.s.outputs.o'")),
     "#/workflows/0/steps/0/x-when/0", "step 's' comes later", "earlier"},
    {"a result no output fills", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME("{'name': 'p', 'type': 'string'}"),
     W("'steps': [" READ_STEP "]"), "#/workflows", "nothing fills 'p'", "output"},
    {"an output that is no field", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "]" OUTPUTS("'p': 1")), "#/workflows", "output 'p' is not a field",
     "outcome.avsc"},
    {"a parameter that is needed", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'read', 'successCriteria': [{'condition': 'true'}]}]"),
     "#/workflows/0/steps/0", "needs the parameter 'id'", "parameters"},
    {"a parameter that the operation lacks", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', " GIVEN_LIST
       ", 'parameters': [{'name': 'z', 'in': 'query', 'value': 1}]}]"),
     "#/workflows/0/steps/0", "has no parameter 'z'", ""},
    {"an operation that is not understood", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'elsewhere', 'successCriteria': [{'condition': 'true'}]}]"),
     "bt-whc.openapi.json#/paths/~1elsewhere/get", "operation 'elsewhere': 'servers' below the root",
     "base.url"},
    {"a parameter in another style", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'odd', 'successCriteria': [{'condition': 'true'}], 'parameters':"
       " [{'name': 'd', 'in': 'query', 'value': 1}]}]"),
     "#/workflows/0/steps/0", "wants its parameter 'd' in another style", "leave it out"},
    {"one in another style that is left out", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'odd', 'successCriteria': [{'condition': 'true'}]}]"), NULL,
     NULL, NULL},
    {"a parameter in another place", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'read', 'successCriteria': [{'condition': 'true'}], 'parameters':"
       " [{'name': 'id', 'in': 'query', 'value': 1}]}]"),
     "#/workflows/0/steps/0", "has no parameter 'id' there", ""},
    {"a body that is needed", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'write', 'x-repeat': 'never', 'successCriteria': [{'condition':"
       " 'true'}]}]"),
     "#/workflows/0/steps/0", "needs a body", "requestBody"},
    {"a body that nobody takes", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', " GIVEN_LIST ", 'requestBody': {'payload': 1}}]"), "#/workflows/0/steps/0",
     "takes no JSON body", ""},
    {"a payload that is one text", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'write', 'x-repeat': 'never', 'requestBody': {'payload':"
       " '$inputs.id'}, 'successCriteria': [{'condition': 'true'}]}]"),
     "#/workflows/0/steps/0", "is one value of type string", "JSON object"},
    {"a payload that is a setting", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'write', 'x-repeat': 'never', 'requestBody': {'payload':"
       " '$inputs.cugId'}, 'successCriteria': [{'condition': 'true'}]}]"),
     "#/workflows/0/steps/0", "is the text 'cugId'", "JSON object"},
    {"a payload that is a record",
     GIVEN_REQUEST(
         GIVEN_ID
         ", {'name': 'all', 'type': {'type': 'record', 'name': 'whc.All', 'fields': [{'name': 'a', 'type':"
         " 'string'}]}}"),
     GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'write', 'x-repeat': 'never', 'requestBody': {'payload':"
       " '$inputs.all'}, 'successCriteria': [{'condition': 'true'}]}]"),
     NULL, NULL, NULL},
    {"no success criteria", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', 'operationId': 'list'}]"), "#/workflows/0/steps/0", "no successCriteria",
     "$statusCode"},
    {"a write with its look-up", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITE LOOKUP("find") "}]", FIND("{'stepId': 'f', " GIVEN_READ "}")),
     NULL, NULL, NULL},
    {"a reply that could be somebody else's", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITES_SHOWN("") LOOKUP("find") "}]",
           FIND("{'stepId': 'f', " GIVEN_READ "}")),
     "#/workflows/0/steps/0", "somebody else's reply", "$inputs.sReference"},
    {"a reply that is compared with something of its own", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITES_SHOWN(
               ", {'condition': '$response.body#/shown == $response.body#/id'}") LOOKUP("find") "}]",
           FIND("{'stepId': 'f', " GIVEN_READ "}")),
     "#/workflows/0/steps/0", "somebody else's reply", "$inputs.sReference"},
    {"a reply that shows whose it is", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND(
         "'steps': [{'stepId': 's', " WRITES_SHOWN(
             ", {'condition': '$response.body#/shown == null || $response.body#/shown == $inputs.sReference'}")
             LOOKUP("find") "}]",
         FIND("{'stepId': 'f', " GIVEN_READ "}")),
     NULL, NULL, NULL},
    {"a look-up is missing", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', " WRITE "}]"), "#/workflows/0/steps/0", "has no x-lookup", "never"},
    {"a look-up that does not exist", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [{'stepId': 's', " WRITE LOOKUP("other") "}]"), "#/workflows/0/steps/0",
     "'other' does not exist", "same file"},
    {"a look-up that writes", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITE LOOKUP("find") "}]",
           FIND("{'stepId': 'f', 'operationId': 'never', 'successCriteria': [{'condition': 'true'}]}")),
     "#/workflows/0/steps/0", "is not of class safe", "reads"},
    {"a look-up's parameter elsewhere", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITE LOOKUP("find") "}], 'outputs': {'o': '$inputs.p'}",
           FIND("{'stepId': 'f', " GIVEN_READ "}")),
     "#/workflows/0/outputs/o", "input 'p' comes neither", ""},
    {"a reference of a step that only reads", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W("'steps': [" READ_STEP "], 'outputs': {'o': '$inputs.sReference'}"), "#/workflows/0/outputs/o",
     "input 'sReference' comes neither", ""},
    {"a write twice", GIVEN_REQUEST(GIVEN_ID), GIVEN_OUTCOME(GIVEN_O),
     W_AND("'steps': [{'stepId': 's', " WRITE LOOKUP(
               "find") ", 'onFailure': [{'name': 'n', 'type': 'goto', 'stepId': 's'}]}]",
           FIND("{'stepId': 'f', " GIVEN_READ "}")),
     "#/workflows/0/steps/0", "a second time", "reference of its own"},
    {"no requestId",
     "{'type': 'record', 'name': 'whc.WRequest', 'fields': [{'name': 'id', 'type': 'string'}, {'name':"
     " 'q', 'type': 'string'}]}",
     GIVEN_OUTCOME(GIVEN_O), W("'steps': [" READ_STEP "]"), "w", "no field 'requestId'", "uuid"},
    {"no outcome", GIVEN_REQUEST(GIVEN_ID), "{'type': 'record', 'name': 'whc.WOutcome', 'fields': []}",
     W("'steps': [" READ_STEP "]"), "w", "no field 'outcome'", "Outcome"},
    {"no result", GIVEN_REQUEST(GIVEN_ID),
     "{'type': 'record', 'name': 'whc.WOutcome', 'fields': [{'name': 'outcome',"
     " 'type': 'whc.common.Outcome'}]}",
     W("'steps': [" READ_STEP "]"), "w", "no field 'result'", "record"},
};

static void checks(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct problems problems = {0};
        char *folder = given_folder();
        given_order_type(folder, cases[i].request, cases[i].outcome, cases[i].workflow);
        catalogue_free(given_load(folder, "", &problems));
        if (cases[i].where == NULL) {
            given_no_problem(cases[i].name, &problems);
        } else {
            given_problem(cases[i].name, &problems, cases[i].where, cases[i].what);
            for (size_t p = 0; p < problems.count; p++)
                if (strstr(problems.list[p].what, cases[i].what) != NULL)
                    CU_ASSERT(strstr(problems.list[p].remedy, cases[i].remedy) != NULL);
        }
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

CU_TestInfo test_check[] = {{"checks", checks}, CU_TEST_INFO_NULL};
