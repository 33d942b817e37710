/* Reads an Arazzo description and its workflows. Steps are in arazzo_step.c. */
#include "arazzo_inside.h"
#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "own_reply.h"
#include "reach.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"

static void note_use(void *context, const struct expression *expression)
{
    struct arazzo_reader *reader = context;
    struct arazzo *arazzo = reader->arazzo;

    REQUIRE(expression != NULL && reader->naming.context == reader);
    arazzo->uses = memory_resize(arazzo->uses, arazzo->use_count + 1, sizeof *arazzo->uses);
    arazzo->uses[arazzo->use_count++] = (struct expression_use){
        reader->workflow, reader->step, expression, memory_text(buffer_text(&reader->cursor->pointer))};
}

const char *expression_use_in_step(const struct expression_use *use)
{
    char start[64];
    size_t length =
        (size_t)snprintf(start, sizeof start, "/workflows/%zu/steps/%zu/", use->workflow, use->step);

    return strncmp(use->pointer, start, length) == 0 ? use->pointer + length : "";
}

struct json_object *arazzo_find_reusable(const struct arazzo_reader *reader, struct json_object *tree)
{
    const char *reference = tree_text_of(tree, "reference");
    char pointer[256] = "/";
    size_t length = 1;

    if (reference == NULL)
        return tree;
    bool inside = strncmp(reference, "$components.", 12) == 0;
    for (const char *at = reference + 1; inside && *at != '\0' && length < sizeof pointer - 1; at++)
        pointer[length++] = *at == '.' ? '/' : *at;
    return inside ? tree_at(reader->arazzo->tree, pointer) : NULL;
}

struct json_object *arazzo_resolve_reusable(struct arazzo_reader *reader, struct json_object *tree)
{
    struct json_object *target = arazzo_find_reusable(reader, tree);

    if (target == NULL && tree_has(tree, "reference"))
        json_cursor_problem(reader->cursor,
                            "$components.parameters.<name>, or successActions, failureActions",
                            "the reference leads nowhere");
    return target;
}

void arazzo_read_payloads(struct arazzo_reader *reader, struct json_object *tree, const char *member,
                          struct named_payload **list, size_t *count)
{
    size_t mark = json_cursor_enter(reader->cursor, member);

    TREE_EACH(tree_member(tree, member), name, value)
    {
        size_t item = json_cursor_enter(reader->cursor, name);
        if (strspn(name, OUTPUT_LETTERS) < strlen(name) || *name == '\0')
            json_cursor_problem(reader->cursor, "letters, digits, '.', '-' and '_'",
                                "the output's name is not valid");
        *list = memory_resize(*list, *count + 1, sizeof **list);
        (*list)[(*count)++] =
            (struct named_payload){memory_text(name), payload_read(value, reader->cursor, &reader->naming)};
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}

static void read_requirements(struct arazzo_reader *reader, struct json_object *list,
                              struct workflow *workflow)
{
    size_t mark = json_cursor_enter(reader->cursor, "x-require"),
           count = json_cursor_length(reader->cursor, list);

    workflow->requirements = memory_new(count, sizeof *workflow->requirements);
    for (size_t i = 0; i < count; i++) {
        struct json_object *tree = json_object_array_get_idx(list, i);
        struct requirement *requirement = &workflow->requirements[workflow->requirement_count++];
        size_t item = json_cursor_enter_item(reader->cursor, i);
        const char *name = tree_text_of(tree, "name"),
                   *reason = json_cursor_text(reader->cursor, tree, "reason");
        requirement->name = memory_text(name == NULL ? "" : name);
        requirement->reason = memory_text(reason == NULL ? "" : reason);
        criteria_add(tree, reader->cursor, &reader->naming, &requirement->criteria);
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}

/* {stepId, before, criteria}: resolved by read_workflow(), when all steps are known. */
static void read_cancel(struct arazzo_reader *reader, struct json_object *tree, struct workflow *workflow)
{
    static const char *const known[] = {"stepId", "before", "criteria", NULL};
    size_t mark = json_cursor_enter(reader->cursor, "x-cancel");

    struct cancellation *cancel = workflow->cancel = memory_new(1, sizeof *cancel);
    json_cursor_known_members(reader->cursor, tree, known);
    cancel->target = memory_text(json_cursor_text(reader->cursor, tree, "stepId"));
    cancel->before = memory_text(tree_text_of(tree, "before"));
    cancel->target_index = cancel->target == NULL ? 0 : workflow_step(workflow, cancel->target);
    cancel->before_index =
        cancel->before == NULL ? workflow->step_count : workflow_step(workflow, cancel->before);
    if (cancel->target_index == workflow->step_count)
        json_cursor_problem(reader->cursor, "name a stepId of the same workflow", "'%s' leads nowhere",
                            cancel->target);
    if (cancel->before != NULL && cancel->before_index == workflow->step_count)
        json_cursor_problem(reader->cursor, "name a stepId of the same workflow", "'before' names no step");
    size_t inner = json_cursor_enter(reader->cursor, "criteria");
    criteria_read(tree_member(tree, "criteria"), reader->cursor, &reader->naming, &cancel->criteria);
    json_cursor_leave(reader->cursor, inner);
    json_cursor_leave(reader->cursor, mark);
}

static void read_number_form(struct arazzo_reader *reader, struct json_object *tree,
                             struct workflow *workflow)
{
    static const char *const forms[] = {"national", "significant", "e164", NULL};
    int form = tree_has(tree, "x-number-form") ? names_find(forms, tree_text_of(tree, "x-number-form")) : 0;

