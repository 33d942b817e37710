/* Starts the HTTP calls of orders that are due, and turns each finished transfer into evidence. */
#include "calls.h"

#include "failpoint.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"
#include "names.h"
#include "order_log.h"
#include "reply.h"
#include "said.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Of one turn: libcurl then makes the connections of all of them in one go. */
enum { STARTS_MAX = 50 };

/* Accept, tracking, content type, cache, trace and its state; and those of the operation. */
_Static_assert((int)CALL_HEADERS_MAX + 6 <= (int)HTTP_HEADERS_MAX, "all headers of a call have room");

struct calls {
    struct worker *worker;
    struct loop_timer wake;       /* when pace or back-off allow the next call */
    bool *halted;                 /* by API: as it was logged last */
    struct step_replies *replies; /* a few dozen at most */
    size_t reply_count;
};

/* What BT's successes to a step that writes have been like; a step without any is not known. */
struct step_replies {
    const struct step *step;
    bool silent; /* one did not show whose it was */
};

/* One call on its way. */
struct flight {
    struct calls *calls;
    struct order *order;
    const struct worker_api *api;
    uint64_t token_serial;
    int64_t began_ms;
    char tracking[TRACKING_ID_SIZE];
    bool writes, with_token;
};

static void nothing(void *context)
{
    (void)context; /* the turn that the timer causes runs the chores */
}

struct calls *calls_new(struct worker *worker)
{
    struct calls *calls = memory_new(1, sizeof *calls);

    calls->worker = worker;
    calls->halted = memory_new(worker->api_count, sizeof *calls->halted);
    calls->wake = (struct loop_timer){.fire = nothing, .context = calls};
    return calls;
}

void *calls_free(struct calls *calls)
{
    if (calls == NULL)
        return NULL;
    loop_clear_timer(calls->worker->loop, &calls->wake);
    memory_free(calls->halted);
    memory_free(calls->replies);
    return memory_free(calls);
}

static enum call_end end_of(enum http_end end)
{
    static const enum call_end ends[] = {
        [HTTP_UNSENT] = CALL_UNSENT,       [HTTP_REPLIED] = CALL_REPLIED,
        [HTTP_TIMED_OUT] = CALL_TIMED_OUT, [HTTP_CUT] = CALL_CUT,
        [HTTP_TOO_LARGE] = CALL_TOO_LARGE, [HTTP_NOT_ACCEPTED] = CALL_NOT_ACCEPTED};
    NAMES_COMPLETE(ends, HTTP_NOT_ACCEPTED);

    REQUIRE(end <= HTTP_NOT_ACCEPTED);
    return ends[end];
}

static struct step_replies *replies_of(const struct calls *calls, const struct step *step)
{
    for (size_t i = 0; i < calls->reply_count; i++)
        if (calls->replies[i].step == step)
            return &calls->replies[i];
    return NULL;
}

static void note_success(struct calls *calls, const struct step *step, bool shows)
{
    struct step_replies *replies = replies_of(calls, step);

    if (replies == NULL) {
        calls->replies = memory_resize(calls->replies, calls->reply_count + 1, sizeof *calls->replies);
        replies = &calls->replies[calls->reply_count++];
        *replies = (struct step_replies){step, false};
    }
    replies->silent = replies->silent || !shows;
}

/*
 * Whose the success of a write is. A gateway may give its last reply a second time, just when the connection is used
 * again (PROMISE.md R7): what does not show whose it is may be that one, and what shows another's reference is.
 */
static void look_whose(const struct flight *flight, const struct http_reply *reply, struct evidence *evidence)
{
    const struct step *step = order_step(flight->order);

    if (!flight->writes || reply->end != HTTP_REPLIED || reply->status >= 300 || evidence->body_unreadable ||
        step->own_reply == NULL)
        return;
    struct json_object *shown = tree_member(evidence->body, step->own_reply);
    const char *text = tree_text(shown), *own = order_reference(flight->order);
    note_success(flight->calls, step, shown != NULL);
    evidence->is_nobodys = reply->kept && shown == NULL;
    evidence->is_anothers =
        strcmp(step->own_reply, "id") != 0 && text != NULL && own != NULL && strcmp(text, own) != 0;
}

/*
 * Never a kept connection where a reply that nobody asked for would be taken for this call's: of a write only once all
 * successes of its step have shown whose they are, and not of a look-up, whose "not there" has a write sent again.
 */
