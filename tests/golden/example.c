/* Runs one example and compares calls and outcome with its file. */
#include "example.h"

#include "await.h"
#include "change.h"
#include "datum.h"
#include "deadlines.h"
#include "differ.h"
#include "memory.h"
#include "projection.h"
#include "reply.h"
#include "snapshot.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 1000, APIS_MAX = 64 };

static const int64_t wall_began_ms = 1772445600000; /* 2026-03-02T10:00:00Z */

struct run {
    const struct example *example;
    struct buffer *report;
    struct orders *orders;
    struct orders_time time;
    size_t call, repeat; /* the call that is expected next, and how often it has come */
    size_t message;      /* BT's, that comes next */
    char request_id[UUID_TEXT_SIZE];
    struct order *done; /* or parked */
    struct change last; /* its outcome */
};

static struct orders *new_orders(const struct example *example, struct orders_time time)
{
    const struct openapi *openapi = &example->catalogue->openapi;
    struct orders_api apis[APIS_MAX];
    struct api_settings settings;
    struct problems problems = {0};
    struct orders_setup setup = {.openapi = openapi,
                                 .apis = apis,
                                 .api_count = openapi->tag_count,
                                 .steps_max = (unsigned)example->settings->steps_max,
                                 .seed = 1,
                                 .may_wait = true,
                                 .calendar = &example->catalogue->calendar,
                                 .asyncapi = &example->catalogue->asyncapi};

    for (size_t i = 0; i < openapi->tag_count && i < APIS_MAX; i++) {
        settings_of_api(example->settings, openapi->tags[i], &settings, &problems);
        apis[i] = (struct orders_api){
            .tag = openapi->tags[i],
            .pace = {settings.window, settings.rate, settings.probe_ms},
            .backoff = {settings.backoff_first_ms, settings.backoff_cap_ms, settings.give_up_ms,
                        (unsigned)settings.attempts_max},
            .doubt = {deadlines_absent_after_ms(example->settings, &settings),
                      deadlines_absent_after_own_ms(example->settings, &settings), settings.lookup_give_up_ms,
                      .trusted = true},
        };
    }
    problems_release(&problems);
    return orders_new(&setup, time);
}

/* From the datum where the request fits its schema, so that the way in is tested too. */
static enum request_reading read_request(const struct run *run, struct request *request, struct fault *why)
{
    const struct example *example = run->example;
    const struct schema *schema = example->type->request;
    struct json_object *tree = tree_member(example->tree, "request");
    CLEANUP(tree_release) struct json_object *conforming = NULL;
    CLEANUP(buffer_release) struct buffer datum = {0};

    buffer_init(&datum, 1 << 20);
    if (!projection_conform(schema_root(schema), tree, PROJECTION_STRICT, &conforming, why))
        return request_of_tree(example->type, json_object_get(tree), example->given, request, why);
    if (!datum_encode(schema, conforming, &datum, why))
        differ_say(run->report, "the request does not encode: %s", why->text);
    return request_read(example->type, schema, buffer_text(&datum), datum.length, example->given, 0, request,
                        why);
}

/* What the example gives instead of the computed ones. */
static void give_references(const struct run *run, struct order *order)
{
    char name[128];

    TREE_EACH(tree_member(run->example->tree, "references"), step, reference)
    {
        snprintf(name, sizeof name, "%sReference", step);
        json_object_object_add(order->request.inputs, name, json_object_get(reference));
    }
}

static struct order *new_order(struct run *run)
{
    const char *key = tree_text_of(run->example->tree, "key");
    struct order *order = order_new("whc.order-requests", 0, 41, key, key == NULL ? 0 : strlen(key));
    struct fault why;

    order->type = run->example->type;
    order->source.requested_at_ms = run->time.wall_ms;
    switch (read_request(run, &order->request, &why)) {
    case REQUEST_GOOD:
        give_references(run, order);
        return order;
    case REQUEST_BROKEN: {
        char code[sizeof order->reason.code] = "";
        snprintf(code, sizeof code, "%.*s", (int)strcspn(why.text, ":"), why.text);
        engine_refuse(order, REASON_CONTRACT, code, why.text, run->time.wall_ms);
        return order;
    }
    case REQUEST_DEAD:
        differ_say(run->report, "no request can be read: %s", why.text);
        break;
    }
    return order_free(order);
}

static struct json_object *expected_call(const struct run *run)
{
    struct json_object *calls = tree_member(run->example->tree, "calls");

    return run->call < json_object_array_length(calls) ? json_object_array_get_idx(calls, run->call) : NULL;
}

