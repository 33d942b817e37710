/* See sandbox.h. */
#include "sandbox.h"

#include "answers.h"
#include "errors.h"
#include "gateway.h"
#include "loop.h"
#include "memory.h"
#include "registry.h"
#include "sandbox_data.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

bool sandbox_new(struct loop *loop, struct sandbox **out, struct fault *why)
{
    struct sandbox *sandbox = memory_new(1, sizeof *sandbox);

    sandbox->loop = loop;
    switches_init(&sandbox->switches);
    troubles_init(&sandbox->troubles);
    sandbox->counts = counts_new();
    sandbox->history = history_new();
    sandbox->registry = registry_new();
    if (!tree_read(product_orders_text, strlen(product_orders_text), &sandbox->orders, why) ||
        !tree_read(import_orders_text, strlen(import_orders_text), &sandbox->imports, why)) {
        sandbox_free(sandbox);
        return false;
    }
    *out = sandbox;
    return true;
}

void *sandbox_free(struct sandbox *sandbox)
{
    if (sandbox == NULL)
        return NULL;
    troubles_clear(&sandbox->troubles);
    counts_free(sandbox->counts);
    history_free(sandbox->history);
    registry_free(sandbox->registry);
    json_object_put(sandbox->orders);
    json_object_put(sandbox->imports);
    return memory_free(sandbox);
}

/* Our own endpoints answer in plain words. */
static void answer_control(struct sandbox *sandbox, const struct operation *operation,
                           struct request *request, struct reply *reply)
{
    struct fault why;

    if (strcmp(operation->method, "POST") == 0 && request->body.length > 0 &&
        !tree_read(request->body.data, request->body.length, &request->tree, &why)) {
        buffer_add_text(reply_json(reply, 400), "{\"error\":");
        write_text(&reply->body, why.text);
        buffer_add_byte(&reply->body, '}');
        return;
    }
    operation->answer(sandbox, request, reply);
}

static void answer_family(struct sandbox *sandbox, const struct operation *operation, const char *allowed,
                          struct request *request, struct reply *reply)
{
    enum family stranger = registry_owns(request->path) ? FAMILY_REGISTRY : FAMILY_BT;

    switch (operation == NULL ? stranger : operation->family) {
    case FAMILY_BT:
        gateway_answer(sandbox, operation, allowed, request, reply);
        return;
    case FAMILY_TOKEN:
        operation->answer(sandbox, request, reply);
        return;
    case FAMILY_REGISTRY:
        registry_answer(sandbox, operation, request, reply);
        return;
    case FAMILY_CONTROL:
        answer_control(sandbox, operation, request, reply);
        return;
    }
}

void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct tally **tally, bool *counted)
{
    char allowed[64];
    const struct operation *operation = operation_find(request, allowed, sizeof allowed);

    *counted = operation == NULL || operation->family != FAMILY_CONTROL;
    if (!*counted) {
        answer_family(sandbox, operation, allowed, request, reply);
        return;
    }
    *tally = counts_begin(sandbox->counts, operation_index(operation), request->target);
    history_add(sandbox->history, request, operation == NULL ? "unknown" : operation->id);

    struct trouble trouble;
    bool troubled = troubles_take(&sandbox->troubles, operation, request->target, &trouble);
    reply->delay_ms = sandbox->switches.latency_ms + (troubled ? trouble.ms : 0);
    if (troubled && trouble_instead(&trouble)) {
        trouble_apply(sandbox, &trouble, request, reply);
        return;
    }
    answer_family(sandbox, operation, allowed, request, reply);
    if (troubled)
        trouble_apply(sandbox, &trouble, request, reply);
}

void answer_unbuilt(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    error_answer_as(&sandbox->switches, reply, 501, 2, SHAPE_AS_KNOWN);
}
