/* Makes and writes the log lines of orders. */
#include "order_log.h"

#include "buffer.h"
#include "log.h"
#include "memory.h"
#include "text.h"
#include "timestamp.h"
#include "tree.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS_MAX = 24, WHY_SIZE = 300, DIGITS_SHOWN = 4, BEHIND_MOST = 1000 };

/* Fields of one line. */
struct line {
    struct log_field fields[FIELDS_MAX];
    size_t count;
    char why[WHY_SIZE], trace[33];
};

static void add(struct line *line, struct log_field field)
{
    if (line->count < FIELDS_MAX && (field.text == NULL || *field.text != '\0'))
        line->fields[line->count++] = field;
}

/*
 * Warnings are of every order; the others of those that log.orders names. Nothing is made that would not be written.
 */
static bool is_wanted(const struct worker *worker, const struct order_type *type, enum log_level level)
{
    int64_t orders = worker->settings->log_orders;

    return log_wanted(level) &&
           (level >= LOG_WARN || orders == LOG_ORDERS_ALL || (orders == LOG_ORDERS_WRITES && type->writes));
}

/*
 * How many bytes from here on are to be masked, 0: none. A number may be written in groups, (01632) 960-000; what stands
 * after a letter or a digit is part of a word.
 */
static size_t private_run(const char *text, char before)
{
    size_t word = strcspn(text, " \n"), run = strspn(text, "0123456789 +-()."), digits = 0;

    if (isalnum((unsigned char)before))
        return 0;
    if ((before == ' ' || before == '\n') && memchr(text, '@', word) != NULL)
        return word;
    for (size_t i = 0; i < run; i++)
        digits += isdigit((unsigned char)text[i]) != 0;
    while (run > 0 && !isdigit((unsigned char)text[run - 1]))
        run--;
    return digits > DIGITS_SHOWN && *text != ' ' ? run : 0;
}

/* What BT said, or a person, may hold a customer's number or address for mail: shown as '*'. */
static void mask(const char *text, char *out, size_t size)
{
    size_t length = 0;

    for (char before = ' '; *text != '\0' && length + 1 < size;) {
        size_t run = private_run(text, before);
        before = *text;
        out[length++] = run > 0 ? '*' : *text;
        text += run > 0 ? run : 1;
    }
    out[length] = '\0';
}

static void add_reason(struct line *line, const struct reason *reason, bool words)
{
    if (reason->kind == REASON_NONE)
        return;
    add(line, log_text("kind", reason_kind_name(reason->kind)));
    add(line, log_text("code", reason->code));
    mask(reason->text, line->why, sizeof line->why);
    if (words)
        add(line, log_text("why", line->why));
}

static void add_trace(struct line *line, const struct order *order)
{
    const char *parent = order->source.headers.traceparent; /* W3C Trace Context: 00-<32>-<16>-<2> */

    if (parent == NULL || strlen(parent) < 36)
        return;
    snprintf(line->trace, sizeof line->trace, "%.32s", parent + 3);
    add(line, log_text("trace_id", line->trace));
}

static void add_order(struct line *line, const struct order *order)
{
    add(line, log_text("request", order->request.id));
    add(line, log_text("type", order->type->name));
}

/* The key's bytes as text; *key is the caller's to free. */
static void add_key(struct line *line, const struct worker *worker, const struct order *order, char **key)
{
    *key = worker->settings->log_key == 0 || order->source.key == NULL
               ? NULL
               : memory_text_of(order->source.key, order->source.key_length);
    if (*key != NULL)
        add(line, log_text("key", *key));
}

/* "<level>\t<event>\t<message>\t<fields>\n": what log_render() gives has no line end in it. */
static char *note_of(enum log_level level, const char *event, const char *message, const struct line *line)
{
    struct buffer note;
    CLEANUP(buffer_release) struct buffer fields = {0};

    buffer_init(&fields, LOG_RENDERED_MAX);
    log_render(&fields, line->fields, line->count);
    buffer_init(&note, LOG_RENDERED_MAX + 200);
    buffer_print(&note, "%d\t%s\t%s\t%s\n", (int)level, event, message, buffer_text(&fields));
    return buffer_take(&note, NULL);
}

char *order_log_join(char *one, char *other)
{
    if (one == NULL || other == NULL)
        return one == NULL ? other : one;
    size_t length = strlen(one), more = strlen(other);
    char *joined = memory_resize(one, length + more + 1, 1);
    memcpy(joined + length, other, more + 1);
    memory_free(other);
    return joined;
}

