/* What of a message is kept: what the workflow looks at, in every form; and to its steps that is as good as the whole. */
#include "reach.h"

#include "given_catalogue.h"

#include <dirent.h>

#define RECEIVES(members)                                                                                    \
    "{'stepId': 'm', 'operationId': '$sourceDescriptions.events.in', 'action': 'receive', 'correlationId':"  \
    " '$inputs.aReference', 'timeout': 1000000" members "}"
#define CRITERION(members) RECEIVES(", 'successCriteria': [{" members "}]")
#define OUTPUT(value) RECEIVES(", 'outputs': {'o': " value "}")
#define FAILURE(members) RECEIVES(", 'onFailure': [{'name': 'n', 'type': 'end'" members "}]")
#define WRITES(members)                                                                                      \
    "{'stepId': 'a', 'operationId': 'write', 'successCriteria': [{'condition': '$response.body#/name =="     \
    " 1'}], 'outputs': {'o': '$response.body#/name'}" members "}"

static const struct {
    const char *name, *steps, *payload, *kept;
} places[] = {
    {"a condition", CRITERION("'condition': '$message.payload#/a/b == 1 && $message.payload#/c != null'"),
     "{'a': {'b': 1, 'name': 'Ann'}, 'c': {'d': 'Ann'}, 'name': 'Ann'}",
     "{'a': {'b': 1}, 'c': {'d': 'Ann'}}"},
    {"a regex", CRITERION("'context': '$message.payload#/a', 'type': 'regex', 'condition': '^x'"),
     "{'a': ['x', 1], 'name': 'Ann'}", "{'a': ['x', 1]}"},
    {"a path", CRITERION("'context': '$message.payload#/a', 'type': 'jsonpath', 'condition': '$[?@.b==1]'"),
     "{'a': [{'b': 1, 'c': 2}, 3], 'name': 'Ann'}", "{'a': [{'b': 1, 'c': 2}, 3]}"},
    {"a path over all", CRITERION("'context': '$message.payload', 'type': 'jsonpath', 'condition': '$.*'"),
     "{'a': {'b': 1}, 'name': null}", "{'a': {'b': 1}, 'name': null}"},
    {"what is put into a pattern",
     CRITERION("'context': '$inputs.x', 'type': 'regex', 'condition': '^{$message.payload#/a}$'"),
     "{'a': 1, 'name': 'Ann'}", "{'a': 1}"},
    {"a count",
     CRITERION(
         "'context': '$inputs.x', 'type': 'jsonpath', 'condition': '$', 'x-count': '$message.payload#/a'"),
     "{'a': 1, 'name': 'Ann'}", "{'a': 1}"},
    {"for each",
     CRITERION("'x-each': '$message.payload#/l', 'context': '$inputs.x', 'type': 'jsonpath', 'condition':"
               " '$[?@==\\'{$each.a}\\']'"),
     "{'l': [{'a': 1, 'b': 2}], 'name': 'Ann'}", "{'l': [{'a': 1, 'b': 2}]}"},
    {"one output", OUTPUT("'$message.payload#/a~1b/c'"), "{'a/b': {'c': 1, 'd': 2}}", "{'a/b': {'c': 1}}"},
    {"with dots", OUTPUT("'$message.payload.a[1].b'"), "{'a': [{'b': 0}, {'b': 1, 'name': 'Ann'}, 2]}",
     "{'a': [null, {'b': 1}]}"},
    {"an object, a list, alternatives",
     OUTPUT(
         "{'p': ['$message.payload#/a', {'x-first': ['$message.payload#/b', 'of {$message.payload#/c}']}]}"),
     "{'a': 1, 'b': 2, 'c': 3, 'd': 4}", "{'a': 1, 'b': 2, 'c': 3}"},
    {"each of a list", OUTPUT("{'x-each': '$message.payload#/l', 'value': {'b': '$each.b'}}"),
     "{'l': [{'b': 1}, {'b': 2}], 'name': 'Ann'}", "{'l': [{'b': 1}, {'b': 2}]}"},
    {"as a reply's", OUTPUT("'$response.body#/a'"), "{'a': 1, 'name': 'Ann'}", "{'a': 1}"},
    {"a reason and a date",
     FAILURE(", 'x-outcome': {'status': 'UNKNOWN', 'reason': 'since {$message.payload#/a}', 'by':"
             " '$message.payload#/b'}"),
     "{'a': 1, 'b': 2, 'c': 3}", "{'a': 1, 'b': 2}"},
    {"a way", FAILURE(", 'criteria': [{'condition': '$message.payload#/a == 1'}]"), "{'a': 1, 'b': 2}",
     "{'a': 1}"},
    {"a way after success",
     RECEIVES(", 'onSuccess': [{'name': 'n', 'type': 'end', 'criteria': [{'condition':"
              " '$message.payload#/a == 1'}]}]"),
     "{'a': 1, 'b': 2}", "{'a': 1}"},
    {"a way of all steps",
     RECEIVES("") "], 'failureActions': [{'name': 'n', 'type': 'end', 'criteria': [{'condition':"
                  " '$message.payload#/a == 1'}]}",
     "{'a': 1, 'b': 2}", "{'a': 1}"},
    {"proof of a call",
     WRITES(", 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}], 'outputs': {'o':"
            " '$message.payload#/b'}}") "," RECEIVES(""),
     "{'a': 1, 'b': 2, 'name': 'Ann'}", "{'a': 1, 'b': 2}"},
    {"a no, and what follows from it",
     WRITES(
         ", 'x-message': {'accepted': [{'condition': '$message.payload#/a == 1'}], 'rejected': [{'condition':"
         " '$message.payload#/b == 2'}]}, 'onFailure': [{'name': 'n', 'type': 'end', 'criteria': [{'condition':"
         " '$message.payload#/c == 3 || $response.body#/name == 4'}]}]") "," RECEIVES(""),
     "{'a': 1, 'b': 2, 'c': 3, 'd': 4, 'name': 'Ann'}", "{'a': 1, 'b': 2, 'c': 3}"},
    {"two steps",
     WRITES(", 'x-message': {'accepted': [{'condition': '$message.payload#/o/a == 1'}]}") "," OUTPUT(
         "'$message.payload#/o/b'"),
     "{'o': {'a': 1, 'b': 2, 'c': 3}}", "{'o': {'a': 1, 'b': 2}}"},
    {"a part of what is whole", OUTPUT("['$message.payload#/o/a', '$message.payload#/o']"),
     "{'o': {'a': 1, 'b': 2}}", "{'o': {'a': 1, 'b': 2}}"},
    {"the whole by '#'", OUTPUT("'$message.payload#'"), "{'o': {'a': null}}", "{'o': {'a': null}}"},
    {"places in a list", OUTPUT("['$message.payload#/l/3/c', '$message.payload#/l/1']"),
     "{'l': ['Ann', {'n': 1}, 'Ann', {'c': 2, 'name': 'Ann'}, 'Ann']}",
     "{'l': [null, {'n': 1}, null, {'c': 2}]}"},
    {"no places", OUTPUT("['$message.payload#/l/01', '$message.payload#/l/9', '$message.payload#/l/n']"),
     "{'l': ['Ann', 'Ann']}", "{'l': []}"},
    {"a number is a name, too", OUTPUT("'$message.payload#/l/0'"), "{'l': {'0': 1, '00': 'Ann'}}",
     "{'l': {'0': 1}}"},
    {"nothing to go on in", OUTPUT("['$message.payload#/a/b', '$message.payload#/l/0/c']"),
     "{'a': 'Ann', 'l': ['Ann']}", "{'l': [null]}"},
    {"what is not there", OUTPUT("['$message.payload#/a', '$message.payload#/b']"), "{'a': null, 'c': 1}",
     "{}"},
    {"nothing is looked at", RECEIVES(""), "{'name': 'Ann'}", "{}"},
    {"no object", OUTPUT("'$message.payload#/a'"), "'Ann'", "null"},
    {"a workflow that waits for nothing", WRITES(""), "{'name': 'Ann'}", "{'name': 'Ann'}"},
};

