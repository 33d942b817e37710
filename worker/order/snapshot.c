/* An order to its record and back. `progress` is JSON that people read, too, so its members have plain names. */
#include "snapshot.h"

#include "invariant.h"
#include "memory.h"
#include "order_links.h"
#include "parts_json.h"
#include "tree_build.h"
#include "unserved.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 256 << 20 }; /* escaped, one byte of request.max.bytes may need six in JSON */

enum ledger_state snapshot_state(const struct order *order)
{
    switch (order->state) {
    case ORDER_INTENDING:
    case ORDER_PERMITTED:
        return LEDGER_INTENDED;
    case ORDER_PARKED:
        return LEDGER_PARKED;
    case ORDER_DONE:
    case ORDER_SETTLING:
        return LEDGER_DONE;
    case ORDER_CALLING:
        return order->doubt.open || order_writes(order) ? LEDGER_INTENDED : LEDGER_QUEUED;
    case ORDER_QUEUED:
    case ORDER_READY:
    case ORDER_WAITING:
    case ORDER_AWAITING:
        break;
    }
    return order->doubt.open ? LEDGER_INTENDED : LEDGER_QUEUED;
}

static char *text_of(struct json_object *tree)
{
    struct buffer text;

    buffer_init(&text, TEXT_MAX);
    tree_write(tree, &text);
    char *taken = buffer_take(&text, NULL);
    utf8_repair(taken); /* BT's words may be none, or cut within a character */
    return taken;
}

static void add_number(struct json_object *tree, const char *name, int64_t value)
{
    if (value != 0)
        tree_add_integer(tree, name, value);
}

static int64_t number_of(const struct json_object *tree, const char *name)
{
    return json_object_get_int64(tree_member(tree, name));
}

static void add_flag(struct json_object *tree, const char *name, bool value)
{
    if (value)
        tree_add_boolean(tree, name, true);
}

static void add_headers(struct json_object *tree, const struct order_headers *headers)
{
    tree_add_known(tree, "traceparent", headers->traceparent);
    tree_add_known(tree, "tracestate", headers->tracestate);
    tree_add_known(tree, "tracking", headers->tracking);
}

/* The retries of the step's onFailure actions that are used up, by name. */
static void add_retries(struct json_object *tree, const struct execution *execution)
{
    if (execution->retries == NULL)
        return;
    REQUIRE(execution->workflow != NULL && execution->step < execution->workflow->step_count);
    const struct step *step = &execution->workflow->steps[execution->step];
    struct json_object *retries = json_object_new_object();
    for (size_t i = 0; i < step->on_failure_count; i++)
        add_number(retries, step->on_failure[i].name, execution->retries[i]);
    tree_add(tree, "retries", retries);
}

/* The order's own step, also while it is looked up; null: it has not begun, or has ended. */
static const char *step_of(const struct order *order)
{
    const struct workflow *workflow = order->main.workflow;

    if (unserved_is_missing(order))
        return order->unserved->step;
    return workflow == NULL || order->main.step >= workflow->step_count
               ? NULL
               : workflow->steps[order->main.step].id;
}

static struct json_object *event_ids_tree(const struct waiting *waiting)
{
    struct json_object *list = waiting->event_id_count == 0 ? NULL : json_object_new_array();

    for (size_t i = 0; i < waiting->event_id_count; i++)
        json_object_array_add(list, json_object_new_string(waiting->event_ids[i]));
    return list;
}

static void add_walk(struct json_object *tree, const struct order *order, bool undecided)
{
    add_flag(tree, "begun", order->main.workflow != NULL);
    add_flag(tree, "stepIsNew", order->main.step_is_new);
    add_flag(tree, "stepsLeftOut", order->main.steps_left_out);
    if (undecided && order->main.steps != NULL)
        tree_add(tree, "steps", json_object_get(order->main.steps));
    tree_add(tree, "calls", parts_calls_tree(&order->main.calls));
    add_retries(tree, &order->main);
    add_flag(tree, "tokenRenewed", order->main.token_renewed);
    if (undecided && waiting_latest(&order->waiting) != NULL)
        tree_add(tree, "latestNews", progress_tree(waiting_latest(&order->waiting)));
    if (undecided)
        tree_add_known(tree, "shown", order->waiting.shown);
}

