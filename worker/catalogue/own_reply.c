/* Looks for the criterion by which a step compares what a reply shows with what its order knows. */
#include "own_reply.h"

#include <stdio.h>
#include <string.h>

const char *own_reply_member(const struct arazzo *arazzo, size_t workflow, size_t step)
{
    char pointer[128], reference[300];

    snprintf(pointer, sizeof pointer, "/workflows/%zu/steps/%zu/requestBody/payload", workflow, step);
    snprintf(reference, sizeof reference, "$inputs.%sReference", arazzo->workflows[workflow].steps[step].id);
    TREE_EACH(tree_at(arazzo->tree, pointer), name, value)
    {
        const char *text = tree_text(value);
        if (text != NULL && strcmp(text, reference) == 0)
            return name;
    }
    return NULL;
}

static bool is_known(const struct expression *expression)
{
    return expression->root == ROOT_INPUTS || expression->root == ROOT_STEPS;
}

static bool is_shown(const struct expression *expression, const char *member)
{
    return expression->root == ROOT_RESPONSE_BODY && expression->path_length == 1 &&
           (strcmp(expression->path[0], "id") == 0 ||
            (member != NULL && strcmp(expression->path[0], member) == 0));
}

const char *own_reply_shown_by(const struct arazzo *arazzo, size_t workflow, size_t step)
{
    const char *member = own_reply_member(arazzo, workflow, step);
    char where[128];

    int length = snprintf(where, sizeof where, "/workflows/%zu/steps/%zu/successCriteria/", workflow, step);
    for (size_t i = 0; i < arazzo->use_count; i++) {
        const struct expression_use *shown = &arazzo->uses[i];
        if (strncmp(shown->pointer, where, (size_t)length) != 0 || !is_shown(shown->expression, member))
            continue;
        for (size_t k = 0; k < arazzo->use_count; k++)
            if (strcmp(arazzo->uses[k].pointer, shown->pointer) == 0 && is_known(arazzo->uses[k].expression))
                return shown->expression->path[0];
    }
    return NULL;
}