void order_log_settled(const char *note)
{
    CLEANUP(memory_release) char *copy = memory_text(note);

    for (char *at = copy; at != NULL && *at != '\0';) {
        char *event = strchr(at, '\t') + 1, *message = strchr(event, '\t') + 1,
             *fields = strchr(message, '\t') + 1, *end = strchr(fields, '\n');
        message[-1] = fields[-1] = *end = '\0';
        log_write_event((enum log_level)(*at - '0'), event, message, fields);
        at = end + 1;
    }
}

static char *parked(const struct worker *worker, const struct order *order, const struct outcome *outcome)
{
    CLEANUP(memory_release) char *key = NULL;
    const struct call_record *calls = outcome->calls;
    struct line line = {.count = 0};

    if (!is_wanted(worker, order->type, LOG_WARN))
        return NULL;
    add_order(&line, order);
    add(&line, log_text("step", calls->step == NULL ? "" : calls->step));
    add_reason(&line, &outcome->reason, true);
    add(&line, log_text("reference", outcome->external_id));
    add(&line, log_text("tracking",
                        calls->tracking_count == 0 ? "" : calls->tracking_ids[calls->tracking_count - 1]));
    add(&line, log_int("behind", (int64_t)orders_behind(order, BEHIND_MOST)));
    add_key(&line, worker, order, &key);
    add_trace(&line, order);
    return note_of(LOG_WARN, "order.parked", "an order waits for a person", &line);
}

static char *ended(const struct worker *worker, const struct order *order, const struct outcome *outcome)
{
    CLEANUP(memory_release) char *key = NULL;
    const struct call_record *calls = outcome->calls;
    enum log_level level = outcome->status == OUTCOME_FAILED ? LOG_WARN : LOG_INFO;
    int64_t taken_ms = order->source.taken_at_ms, started_ms = outcome->started_at_ms;
    struct line line = {.count = 0};

    if (!is_wanted(worker, order->type, level))
        return NULL;
    add_order(&line, order);
    add(&line, log_text("status", outcome_status_name(outcome->status)));
    add_reason(&line, &outcome->reason, false);
    add(&line, log_text("step", calls->step == NULL ? "" : calls->step));
    add(&line, log_int("attempts", calls->attempts));
    if (calls->http_status != 0)
        add(&line, log_int("http", calls->http_status));
    add(&line, log_text("bt_code", calls->bt_code));
    add(&line, log_text("order_id", outcome->order_id));
    add(&line, log_int("partition", order->source.partition));
    add(&line, log_int("offset", order->source.offset));
    if (started_ms != 0 && taken_ms != 0)
        add(&line, log_int("wait_ms", started_ms - taken_ms));
    if (started_ms != 0)
        add(&line, log_int("took_ms", outcome->finished_at_ms - started_ms));
    add(&line, log_int("age_ms", outcome->finished_at_ms - outcome->requested_at_ms));
    add_key(&line, worker, order, &key);
    add_trace(&line, order);
    return note_of(level, "order.ended", "an order ended", &line);
}

static char *went_on(const struct worker *worker, const struct order *order, const struct outcome *outcome)
{
    CLEANUP(memory_release) char *key = NULL;
    const char *step = outcome->calls->step;
    struct line line = {.count = 0};
    char until[TIMESTAMP_TEXT_SIZE];

    if (!is_wanted(worker, order->type, LOG_INFO))
        return NULL;
    add_order(&line, order);
    add(&line, log_text("step", step == NULL ? "" : step));
    add_reason(&line, &outcome->reason, false);
    add(&line, log_text("reference", outcome->external_id));
    add(&line, log_text("order_id", outcome->order_id));
    if (outcome->wait != NULL && outcome->wait->step != NULL) {
        timestamp_print(outcome->wait->until_ms, until);
        add(&line, log_text("waits_at", outcome->wait->step));
        add(&line, log_text("until", until));
    }
    add_key(&line, worker, order, &key);
    add_trace(&line, order);
    return note_of(LOG_INFO, "order.progress", "an order has gone on", &line);
}

char *order_log_outcome(const struct worker *worker, const struct order *order, const struct outcome *outcome)
{
    return outcome->final                        ? ended(worker, order, outcome)
           : outcome->status == OUTCOME_PROGRESS ? went_on(worker, order, outcome)
                                                 : parked(worker, order, outcome);
}

