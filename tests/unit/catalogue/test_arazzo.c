/* Arazzo descriptions: what is compiled, and everything that is refused, by name. */
#include "given_workflow.h"

static const char good[] = GIVEN_ARAZZO(
    "{'workflowId': 'w', 'x-cancel': {'stepId': 'two', 'before': 'three'}, 'x-number-form': 'e164',"
    " 'x-require': [{'name': 'r', 'reason': 'why', 'condition': '1 == 1'}],"
    " 'parameters': [{'name': 'q', 'in': 'query', 'value': 1}, {'name': 'r', 'in': 'query', 'value': 2}],"
    " 'failureActions': [{'reference': '$components.failureActions.gone'}, {'name': 'own', 'type': 'end'}],"
    " 'steps': [{'stepId': 'one', " GIVEN_READ
    ", 'x-when': [{'condition': '$inputs.a == 1'}], 'onSuccess': [{'name': 'go', 'type': 'goto', 'stepId': 'three'}],"
    " 'onFailure': [{'name': 'own', 'type': 'retry', 'retryAfter': 1.5, 'retryLimit': 3}], 'outputs': {'o':"
    " '$response.body#/o'}},"
    " {'stepId': 'two', 'dependsOn': ['one'], 'operationId': 'list', 'x-repeat': 'never', 'parameters': [{'reference':"
    " '$components.parameters.q', 'value': 7}]},"
    " {'stepId': 'three', 'operationId': '$sourceDescriptions.events.receive', 'action': 'receive', 'correlationId':"
    " '$inputs.oneReference', 'timeout': 1209600000, 'x-expected': 9,"
    " 'successCriteria': [{'condition': '$message.payload != null'}],"
    " 'onFailure': [{'name': 'late', 'type': 'end', 'x-outcome': {'status': 'UNKNOWN', 'reason': 'x{$inputs.a}'}}]}],"
    " 'outputs': {'o': '$steps.one.outputs.o'}}");

