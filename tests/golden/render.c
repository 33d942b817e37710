/*
 * See example.h: what order types would send that are not served yet. It walks the workflow over the replies and
 * messages of the example and compares each call; it judges nothing, so that the payloads are proved before their engine.
 */
#include "call.h"
#include "differ.h"
#include "example.h"
#include "memory.h"
#include "reply.h"
#include "request.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 100 };

struct walk {
    const struct example *example;
    struct buffer *report;
    struct json_object *inputs, *steps, *calls, *messages;
    struct json_object *used; /* {"<index of a message>": true} */
    size_t call;
    size_t step; /* what comes next; step_count: the end */
};

static struct scope scope_of(const struct walk *walk, struct json_object *parts, struct json_object *body)
{
    return (struct scope){.inputs = walk->inputs, .steps = walk->steps, .request = parts, .body = body};
}

static struct json_object *next_call(const struct walk *walk, bool lookup)
{
    struct json_object *call = walk->call < json_object_array_length(walk->calls)
                                   ? json_object_array_get_idx(walk->calls, walk->call)
                                   : NULL;

    return call != NULL && tree_has(call, "lookup") == lookup ? call : NULL;
}

static struct json_object *outputs_of(const struct named_payload *outputs, size_t count,
                                      const struct scope *scope)
{
    struct json_object *tree = json_object_new_object();

    for (size_t i = 0; i < count; i++)
        json_object_object_add(tree, outputs[i].name, payload_value(outputs[i].value, scope));
    return tree;
}

/* Renders and compares a call, and gives the body of its reply; the scope gets all that the reply brought. */
static struct json_object *pass_call(struct walk *walk, const struct step *step, struct json_object *expected,
                                     struct scope *scope, struct call *call)
{
    struct json_object *reply = tree_member(expected, "reply"), *body = tree_member(reply, "body");
    struct fault why;

    walk->call++;
    if (!call_render(step, scope, call, &why)) {
        differ_say(walk->report, "step %s: %s", step->id, why.text);
        return NULL;
    }
    example_compare_call(expected, call, walk->report);
    scope->request = call->parts;
    scope->status = json_object_get_int(tree_member(reply, "status"));
    scope->headers = tree_member(reply, "headers");
    scope->body = body;
    return body;
}

/* Where the first matching action leads. */
static size_t target_of(const struct walk *walk, const struct action *actions, size_t count, size_t otherwise,
                        const struct scope *scope)
{
    for (size_t i = 0; i < count; i++)
        if (criteria_hold(&actions[i].criteria, scope))
            return actions[i].type == ACTION_GOTO ? actions[i].target_index
                                                  : walk->example->type->workflow->step_count;
    return otherwise;
}

/* The step's outputs, found again by its look-up. */
static void pass_lookup(struct walk *walk, const struct step *step, struct json_object *expected)
{
    const struct workflow *workflow =
        arazzo_workflow(&walk->example->type->arazzo, step->lookup->workflow_id);
    struct scope outer = scope_of(walk, NULL, NULL);
    CLEANUP(tree_release) struct json_object *inputs = NULL;
    CLEANUP(tree_release) struct json_object *steps = json_object_new_object();
    struct call call = {0};

    json_object_deep_copy(walk->inputs, &inputs, NULL);
    for (size_t i = 0; i < step->lookup->parameter_count; i++)
        json_object_object_add(inputs, step->lookup->parameters[i].name,
                               payload_value(step->lookup->parameters[i].value, &outer));
    struct scope scope = {.inputs = inputs, .steps = steps};
    pass_call(walk, &workflow->steps[0], expected, &scope, &call);
    json_object_object_add(steps, workflow->steps[0].id,
                           outputs_of(workflow->steps[0].outputs, workflow->steps[0].output_count, &scope));
    CLEANUP(tree_release)
    struct json_object *outputs = outputs_of(workflow->outputs, workflow->output_count, &scope);
    struct scope found = {.inputs = walk->inputs, .outputs = outputs};
    if (!criteria_hold(&step->lookup->found, &found))
        differ_say(walk->report, "step %s: the look-up of the example does not find it", step->id);
    json_object_object_add(walk->steps, step->id, json_object_get(outputs));
    call_release(&call);
}

