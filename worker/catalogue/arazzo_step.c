/* Reads one step with its actions. */
#include "arazzo_inside.h"
#include "memory.h"
#include "names.h"

#include <string.h>

enum { RETRY_LIMIT_MAX = 1000 };

enum { STATUS_ABSENT = 4 };
static const char *const of_receive[] = {"timeout", "channelPath", "action", "correlationId",
                                         "x-look",  "x-expected",  NULL};
static const char *const of_call[] = {"parameters", "requestBody", "x-lookup", "x-repeat",
                                      "x-order",    "x-message",   NULL};
static const char *const status_names[] = {"COMPLETED", "REJECTED", "FAILED", "UNKNOWN", "ABSENT", NULL};
NAMES_COMPLETE(status_names, STATUS_ABSENT + 1); /* and the null */
_Static_assert((int)STATUS_ABSENT == (int)OUTCOME_UNKNOWN + 1, "those before it are cast to the enum");

/* A way that onFailure leads to may undo something; anywhere else only an `end` has an outcome. */
static void check_outcome(struct arazzo_reader *reader, bool success, const struct action *action)
{
    bool is_way = action->type == ACTION_GOTO && !success;
    bool undoes =
        !action->absent && (action->outcome == OUTCOME_REJECTED || action->outcome == OUTCOME_UNKNOWN);

    if (action->type != ACTION_END && !is_way)
        json_cursor_problem(reader->cursor, "x-outcome at an end, or at a goto of onFailure",
                            "it means nothing at this action");
    else if (is_way && !undoes)
        json_cursor_problem(reader->cursor, "REJECTED or UNKNOWN",
                            "a way that onFailure leads to has no such outcome");
}

static void read_by(struct arazzo_reader *reader, struct json_object *outcome, struct action *action)
{
    size_t mark = json_cursor_enter(reader->cursor, "by");

    if (action->outcome != OUTCOME_UNKNOWN)
        json_cursor_problem(reader->cursor, "leave it out", "only of UNKNOWN a person decides");
    action->by = payload_read(tree_member(outcome, "by"), reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, mark);
}

static void read_outcome(struct arazzo_reader *reader, struct json_object *tree, bool success,
                         struct action *action)
{
    struct json_object *outcome = tree_member(tree, "x-outcome");
    struct fault why;

    action->outcome = success ? OUTCOME_COMPLETED : OUTCOME_REJECTED;
    action->outcome_named = outcome != NULL;
    if (outcome == NULL)
        return;
    size_t mark = json_cursor_enter(reader->cursor, "x-outcome");
    int status = names_find(status_names, tree_text_of(outcome, "status"));
    if (status < 0)
        json_cursor_problem(reader->cursor, "COMPLETED, REJECTED, FAILED or UNKNOWN; in a look-up ABSENT",
                            "'status' is missing or unknown");
    else
        action->outcome = status == STATUS_ABSENT ? OUTCOME_COMPLETED : (enum outcome_status)status;
    action->absent = status == STATUS_ABSENT;
    check_outcome(reader, success, action);
    const char *reason = tree_text_of(outcome, "reason");
    if (reason != NULL && !template_parse(reason, &reader->naming, &action->reason, &why))
        json_cursor_problem(reader->cursor, "", "%s", why.text);
    if (tree_has(outcome, "by"))
        read_by(reader, outcome, action);
    json_cursor_leave(reader->cursor, mark);
}

static void read_retry(struct arazzo_reader *reader, struct json_object *tree, struct action *action)
{
    double after = json_object_get_double(tree_member(tree, "retryAfter"));
    int64_t limit = tree_has(tree, "retryLimit") ? json_object_get_int64(tree_member(tree, "retryLimit")) : 1;

    if (!(after >= 0 && after <= 86400))
        json_cursor_problem(reader->cursor, "seconds, at most a day", "'retryAfter' is out of bounds");
    if (limit < 0 || limit > RETRY_LIMIT_MAX)
        json_cursor_problem(reader->cursor, "a whole number up to 1000", "'retryLimit' is out of bounds");
    if (tree_has(tree, "stepId") || tree_has(tree, "workflowId"))
        json_cursor_problem(reader->cursor, "retry the step itself",
                            "a retry that runs another step or workflow is not run by this worker");
    action->retry_after_ms = (int64_t)(after * 1000);
    action->retry_limit = (unsigned)limit;
}