char *order_log_repeated(const struct worker *worker, const struct order_type *type, const char *request_id,
                         const char *status)
{
    struct line line = {.count = 0};

    if (type == NULL || !is_wanted(worker, type, LOG_INFO))
        return NULL;
    add(&line, log_text("request", request_id));
    add(&line, log_text("type", type->name));
    add(&line, log_text("status", status));
    return note_of(LOG_INFO, "order.repeated", "a repeated request got the outcome of the first", &line);
}

static char *decided(const struct order *order, struct json_object *decision)
{
    struct line line = {.count = 0};
    char why[WHY_SIZE], answer[WHY_SIZE];

    add_order(&line, order);
    add(&line, log_text("verdict", tree_text_of(decision, "verdict")));
    add(&line, log_text("who", tree_text_of(decision, "who")));
    mask(tree_text_of(decision, "why") == NULL ? "" : tree_text_of(decision, "why"), why, sizeof why);
    add(&line, log_text("why", why));
    mask(tree_text_of(decision, "answer") == NULL ? "" : tree_text_of(decision, "answer"), answer,
         sizeof answer);
    add(&line, log_text("answer", answer));
    return note_of(LOG_INFO, "order.decided", "a person's decision is in the ledger", &line);
}

char *order_log_decided(const struct worker *worker, const struct order *order)
{
    CLEANUP(tree_release) struct json_object *list = NULL;
    const char *text = order->ledger.decisions;
    size_t fresh = order->ledger.signal_count;
    char *note = NULL;
    struct fault unused;

    if (fresh == 0 || text == NULL || !is_wanted(worker, order->type, LOG_INFO) ||
        !tree_read_own(text, strlen(text), &list, &unused) || !json_object_is_type(list, json_type_array))
        return NULL;
    size_t count = json_object_array_length(list);
    for (size_t i = count > fresh ? count - fresh : 0; i < count; i++)
        note = order_log_join(note, decided(order, json_object_array_get_idx(list, i)));
    return note;
}

char *order_log_dead(const rd_kafka_message_t *message, const char *reason, const struct fault *why)
{
    struct line line = {.count = 0};

    add(&line, log_int("partition", message->partition));
    add(&line, log_int("offset", message->offset));
    add(&line, log_text("reason", reason));
    mask(why->text, line.why, sizeof line.why);
    add(&line, log_text("why", line.why));
    add(&line, log_int("size", (int64_t)message->len));
    return note_of(LOG_WARN, "request.dead", "a message became a dead letter", &line);
}

/* --- at once --- */

static void write_now(enum log_level level, const char *event, const char *message, const struct line *line)
{
    CLEANUP(buffer_release) struct buffer fields = {0};

    buffer_init(&fields, LOG_RENDERED_MAX);
    log_render(&fields, line->fields, line->count);
    log_write_event(level, event, message, buffer_text(&fields));
}

void order_log_refused(const struct decision *decision, const char *answer)
{
    struct line line = {.count = 0};
    char why[WHY_SIZE];

    if (!log_wanted(LOG_INFO))
        return;
    add(&line, log_text("request", decision->request_id));
    add(&line, log_text("verdict", decision_words[decision->verdict]));
    add(&line, log_text("who", decision->who));
    mask(decision->why, why, sizeof why);
    add(&line, log_text("why", why));
    add(&line, log_text("answer", answer));
    write_now(LOG_INFO, "order.decided", "a person's decision was refused", &line);
}

void order_log_taken(const struct worker *worker, const char *request_id, int64_t offset)
{
    const struct order *order = log_wanted(LOG_DEBUG) ? orders_find(worker->orders, request_id) : NULL;
    struct line line = {.count = 0};

    if (order == NULL || order->source.offset != offset || !is_wanted(worker, order->type, LOG_DEBUG))
        return;
    add_order(&line, order);
    add(&line, log_int("partition", order->source.partition));
    add(&line, log_int("offset", order->source.offset));
    add(&line, log_int("age_ms", worker_time(worker).wall_ms - order->source.requested_at_ms));
    add_trace(&line, order);
    write_now(LOG_DEBUG, "order.taken", "an order was taken", &line);
}

void order_log_call_begin(const struct order *order, struct order_log_call *call)
{
    *call = (struct order_log_call){.type = order->type,
                                    .step = order_step(order)->id,
                                    .operation = order_step(order)->operation->id,
                                    .attempt = order->lookup.workflow != NULL ? order->lookup.calls.attempts
                                                                              : order->main.calls.attempts,
                                    .in_doubt = order->doubt.open};
    snprintf(call->request_id, sizeof call->request_id, "%s", order->request.id);
}

