/* Checks an order type's workflow against its request, its result and its operations. Its paths are in check_paths.c. */
#include "check.h"

#include "check_paths.h"
#include "check_types.h"
#include "invariant.h"
#include "memory.h"
#include "own_reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct checker {
    const struct order_type *type;
    const char *file;
    const struct given_inputs *given;
    const struct asyncapi *asyncapi;
    struct problems *problems;
};

static void __attribute__((format(printf, 4, 5)))
complain(const struct checker *checker, const char *pointer, const char *remedy, const char *format, ...)
{
    char what[512], where[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(where, sizeof where, "%s#%s", checker->file, pointer);
    problems_add(checker->problems, where, remedy, "%s", what);
}

/* Whether it is "<stepId>Reference" of a step that writes. */
static bool is_reference(const struct workflow *workflow, const char *name)
{
    char reference[256];

    for (size_t i = 0; i < workflow->step_count; i++) {
        snprintf(reference, sizeof reference, "%sReference", workflow->steps[i].id);
        if (workflow_step_writes(&workflow->steps[i]) && strcmp(reference, name) == 0)
            return true;
    }
    return false;
}

static bool is_lookup_parameter(const struct checker *checker, const struct workflow *lookup,
                                const char *name)
{
    const struct workflow *main = checker->type->workflow;

    for (size_t i = 0; i < main->step_count; i++) {
        const struct lookup *one =
            main->steps[i].look != NULL ? &main->steps[i].look->lookup : main->steps[i].lookup;
        for (size_t p = 0; one != NULL && p < one->parameter_count; p++)
            if (one->workflow_id != NULL && strcmp(one->workflow_id, lookup->id) == 0 &&
                strcmp(one->parameters[p].name, name) == 0)
                return true;
    }
    return false;
}

/* A setting or a reference: text in any case. */
static bool is_given_text(const struct checker *checker, const char *name)
{
    for (size_t i = 0; i < checker->given->count; i++)
        if (strcmp(checker->given->names[i], name) == 0)
            return true;
    return is_reference(checker->type->workflow, name);
}

/* "port.numbers#/0" as "port.numbers.0". */
static void add_path(const struct expression *expression, struct buffer *path)
{
    buffer_add_text(path, expression->name != NULL ? expression->name : "each");
    for (size_t i = 0; i < expression->path_length; i++)
        buffer_print(path, ".%s", expression->path[i]);
}

static void check_input(const struct checker *checker, const struct workflow *workflow,
                        const struct expression_use *use)
{
    const char *name = use->expression->name;
    char remedy[300];

    if (schema_field(schema_root(checker->type->request), name) != NULL || is_given_text(checker, name) ||
        (workflow != checker->type->workflow && is_lookup_parameter(checker, workflow, name)))
        return;
    snprintf(remedy, sizeof remedy, "a field of request.avsc, or the setting input.%.200s=...", name);
    complain(checker, use->pointer, remedy, "input '%s' comes neither from the request nor from a setting",
             name);
}

/* A part that the Avro type lacks is null in every request: a misspelt member would be left out in silence. */
static void check_parts(const struct checker *checker, const struct expression_use *use)
{
    CLEANUP(buffer_release) struct buffer path = {0};
    CLEANUP(buffer_release) struct buffer remedy = {0};
    struct type_found found = check_type_of(use->expression, schema_root(checker->type->request));

    if (found.known != TYPE_WRONG)
        return;
    buffer_init(&path, 400);
    buffer_init(&remedy, 2000);
    add_path(use->expression, &path);
    check_type_add_remedy(found.type, &remedy);
    complain(checker, use->pointer, buffer_text(&remedy), "'$%s%s' leads nowhere: %s has no '%s'",
             use->expression->root == ROOT_INPUTS ? "inputs." : "", buffer_text(&path),
             found.type->name != NULL ? found.type->name : schema_kind_name(found.type->kind), found.part);
}

static bool has_output(const struct named_payload *outputs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(outputs[i].name, name) == 0)
            return true;
    return false;
}

