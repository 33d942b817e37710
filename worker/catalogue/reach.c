/* Collects the places that expressions name, as a tree, and cuts a payload down to them. */
#include "reach.h"

#include "memory.h"

#include <string.h>

struct reach {
    char *name; /* of a member, or the index of an item; null: it is the payload itself */
    bool whole; /* an expression gives the value as it is; a jsonpath's or regex's context is one, too */
    struct reach *parts;
    size_t part_count;
};

static void release(struct reach *reach)
{
    for (size_t i = 0; i < reach->part_count; i++)
        release(&reach->parts[i]);
    memory_free(reach->parts);
    memory_free(reach->name);
}

void *reach_free(struct reach *reach)
{
    if (reach != NULL)
        release(reach);
    return memory_free(reach);
}

static struct reach *part_of(struct reach *reach, const char *name)
{
    for (size_t i = 0; i < reach->part_count; i++)
        if (strcmp(reach->parts[i].name, name) == 0)
            return &reach->parts[i];
    reach->parts = memory_resize(reach->parts, reach->part_count + 1, sizeof *reach->parts);
    reach->parts[reach->part_count] = (struct reach){.name = memory_text(name)};
    return &reach->parts[reach->part_count++];
}

/* No payload is deeper than TREE_DEPTH_MAX, and so no tree of places. */
static void add(struct reach *reach, const struct expression *expression)
{
    for (size_t i = 0; i < expression->path_length && i < TREE_DEPTH_MAX; i++)
        reach = part_of(reach, expression->path[i]);
    reach->whole = true;
}

/* Of a step that calls, `$response.body` is that of the reply, but in x-message there is none. */
static bool is_over_message(const struct workflow *workflow, const struct expression_use *use)
{
    enum expression_root root = use->expression->root;

    if (use->step == workflow->step_count || (root != ROOT_RESPONSE_BODY && root != ROOT_MESSAGE_PAYLOAD))
        return false;
    return root == ROOT_MESSAGE_PAYLOAD || workflow->steps[use->step].operation == NULL ||
           strncmp(expression_use_in_step(use), "x-message/", 10) == 0;
}

struct reach *reach_of(const struct arazzo *arazzo, size_t workflow)
{
    struct reach *reach = memory_new(1, sizeof *reach);

    for (size_t i = 0; i < arazzo->use_count; i++)
        if (arazzo->uses[i].workflow == workflow &&
            is_over_message(&arazzo->workflows[workflow], &arazzo->uses[i]))
            add(reach, arazzo->uses[i].expression);
    return reach;
}

static struct json_object *cut(const struct reach *reach, struct json_object *value);

/* What is null is left out: to an expression that is the same. */
static struct json_object *cut_object(const struct reach *reach, struct json_object *object)
{
    struct json_object *kept = json_object_new_object();

    for (size_t i = 0; i < reach->part_count; i++) {
        struct json_object *value = cut(&reach->parts[i], tree_member(object, reach->parts[i].name));
        if (value != NULL)
            json_object_object_add(kept, reach->parts[i].name, value);
    }
    return kept;
}

/*
 * Items stay at their places, so that an index goes on meaning the same; those before them are null, and the list ends
 * with the last that is looked at. Its length is no loss: only who looks at the whole list can tell it.
 */
static struct json_object *cut_list(const struct reach *reach, struct json_object *list)
{
    struct json_object *kept = json_object_new_array();
    size_t index;

    for (size_t i = 0; i < reach->part_count; i++)
        if (expression_index(reach->parts[i].name, &index) && index < json_object_array_length(list))
            json_object_array_put_idx(kept, index,
                                      cut(&reach->parts[i], json_object_array_get_idx(list, index)));
    return kept;
}

/* Text, a number or a boolean where a part of it is looked for has none. */
static struct json_object *cut(const struct reach *reach, struct json_object *value)
{
    if (reach->whole)
        return json_object_get(value);
    return json_object_is_type(value, json_type_object)  ? cut_object(reach, value)
           : json_object_is_type(value, json_type_array) ? cut_list(reach, value)
                                                         : NULL;
}

struct json_object *reach_cut(const struct reach *reach, struct json_object *payload)
{
    return reach == NULL ? json_object_get(payload) : cut(reach, payload);
}