static void compiled(void)
{
    struct given_workflow given;

    given_workflow(good, &given);
    given_no_problem("good", &given.problems);
    const struct workflow *workflow = arazzo_workflow(&given.arazzo, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(workflow);
    CU_ASSERT_PTR_NULL(arazzo_workflow(&given.arazzo, "v"));
    CU_ASSERT(workflow->number_form == WORKFLOW_E164 && workflow->step_count == 3 &&
              workflow->output_count == 1);
    CU_ASSERT_EQUAL(workflow->requirement_count, 1);
    CU_ASSERT(workflow->cancel != NULL && workflow->cancel->target_index == 1 &&
              workflow->cancel->before_index == 2);
    given_same("rule", workflow->requirements[0].reason, "why");
    const struct step *one = &workflow->steps[0], *two = &workflow->steps[1], *three = &workflow->steps[2];
    given_same("operation", one->operation->id, "read");
    CU_ASSERT_EQUAL(one->parameter_count, 3); /* its own, then the workflow's */
    CU_ASSERT(one->conditions.count == 1 && one->success.count == 1 && one->output_count == 1);
    CU_ASSERT(one->on_success_count == 1 && one->on_success[0].type == ACTION_GOTO &&
              one->on_success[0].target_index == 2);
    CU_ASSERT_EQUAL(one->on_failure_count, 2); /* `own` of the workflow is overridden */
    CU_ASSERT(one->on_failure[0].type == ACTION_RETRY && one->on_failure[0].retry_after_ms == 1500 &&
              one->on_failure[0].retry_limit == 3);
    given_same("reused", one->on_failure[1].name, "gone");
    CU_ASSERT(one->on_failure[1].outcome == OUTCOME_REJECTED);
    CU_ASSERT(!workflow_step_writes(one) && workflow_step_writes(two) && !workflow_step_writes(three));
    CU_ASSERT_EQUAL(two->parameter_count, 2); /* q as the step says, and r */
    CU_ASSERT(three->operation == NULL && three->timeout_ms == 1209600000 && three->expected_ms == 9 &&
              three->correlation != NULL);
    CU_ASSERT(three->on_failure[0].outcome == OUTCOME_UNKNOWN && three->on_failure[0].reason != NULL);
    CU_ASSERT_EQUAL(workflow_step(workflow, "three"), 2);
    CU_ASSERT_EQUAL(workflow_step(workflow, "four"), 3);
    given_workflow_release(&given);
}

#define STEP(members) GIVEN_STEPS("{'stepId': 's', " members "}")
#define FAILURE(members) STEP(GIVEN_READ ", 'onFailure': [{" members "}]")
#define RECEIVE                                                                                              \
    "'operationId': '$sourceDescriptions.events.x', 'action': 'receive', 'correlationId': 'c', 'timeout': 1"

static const struct {
    const char *name, *text, *where, *what;
} refused[] = {
    {"no Arazzo", "{'arazzo': '2.0.0', 'workflows': []}", "f#", "not an Arazzo 1.1"},
    {"a list", "[]", "f#", "not an Arazzo 1.1"},
    {"unknown member", "{'arazzo': '1.1.0', 'flows': []}", "f#", "'flows'"},
    {"no steps", GIVEN_ARAZZO("{'workflowId': 'w', 'steps': []}"), "f#/workflows/0/steps",
     "at least one step"},
    {"steps no list", GIVEN_ARAZZO("{'workflowId': 'w', 'steps': {}}"), "f#/workflows/0/steps",
     "a list is expected"},
    {"no workflowId", GIVEN_ARAZZO("{'steps': []}"), "f#/workflows/0", "'workflowId' is missing"},
    {"null workflow", GIVEN_ARAZZO("null"), "f#/workflows/0", "'workflowId' is missing"},
    {"null step", GIVEN_STEPS("null"), "f#/workflows/0/steps/0", "'stepId' is missing"},
    {"stepId twice", GIVEN_STEPS("{'stepId': 's', " GIVEN_LIST "}, {'stepId': 's', " GIVEN_LIST "}"),
     "steps/1", "'s' is defined twice"},
    {"number form", GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [], 'x-number-form': 'roman'}"),
     "f#/workflows/0", "x-number-form"},
    {"require without reason",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [], 'x-require': [{'condition': 'true'}]}"),
     "f#/workflows/0/x-require/0", "'reason' is missing"},
    {"require no list", GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [], 'x-require': {}}"),
     "f#/workflows/0/x-require", "a list is expected"},
    {"unknown step member", STEP(GIVEN_LIST ", 'loop': 1"), "steps/0", "'loop'"},
    {"calls a workflow", STEP("'workflowId': 'v'"), "steps/0", "workflowId or operationPath is not run"},
    {"operationPath", STEP("'operationPath': '{$sourceDescriptions.bt.url}#/paths/x'"), "steps/0", "not run"},
    {"calls nothing", STEP("'description': ''"), "steps/0", "calls nothing"},
    {"no such operation", STEP("'operationId': '$sourceDescriptions.bt.raed'"), "steps/0",
     "'raed' does not exist"},
    {"no source", "{'arazzo': '1.1.0', 'workflows': []}", "f#/sourceDescriptions", "there is no source"},
    {"another source", "{'arazzo': '1.1.0', 'sourceDescriptions': [{'name': 'bt', 'url': '../other.json'}]}",
     "f#/sourceDescriptions/0", "this worker does not read the source '../other.json'"},
    {"a source of another type",
     "{'arazzo': '1.1.0', 'sourceDescriptions': [{'name': 'bt', 'url': '../bt-whc.openapi.json', 'type':"
     " 'asyncapi'}]}",
     "f#/sourceDescriptions/0", "this worker does not read the source"},
    {"a source without url", "{'arazzo': '1.1.0', 'sourceDescriptions': [{'name': 'bt'}]}",
     "f#/sourceDescriptions/0", "'url' is missing"},
    {"a source's name", "{'arazzo': '1.1.0', 'sourceDescriptions': [{'name': 'b.t', 'url': ''}]}",
     "f#/sourceDescriptions/0", "the source 'b.t' is not a valid name"},
    {"a source twice",
     "{'arazzo': '1.1.0', 'sourceDescriptions': [{'name': 'bt', 'url': '../bt-whc.openapi.json'},"
     " {'name': 'bt', 'url': '../order-events.asyncapi.json'}]}",
     "f#/sourceDescriptions/1", "'bt' is defined twice"},
    {"an operation of no source", STEP("'operationId': '$sourceDescriptions.other.list'"), "steps/0",
     "there is no source 'other'"},
    {"$self", "{'arazzo': '1.1.0', '$self': 'https://example.com/a#b'}", "f#", "$self has a fragment"},
    {"workflowId twice",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_LIST
                  "}]}, {'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_LIST "}]}"),
     "f#/workflows/1", "'w' is defined twice"},
    {"workflowId no name", GIVEN_ARAZZO("{'workflowId': 'a b', 'steps': []}"), "f#/workflows/0",
     "is not a valid name"},
    {"stepId no name", GIVEN_STEPS("{'stepId': 's.t', " GIVEN_LIST "}"), "steps/0",
     "'s.t' is not a valid name"},
    {"output no name", STEP(GIVEN_LIST ", 'outputs': {'a b': 1}"), "steps/0/outputs/a b",
     "name is not valid"},
    {"empty output name", STEP(GIVEN_LIST ", 'outputs': {'': 1}"), "steps/0/outputs/", "name is not valid"},
    {"rule twice",
     GIVEN_ARAZZO(
         "{'workflowId': 'w', 'steps': [], 'x-require': [{'name': 'r', 'reason': 'x', 'condition': 'true'},"
         " {'name': 'r', 'reason': 'y', 'condition': 'true'}]}"),
     "f#/workflows/0/x-require/1", "'r' is defined twice"},
    {"parameter twice",
     STEP(
         "'operationId': 'list', 'parameters': [{'name': 'q', 'in': 'query', 'value': 1}, {'name': 'q', 'in':"
         " 'query', 'value': 2}]"),
     "steps/0/parameters/1", "'q' is defined twice"},
    {"reused parameter twice",
     STEP("'operationId': 'list', 'parameters': [{'name': 'q', 'in': 'query', 'value': 1}, {'reference':"
          " '$components.parameters.q'}]"),
     "steps/0/parameters/1", "'q' is defined twice"},
    {"header parameter twice",
     STEP(
         "'operationId': 'list', 'parameters': [{'name': 'X-H', 'in': 'header', 'value': 1}, {'name': 'x-h', 'in':"
         " 'header', 'value': 2}]"),
     "steps/0/parameters/1", "'x-h' is defined twice"},
    {"workflow's parameter twice",
     GIVEN_ARAZZO(
         "{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_LIST
         "}], 'parameters': [{'name': 'q', 'in': 'query', 'value': 1}, {'name': 'q', 'in': 'query', 'value':"
         " 2}]}"),
     "f#/workflows/0/parameters/1", "'q' is defined twice"},
    {"action twice",
     FAILURE(
         "'name': 'n', 'type': 'end', 'criteria': [{'condition': '1 == 1'}]}, {'name': 'n', 'type': 'end'"),
     "onFailure/1", "'n' is defined twice"},
    {"workflow's action twice",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_LIST
                  "}], 'successActions': [{'name': 'n', 'type': 'end'}, {'name': 'n', 'type': 'end'}]}"),
     "f#/workflows/0/successActions/1", "'n' is defined twice"},
    {"look-up's parameter twice",
     STEP(
         "'operationId': 'write', 'requestBody': {'payload': {}}, 'x-lookup': {'workflowId': 'v', 'parameters':"
         " [{'name': 'p', 'value': 1}, {'name': 'p', 'value': 2}]}"),
     "steps/0/x-lookup/parameters/1", "'p' is defined twice"},
    {"a call's timeout", STEP(GIVEN_LIST ", 'timeout': 'soon'"), "steps/0", "a call has no 'timeout'"},
    {"a call's channel", STEP(GIVEN_LIST ", 'channelPath': 'x'"), "steps/0", "a call has no 'channelPath'"},
    {"a call that sends", STEP(GIVEN_LIST ", 'action': 'send'"), "steps/0", "a call has no 'action'"},
    {"a call's correlation", STEP(GIVEN_LIST ", 'correlationId': 'c'"), "steps/0",
     "a call has no 'correlationId'"},
    {"a body that is received", STEP(RECEIVE ", 'requestBody': {'payload': 1}"), "steps/0",
     "a step that receives has no 'requestBody'"},
    {"a channel beside an operation", STEP(RECEIVE ", 'channelPath': '{$sourceDescriptions.events.url}#/c'"),
     "steps/0", "not both"},
    {"a channel of no source",
     STEP(
         "'channelPath': '{$sourceDescriptions.bt.url}#/c', 'action': 'receive', 'correlationId': 'c', 'timeout': 5"),
     "steps/0", "not one of a declared AsyncAPI source"},
    {"a payload that is text", STEP("'operationId': 'write', 'requestBody': {'payload': '[1]'}"),
     "steps/0/requestBody/payload", "is text"},
    {"a payload that is a template",
     STEP("'operationId': 'write', 'requestBody': {'payload': '{$inputs.x}'}"), "steps/0/requestBody/payload",
     "is text"},
    {"no payload", STEP("'operationId': 'write', 'requestBody': {}"), "steps/0/requestBody/payload",
     "is missing"},
    {"null payload", STEP("'operationId': 'write', 'requestBody': {'payload': null}"),
     "steps/0/requestBody/payload", "is missing"},
    {"a body's unknown member", STEP("'operationId': 'write', 'requestBody': {'payload': {}, 'paylod': {}}"),
     "steps/0/requestBody", "'paylod'"},
    {"XML", STEP("'operationId': 'write', 'requestBody': {'payload': {}, 'contentType': 'application/xml'}"),
     "steps/0/requestBody/contentType", "'application/xml' is not JSON"},
    {"a content type like JSON",
     STEP("'operationId': 'write', 'requestBody': {'payload': {}, 'contentType': 'application/jsonp'}"),
     "steps/0/requestBody/contentType", "is not JSON"},
    {"a content type that is no text",
     STEP("'operationId': 'write', 'requestBody': {'payload': {}, 'contentType': 5}"),
     "steps/0/requestBody/contentType", "not a text"},
    {"send", STEP("'channelPath': 'x', 'action': 'send', 'correlationId': 'c', 'timeout': 5"), "steps/0",
     "does not receive"},
    {"receive without timeout", STEP("'channelPath': 'x', 'action': 'receive', 'correlationId': 'c'"),
     "steps/0", "needs a timeout"},
    {"receive without correlation", STEP("'channelPath': 'x', 'action': 'receive', 'timeout': 5"), "steps/0",
     "needs a correlationId"},
    {"XPath",
     STEP(GIVEN_READ ", 'x-when': [{'condition': '//x', 'type': 'xpath', 'context': '$response.body'}]"),
     "steps/0/x-when/0", "'xpath'"},
    {"selector object",
     STEP(GIVEN_LIST ", 'outputs': {'o': {'context': '$response.body', 'selector': '$.x'}}"),
     "steps/0/outputs/o", "selector objects"},
    {"replacements", STEP("'operationId': 'write', 'requestBody': {'payload': {}, 'replacements': []}"),
     "steps/0/requestBody", "replacements"},
    {"querystring",
     STEP("'operationId': 'list', 'parameters': [{'name': 'q', 'in': 'querystring', 'value': 1}]"),
     "steps/0/parameters/0", "'in'"},
    {"cookie", STEP("'operationId': 'list', 'parameters': [{'name': 'q', 'in': 'cookie', 'value': 1}]"),
     "steps/0/parameters/0", "'in'"},
    {"parameters no list", STEP("'operationId': 'list', 'parameters': {}"), "steps/0/parameters",
     "a list is expected"},
    {"bad expression",
     STEP("'operationId': 'list', 'parameters': [{'name': 'q', 'in': 'query', 'value': '$x'}]"),
     "steps/0/parameters/0/value", "$x"},
    {"an expression that is not closed", STEP(GIVEN_LIST ", 'outputs': {'o': '{$inputs.x'}"),
     "steps/0/outputs/o", "ends with '}'"},
    {"more than one expression", STEP(GIVEN_LIST ", 'outputs': {'o': '$inputs.x y'}"), "steps/0/outputs/o",
     "something follows"},
    {"reference to nowhere",
     STEP("'operationId': 'list', 'parameters': [{'reference': '$components.parameters.z'}]"),
     "steps/0/parameters/0", "leads nowhere"},
    {"empty reference", STEP("'operationId': 'list', 'parameters': [{'reference': ''}]"),
     "steps/0/parameters/0", "leads nowhere"},
    {"dependsOn of a later step",
     GIVEN_STEPS("{'stepId': 's', 'dependsOn': ['t'], " GIVEN_LIST "}, {'stepId': 't', " GIVEN_LIST "}"),
     "steps/0/dependsOn", "dependsOn"},
    {"dependsOn of a workflow", STEP("'dependsOn': ['$workflows.v'], " GIVEN_LIST), "steps/0/dependsOn",
     "dependsOn"},
    {"the id of no output", STEP("'operationId': 'write', 'outputs': {'o': 1}, 'x-order': 'p'"),
     "steps/0/x-order", "no output 'p'"},
    {"the id of what only reads", STEP("'operationId': 'read', 'outputs': {'o': 1}, 'x-order': 'o'"),
     "steps/0/x-order", "gives BT no reference"},
    {"an id that is received", STEP(RECEIVE ", 'x-order': 'o'"), "steps/0",
     "a step that receives has no 'x-order'"},
    {"proof of anything", STEP("'operationId': 'write', 'x-message': {'outputs': {}}"),
     "steps/0/x-message/accepted", "nothing is proof"},
    {"proof of no output",
     STEP("'operationId': 'write', 'outputs': {'o': 1}, 'x-message': {'accepted': [{'condition': '1 == 1'}],"
          " 'outputs': {'p': 1}}"),
     "steps/0/x-message", "no output 'p'"},
    {"proof of what only reads",
     STEP("'operationId': 'read', 'x-message': {'accepted': [{'condition': '1 == 1'}]}"), "steps/0/x-message",
     "never in doubt"},
    {"an odd proof",
     STEP("'operationId': 'write', 'x-message': {'accepted': [{'condition': '1 == 1'}], 'odd': 1}"),
     "steps/0/x-message", "'odd' is not known"},
    {"every message a no",
     STEP("'operationId': 'write', 'x-message': {'accepted': [{'condition': '1 == 1'}], 'rejected': []}"),
     "steps/0/x-message/rejected", "without them every message says no"},
    {"a no whatever BT says",
     STEP("'operationId': 'write', 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}],"
          " 'rejected': [{'condition': '$inputs.a == 1'}]}"),
     "steps/0/x-message/rejected", "looks at nothing that BT says"},
    {"yes and no",
     STEP("'operationId': 'write', 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}],"
          " 'rejected': [{'condition': '$message.payload#/a == 1'}]}"),
     "steps/0/x-message/rejected", "the same as 'accepted'"},
    {"a no that does not parse",
     STEP("'operationId': 'write', 'x-message': {'accepted': [{'condition': '1 == 1'}], 'rejected':"
          " [{'condition': '$message.x'}]}"),
     "steps/0/x-message/rejected/0", ""},
    {"less strict", STEP("'operationId': 'write', 'x-repeat': 'safe'"), "steps/0", "less strict"},
    {"unknown class", STEP("'operationId': 'write', 'x-repeat': 'twice'"), "steps/0", "x-repeat"},
    {"actions no list", STEP(GIVEN_READ ", 'onFailure': {}"), "steps/0/onFailure", "a list is expected"},
    {"action without name", FAILURE("'type': 'end'"), "onFailure/0", "'name' is missing"},
    {"action of unknown type", FAILURE("'name': 'n', 'type': 'stop'"), "onFailure/0", "'type'"},
    {"retry in onSuccess", STEP(GIVEN_READ ", 'onSuccess': [{'name': 'n', 'type': 'retry'}]"), "onSuccess/0",
     "'type'"},
    {"goto without target", FAILURE("'name': 'n', 'type': 'goto'"), "onFailure/0", "'stepId' is missing"},
    {"goto nowhere", FAILURE("'name': 'n', 'type': 'goto', 'stepId': 'x'"), "steps/0",
     "goto 'x' leads nowhere"},
    {"goto a workflow", FAILURE("'name': 'n', 'type': 'goto', 'workflowId': 'v'"), "onFailure/0",
     "goto to a workflow"},
    {"retry with a workflow", FAILURE("'name': 'n', 'type': 'retry', 'workflowId': 'v'"), "onFailure/0",
     "not run"},
    {"retry with a step", FAILURE("'name': 'n', 'type': 'retry', 'stepId': 's'"), "onFailure/0", "not run"},
    {"retryAfter below 0", FAILURE("'name': 'n', 'type': 'retry', 'retryAfter': -1"), "onFailure/0",
     "'retryAfter'"},
    {"retryLimit too high", FAILURE("'name': 'n', 'type': 'retry', 'retryLimit': 1001"), "onFailure/0",
     "'retryLimit'"},
    {"outcome unknown", FAILURE("'name': 'n', 'type': 'end', 'x-outcome': {'status': 'GONE'}"),
     "onFailure/0/x-outcome", "'status'"},
    {"outcome PROGRESS", FAILURE("'name': 'n', 'type': 'end', 'x-outcome': {'status': 'PROGRESS'}"),
     "onFailure/0/x-outcome", "'status'"},
    {"a date for nobody",
     FAILURE("'name': 'n', 'type': 'end', 'x-outcome': {'status': 'REJECTED', 'by': '2026-12-14'}"),
     "onFailure/0/x-outcome/by", "only of UNKNOWN a person decides"},
    {"outcome of a retry", FAILURE("'name': 'n', 'type': 'retry', 'x-outcome': {'status': 'REJECTED'}"),
     "onFailure/0/x-outcome", "it means nothing at this action"},
    {"outcome of a goto after success",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ
                  ", 'onSuccess': [{'name': 'n', 'type': 'goto', 'stepId': 't', 'x-outcome': {'status':"
                  " 'REJECTED'}}]},{'stepId': 't', " GIVEN_READ "}]}"),
     "onSuccess/0/x-outcome", "it means nothing at this action"},
    {"a way that completes",
     GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [{'stepId': 's', " GIVEN_READ
                  ", 'onFailure': [{'name': 'n', 'type': 'goto', 'stepId': 't', 'x-outcome': {'status':"
                  " 'COMPLETED'}}]},{'stepId': 't', " GIVEN_READ "}]}"),
     "onFailure/0/x-outcome", "has no such outcome"},
    {"reason that does not parse",
     FAILURE("'name': 'n', 'type': 'end', 'x-outcome': {'status': 'FAILED', 'reason': '{$x}'}"), "x-outcome",
     "$x"},
    {"cancel without a step",
     GIVEN_ARAZZO("{'workflowId': 'w', 'x-cancel': {}, 'steps': [{'stepId': 's', " GIVEN_READ "}]}"),
     "x-cancel", "'stepId' is missing"},
    {"cancel to nowhere",
     GIVEN_ARAZZO("{'workflowId': 'w', 'x-cancel': {'stepId': 't'}, 'steps': [{'stepId': 's', " GIVEN_READ
                  "}]}"),
     "x-cancel", "'t' leads nowhere"},
    {"cancel before nothing",
     GIVEN_ARAZZO(
         "{'workflowId': 'w', 'x-cancel': {'stepId': 's', 'before': 't'}, 'steps': [{'stepId': 's', " GIVEN_READ
         "}]}"),
     "x-cancel", "'before' names no step"},
    {"expected after the timeout", STEP(RECEIVE ", 'x-expected': 1"), "steps/0",
     "'x-expected' is out of bounds"},
    {"look-up without found",
     STEP("'operationId': 'write', 'requestBody': {'payload': 1}, 'x-lookup': {'workflowId': 'v'}"),
     "steps/0/x-lookup", "no 'found'"},
    {"look-up without absent",
     STEP(
         "'operationId': 'write', 'requestBody': {'payload': 1}, 'x-lookup': {'workflowId': 'v', 'found': [{'condition':"
         " '$outputs.o == 1'}]}"),
     "steps/0/x-lookup/absent", "no 'absent'"},
    {"criteria no list", STEP("'operationId': 'list', 'successCriteria': {}"), "steps/0/successCriteria",
     "a list"},
};