static void compare_call(struct json_object *expected, const struct call *call, struct buffer *report)
{
    struct json_object *want = tree_member(expected, "request"), *body = NULL;
    struct fault why;

    differ_text(report, "operation", call->operation->id, tree_text_of(expected, "operationId"));
    differ_text(report, "method", call->operation->method, tree_text_of(want, "method"));
    differ_text(report, "target", call->target, tree_text_of(want, "target"));
    if (call->body != NULL && !tree_read(call->body, call->body_length, &body, &why))
        differ_say(report, "the body is not JSON: %s", why.text);
    differ_tree(report, "body", body, tree_member(want, "body"));
    json_object_put(body);
}

/* The reply as it comes over the wire: text stays as it is, anything else is written as JSON. */
static void reply_bytes(struct json_object *body, struct buffer *bytes)
{
    if (tree_text(body) != NULL)
        buffer_add_text(bytes, tree_text(body));
    else if (body != NULL)
        tree_write(body, bytes);
}

static void answer(struct run *run, struct order *order)
{
    struct json_object *expected = expected_call(run), *reply = tree_member(expected, "reply");
    const char *asked = tree_text_of(tree_member(reply, "headers"), "retry-after");
    struct evidence evidence = {.end = reply == NULL ? CALL_CUT : CALL_REPLIED,
                                .what = "no whole reply came",
                                .unreadable = "",
                                .retry_after_ms = -1};
    CLEANUP(buffer_release) struct buffer bytes = {0};
    struct verdict verdict;

    buffer_init(&bytes, 1 << 20);
    reply_bytes(tree_member(reply, "body"), &bytes);
    evidence.status = json_object_get_int(tree_member(reply, "status"));
    evidence.headers = tree_member(reply, "headers");
    if (asked != NULL)
        evidence.retry_after_ms = strtoll(asked, NULL, 10) * 1000;
    if (reply != NULL)
        evidence.body = reply_read(order->call.operation, evidence.status, buffer_text(&bytes), bytes.length,
                                   100000, &evidence.unreadable);
    evidence.body_unreadable = *evidence.unreadable != '\0';
    order_note_tracking(order, "00000000-0000-4000-8000-000000000000");
    orders_answer(run->orders, order, &evidence, run->time, &verdict);
    json_object_put(evidence.body);

    int64_t repeat =
        tree_has(expected, "repeat") ? json_object_get_int64(tree_member(expected, "repeat")) : 1;
    if ((int64_t)++run->repeat >= repeat) {
        run->call++;
        run->repeat = 0;
    }
}

/* Settles what there is to settle; false when the order has an outcome. */
static bool settle(struct run *run)
{
    struct change change;

    while (orders_next_change(run->orders, &change)) {
        for (struct progress *news; (news = waiting_take_progress(&change.order->waiting)) != NULL;)
            progress_free(news);
        if (change.publishes) {
            run->done = change.order;
            run->last = change;
            return false;
        }
        orders_settled(run->orders, &change, INT64_MAX);
    }
    return true;
}

/* A person calls it off, who has seen how it waits. */
static void call_off(struct run *run, struct order *order)
{
    const struct ledger_wait *wait = &order->waiting.wait;
    struct decision decision = {.attempt = order->attempt,
                                .verdict = DECISION_CANCEL,
                                .since_ms = wait->since_ms,
                                .heard_end = ledger_heard_mark(&order->waiting.heard)};
    struct fault why;

    text_print(decision.step, sizeof decision.step, "%s", wait->step);
    text_print(decision.why, sizeof decision.why, "the customer withdrew");
    if (!orders_decide(run->orders, order, &decision, run->time, &why))
        differ_say(run->report, "the decision is refused: %s", why.text);
}

/* BT reports what comes next in the example, or a person decides. False: nothing is left. */
static bool tell(struct run *run, struct order *order)
{
    struct json_object *messages = tree_member(run->example->tree, "messages"), *one, *payload;
    const struct asyncapi *asyncapi = &run->example->catalogue->asyncapi;
    char reference[128];

    if (messages == NULL || run->message >= json_object_array_length(messages))
        return false;
    one = json_object_array_get_idx(messages, run->message);
    if (tree_has(one, "decision")) {
        run->message++;
        call_off(run, order);
        return true;
    }
    payload = tree_member(one, "payload");
    const struct event_message *what = asyncapi_message(asyncapi, payload);
    struct message message = {.payload = json_object_get(payload), .offset = (int64_t)run->message++};
    snprintf(reference, sizeof reference, "%sReference", tree_text_of(one, "reference"));
    text_print(message.reference, sizeof message.reference, "%s",
               tree_text_of(order->request.inputs, reference));
    if (what == NULL || orders_find_reference(run->orders, message.reference) != order ||
        orders_tell(run->orders, order, what, &message, run->time) != TOLD_TAKEN)
        differ_say(run->report, "message %zu finds no order, or is nothing", run->message);
    message_release(&message);
    return true;
}