static void add_way(struct json_object *tree, const struct way_out *way)
{
    struct json_object *one = way == NULL ? NULL : json_object_new_object();

    if (way == NULL)
        return;
    tree_add_known(one, "status", outcome_status_name(way->status));
    add_number(one, "decideByMs", way->decide_by_ms);
    parts_add_reason(one, "reason", &way->reason);
    tree_add(tree, "way", one);
}

static void read_way(const struct json_object *tree, struct order *order)
{
    REQUIRE(order->way == NULL);
    if (tree == NULL)
        return;
    order->way = memory_new(1, sizeof *order->way);
    order->way->status = parts_read_status(tree);
    order->way->decide_by_ms = number_of(tree, "decideByMs");
    parts_read_reason(tree, "reason", &order->way->reason);
}

static char *progress_of(const struct order *order)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    bool undecided = order->state != ORDER_DONE && order->state != ORDER_SETTLING;

    if (!unserved_is_missing(order))
        add_walk(tree, order, undecided);
    unserved_add(order, tree);
    add_number(tree, "stepsDone", order->steps_done);
    add_number(tree, "takenAtMs", order->source.taken_at_ms);
    add_number(tree, "startedAtMs", order->started_at_ms);
    add_number(tree, "notAfterMs",
               order->request.not_after_ms == INT64_MAX ? 0 : order->request.not_after_ms);
    tree_add_known(tree, "orderId", order->order_id);
    add_flag(tree, "wrote", order->wrote);
    add_flag(tree, "wasInDoubt", order->doubt.was);
    add_flag(tree, "wasRefused", order->doubt.refused);
    add_number(tree, "takeOversInDoubt", order->doubt.restarts);
    parts_add_reason(tree, "doubt", &order->doubt.reason);
    add_number(tree, "outcomes", order->sequence);
    add_number(tree, "repeatsDue", order->ledger.repeats_due);
    if (order->reason.kind != REASON_NONE || !undecided) {
        tree_add_known(tree, "status", outcome_status_name(order->status));
        parts_add_reason(tree, "reason", &order->reason);
        add_number(tree, "finishedAtMs", order->finished_at_ms);
    }
    if (order->state == ORDER_PARKED)
        add_number(tree, "decideByMs", order->decide_by_ms);
    if (undecided) {
        add_way(tree, order->way);
        tree_add(tree, "mailbox", mailbox_tree(&order->waiting.mailbox));
    }
    tree_add(tree, "marks", json_object_get(order->waiting.marks));
    tree_add(tree, "eventIds", event_ids_tree(&order->waiting));
    add_headers(tree, &order->source.headers);
    add_number(tree, "messagesTaken", order->waiting.messages_taken);
    add_number(tree, "takenBeforeCall", order->waiting.taken_before_call);
    add_number(tree, "journalDropped", order->journal.dropped);
    tree_add(tree, "journal", journal_tree(&order->journal));
    return text_of(tree);
}

void snapshot_take(const struct order *order, int64_t wall_ms, struct ledger_record *record)
{
    const struct ledger_record *unloaded = order->ledger.unloaded;
    enum ledger_state state = snapshot_state(order);

    REQUIRE(*order->request.id != '\0' && order->type != NULL);
    *record = (struct ledger_record){.state = state,
                                     .offset = order->source.offset,
                                     .turn = order->source.turn,
                                     .attempt = order->attempt,
                                     .requested_at_ms = order->source.requested_at_ms,
                                     .written_at_ms = wall_ms,
                                     .key_length = order->source.key_length};
    snprintf(record->request_id, sizeof record->request_id, "%s", order->request.id);
    record->order_type = memory_text(order->type->name);
    record->step = memory_text(unloaded != NULL ? unloaded->step : step_of(order));
    record->key =
        order->source.key == NULL ? NULL : memory_text_of(order->source.key, order->source.key_length);
    record->last_decision = memory_text(order->ledger.last_decision);
    record->decisions = memory_text(order->ledger.decisions);
    record->place = order->source.place;
    record->workflow = memory_text(order_digest(order));
    record->references = ledger_references_copy(&order->waiting.references);
    record->heard = order->waiting.heard;
    if (state != LEDGER_DONE)
        record->wait = ledger_wait_copy(&order->waiting.wait);
    record->progress = unloaded != NULL ? memory_text(unloaded->progress) : progress_of(order);
    if (state != LEDGER_DONE)
        record->inputs = unloaded != NULL              ? memory_text(unloaded->inputs)
                         : order->request.text != NULL ? memory_text(order->request.text)
                                                       : text_of(order->request.inputs);
}