static void check_step_output(const struct checker *checker, const struct workflow *workflow,
                              const struct expression_use *use)
{
    size_t index = workflow_step(workflow, use->expression->name);

    if (index == workflow->step_count)
        complain(checker, use->pointer, "name a stepId of this workflow", "step '%s' does not exist",
                 use->expression->name);
    else if (!has_output(workflow->steps[index].outputs, workflow->steps[index].output_count,
                         use->expression->part))
        complain(checker, use->pointer, "name one of the step's outputs", "step '%s' has no output '%s'",
                 use->expression->name, use->expression->part);
    else if (index > use->step)
        complain(checker, use->pointer, "name an earlier step", "step '%s' comes later",
                 use->expression->name);
}

/* A step that calls hears a message only where one may say that BT has rejected the call. */
static void check_message(const struct checker *checker, const struct workflow *workflow,
                          const struct expression_use *use)
{
    const struct step *step = use->step < workflow->step_count ? &workflow->steps[use->step] : NULL;
    const char *place = expression_use_in_step(use);
    char actions[64]; /* they are those of the steps that receive, too */

    if (step == NULL || step->operation == NULL || strncmp(place, "x-message/", 10) == 0)
        return;
    snprintf(actions, sizeof actions, "/workflows/%zu/failureActions", use->workflow);
    bool is_heard = (step->proof != NULL && step->proof->rejected.count > 0) ||
                    tree_at(checker->type->arazzo.tree, actions) != NULL;
    if (strncmp(place, "onFailure/", 10) != 0 || !is_heard)
        complain(checker, use->pointer,
                 "$response.body, or 'rejected' in x-message, which onFailure then sees",
                 "step '%s' calls: there is no message", step->id);
}

static void check_uses(const struct checker *checker)
{
    const struct arazzo *arazzo = &checker->type->arazzo;

    for (size_t i = 0; i < arazzo->use_count; i++) {
        const struct workflow *workflow = &arazzo->workflows[arazzo->uses[i].workflow];
        if (arazzo->uses[i].expression->root == ROOT_INPUTS)
            check_input(checker, workflow, &arazzo->uses[i]);
        else if (arazzo->uses[i].expression->root == ROOT_STEPS)
            check_step_output(checker, workflow, &arazzo->uses[i]);
        else if (arazzo->uses[i].expression->root == ROOT_MESSAGE_PAYLOAD)
            check_message(checker, workflow, &arazzo->uses[i]);
        check_parts(checker, &arazzo->uses[i]);
    }
}

static bool gives_parameter(const struct step *step, const struct operation_parameter *parameter)
{
    for (size_t i = 0; i < step->parameter_count; i++)
        if (step->parameters[i].place == parameter->place &&
            strcmp(step->parameters[i].name, parameter->name) == 0)
            return true;
    return false;
}

/* Null: it takes none of this name there. */
static const struct operation_parameter *taken_parameter(const struct operation *operation,
                                                         const struct step_parameter *parameter)
{
    for (size_t i = 0; i < operation->parameter_count; i++)
        if (operation->parameters[i].place == parameter->place &&
            strcmp(operation->parameters[i].name, parameter->name) == 0)
            return &operation->parameters[i];
    return NULL;
}

/* What is one value of the request, or of the settings, is text in JSON's quotes, and no operation takes that. */
static void check_body(const struct checker *checker, const char *pointer, const struct step *step)
{
    const struct expression *expression = payload_expression(step->body);
    struct type_found found;

    if (expression == NULL)
        return;
    found = check_type_of(expression, schema_root(checker->type->request));
    const struct schema_node *type = found.known == TYPE_KNOWN ? schema_present(found.type) : NULL;
    bool composed = type != NULL && (type->kind == SCHEMA_RECORD || type->kind == SCHEMA_ARRAY ||
                                     type->kind == SCHEMA_MAP || type->kind == SCHEMA_UNION);
    if (type != NULL && !composed)
        complain(checker, pointer, "a JSON object with expressions in it",
                 "the payload of step '%s' is one value of type %s", step->id, schema_kind_name(type->kind));
    else if (expression->root == ROOT_INPUTS &&
             schema_field(schema_root(checker->type->request), expression->name) == NULL &&
             is_given_text(checker, expression->name))
        complain(checker, pointer, "a JSON object with expressions in it",
                 "the payload of step '%s' is the text '%s'", step->id, expression->name);
}

