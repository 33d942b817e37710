/* The control endpoint /sandbox/: faults, switches, counts, the last requests. */
#include "answers.h"
#include "late.h"
#include "memory.h"
#include "sandbox.h"

#include <stdlib.h>
#include <string.h>

static void refuse(struct reply *reply, const struct fault *why)
{
    struct buffer *out = reply_json(reply, 400);

    buffer_add_text(out, "{\"error\":");
    write_text(out, why->text);
    buffer_add_byte(out, '}');
}

/* One fault or a list of them; all or none. */
static bool add_faults(struct troubles *troubles, struct json_object *tree, struct fault *why)
{
    struct troubles more = *troubles;
    bool many = json_object_is_type(tree, json_type_array);
    size_t count = many ? json_object_array_length(tree) : 1;

    for (size_t i = 0; i < count; i++)
        TRY(troubles_add(&more, many ? json_object_array_get_idx(tree, i) : tree, why));
    *troubles = more;
    return true;
}

void control_add_fault(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct fault why;

    if (!add_faults(&sandbox->troubles, request->tree, &why))
        refuse(reply, &why);
    else
        troubles_write(&sandbox->troubles, reply_json(reply, 200));
}

void control_list_faults(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    troubles_write(&sandbox->troubles, reply_json(reply, 200));
}

void control_clear_faults(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    troubles_clear(&sandbox->troubles);
    buffer_add_text(reply_json(reply, 200), "[]");
}

void control_set_switches(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct fault why;

    if (!switches_set(&sandbox->switches, request->tree, &why))
        refuse(reply, &why);
    else
        switches_write(&sandbox->switches, reply_json(reply, 200));
}

void control_get_switches(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    switches_write(&sandbox->switches, reply_json(reply, 200));
}

static void write_counts(struct sandbox *sandbox, struct buffer *out)
{
    buffer_add_byte(out, '{');
    counts_write(sandbox->counts, out);
    buffer_add_byte(out, ',');
    evidence_write_totals(sandbox->evidence, out);
    buffer_print(out, ",\"late\":%zu,\"events\":", late_count(sandbox->late));
    events_write_counts(sandbox->events, out);
    buffer_add_byte(out, '}');
}

void control_evidence(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *twice = request_query(request, "twice");

    evidence_write(sandbox->evidence, request_query(request, "operationId"),
                   request_query(request, "reference"), twice != NULL && strcmp(twice, "true") == 0,
                   reply_json(reply, 200));
}

void control_activations(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    activations_write(sandbox->activations, reply_json(reply, 200));
}

void control_counts(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *target = request_query(request, "target");

    if (target != NULL)
        counts_write_target(sandbox->counts, target, reply_json(reply, 200));
    else
        write_counts(sandbox, reply_json(reply, 200));
}

void control_targets(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *prefix = request_query(request, "prefix");

    counts_write_targets(sandbox->counts, prefix == NULL ? "" : prefix, reply_json(reply, 200));
}

void control_requests(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *last = request_query(request, "last");
    size_t count = last == NULL ? HISTORY_MAX : (size_t)strtoul(last, NULL, 10);

    history_write(sandbox->history, count, reply_json(reply, 200));
}

void control_reset(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct fault why;

    (void)request;
    if (!sandbox_reset(sandbox, &why))
        refuse(reply, &why);
    else
        buffer_add_text(reply_json(reply, 200), "{}");
}