struct json_object *snapshot_marks(const struct ledger_record *record)
{
    CLEANUP(tree_release) struct json_object *progress = NULL;
    struct fault unused;

    if (record->progress == NULL ||
        !tree_read_own(record->progress, strlen(record->progress), &progress, &unused))
        return NULL;
    return json_object_get(tree_member(progress, "marks"));
}

/* What snapshot_restore() would refuse, or set aside, is for it to say so. */
bool snapshot_sleeps(const struct ledger_record *record, const struct order_type *type)
{
    if (type == NULL || record->state != LEDGER_QUEUED || record->wait.step == NULL || record->step == NULL)
        return false;
    bool todays = record->workflow == NULL || strcmp(record->workflow, type->digest) == 0;
    const struct workflow_version *version =
        record->workflow == NULL ? NULL : catalogue_version(type, record->workflow);
    const struct workflow *workflow = version != NULL ? version->workflow : todays ? type->workflow : NULL;

    return workflow != NULL && workflow_step(workflow, record->step) < workflow->step_count;
}

bool snapshot_restore(const char *topic, int32_t partition, struct ledger_record *record,
                      const struct order_type *type, struct order **out, struct fault *why)
{
    if (record->inputs == NULL || record->progress == NULL)
        return fault_set(why, FAULT_INPUT, "the ledger's record of order %s has no content",
                         record->request_id);
    const struct workflow_version *version =
        record->workflow == NULL ? NULL : catalogue_version(type, record->workflow);
    bool missing = record->workflow != NULL && version == NULL && strcmp(record->workflow, type->digest) != 0;
    const struct workflow *workflow = version == NULL ? type->workflow : version->workflow;
    if (!missing && record->step != NULL && workflow_step(workflow, record->step) == workflow->step_count)
        return fault_set(why, FAULT_INPUT, "it stands at step '%.60s', which '%s' does not have (any more)",
                         record->step, type->name);
    struct order *order = order_new(topic, partition, record->offset, record->key, record->key_length);
    order->type = type;
    order->version = version;
    order->unserved = missing ? unserved_new(record) : NULL;
    order->source.turn = record->turn;
    order->source.place = record->place;
    order->waiting.wait = record->wait;
    order->waiting.references = record->references;
    order->waiting.heard = record->heard;
    record->wait = (struct ledger_wait){0};
    record->references = (struct ledger_references){0};
    order->attempt = record->attempt;
    order->source.requested_at_ms = record->requested_at_ms;
    order->ledger.owned = order->ledger.settled_offset = true;
    order->ledger.written = record->state;
    snprintf(order->request.id, sizeof order->request.id, "%s", record->request_id);
    order->request.not_after_ms = INT64_MAX;
    order->ledger.last_decision = memory_text(record->last_decision);
    order->ledger.decisions = memory_text(record->decisions);
    order->ledger.unloaded = memory_copy(record, sizeof *record);
    *record = (struct ledger_record){.state = LEDGER_QUEUED};
    *out = order;
    return true;
}

static bool flag_of(const struct json_object *tree, const char *name)
{
    return json_object_get_boolean(tree_member(tree, name)) != 0;
}