static void read_action(struct arazzo_reader *reader, struct json_object *tree, bool success,
                        struct action *action)
{
    static const char *const types[] = {"end", "retry", "goto", NULL};
    static const char *const known[] = {"name",       "type",       "criteria",   "stepId",
                                        "workflowId", "retryAfter", "retryLimit", NULL};
    NAMES_COMPLETE(types, ACTION_GOTO + 1); /* and the null */
    const char *name = json_cursor_text(reader->cursor, tree, "name");
    int type = names_find(types, tree_text_of(tree, "type"));

    json_cursor_known_members(reader->cursor, tree, known);
    action->name = memory_text(name == NULL ? "" : name);
    if (type < 0 || (success && type == ACTION_RETRY))
        json_cursor_problem(reader->cursor, success ? "end or goto" : "end, retry or goto",
                            "'type' is missing or unknown");
    action->type = type < 0 ? ACTION_END : (enum action_type)type;
    if (type == ACTION_GOTO && tree_has(tree, "workflowId"))
        json_cursor_problem(reader->cursor, "goto a stepId",
                            "a goto to a workflow is not run by this worker");
    else if (type == ACTION_GOTO)
        action->target = memory_text(json_cursor_text(reader->cursor, tree, "stepId"));
    if (type == ACTION_RETRY)
        read_retry(reader, tree, action);
    read_outcome(reader, tree, success, action);
    size_t mark = json_cursor_enter(reader->cursor, "criteria");
    criteria_read(tree_member(tree, "criteria"), reader->cursor, &reader->naming, &action->criteria);
    json_cursor_leave(reader->cursor, mark);
}

static bool has_action(const struct action *actions, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (name != NULL && strcmp(actions[i].name, name) == 0)
            return true;
    return false;
}

/* The step's own actions first, then the workflow's that it does not override by name. */
static void read_actions(struct arazzo_reader *reader, struct json_object *step_tree, bool success,
                         struct action **actions, size_t *count)
{
    struct json_object *lists[] = {
        tree_member(step_tree, success ? "onSuccess" : "onFailure"),
        tree_member(reader->defaults, success ? "successActions" : "failureActions")};

    for (size_t level = 0; level < COUNT_OF(lists); level++) {
        size_t own = *count;
        size_t mark = json_cursor_enter(reader->cursor, success ? "onSuccess" : "onFailure");
        for (size_t i = 0, length = json_cursor_length(reader->cursor, lists[level]); i < length; i++) {
            size_t item = json_cursor_enter_item(reader->cursor, i);
            struct json_object *tree =
                arazzo_resolve_reusable(reader, json_object_array_get_idx(lists[level], i));
            if (tree != NULL && !(level == 1 && has_action(*actions, own, tree_text_of(tree, "name")))) {
                *actions = memory_resize(*actions, *count + 1, sizeof **actions);
                (*actions)[*count] = (struct action){0};
                read_action(reader, tree, success, &(*actions)[(*count)++]);
            }
            json_cursor_leave(reader->cursor, item);
        }
        json_cursor_leave(reader->cursor, mark);
    }
}

static void add_parameter(struct arazzo_reader *reader, struct json_object *tree,
                          struct json_object *override, struct step *step)
{
    static const char *const places[] = {"path", "query", "header", NULL};
    NAMES_COMPLETE(places, PARAMETER_IN_HEADER + 1); /* and the null */
    const char *name = json_cursor_text(reader->cursor, tree, "name");
    int place = names_find(places, tree_text_of(tree, "in"));

    if (place < 0)
        json_cursor_problem(reader->cursor, "path, query or header",
                            "'in' is missing or not run by this worker");
    if (name == NULL || place < 0)
        return;
    for (size_t i = 0; i < step->parameter_count; i++)
        if (strcmp(step->parameters[i].name, name) == 0 &&
            step->parameters[i].place == (enum parameter_in)place)
            return; /* the step's own was read first */
    size_t mark = json_cursor_enter(reader->cursor, "value");
    struct payload *value = payload_read(override != NULL ? override : tree_member(tree, "value"),
                                         reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, mark);
    step->parameters = memory_resize(step->parameters, step->parameter_count + 1, sizeof *step->parameters);
    step->parameters[step->parameter_count++] =
        (struct step_parameter){memory_text(name), (enum parameter_in)place, value};
}

static void read_parameters(struct arazzo_reader *reader, struct json_object *step_tree, struct step *step)
{
    struct json_object *lists[] = {tree_member(step_tree, "parameters"),
                                   tree_member(reader->defaults, "parameters")};
    size_t mark = json_cursor_enter(reader->cursor, "parameters");

    for (size_t level = 0; level < COUNT_OF(lists); level++) {
        for (size_t i = 0, length = json_cursor_length(reader->cursor, lists[level]); i < length; i++) {
            struct json_object *tree = json_object_array_get_idx(lists[level], i);
            size_t item = json_cursor_enter_item(reader->cursor, i);
            struct json_object *target = arazzo_resolve_reusable(reader, tree);
            if (target != NULL)
                add_parameter(reader, target, target != tree ? tree_member(tree, "value") : NULL, step);
            json_cursor_leave(reader->cursor, item);
        }
    }
    json_cursor_leave(reader->cursor, mark);
}