static void check_call(const struct checker *checker, const char *pointer, const struct step *step)
{
    const struct operation *operation = step->operation;

    for (size_t i = 0; i < operation->parameter_count; i++)
        if (operation->parameters[i].required && !operation->parameters[i].by_worker &&
            !gives_parameter(step, &operation->parameters[i]))
            complain(checker, pointer, "add it to 'parameters'", "operation '%s' needs the parameter '%s'",
                     operation->id, operation->parameters[i].name);
    for (size_t i = 0; i < step->parameter_count; i++) {
        const struct operation_parameter *taken = taken_parameter(operation, &step->parameters[i]);
        if (taken == NULL)
            complain(checker, pointer, "", "operation '%s' has no parameter '%s' there", operation->id,
                     step->parameters[i].name);
        else if (taken->foreign)
            complain(checker, pointer,
                     "leave it out: only style form in a query and simple elsewhere are written",
                     "operation '%s' wants its parameter '%s' in another style", operation->id, taken->name);
    }
    if (operation->body_required && step->body == NULL)
        complain(checker, pointer, "add 'requestBody'", "operation '%s' needs a body", operation->id);
    if (step->body != NULL)
        check_body(checker, pointer, step);
    if (step->body != NULL && operation->content_type == NULL)
        complain(checker, pointer, "", "operation '%s' takes no JSON body", operation->id);
    if (step->success.count == 0)
        complain(checker, pointer, "[{\"condition\": \"$statusCode == 200\"}]",
                 "step '%s' has no successCriteria", step->id);
}

static void check_reads(const struct checker *checker, const char *pointer, const char *member,
                        const struct lookup *named)
{
    if (named == NULL || named->workflow_id == NULL)
        return;
    const struct workflow *lookup = arazzo_workflow(&checker->type->arazzo, named->workflow_id);
    if (lookup == NULL) {
        complain(checker, pointer, "name a workflow of the same file", "%s: workflow '%s' does not exist",
                 member, named->workflow_id);
        return;
    }
    for (size_t i = 0; i < lookup->step_count; i++)
        if (lookup->steps[i].operation == NULL || lookup->steps[i].repeat != REPEAT_SAFE)
            complain(checker, pointer, "a look-up only reads", "%s: step '%s' of '%s' is not of class safe",
                     member, lookup->steps[i].id, lookup->id);
}

static void check_lookup(const struct checker *checker, const char *pointer, const struct step *step)
{
    if (step->repeat == REPEAT_LOOKUP && step->lookup == NULL)
        complain(checker, pointer, "add x-lookup, or \"x-repeat\": \"never\"",
                 "step '%s' is of class lookup and has no x-lookup", step->id);
    check_reads(checker, pointer, "x-lookup", step->lookup);
}

static void check_own_reply(const struct checker *checker, const char *pointer, size_t workflow, size_t index)
{
    const struct step *step = &checker->type->arazzo.workflows[workflow].steps[index];
    const char *member = own_reply_member(&checker->type->arazzo, workflow, index);
    char remedy[600];

    if (!checker->type->arazzo.needs_are_known || !workflow_step_writes(step) || step->own_reply != NULL ||
        member == NULL || !operation_shows(step->operation, member))
        return;
    snprintf(
        remedy, sizeof remedy,
        "a success criterion \"$response.body#/%.60s == null || $response.body#/%.60s == $inputs.%.100sReference\", or "
        "one that compares $response.body#/id with the id in the path",
        member, member, step->id);
    complain(checker, pointer, remedy,
             "step '%s' would take somebody else's reply: it can show '%s', and no success criterion looks",
             step->id, member);
}

/* Only a look-up can find that there is none. */
static void check_absent(const struct checker *checker, const char *pointer, const struct step *step)
{
    for (size_t i = 0; i < step->on_success_count + step->on_failure_count; i++) {
        const struct action *action =
            i < step->on_success_count ? &step->on_success[i] : &step->on_failure[i - step->on_success_count];
        if (action->absent)
            complain(checker, pointer, "COMPLETED, REJECTED, FAILED or UNKNOWN",
                     "action '%s' ends ABSENT, and this is not a look-up", action->name);
    }
}