static void forms(void)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct given_workflow given;
        char text[2000];
        snprintf(text, sizeof text, GIVEN_STEPS("%s"), places[i].steps);
        given_workflow(text, &given);
        given_no_problem(places[i].name, &given.problems);
        CLEANUP(tree_release) struct json_object *payload = given_tree(places[i].payload);
        CLEANUP(tree_release)
        struct json_object *kept = reach_cut(given.arazzo.workflows[0].reach, payload);
        given_same_tree(places[i].name, kept, places[i].kept);
        given_same_tree("the given one", payload, places[i].payload);
        given_workflow_release(&given);
    }
}

/* --- BT's two journeys --- */

#define ANN "Ann Sample"

/* Each object has a person beside what BT's examples show, and each list one more item. */
static void add_people(struct json_object *tree)
{
    size_t length = json_object_is_type(tree, json_type_array) ? json_object_array_length(tree) : 0;

    TREE_EACH(tree, name, value)
    {
        (void)name;
        add_people(value);
    }
    for (size_t i = 0; i < length; i++)
        add_people(json_object_array_get_idx(tree, i));
    if (json_object_is_type(tree, json_type_object))
        json_object_object_add(tree, "relatedParty", given_tree("[{'name': '" ANN "', 'role': 'contact'}]"));
    if (json_object_is_type(tree, json_type_array))
        json_object_array_add(tree, given_tree("{'givenName': '" ANN "', 'phone': '01632960099'}"));
}