    if (form < 0)
        json_cursor_problem(reader->cursor, "national, significant or e164",
                            "x-number-form has an unknown value");
    NAMES_COMPLETE(forms, WORKFLOW_E164 + 1); /* and the null */
    _Static_assert((int)WORKFLOW_E164 == (int)NUMBER_E164, "one is cast to the other");
    workflow->number_form = form < 0 ? WORKFLOW_NATIONAL : (enum workflow_number_form)form;
    reader->naming.numbers = (enum number_form)workflow->number_form;
}

/* Goto targets are known only when all steps are read. */
static void resolve_targets(struct arazzo_reader *reader, const struct workflow *workflow,
                            struct action *actions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (actions[i].type != ACTION_GOTO || actions[i].target == NULL)
            continue;
        actions[i].target_index = workflow_step(workflow, actions[i].target);
        if (actions[i].target_index == workflow->step_count)
            json_cursor_problem(reader->cursor, "name a stepId of the same workflow",
                                "goto '%s' leads nowhere", actions[i].target);
    }
}

static void read_steps(struct arazzo_reader *reader, struct json_object *list, struct workflow *workflow)
{
    size_t mark = json_cursor_enter(reader->cursor, "steps"),
           count = json_cursor_length(reader->cursor, list);

    if (count == 0)
        json_cursor_problem(reader->cursor, "", "a workflow has at least one step");
    workflow->steps = memory_new(count, sizeof *workflow->steps);
    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(reader->cursor, i);
        reader->step = i;
        arazzo_step_read(reader, json_object_array_get_idx(list, i), &workflow->steps[i]);
        if (workflow_step(workflow, workflow->steps[i].id) != i && workflow->step_count == i &&
            workflow_step(workflow, workflow->steps[i].id) < i)
            json_cursor_problem(reader->cursor, "", "stepId '%s' is defined twice", workflow->steps[i].id);
        workflow->step_count = i + 1;
        json_cursor_leave(reader->cursor, item);
    }
    reader->step = count;
    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(reader->cursor, i);
        struct step *step = &workflow->steps[i];
        resolve_targets(reader, workflow, step->on_success, step->on_success_count);
        resolve_targets(reader, workflow, step->on_failure, step->on_failure_count);
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}

static void read_workflow(struct arazzo_reader *reader, struct json_object *tree, struct workflow *workflow)
{
    static const char *const known[] = {"workflowId", "summary", "description",    "inputs",
                                        "steps",      "outputs", "successActions", "failureActions",
                                        "parameters", NULL};
    static const char *const named_lists[] = {"parameters", "successActions", "failureActions", "x-require"};
    const char *id = json_cursor_text(reader->cursor, tree, "workflowId");

    json_cursor_known_members(reader->cursor, tree, known);
    arazzo_check_name(reader, "workflowId", id);
    for (size_t i = 0; id != NULL && i < reader->workflow; i++)
        if (strcmp(reader->arazzo->workflows[i].id, id) == 0)
            json_cursor_problem(reader->cursor, "another id", "workflowId '%s' is defined twice", id);
    for (size_t i = 0; i < COUNT_OF(named_lists); i++)
        arazzo_names_once(reader, tree, named_lists[i]);
    workflow->id = memory_text(id == NULL ? "" : id);
    workflow->inputs_schema = tree_member(tree, "inputs");
    reader->defaults = tree;
    read_number_form(reader, tree, workflow);
    read_steps(reader, tree_member(tree, "steps"), workflow);
    read_requirements(reader, tree_member(tree, "x-require"), workflow);
    if (tree_has(tree, "x-cancel"))
        read_cancel(reader, tree_member(tree, "x-cancel"), workflow);
    arazzo_read_payloads(reader, tree, "outputs", &workflow->outputs, &workflow->output_count);
    for (size_t i = 0; i < workflow->step_count; i++)
        workflow->waits =
            workflow->waits || workflow->steps[i].operation == NULL || workflow->steps[i].start_at != NULL;
}