/* A look-up answers; what its answer leads to is the order's to say. */
static void check_answers(const struct checker *checker, const char *pointer, const struct step *step)
{
    for (size_t i = 0; i < step->on_failure_count; i++)
        if (step->on_failure[i].type == ACTION_GOTO && step->on_failure[i].outcome_named)
            complain(checker, pointer, "leave x-outcome out",
                     "action '%s' says how the order ends, and this is a look-up", step->on_failure[i].name);
}

/* The channel of a channelPath, whose beginning was checked when it was read. */
static const struct event_channel *channel_of_path(const struct asyncapi *asyncapi, const char *path)
{
    static const char start[] = "#/channels/";
    const char *pointer = strchr(path, '#');

    if (pointer == NULL || strncmp(pointer, start, sizeof start - 1) != 0)
        return NULL;
    return asyncapi_channel(asyncapi, pointer + sizeof start - 1);
}

static void check_receive(const struct checker *checker, const char *pointer, const struct step *step)
{
    check_reads(checker, pointer, "x-look", step->look == NULL ? NULL : &step->look->lookup);
    if (step->operation_id != NULL && !asyncapi_receives(checker->asyncapi, step->operation_id))
        complain(checker, pointer, "an operation of order-events.asyncapi.json whose action is receive",
                 "step '%s' receives by '%s', which is not a receive operation", step->id,
                 step->operation_id);
    if (step->channel != NULL && channel_of_path(checker->asyncapi, step->channel) == NULL)
        complain(checker, pointer, "\"{$sourceDescriptions.events.url}#/channels/orderNotifications\"",
                 "step '%s' receives from '%s', which is not a channel of order-events.asyncapi.json",
                 step->id, step->channel);
}

static void check_steps(const struct checker *checker)
{
    const struct arazzo *arazzo = &checker->type->arazzo;
    char pointer[96];

    for (size_t w = 0; w < arazzo->workflow_count; w++) {
        const struct workflow *workflow = &arazzo->workflows[w];
        for (size_t i = 0; i < workflow->step_count; i++) {
            snprintf(pointer, sizeof pointer, "/workflows/%zu/steps/%zu", w, i);
            if (workflow->steps[i].operation == NULL) {
                check_receive(checker, pointer, &workflow->steps[i]);
                continue;
            }
            check_call(checker, pointer, &workflow->steps[i]);
            check_lookup(checker, pointer, &workflow->steps[i]);
            check_own_reply(checker, pointer, w, i);
            if (workflow == checker->type->workflow)
                check_absent(checker, pointer, &workflow->steps[i]);
            else
                check_answers(checker, pointer, &workflow->steps[i]);
        }
    }
}

static void check_result(const struct checker *checker)
{
    const struct workflow *workflow = checker->type->workflow;
    const struct schema_node *result = checker->type->result;

    for (size_t i = 0; i < workflow->output_count; i++)
        if (result == NULL || schema_field(result, workflow->outputs[i].name) == NULL)
            complain(checker, "/workflows", "name a field of the result record in outcome.avsc",
                     "output '%s' is not a field of the result", workflow->outputs[i].name);
    for (size_t i = 0; result != NULL && i < result->field_count; i++)
        if (!result->fields[i].has_default &&
            !has_output(workflow->outputs, workflow->output_count, result->fields[i].name))
            complain(checker, "/workflows", "add an output of this name, or give the field a default",
                     "nothing fills '%s' of the result", result->fields[i].name);
}

void check_order_type(const struct order_type *type, const char *file, const struct given_inputs *given,
                      const struct asyncapi *asyncapi, struct problems *problems)
{
    const struct checker checker = {type, file, given, asyncapi, problems};

    REQUIRE(type->workflow != NULL && type->request != NULL && type->outcome != NULL);
    check_uses(&checker);
    check_steps(&checker);
    check_result(&checker);
    check_paths(type->workflow, (size_t)(type->workflow - type->arazzo.workflows), file, problems);
}