static bool must_be_fresh(const struct flight *flight)
{
    const struct step *step = order_step(flight->order);
    const struct step_replies *replies = replies_of(flight->calls, step);

    if (!flight->writes)
        return flight->order->lookup.workflow != NULL;
    return step->repeat == REPEAT_NEVER || step->own_reply == NULL || replies == NULL || replies->silent;
}

/* HTML or XML, which BT never sends. */
static bool is_page(const struct http_reply *reply)
{
    size_t blanks = strspn(reply->body, " \t\r\n\xef\xbb\xbf");

    return reply->length > blanks && reply->body[blanks] == '<';
}

/* What people can read of a reply that is not JSON: a page's title, where a redirect leads. */
static void find_words(const struct http_reply *reply, char *words, size_t size)
{
    if (reply->status >= 300 && reply->status < 400 && *reply->location != '\0')
        snprintf(words, size, "it has moved to %s", reply->location);
    else
        said_title(reply->body, reply->length, words, size);
}

/* The call's lines, and one where it has stopped its API, or opened it again. */
static void log_call(const struct flight *flight, const struct order_log_call *call, int status,
                     const struct verdict *verdict)
{
    struct calls *calls = flight->calls;
    const struct worker *worker = calls->worker;
    size_t index = (size_t)(flight->api - worker->apis);
    const struct order_log_reply reply = {flight->api->tag, flight->tracking, status,
                                          loop_clock_ms() - flight->began_ms};
    const char *unused;

    order_log_call_end(worker, call, &reply, verdict);
    bool halted = orders_pace(worker->orders, index, &unused)->halted;
    if (halted != calls->halted[index])
        order_log_api(flight->api->tag, halted, &reply, verdict);
    calls->halted[index] = halted;
}

static void answered(void *context, const struct http_reply *reply)
{
    struct flight *flight = context;
    struct worker *worker = flight->calls->worker;
    char said[300] = "";
    struct evidence evidence = {.end = end_of(reply->end),
                                .status = reply->end == HTTP_REPLIED ? reply->status : 0,
                                .headers = reply->headers,
                                .unreadable = "",
                                .retry_after_ms = reply->retry_after_ms,
                                .said = said,
                                .what = reply->what};
    struct verdict verdict;
    struct order_log_call call;

    REQUIRE(flight->order->state == ORDER_CALLING);
    if (reply->end == HTTP_REPLIED)
        evidence.body = reply_read(flight->order->call.operation, reply->status, reply->body, reply->length,
                                   (size_t)flight->api->settings.reply_max_values, &evidence.unreadable);
    evidence.body_unreadable = *evidence.unreadable != '\0';
    look_whose(flight, reply, &evidence);
    evidence.is_page = reply->end == HTTP_REPLIED && is_page(reply);
    if (reply->end == HTTP_REPLIED)
        find_words(reply, said, sizeof said);
    metrics_count_call(worker->metrics, flight->api->tag, evidence.status,
                       loop_clock_ms() - flight->began_ms);
    order_log_call_begin(flight->order, &call);
    orders_answer(worker->orders, flight->order, &evidence, worker_time(worker), &verdict);
    log_call(flight, &call, evidence.status, &verdict);
    if (flight->writes)
        FAILPOINT("call.answered");
    if (evidence.status == 401 &&
        flight->with_token) /* where the API halts, too: its next try is with a new one */
        token_refused(worker->token, flight->token_serial);
    if (evidence.retry_after_ms >= 1000 && verdict.pace != PACE_SUCCESS && verdict.pace != PACE_NOTHING)
        LOG(LOG_WARN, "BT asks for a pause: this API is closed for so long",
            log_text("api", flight->api->tag), log_int("ms", evidence.retry_after_ms));
    json_object_put(evidence.body);
    memory_free(flight);
}

/* The request's own whc-tracking where it has one, so that BT's sandbox values can be reached; else a fresh UUID. */
static void choose_tracking(const struct order *order, char tracking[TRACKING_ID_SIZE])
{
    if (order->source.headers.tracking != NULL)
        text_print(tracking, TRACKING_ID_SIZE, "%s", order->source.headers.tracking);
    else
        uuid_print(uuid_random(), tracking);
}

/* Asked by http/ just before the first byte, and again when the body goes (PROMISE.md R1, R7). */
static bool permit(void *context)
{
    const struct flight *flight = context;
    const struct worker *worker = flight->calls->worker;

    REQUIRE(flight->writes);
    return !consumer_lost(worker->consumer) &&
           ownership_permits(worker->ownership, flight->order, loop_clock_ms());
}