static void add_held(struct json_object *said, const char *name, const struct criteria *criteria,
                     const struct scope *scope)
{
    json_object_object_add(said, name, json_object_new_boolean(criteria_hold(criteria, scope)));
}

static void add_values(struct json_object *said, const struct named_payload *list, size_t count,
                       const struct scope *scope)
{
    for (size_t i = 0; i < count; i++)
        json_object_object_add(said, list[i].name, payload_value(list[i].value, scope));
}

static void add_actions(struct json_object *said, const struct action *actions, size_t count,
                        const struct scope *scope)
{
    for (size_t i = 0; i < count; i++) {
        struct json_object *one = json_object_new_object();
        add_held(one, "holds", &actions[i].criteria, scope);
        if (actions[i].reason != NULL)
            json_object_object_add(one, "reason", template_value(actions[i].reason, scope));
        if (actions[i].by != NULL)
            json_object_object_add(one, "by", payload_value(actions[i].by, scope));
        json_object_object_add(said, actions[i].name, one);
    }
}

/* All that the step can say of a message; null: it looks at none. Owned. */
static struct json_object *judged(const struct step *step, struct json_object *request,
                                  struct json_object *payload)
{
    const struct scope scope = {
        .inputs = request, .body = step->operation == NULL ? payload : NULL, .message = payload};

    if (step->operation != NULL && step->proof == NULL)
        return NULL;
    struct json_object *said = json_object_new_object();
    if (step->proof != NULL) {
        add_held(said, "holds", &step->proof->accepted, &scope);
        add_values(said, step->proof->outputs, step->proof->output_count, &scope);
        add_held(said, "rejected", &step->proof->rejected, &scope);
        add_actions(said, step->on_failure, step->on_failure_count, &scope);
        return said;
    }
    add_held(said, "holds", &step->success, &scope);
    add_actions(said, step->on_success, step->on_success_count, &scope);
    add_actions(said, step->on_failure, step->on_failure_count, &scope);
    add_values(said, step->outputs, step->output_count, &scope);
    return said;
}

struct judged {
    size_t steps, held; /* in how many something was said; and held */
};