/* What no expression looks at need not be kept for it. */
static void note_needs(struct arazzo *arazzo)
{
    for (size_t i = 0; i < arazzo->use_count; i++) {
        const struct workflow *workflow = &arazzo->workflows[arazzo->uses[i].workflow];
        enum expression_root root = arazzo->uses[i].expression->root;
        bool request =
            root == ROOT_REQUEST || root == ROOT_REQUEST_BODY || root == ROOT_METHOD || root == ROOT_URL;
        for (size_t s = 0; s < workflow->step_count; s++) {
            workflow->steps[s].uses_request = workflow->steps[s].uses_request || request;
            workflow->steps[s].uses_headers = workflow->steps[s].uses_headers || root == ROOT_RESPONSE_HEADER;
        }
    }
    for (size_t w = 0; w < arazzo->workflow_count; w++) {
        struct workflow *workflow = &arazzo->workflows[w];
        for (size_t s = 0; s < workflow->step_count; s++)
            workflow->steps[s].own_reply = own_reply_shown_by(arazzo, w, s);
        workflow->reach = workflow->waits ? reach_of(arazzo, w) : NULL;
    }
}

void arazzo_read(struct json_object *tree, struct json_cursor *cursor, const struct openapi *openapi,
                 struct arazzo *arazzo)
{
    static const char *const known[] = {"arazzo",    "$self",      "info", "sourceDescriptions",
                                        "workflows", "components", NULL};
    struct arazzo_reader reader = {.cursor = cursor, .openapi = openapi, .arazzo = arazzo};
    const char *version = tree_text_of(tree, "arazzo");
    struct json_object *list = tree_member(tree, "workflows");
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    size_t before = cursor->problems->count;

    *arazzo = (struct arazzo){.tree = tree};
    reader.naming = (struct naming){.seen = note_use, .context = &reader};
    if (version == NULL || (strncmp(version, "1.1.", 4) != 0 && strncmp(version, "1.0.", 4) != 0))
        json_cursor_problem(cursor, "\"arazzo\": \"1.1.0\"", "this is not an Arazzo 1.1 description");
    json_cursor_known_members(cursor, tree, known);
    if (tree_text_of(tree, "$self") != NULL && strchr(tree_text_of(tree, "$self"), '#') != NULL)
        json_cursor_problem(cursor, "the URI without '#'", "$self has a fragment");
    arazzo_sources_read(&reader);
    arazzo->workflows = memory_new(count, sizeof *arazzo->workflows);
    size_t mark = json_cursor_enter(cursor, "workflows");
    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(cursor, i);
        reader.workflow = i;
        read_workflow(&reader, json_object_array_get_idx(list, i), &arazzo->workflows[i]);
        arazzo->workflow_count = i + 1;
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
    REQUIRE(arazzo->workflow_count == count);
    if (cursor->problems->count == before) { /* after a mistake, a noted expression may be freed already */
        note_needs(arazzo);
        arazzo->needs_are_known = true;
    }
}

void arazzo_payloads_release(struct named_payload *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memory_free(list[i].name);
        payload_free(list[i].value);
    }
    memory_free(list);
}

static void *free_cancellation(struct cancellation *cancel)
{
    if (cancel != NULL) {
        memory_free(cancel->target);
        memory_free(cancel->before);
        criteria_release(&cancel->criteria);
    }
    return memory_free(cancel);
}

static void release_workflow(struct workflow *workflow)
{
    workflow->cancel = free_cancellation(workflow->cancel);
    for (size_t i = 0; i < workflow->step_count; i++)
        arazzo_step_release(&workflow->steps[i]);
    for (size_t i = 0; i < workflow->requirement_count; i++) {
        memory_free(workflow->requirements[i].name);
        memory_free(workflow->requirements[i].reason);
        criteria_release(&workflow->requirements[i].criteria);
    }
    arazzo_payloads_release(workflow->outputs, workflow->output_count);
    workflow->reach = reach_free(workflow->reach);
    memory_free(workflow->steps);
    memory_free(workflow->requirements);
    memory_free(workflow->id);
}

void arazzo_release(struct arazzo *arazzo)
{
    for (size_t i = 0; i < arazzo->workflow_count; i++)
        release_workflow(&arazzo->workflows[i]);
    for (size_t i = 0; i < arazzo->use_count; i++)
        memory_free(arazzo->uses[i].pointer);
    memory_free(arazzo->workflows);
    memory_free(arazzo->uses);
    json_object_put(arazzo->tree);
    *arazzo = (struct arazzo){0};
}

const struct workflow *arazzo_workflow(const struct arazzo *arazzo, const char *id)
{
    for (size_t i = 0; i < arazzo->workflow_count; i++)
        if (strcmp(arazzo->workflows[i].id, id) == 0)
            return &arazzo->workflows[i];
    return NULL;
}

size_t workflow_step(const struct workflow *workflow, const char *id)
{
    size_t i = 0;

    while (i < workflow->step_count && strcmp(workflow->steps[i].id, id) != 0)
        i++;
    return i;
}
