/*
 * What an order type does: the workflows of one Arazzo 1.1 description, compiled.
 *
 * A step calls an operation or receives a message. Everything in it that can be compiled is: expressions, criteria,
 * payloads. What the worker does not run (steps that call workflows, operationPath, send, XPath, replacements) is
 * refused by name.
 */
#ifndef CATALOGUE_ARAZZO_H
#define CATALOGUE_ARAZZO_H

#include "workflow.h"

/* One expression that a workflow uses, and where: for the checks that need the request's schema. */
struct expression_use {
    size_t workflow;
    size_t step; /* step_count of the workflow: outside its steps */
    const struct expression *expression;
    char *pointer;
};

/* Where in its step it stands, as "onFailure/0/..."; "" outside of steps. Borrowed. */
const char *expression_use_in_step(const struct expression_use *use);

struct arazzo {
    struct json_object *tree; /* the description itself, owned */
    struct workflow *workflows;
    size_t workflow_count;
    struct expression_use *uses;
    size_t use_count;
    bool needs_are_known; /* no mistake was found: what its steps need of a reply could be looked up */
};

/*
 * Compiles the description against the operations there are; takes over `tree`. Mistakes go to the cursor. Release it
 * in any case, before the openapi it was compiled against.
 */
void arazzo_read(struct json_object *tree, struct json_cursor *cursor, const struct openapi *openapi,
                 struct arazzo *arazzo);
void arazzo_release(struct arazzo *arazzo);

/* The workflow of this id, null when there is none. */
const struct workflow *arazzo_workflow(const struct arazzo *arazzo, const char *id);

#endif