static void fill_request(const struct flight *flight, const char *url, struct http_request *request)
{
    const struct order *order = flight->order;
    const struct call *call = &order->call;
    const struct api_settings *settings = &flight->api->settings;

    REQUIRE(order_step(order) != NULL);
    *request = (struct http_request){
        .method = call->operation->method,
        .url = url,
        .body = call->body,
        .body_length = call->body_length,
        .bearer = call->operation->token ? token_get(flight->calls->worker->token) : NULL,
        .connect_timeout_ms = settings->connect_timeout_ms,
        .call_timeout_ms = settings->call_timeout_ms,
        .tcp_user_timeout_ms = settings->tcp_user_timeout_ms,
        .idle_max_ms = settings->idle_max_ms,
        .retry_after_max_ms = settings->retry_after_max_ms,
        .fresh = must_be_fresh(flight),
        .reply_max_bytes = (size_t)settings->reply_max_bytes,
        .compressed = true,
        .want_headers = order_step(order)->uses_headers,
        .permit = flight->writes ? permit : NULL,
    };
    struct http_header *headers = request->headers;
    size_t count = 0;
    headers[count++] = (struct http_header){"Accept", "application/json"};
    headers[count++] = (struct http_header){"APIGW-Tracking-Header", flight->tracking};
    if (call->body != NULL && call->content_type != NULL)
        headers[count++] = (struct http_header){"Content-Type", call->content_type};
    if (order->lookup.workflow != NULL) /* a cache between us and BT must not say "absent" (R7) */
        headers[count++] = (struct http_header){"Cache-Control", "no-cache"};
    if (order->source.headers.traceparent != NULL)
        headers[count++] = (struct http_header){"traceparent", order->source.headers.traceparent};
    if (order->source.headers.tracestate != NULL)
        headers[count++] = (struct http_header){"tracestate", order->source.headers.tracestate};
    for (size_t i = 0; i < call->header_count; i++)
        headers[count++] = (struct http_header){call->headers[i].name, call->headers[i].value};
    REQUIRE(count <= COUNT_OF(request->headers));
    request->header_count = count;
}

static void start(struct calls *calls, struct order *order)
{
    struct worker *worker = calls->worker;
    struct flight *flight = memory_new(1, sizeof *flight);
    struct http_request request;
    CLEANUP(buffer_release) struct buffer url = {0};
    struct fault why;

    *flight = (struct flight){.calls = calls,
                              .order = order,
                              .api = worker_api(worker, order->call.operation->tag),
                              .token_serial = token_serial(worker->token),
                              .began_ms = loop_clock_ms(),
                              .writes = order_writes(order),
                              .with_token = order->call.operation->token};
    REQUIRE(order->state == ORDER_CALLING);
    choose_tracking(order, flight->tracking);
    order_note_tracking(order, flight->tracking);
    REQUIRE(!flight->writes || journal_latest(&order->journal)->attempt == order->attempt);
    if (flight->writes)
        text_print(journal_latest(&order->journal)->tracking,
                   sizeof journal_latest(&order->journal)->tracking, "%s", flight->tracking);
    buffer_init(&url, CALL_TARGET_MAX + 1024);
    buffer_print(&url, "%s%s", flight->api->base_url, order->call.target);
    fill_request(flight, buffer_text(&url), &request);
    if (http_client_start(worker->http, &request, answered, flight, &why))
        return;
    struct http_reply reply = {
        .end = HTTP_UNSENT, .body = "", .retry_after_ms = -1, .location = "", .what = why.text};
    answered(flight, &reply);
}

static void start_calls(struct calls *calls)
{
    struct worker *worker = calls->worker;
    int64_t share = loop_share(worker->loop);

    for (int started = 0; !loop_share_over(worker->loop, share);) {
        struct orders_time time = worker_time(worker);
        struct order *order = orders_next_call(worker->orders, time);
        if (order == NULL && orders_due_ms(worker->orders) > time.now_ms)
            return;
        if (order != NULL)
            start(calls, order);
        started += order != NULL;
        if (started == STARTS_MAX) {
            loop_hurry(worker->loop);
            return;
        }
    }
}

void calls_chore(struct calls *calls)
{
    struct worker *worker = calls->worker;

    if (orders_count(worker->orders) == 0)
        return;
    if (token_get(worker->token) == NULL)
        return; /* token_changed() causes a turn */
    start_calls(calls);
    int64_t due_ms = orders_due_ms(worker->orders);
    if (due_ms == INT64_MAX)
        loop_clear_timer(worker->loop, &calls->wake);
    else
        loop_set_timer(worker->loop, &calls->wake, due_ms);
}