static void refusals(void)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct given_workflow given;
        given_workflow(refused[i].text, &given);
        given_problem(refused[i].name, &given.problems, refused[i].where, refused[i].what);
        given_workflow_release(&given);
    }
}

static void bodies(void)
{
    static const char *const good_ones[] = {
        "{'payload': {'a': '{$inputs.x}'}}", "{'payload': '$inputs.x'}",
        "{'payload': [], 'contentType': 'Application/JSON'}",
        "{'payload': {}, 'contentType': 'application/json; charset=utf-8'}",
        "{'payload': {}, 'contentType': 'application/merge-patch+json'}"};

    for (size_t i = 0; i < COUNT_OF(good_ones); i++) {
        struct given_workflow given;
        char text[2000];
        snprintf(text, sizeof text, STEP("'operationId': 'write', 'requestBody': %s"), good_ones[i]);
        given_workflow(text, &given);
        given_no_problem(good_ones[i], &given.problems);
        given_workflow_release(&given);
    }
}

static void many_at_once(void)
{
    struct given_workflow given;

    given_workflow(
        GIVEN_STEPS("{'stepId': 's', 'operationId': 'x', 'loop': 1, 'outputs': {'o': '$x'}}, {" RECEIVE "}"),
        &given);
    CU_ASSERT_EQUAL(given.problems.count, 4);
    given_workflow_release(&given);
}

CU_TestInfo test_arazzo[] = {{"compiled", compiled},
                             {"refusals", refusals},
                             {"bodies", bodies},
                             {"many mistakes at once", many_at_once},
                             CU_TEST_INFO_NULL};