/* What would not be looked at, and so would be a mistake. */
static void refuse_members(struct arazzo_reader *reader, struct json_object *tree,
                           const char *const members[], const char *what, const char *remedy)
{
    for (const char *const *member = members; *member != NULL; member++)
        if (tree_has(tree, *member))
            json_cursor_problem(reader->cursor, remedy, "%s has no '%s'", what, *member);
}

static void check_channel(struct arazzo_reader *reader, struct json_object *tree, const char *path)
{
    static const char start[] = "{$sourceDescriptions.";
    size_t length = sizeof start - 1;
    CLEANUP(memory_release)
    char *name = strncmp(path, start, length) == 0
                     ? memory_text_of(path + length, strcspn(path + length, ".}"))
                     : memory_text("");

    if (tree_has(tree, "operationId"))
        json_cursor_problem(reader->cursor, "leave channelPath out",
                            "a step has an operationId or a channelPath, not both");
    if (arazzo_source_named(reader, name) != SOURCE_ASYNCAPI)
        json_cursor_problem(reader->cursor, "\"{$sourceDescriptions.events.url}#/channels/...\"",
                            "the channelPath is not one of a declared AsyncAPI source");
}

static void read_receive(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    const char *action = tree_text_of(tree, "action");

    step->channel = memory_text(tree_text_of(tree, "channelPath"));
    refuse_members(reader, tree, of_call, "a step that receives", "leave it out");
    if (step->channel != NULL)
        check_channel(reader, tree, step->channel);
    step->timeout_ms = json_object_get_int64(tree_member(tree, "timeout"));
    if (action == NULL || strcmp(action, "receive") != 0)
        json_cursor_problem(reader->cursor, "\"action\": \"receive\"",
                            "a step on a channel that does not receive is not run by this worker");
    if (step->timeout_ms <= 0)
        json_cursor_problem(reader->cursor, "\"timeout\": milliseconds",
                            "a step that receives needs a timeout");
    if (tree_has(tree, "x-expected")) {
        step->expected_ms = json_object_get_int64(tree_member(tree, "x-expected"));
        if (step->expected_ms <= 0 || step->expected_ms >= step->timeout_ms)
            json_cursor_problem(reader->cursor, "milliseconds, less than the timeout",
                                "'x-expected' is out of bounds");
    }
    if (!tree_has(tree, "correlationId"))
        json_cursor_problem(reader->cursor, "", "a step that receives needs a correlationId");
    size_t mark = json_cursor_enter(reader->cursor, "correlationId");
    step->correlation = payload_read(tree_member(tree, "correlationId"), reader->cursor, &reader->naming);
    json_cursor_leave(reader->cursor, mark);
}

static void read_repeat(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    step->repeat = step->operation != NULL ? step->operation->repeat : REPEAT_SAFE;
    if (!tree_has(tree, "x-repeat"))
        return;
    int repeat = names_find(repeat_names, tree_text_of(tree, "x-repeat"));
    if (repeat < 0)
        json_cursor_problem(reader->cursor, "safe, repeatable, lookup or never",
                            "x-repeat has an unknown value");
    else if (repeat < (int)step->repeat)
        json_cursor_problem(reader->cursor, "", "x-repeat '%s' is less strict than the operation's '%s'",
                            repeat_names[repeat], repeat_names[step->repeat]);
    else
        step->repeat = (enum repeat_class)repeat;
}

static void read_operation(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    const char *id = tree_text_of(tree, "operationId");
    enum source_kind source = SOURCE_NONE;

    if (tree_has(tree, "workflowId") || tree_has(tree, "operationPath")) {
        json_cursor_problem(reader->cursor, "name an operationId",
                            "a step with workflowId or operationPath is not run by this worker");
        return;
    }
    if (id == NULL && !tree_has(tree, "channelPath")) {
        json_cursor_problem(reader->cursor, "name an operationId", "the step calls nothing");
        return;
    }
    step->operation_id = id != NULL ? arazzo_operation_named(reader, id, &source) : NULL;
    if (id == NULL || source == SOURCE_ASYNCAPI) {
        read_receive(reader, tree, step);
        return;
    }
    refuse_members(reader, tree, of_receive, "a call",
                   "leave it out; a call takes as long as bt.call.timeout.ms says");
    step->operation =
        source == SOURCE_OPENAPI ? openapi_operation(reader->openapi, step->operation_id) : NULL;
    if (source == SOURCE_OPENAPI && step->operation == NULL)
        json_cursor_problem(reader->cursor, "an operationId of the OpenAPI file",
                            "operation '%s' does not exist", step->operation_id);
}

