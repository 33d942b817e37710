/* Builds an outcome's JSON and encodes it with the schema of its order type. */
#include "outcome.h"

#include "datum.h"
#include "invariant.h"
#include "memory.h"
#include "names.h"
#include "timestamp.h"
#include "tree_build.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

static const char *const status_names[] = {
    [OUTCOME_COMPLETED] = "COMPLETED", [OUTCOME_REJECTED] = "REJECTED", [OUTCOME_FAILED] = "FAILED",
    [OUTCOME_UNKNOWN] = "UNKNOWN",     [OUTCOME_PROGRESS] = "PROGRESS",
};
NAMES_COMPLETE(status_names, OUTCOME_PROGRESS);

const char *outcome_status_name(enum outcome_status status)
{
    REQUIRE(status <= OUTCOME_PROGRESS);
    return status_names[status];
}

void outcome_id(const struct outcome *outcome, char id[UUID_TEXT_SIZE])
{
    char sequence[16];
    _Static_assert(sizeof sequence > sizeof "4294967295", "two numbers that are cut would be one id");
    const char *step = outcome->calls == NULL || outcome->calls->step == NULL ? "" : outcome->calls->step;

    REQUIRE(outcome->status <= OUTCOME_PROGRESS && *outcome->request_id != '\0');
    snprintf(sequence, sizeof sequence, "%u", outcome->sequence);
    uuid_print(
        uuid_of((const char *[]){outcome->request_id, status_names[outcome->status], step, sequence}, 4), id);
}

/* BT's texts may be cut within a character, or not be UTF-8 at all: an outcome must be written all the same. */
static struct json_object *text_of(const char *text)
{
    CLEANUP(memory_release) char *repaired = memory_text(text);

    utf8_repair(repaired);
    return json_object_new_string(repaired);
}

static void add_text(struct json_object *object, const char *name, const char *text)
{
    tree_add(object, name, text == NULL || *text == '\0' ? NULL : text_of(text));
}

static struct json_object *moment(int64_t ms)
{
    char text[TIMESTAMP_TEXT_SIZE];

    timestamp_print(ms, text);
    return json_object_new_string(text);
}

static struct json_object *reason_tree(const struct reason *reason)
{
    if (reason->kind == REASON_NONE)
        return NULL;
    struct json_object *tree = json_object_new_object();
    tree_add_text(tree, "kind", reason_kind_name(reason->kind));
    tree_add(tree, "code", text_of(reason->code));
    tree_add(tree, "text", text_of(reason->text));
    return tree;
}

static struct json_object *source_tree(const struct source *source)
{
    struct json_object *tree = json_object_new_object();

    tree_add_text(tree, "topic", source->topic);
    tree_add_integer(tree, "partition", source->partition);
    tree_add_integer(tree, "offset", source->offset);
    return tree;
}

static struct json_object *tracking_tree(const struct call_record *calls)
{
    struct json_object *ids = json_object_new_array();

    REQUIRE(calls->tracking_count <= TRACKING_IDS_MAX);
    for (size_t i = 0; i < calls->tracking_count; i++)
        json_object_array_add(ids, text_of(calls->tracking_ids[i]));
    return ids;
}

static struct json_object *waiting_tree(const struct ledger_wait *wait)
{
    if (wait == NULL || wait->step == NULL)
        return NULL;
    struct json_object *tree = json_object_new_object();
    tree_add_text(tree, "step", wait->step);
    tree_add(tree, "since", moment(wait->since_ms));
    tree_add(tree, "until", moment(wait->until_ms));
    return tree;
}

/* In the order of schemas/common/Outcome.avsc, so that it usually need not be brought into shape. */
static struct json_object *outcome_tree(const struct outcome *outcome)
{
    static const struct call_record none = {0};
    const struct call_record *calls = outcome->calls == NULL ? &none : outcome->calls;
    struct json_object *common = json_object_new_object(), *tree = json_object_new_object();
    char id[UUID_TEXT_SIZE];

    outcome_id(outcome, id);
    tree_add_text(common, "outcomeId", id);
    tree_add_text(common, "requestId", outcome->request_id);
    tree_add_text(common, "orderType", outcome->type->name);
    tree_add_text(common, "status", status_names[outcome->status]);
    tree_add_boolean(common, "final", outcome->final);
    tree_add(common, "reason", reason_tree(&outcome->reason));
    add_text(common, "step", calls->step);
    tree_add_integer(common, "attempts", (int)calls->attempts);
    add_text(common, "orderId", outcome->order_id);
    add_text(common, "externalId", outcome->external_id);
    tree_add(common, "trackingIds", tracking_tree(calls));
    tree_add(common, "httpStatus", calls->http_status == 0 ? NULL : json_object_new_int(calls->http_status));
    add_text(common, "btCode", calls->bt_code);
    tree_add(common, "requestedAt", moment(outcome->requested_at_ms));
    tree_add(common, "startedAt", outcome->started_at_ms == 0 ? NULL : moment(outcome->started_at_ms));
    tree_add(common, "finishedAt", moment(outcome->finished_at_ms));
    tree_add(common, "source", source_tree(&outcome->source));
    tree_add(common, "waiting", waiting_tree(outcome->wait));
    tree_add(tree, "outcome", common);
    tree_add(tree, "result", json_object_get(outcome->result));
    return tree;
}

bool outcome_write(const struct outcome *outcome, struct buffer *datum, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = outcome_tree(outcome);
    struct fault inner;

    REQUIRE(!outcome->final || outcome->status < OUTCOME_UNKNOWN);
    if (datum_encode_shaped(outcome->type->outcome, tree, datum, &inner) ||
        datum_encode(outcome->type->outcome, tree, datum, &inner))
        return true;
    return fault_set(why, inner.kind == FAULT_EXHAUSTED ? FAULT_EXHAUSTED : FAULT_LOCAL,
                     "the outcome of '%s' does not fit its schema: %s", outcome->type->name, inner.text);
}
