/* Takes one request through the gateway, the operation and the faults to its reply. */
#include "sandbox.h"

#include "answers.h"
#include "errors.h"
#include "gateway.h"
#include "late.h"
#include "loop.h"
#include "memory.h"
#include "references.h"
#include "registry.h"
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
    sandbox->evidence = evidence_new();
    sandbox->late = late_new(sandbox);
    sandbox->activations = activations_new();
    if (!agenda_init(&sandbox->agenda, loop, why) ||
        !events_new(&sandbox->agenda, &sandbox->troubles, &sandbox->events, why) ||
        !state_init(&sandbox->state, why)) {
        sandbox_free(sandbox);
        return false;
    }
    sandbox->lives = lives_new(&sandbox->agenda, sandbox->events);
    lives_know(sandbox->lives, sandbox->state.imports);
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
    evidence_free(sandbox->evidence);
    late_free(sandbox->late);
    lives_free(sandbox->lives);
    events_free(sandbox->events);
    activations_free(sandbox->activations);
    state_release(&sandbox->state);
    agenda_release(&sandbox->agenda);
    return memory_free(sandbox);
}

bool sandbox_reset(struct sandbox *sandbox, struct fault *why)
{
    troubles_clear(&sandbox->troubles);
    counts_reset(sandbox->counts);
    evidence_reset(sandbox->evidence);
    history_clear(sandbox->history);
    late_clear(sandbox->late);
    lives_clear(sandbox->lives);
    events_clear(sandbox->events);
    activations_reset(sandbox->activations);
    state_release(&sandbox->state);
    TRY(state_init(&sandbox->state, why));
    lives_know(sandbox->lives, sandbox->state.imports);
    return true;
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

/* The answer, and the count of what it changed. */
static void answer_counted(struct sandbox *sandbox, const struct operation *operation, const char *allowed,
                           struct request *request, struct reply *reply)
{
    answer_family(sandbox, operation, allowed, request, reply);
    if (request->accepted)
        evidence_accepted(sandbox->evidence, operation->id, request->reference);
}

void sandbox_carry_out(struct sandbox *sandbox, const struct operation *operation, struct request *request,
                       struct reply *reply)
{
    answer_counted(sandbox, operation, "", request, reply);
}

/* Counts it. The body is read here already: it may hold the reference. */
static void receive(struct sandbox *sandbox, const struct operation *operation, struct request *request)
{
    struct fault why;

    history_add(sandbox->history, request, operation == NULL ? "unknown" : operation->id);
    if (operation == NULL || operation->reference == NULL)
        return;
    if (!tree_read(buffer_text(&request->body), request->body.length, &request->tree, &why))
        request->tree = NULL;
    request->reference = reference_of(operation, request);
    evidence_received(sandbox->evidence, operation->id, request->reference);
}

static void answer_troubled(struct sandbox *sandbox, const struct operation *operation, const char *allowed,
                            const struct trouble *trouble, struct request *request, struct reply *reply)
{
    reply->delay_ms += trouble_delay(trouble);
    if (trouble->kind == TROUBLE_LATE && operation != NULL)
        late_add(sandbox->late, operation, request, trouble->ms);
    if (trouble->kind == TROUBLE_INVISIBLE)
        request->hidden_ms = trouble->ms;
    if (!trouble_instead(trouble))
        answer_counted(sandbox, operation, allowed, request, reply);
    trouble_apply(sandbox, trouble, request, reply);
}

int64_t sandbox_cut(struct sandbox *sandbox, struct request *request)
{
    char allowed[64];
    struct trouble trouble;
    const struct operation *operation = operation_find(request, allowed, sizeof allowed);

    if (operation != NULL && operation->family == FAMILY_CONTROL)
        return -1;
    return troubles_take(&sandbox->troubles, operation, request, false, &trouble) ? trouble.cut_at : -1;
}

void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct tally **tally, bool *counted)
{
    char allowed[64];
    struct trouble trouble;
    const struct operation *operation = operation_find(request, allowed, sizeof allowed);

    *counted = operation == NULL || operation->family != FAMILY_CONTROL;
    if (!*counted) {
        answer_family(sandbox, operation, allowed, request, reply);
        return;
    }
    *tally = counts_begin(sandbox->counts, operation_index(operation), request->target);
    receive(sandbox, operation, request);
    reply->delay_ms = sandbox->switches.latency_ms;
    if (troubles_take(&sandbox->troubles, operation, request, true, &trouble))
        answer_troubled(sandbox, operation, allowed, &trouble, request, reply);
    else
        answer_counted(sandbox, operation, allowed, request, reply);
}