/* Steps run in sequence anyway, so dependsOn may only say what is true already. */
static void read_depends_on(struct arazzo_reader *reader, struct json_object *list)
{
    const struct workflow *workflow = &reader->arazzo->workflows[reader->workflow];
    size_t mark = json_cursor_enter(reader->cursor, "dependsOn");

    for (size_t i = 0, count = json_cursor_length(reader->cursor, list); i < count; i++) {
        const char *id = tree_text(json_object_array_get_idx(list, i));
        if (id == NULL || workflow_step(workflow, id) == workflow->step_count)
            json_cursor_problem(reader->cursor, "name earlier steps of the same workflow",
                                "a dependsOn of anything else is not run by this worker");
    }
    json_cursor_leave(reader->cursor, mark);
}

void arazzo_step_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step)
{
    static const char *const known[] = {
        "description", "stepId",        "operationId",     "operationPath", "channelPath", "workflowId",
        "parameters",  "requestBody",   "successCriteria", "onSuccess",     "onFailure",   "outputs",
        "timeout",     "correlationId", "action",          "dependsOn",     NULL};
    const char *id = json_cursor_text(reader->cursor, tree, "stepId");
    struct {
        const char *member;
        struct criteria *criteria;
    } criteria[] = {{"successCriteria", &step->success}, {"x-when", &step->conditions}};

    static const char *const named_lists[] = {"parameters", "onSuccess", "onFailure"};

    *step = (struct step){.id = memory_text(id == NULL ? "" : id)};
    arazzo_check_name(reader, "stepId", id);
    json_cursor_known_members(reader->cursor, tree, known);
    for (size_t i = 0; i < COUNT_OF(named_lists); i++)
        arazzo_names_once(reader, tree, named_lists[i]);
    read_operation(reader, tree, step);
    read_repeat(reader, tree, step);
    read_depends_on(reader, tree_member(tree, "dependsOn"));
    read_parameters(reader, tree, step);
    arazzo_body_read(reader, tree_member(tree, "requestBody"), step);
    for (size_t i = 0; i < COUNT_OF(criteria); i++) {
        size_t mark = json_cursor_enter(reader->cursor, criteria[i].member);
        criteria_read(tree_member(tree, criteria[i].member), reader->cursor, &reader->naming,
                      criteria[i].criteria);
        json_cursor_leave(reader->cursor, mark);
    }
    if (tree_has(tree, "x-start-at")) {
        size_t mark = json_cursor_enter(reader->cursor, "x-start-at");
        step->start_at = payload_read(tree_member(tree, "x-start-at"), reader->cursor, &reader->naming);
        json_cursor_leave(reader->cursor, mark);
    }
    read_actions(reader, tree, true, &step->on_success, &step->on_success_count);
    read_actions(reader, tree, false, &step->on_failure, &step->on_failure_count);
    arazzo_read_payloads(reader, tree, "outputs", &step->outputs, &step->output_count);
    arazzo_evidence_read(reader, tree, step);
}

static void release_actions(struct action *actions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memory_free(actions[i].name);
        memory_free(actions[i].target);
        template_free(actions[i].reason);
        payload_free(actions[i].by);
        criteria_release(&actions[i].criteria);
    }
    memory_free(actions);
}

void arazzo_step_release(struct step *step)
{
    for (size_t i = 0; i < step->parameter_count; i++) {
        memory_free(step->parameters[i].name);
        payload_free(step->parameters[i].value);
    }
    memory_free(step->parameters);
    release_actions(step->on_success, step->on_success_count);
    release_actions(step->on_failure, step->on_failure_count);
    arazzo_payloads_release(step->outputs, step->output_count);
    arazzo_evidence_release(step);
    criteria_release(&step->success);
    criteria_release(&step->conditions);
    payload_free(step->correlation);
    payload_free(step->start_at);
    payload_free(step->body);
    memory_free(step->content_type);
    memory_free(step->channel);
    memory_free(step->operation_id);
    memory_free(step->id);
}

bool workflow_step_writes(const struct step *step)
{
    return step->operation != NULL && step->repeat != REPEAT_SAFE;
}