static void as_good_as_whole(const struct workflow *workflow, struct json_object *request,
                             struct json_object *payload, struct judged *count)
{
    add_people(payload);
    CLEANUP(tree_release) struct json_object *kept = reach_cut(workflow->reach, payload);
    const char *text = json_object_to_json_string(kept);

    if (strstr(text, ANN) != NULL || strstr(text, "01632") != NULL)
        given_same("what is kept", text, "nothing of people");
    for (size_t i = 0; i < workflow->step_count; i++) {
        CLEANUP(tree_release) struct json_object *want = judged(&workflow->steps[i], request, payload);
        CLEANUP(tree_release) struct json_object *got = judged(&workflow->steps[i], request, kept);
        if (want == NULL)
            continue;
        given_same_tree(workflow->steps[i].id, got, json_object_to_json_string(want));
        count->steps++;
        count->held += json_object_get_boolean(tree_member(want, "holds")) ? 1 : 0;
    }
}

/* What BT reports in the examples. */
static void reported(const struct workflow *workflow, struct judged *count)
{
    char folder[1024], path[2048];

    snprintf(folder, sizeof folder, "%s/schemas/%s/examples", SOURCE_DIR, workflow->id);
    DIR *list = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(list);
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;) {
        CLEANUP(tree_release) struct json_object *example = NULL;
        struct fault why;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".json") == NULL || !tree_read_file(path, 1048576, &example, &why))
            continue;
        struct json_object *messages = tree_member(example, "messages");
        for (size_t i = 0; messages != NULL && i < json_object_array_length(messages); i++)
            as_good_as_whole(workflow, tree_member(example, "request"),
                             tree_member(json_object_array_get_idx(messages, i), "payload"), count);
    }
    closedir(list);
}

/* All words that BT has for a state, with each other, and none. */
static void worded(const struct catalogue *catalogue, const struct workflow *workflow, struct judged *count)
{
    const struct event_message *message = catalogue->asyncapi.messages[0];
    const struct event_states *state = &message->states[0], *port = &message->states[1];

    CU_ASSERT_FATAL(message->state_count == 2 && state->word_count > 10 && port->word_count > 7);
    for (size_t i = 0; i <= state->word_count; i++) {
        for (size_t k = 0; k <= port->word_count; k++) {
            CLEANUP(tree_release)
            struct json_object *payload = given_tree(
                "{'eventId': '1', 'event': {'productOrder': {'id': '7', 'externalId': 'R', 'contact': {'name':"
                " '" ANN "'}, 'productOrderItem': [{'id': '1', 'product': {'number': '01632960020'}}],"
                " 'errorMessage': [{'code': '25', 'reason': 'r', 'message': 'm'}, {'code': '06'}]}}}");
            struct json_object *order = tree_at(payload, "/event/productOrder");
            if (i < state->word_count)
                json_object_object_add(order, "state", json_object_new_string(state->words[i].word));
            if (k < port->word_count)
                json_object_object_add(order, "portStatus", json_object_new_string(port->words[k].word));
            as_good_as_whole(workflow, NULL, payload, count);
        }
    }
}

static void journeys(void)
{
    static const char *const names[] = {"provide-with-ported-numbers", "provide-with-new-numbers"};
    struct problems problems = {0};
    struct catalogue *catalogue = given_load(SOURCE_DIR "/schemas", "", &problems);

    given_no_problem("schemas", &problems);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct workflow *workflow = catalogue_type(catalogue, names[i])->workflow;
        struct judged examples = {0}, words = {0};
        reported(workflow, &examples);
        worded(catalogue, workflow, &words);
        CU_ASSERT(examples.steps > 20 && examples.held > 10 && examples.held < examples.steps);
        CU_ASSERT(words.steps > 200 && words.held > 100 && words.held < words.steps);
    }
    catalogue_free(catalogue);
    problems_release(&problems);
}

CU_TestInfo test_reach[] = {{"forms", forms}, {"journeys", journeys}, CU_TEST_INFO_NULL};