static void pass_operation(struct walk *walk, const struct step *step)
{
    size_t end = walk->example->type->workflow->step_count;
    struct json_object *expected = next_call(walk, false);
    struct scope scope = scope_of(walk, NULL, NULL);
    struct call call = {0};

    if (expected == NULL) {
        walk->step = end;
        return;
    }
    pass_call(walk, step, expected, &scope, &call);
    bool success = criteria_hold(&step->success, &scope);
    json_object_object_add(walk->steps, step->id,
                           success ? outputs_of(step->outputs, step->output_count, &scope) : NULL);
    struct json_object *lookup = next_call(walk, true);
    if (lookup != NULL) {
        pass_lookup(walk, step, lookup);
        walk->step++;
    } else if (success) {
        walk->step = target_of(walk, step->on_success, step->on_success_count, walk->step + 1, &scope);
    } else {
        walk->step = target_of(walk, step->on_failure, step->on_failure_count, end, &scope);
    }
    call_release(&call);
}

/* The next message that carries this reference; null when none is left. */
static struct json_object *next_message(struct walk *walk, const char *reference)
{
    char index[24], input[128];

    for (size_t i = 0; i < json_object_array_length(walk->messages); i++) {
        struct json_object *message = json_object_array_get_idx(walk->messages, i);
        snprintf(index, sizeof index, "%zu", i);
        snprintf(input, sizeof input, "%sReference", tree_text_of(message, "reference"));
        if (tree_has(walk->used, index) || reference == NULL ||
            strcmp(tree_text_of(walk->inputs, input), reference) != 0)
            continue;
        json_object_object_add(walk->used, index, json_object_new_boolean(true));
        return tree_member(message, "payload");
    }
    return NULL;
}

static void pass_receive(struct walk *walk, const struct step *step)
{
    size_t end = walk->example->type->workflow->step_count, waits = end + 1;
    struct scope before = scope_of(walk, NULL, NULL);
    CLEANUP(tree_release) struct json_object *reference = payload_value(step->correlation, &before);

    for (struct json_object *payload; (payload = next_message(walk, tree_text(reference))) != NULL;) {
        struct scope scope = scope_of(walk, NULL, payload);
        bool success = criteria_hold(&step->success, &scope);
        size_t next = success
                          ? target_of(walk, step->on_success, step->on_success_count, walk->step + 1, &scope)
                          : target_of(walk, step->on_failure, step->on_failure_count, waits, &scope);
        json_object_object_add(walk->steps, step->id, outputs_of(step->outputs, step->output_count, &scope));
        if (next == waits)
            continue;
        walk->step = next;
        return;
    }
    walk->step = end;
}

static void pass_all(struct walk *walk)
{
    const struct workflow *workflow = walk->example->type->workflow;

    for (unsigned i = 0; i < STEPS_MAX && walk->step < workflow->step_count; i++) {
        const struct step *step = &workflow->steps[walk->step];
        struct scope scope = scope_of(walk, NULL, NULL);
        if (!criteria_hold(&step->when, &scope))
            walk->step++;
        else if (step->operation != NULL)
            pass_operation(walk, step);
        else
            pass_receive(walk, step);
    }
    if (walk->call < json_object_array_length(walk->calls))
        differ_say(walk->report, "only %zu of the example's calls were reached", walk->call);
}

static void add_references(const struct example *example, struct json_object *inputs)
{
    char name[128];

    TREE_EACH(tree_member(example->tree, "references"), step, reference)
    {
        snprintf(name, sizeof name, "%sReference", step);
        json_object_object_add(inputs, name, json_object_get(reference));
    }
}

void example_render(const struct example *example, struct buffer *report)
{
    struct walk walk = {.example = example, .report = report, .calls = tree_member(example->tree, "calls")};
    struct request request;
    struct fault why;

    if (json_object_array_length(walk.calls) == 0)
        return;
    if (request_of_tree(example->type, json_object_get(tree_member(example->tree, "request")), example->given,
                        &request, &why) != REQUEST_GOOD) {
        differ_say(report, "the request breaks its contract: %s", why.text);
        request_release(&request);
        return;
    }
    walk.inputs = request.inputs;
    walk.steps = json_object_new_object();
    walk.used = json_object_new_object();
    walk.messages = tree_has(example->tree, "messages")
                        ? json_object_get(tree_member(example->tree, "messages"))
                        : json_object_new_array();
    add_references(example, walk.inputs);
    pass_all(&walk);
    json_object_put(walk.messages);
    json_object_put(walk.used);
    json_object_put(walk.steps);
    request_release(&request);
}