/* Whether the order is where the message that comes next is for it: it waits, or its call is in doubt. */
static bool listens(const struct run *run, const struct order *order)
{
    struct json_object *messages = tree_member(run->example->tree, "messages");
    struct json_object *next = messages == NULL ? NULL : json_object_array_get_idx(messages, run->message);

    if (order == NULL)
        return false;
    if (json_object_get_boolean(tree_member(next, "inDoubt")))
        return order->state == ORDER_WAITING && order->doubt.open;
    return order->state == ORDER_AWAITING && *order->waiting.wait.reference != '\0';
}

/* Nothing is called: time passes, or BT reports something. False: nothing will happen any more. */
static bool wait(struct run *run)
{
    struct order *order = orders_find(run->orders, run->request_id);
    struct fault why;

    if (listens(run, order)) {
        if (!snapshot_load(order, &why))
            differ_say(run->report, "what is kept cannot be read: %s", why.text);
        if (tell(run, order))
            return true;
    }
    int64_t due_ms = orders_due_ms(run->orders);
    if (due_ms == INT64_MAX)
        return false;
    run->time.wall_ms += due_ms - run->time.now_ms;
    run->time.now_ms = due_ms;
    orders_read_to(run->orders, 0, run->time.wall_ms, run->time);
    return true;
}

/* One turn; false when the order has ended or is parked, or never will be. */
static bool turn(struct run *run)
{
    if (!settle(run))
        return false;
    struct order *order = orders_next_call(run->orders, run->time);

    if (order != NULL) {
        struct json_object *expected = expected_call(run);
        if (expected == NULL) {
            differ_say(run->report, "a call that the example does not have: %s %s",
                       order->call.operation->method, order->call.target);
            return false;
        }
        compare_call(expected, &order->call, run->report);
        answer(run, order);
        return true;
    }
    if (orders_change_count(run->orders) > 0)
        return true;
    if (wait(run))
        return true;
    differ_say(run->report, "the order stands still");
    return false;
}

static void compare_outcome(const struct run *run, struct json_object *tree)
{
    static const char *const members[] = {"status", "final", "step", "attempts", "httpStatus", "btCode"};
    struct json_object *want = tree_member(run->example->tree, "outcome"),
                       *got = tree_member(tree, "outcome");
    struct json_object *reason = tree_member(want, "reason"), *got_reason = tree_member(got, "reason");

    for (size_t i = 0; i < COUNT_OF(members); i++)
        differ_tree(run->report, members[i], tree_member(got, members[i]), tree_member(want, members[i]));
    if (reason == NULL)
        differ_tree(run->report, "reason", got_reason, NULL);
    TREE_EACH(reason, name, value)
    {
        char place[64];
        snprintf(place, sizeof place, "reason/%s", name);
        differ_tree(run->report, place, tree_member(got_reason, name), value);
    }
    differ_tree(run->report, "result", tree_member(tree, "result"), tree_member(want, "result"));
}

/* The outcome as its readers get it: written as Avro and read again. */
static void judge(const struct run *run)
{
    const struct schema *schema = run->example->type->outcome;
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer datum = {0};
    struct outcome outcome;
    struct fault why;

    buffer_init(&datum, 1 << 20);
    order_outcome(run->done, &outcome);
    if (!outcome_write(&outcome, &datum, &why) ||
        !datum_decode(schema, buffer_text(&datum), datum.length, schema, NULL, &tree, &why)) {
        differ_say(run->report, "the outcome cannot be written and read: %s", why.text);
        return;
    }
    compare_outcome(run, tree);
    if (expected_call(run) != NULL)
        differ_say(run->report, "the order ended before call %zu of the example", run->call + 1);
}

void example_run(const struct example *example, struct buffer *report)
{
    struct run run = {
        .example = example, .report = report, .time = {.now_ms = 1000, .wall_ms = wall_began_ms}};

    struct order *order = new_order(&run);
    if (order == NULL)
        return;
    memcpy(run.request_id, order->request.id, sizeof run.request_id);
    run.orders = new_orders(example, run.time);
    orders_take(run.orders, order, run.time);
    for (unsigned turns = 0; turns < TURNS_MAX && turn(&run); turns++)
        ;
    if (run.done != NULL) {
        bool waits = run.done->status == OUTCOME_UNKNOWN; /* for a person */
        judge(&run);
        orders_settled(run.orders, &run.last, INT64_MAX);
        if ((orders_count(run.orders) == 0) == waits)
            differ_say(report, waits ? "nothing waits for a person"
                                     : "the order is still there after its final outcome");
    }
    orders_free(run.orders);
}