static void read_text(const struct json_object *tree, const char *name, char *text, size_t size)
{
    const char *value = tree_text_of(tree, name);

    snprintf(text, size, "%s", value == NULL ? "" : value);
}

static void read_headers(const struct json_object *tree, struct order_headers *headers)
{
    headers->traceparent = memory_text(tree_text_of(tree, "traceparent"));
    headers->tracestate = memory_text(tree_text_of(tree, "tracestate"));
    headers->tracking = memory_text(tree_text_of(tree, "tracking"));
}

static void read_retries(const struct json_object *tree, struct execution *execution)
{
    struct json_object *retries = tree_member(tree, "retries");

    if (retries == NULL || execution->step == execution->workflow->step_count)
        return;
    const struct step *step = &execution->workflow->steps[execution->step];
    execution->retries = memory_new(step->on_failure_count, sizeof *execution->retries);
    for (size_t i = 0; i < step->on_failure_count; i++)
        execution->retries[i] = (unsigned)number_of(retries, step->on_failure[i].name);
}

/* The step by its name: another version of the workflow may have more or fewer of them. */
static void read_walk(struct order *order, const char *step, const struct json_object *progress)
{
    const struct workflow *workflow = order_workflow(order);

    if (!flag_of(progress, "begun"))
        return;
    REQUIRE(order->main.workflow == NULL && order->main.steps == NULL);
    order->main.workflow = workflow;
    order->main.step = step == NULL ? workflow->step_count : workflow_step(workflow, step);
    order->main.step_is_new = flag_of(progress, "stepIsNew");
    order->main.steps_left_out = flag_of(progress, "stepsLeftOut");
    struct json_object *steps = tree_member(progress, "steps");
    order->main.steps = steps == NULL ? json_object_new_object() : json_object_get(steps);
    order->main.inputs = json_object_get(order->request.inputs);
    parts_read_calls(tree_member(progress, "calls"), workflow, &order->main.calls);
    read_retries(progress, &order->main);
    order->main.token_renewed = flag_of(progress, "tokenRenewed");
}

static void read_event_ids(const struct json_object *list, struct waiting *waiting)
{
    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++)
        waiting_note_event(waiting, tree_text(json_object_array_get_idx(list, i)));
}

static void read_progress(struct order *order, const struct json_object *progress)
{
    int64_t not_after_ms = number_of(progress, "notAfterMs");

    order->steps_done = (unsigned)number_of(progress, "stepsDone");
    order->source.taken_at_ms = number_of(progress, "takenAtMs");
    order->started_at_ms = number_of(progress, "startedAtMs");
    order->request.not_after_ms = not_after_ms == 0 ? INT64_MAX : not_after_ms;
    read_text(progress, "orderId", order->order_id, sizeof order->order_id);
    order->wrote = flag_of(progress, "wrote");
    order->doubt.was = flag_of(progress, "wasInDoubt");
    order->doubt.refused = flag_of(progress, "wasRefused");
    order->doubt.restarts = (unsigned)number_of(progress, "takeOversInDoubt");
    parts_read_reason(progress, "doubt", &order->doubt.reason);
    order->sequence = (unsigned)number_of(progress, "outcomes");
    order->ledger.repeats_due = (unsigned)number_of(progress, "repeatsDue");
    order->status = parts_read_status(progress);
    parts_read_reason(progress, "reason", &order->reason);
    order->finished_at_ms = number_of(progress, "finishedAtMs");
    order->decide_by_ms = number_of(progress, "decideByMs");
    read_way(tree_member(progress, "way"), order);
    read_headers(progress, &order->source.headers);
    mailbox_of_tree(tree_member(progress, "mailbox"), &order->waiting.mailbox);
    order->waiting.marks = json_object_get(tree_member(progress, "marks"));
    order->waiting.messages_taken = (unsigned)number_of(progress, "messagesTaken");
    order->waiting.taken_before_call =
        (unsigned)number_of(progress, "takenBeforeCall"); /* of before: all count */
    read_event_ids(tree_member(progress, "eventIds"), &order->waiting);
    if (tree_member(progress, "latestNews") != NULL && !unserved_is_missing(order))
        order->waiting.latest = progress_of_tree(tree_member(progress, "latestNews"), order_workflow(order));
    order->waiting.shown = memory_text(tree_text_of(progress, "shown"));
    order->journal.dropped = (unsigned)number_of(progress, "journalDropped");
    unsigned dropped = order->journal.dropped;
    journal_of_tree(tree_member(progress, "journal"), &order->journal);
    order->journal.dropped = dropped;
}