static void add_call(struct line *line, const struct order_log_call *call,
                     const struct order_log_reply *reply)
{
    add(line, log_text("request", call->request_id));
    add(line, log_text("type", call->type->name));
    add(line, log_text("step", call->step));
    add(line, log_text("api", reply->api));
    add(line, log_text("operation", call->operation));
    add(line, log_int("attempt", call->attempt));
    add(line, log_int("http", reply->http));
}

static void doubt_began(const struct worker *worker, const struct order *order, const char *tracking)
{
    int64_t now_ms = loop_now_ms(worker->loop);
    struct line line = {.count = 0};

    add_order(&line, order);
    add(&line, log_text("step", order_step(order)->id));
    add(&line, log_int("attempt", order->attempt));
    add(&line, log_text("reference", order_reference(order)));
    add(&line, log_text("tracking", tracking));
    add_reason(&line, &order->doubt.reason, true);
    add(&line, log_int("look_up_in_ms", order->due_ms - now_ms));
    add(&line, log_int("absent_in_ms", order->doubt.absent_ms - now_ms));
    write_now(LOG_WARN, "order.doubt", "a write may have happened: it is looked for", &line);
}

void order_log_taken_over(const struct worker *worker, int64_t since_ms)
{
    for (const struct order *order = NULL; (order = orders_each(worker->orders, order)) != NULL;)
        if (order->doubt.open && order->source.taken_ms >= since_ms && order->ledger.unloaded == NULL &&
            is_wanted(worker, order->type, LOG_WARN))
            doubt_began(worker, order, ""); /* what its worker was told is lost with it */
}

static void doubt_ended(const struct order *order)
{
    const struct journal *journal = &order->journal;
    const char *answer = journal->count == 0 ? "" : journal->entries[journal->count - 1].doubt.answer;
    struct line line = {.count = 0};

    add_order(&line, order);
    add(&line, log_text("end", strcmp(answer, "found") == 0   ? "found"
                               : order->state == ORDER_PARKED ? "parked"
                                                              : "absent"));
    write_now(LOG_INFO, "order.doubt.ended", "a doubt is over", &line);
}

/* What follows for the order, which may be gone (null) by now. */
static void log_what_follows(const struct worker *worker, const struct order_log_call *call,
                             const struct order_log_reply *reply, const struct verdict *verdict,
                             const struct order *order)
{
    struct line line = {.count = 0};

    if (order != NULL && order->doubt.open && !call->in_doubt && is_wanted(worker, call->type, LOG_WARN))
        doubt_began(worker, order, reply->tracking);
    if (order != NULL && call->in_doubt && !order->doubt.open && is_wanted(worker, call->type, LOG_INFO))
        doubt_ended(order);
    if (order == NULL || order->doubt.open || order->state != ORDER_WAITING ||
        !is_wanted(worker, call->type, LOG_INFO))
        return;
    add_call(&line, call, reply);
    add_reason(&line, &verdict->reason, true);
    add(&line, log_int("wait_ms", order->due_ms - loop_now_ms(worker->loop)));
    write_now(LOG_INFO, "call.again", "a call is tried again", &line);
}

void order_log_call_end(const struct worker *worker, const struct order_log_call *call,
                        const struct order_log_reply *reply, const struct verdict *verdict)
{
    struct line line = {.count = 0};

    if (is_wanted(worker, call->type, LOG_DEBUG)) {
        add_call(&line, call, reply);
        add(&line, log_int("took_ms", reply->took_ms));
        add(&line, log_text("tracking", reply->tracking));
        write_now(LOG_DEBUG, "call.ended", "a call ended", &line);
    }
    if (verdict->kind != VERDICT_DONE || call->in_doubt)
        log_what_follows(worker, call, reply, verdict, orders_find(worker->orders, call->request_id));
}

void order_log_api(const char *api, bool halted, const struct order_log_reply *reply,
                   const struct verdict *verdict)
{
    struct line line = {.count = 0};

    add(&line, log_text("api", api));
    add(&line, log_int("http", reply->http));
    if (halted) {
        add_reason(&line, &verdict->reason, true);
        add(&line, log_text("tracking", reply->tracking));
    }
    write_now(
        halted ? LOG_ERROR : LOG_INFO, halted ? "api.halted" : "api.open",
        halted
            ? "BT refuses or blocks the account: this API halts, its orders wait, it is tried again by itself"
            : "this API answers again: its orders go on",
        &line);
}