/* What its record said before it was set aside. */
static enum ledger_state state_of(const struct order *order)
{
    bool aside = order->unserved != NULL && !order->unserved->missing;

    return aside ? order->unserved->was : order->ledger.unloaded->state;
}

static bool is_at_a_write(const struct execution *execution)
{
    return execution->workflow != NULL && execution->step < execution->workflow->step_count &&
           workflow_step_writes(&execution->workflow->steps[execution->step]);
}

bool snapshot_load(struct order *order, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *progress = NULL;
    struct ledger_record *unloaded = order->ledger.unloaded;
    struct json_object *inputs = NULL;

    if (unloaded == NULL)
        return true;
    TRY(tree_read_own(unloaded->inputs, strlen(unloaded->inputs), &inputs, why));
    request_set_inputs(&order->request, inputs, TAKE(unloaded->inputs));
    TRY(tree_read_own(unloaded->progress, strlen(unloaded->progress), &progress, why));
    unserved_read(order, progress);
    if (!unserved_is_missing(order))
        read_walk(order, unloaded->step, progress);
    if (!unserved_is_missing(order) && state_of(order) == LEDGER_INTENDED && !is_at_a_write(&order->main))
        return fault_set(why, FAULT_INPUT,
                         "an attempt may be under way, and no step of the workflow that writes is named");
    read_progress(order, progress);
    order->doubt.was =
        order->doubt.was || (order->unserved != NULL && order->unserved->was == LEDGER_INTENDED);
    ledger_release(unloaded);
    order->ledger.unloaded = memory_free(unloaded);
    return true;
}

/* Only few are parked, and fewer have such a moment: the others are not parsed. */
int64_t snapshot_decide_by_ms(const struct order *order)
{
    CLEANUP(tree_release) struct json_object *progress = NULL;
    const struct ledger_record *unloaded = order->ledger.unloaded;
    struct fault unused;

    if (unloaded == NULL)
        return order->decide_by_ms;
    if (unloaded->state != LEDGER_PARKED || strstr(unloaded->progress, "\"decideByMs\"") == NULL ||
        !tree_read_own(unloaded->progress, strlen(unloaded->progress), &progress, &unused))
        return 0;
    return number_of(progress, "decideByMs");
}

void snapshot_unload(struct order *order)
{
    struct ledger_record *record;

    if (order->ledger.unloaded != NULL)
        return;
    record = memory_new(1, sizeof *record);
    snapshot_take(order, 0, record);
    execution_release(&order->main);
    call_release(&order->call);
    request_release(&order->request);
    journal_release(&order->journal);
    waiting_unload(&order->waiting);
    unserved_unload(order);
    order->way = memory_free(order->way);
    memory_free(order->source.headers.traceparent);
    memory_free(order->source.headers.tracestate);
    memory_free(order->source.headers.tracking);
    order->source.headers = (struct order_headers){0};
    order->ledger.unloaded = record;
}

static size_t length_of(const char *text)
{
    return text == NULL ? 0 : strlen(text);
}

size_t snapshot_weight(struct order *order)
{
    const struct ledger_record *unloaded = order->ledger.unloaded;
    size_t weight =
        sizeof *order + sizeof *order->links + order->source.key_length + length_of(order->ledger.decisions);

    if (unloaded != NULL) /* it has the key, too */
        return weight + sizeof *unloaded + unloaded->key_length + length_of(unloaded->inputs) +
               length_of(unloaded->progress);
    return weight + request_weight(&order->request) + tree_weight(order->main.steps) +
           tree_weight(order->result) + order->call.body_length;
}
