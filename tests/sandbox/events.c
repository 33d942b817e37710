/* The list of notifications and the course of each: waiting, posted, posted again, given up. */
#include "events.h"

#include "memory.h"
#include "reply.h"
#include "timestamp.h"
#include "tree.h"

#include <stdio.h>
#include <string.h>

enum { EVENT_BYTES_MAX = 1 << 20, FOREIGN_SIZE = 40, SECOND_MS = 1000 };

enum fate {
    FATE_KEPT, /* nobody listened */
    FATE_WAITING,
    FATE_POSTING,
    FATE_DELIVERED,
    FATE_GIVEN_UP,
    FATE_MISSING,
    FATE_HELD, /* until the next event of the order */
    FATE_COUNT,
};

static const char *const fate_words[] = {"kept",    "waiting", "posting", "delivered",
                                         "givenUp", "missing", "held"};
static const int64_t pauses_ms[] = {1000, 5000, 30000};

struct event {
    struct events *events;
    uint64_t number;
    struct event_form form;
    char *reference, *order_id; /* reference: null without one */
    char *body;
    enum fate fate;
    unsigned posts, failures, copies; /* copies: how often it is posted once more */
    bool answered;
    struct post_result result; /* of the last post */
    struct agenda_item due;
    struct event *next, *previous;
};

struct events {
    struct agenda *agenda;
    struct poster *poster;
    struct troubles *troubles;
    void (*watch)(void *context, uint64_t number);
    void *watch_context;
    struct listener listener;
    bool listens;
    struct event *first, *last;
    size_t count;
    uint64_t made, posts, tokens;
    uint64_t fates[FATE_COUNT]; /* of all that were made, forgotten ones too */
};

static void take_fate(struct event *event, enum fate fate)
{
    event->events->fates[event->fate]--;
    event->events->fates[fate]++;
    event->fate = fate;
}

static void forget(struct event *event)
{
    struct events *events = event->events;

    if (event->previous != NULL)
        event->previous->next = event->next;
    else
        events->first = event->next;
    if (event->next != NULL)
        event->next->previous = event->previous;
    else
        events->last = event->previous;
    events->count--;
    agenda_clear(events->agenda, &event->due);
    memory_free(event->reference);
    memory_free(event->order_id);
    memory_free(event->body);
    memory_free(event);
}

static void post(struct event *event)
{
    struct events *events = event->events;

    if (!events->listens) {
        take_fate(event, event->failures == 0 ? FATE_KEPT : FATE_GIVEN_UP);
        return;
    }
    take_fate(event, FATE_POSTING);
    poster_post(events->poster, &events->listener, event->body, event);
}

static void due(void *context, int64_t at_ms)
{
    (void)at_ms;
    post(context);
}

static void describe(const void *context, struct buffer *out)
{
    const struct event *event = context;

    buffer_print(out, "event %ju is posted%s", (uintmax_t)event->number,
                 event->failures > 0 ? " again" : ", late");
}

static void post_at(struct event *event, int64_t at_ms)
{
    take_fate(event, FATE_WAITING);
    agenda_set(event->events->agenda, &event->due, at_ms);
}

/* Older ones of the order that were held until now are posted, after this one. */
static void let_go(struct events *events, const struct event *told)
{
    if (events->fates[FATE_HELD] == 0)
        return;
    for (struct event *event = events->first; event != NULL; event = event->next)
        if (event->fate == FATE_HELD && event->number < told->number &&
            strcmp(event->order_id, told->order_id) == 0)
            post(event);
}

static void delivered(struct event *event)
{
    take_fate(event, FATE_DELIVERED);
    if (event->copies == 0)
        return;
    event->copies--;
    post(event);
}

static void posted(void *owner, void *context, const struct post_result *result)
{
    struct events *events = owner;
    struct event *event = context;

    event->result = *result;
    if (!event->answered && events->watch != NULL)
        events->watch(events->watch_context, event->number);
    event->answered = true;
    event->posts += result->posts;
    events->posts += result->posts;
    events->tokens += result->tokens;
    if (result->status >= 200 && result->status < 300)
        delivered(event);
    else if (event->failures == COUNT_OF(pauses_ms))
        take_fate(event, FATE_GIVEN_UP);
    else
        post_at(event, agenda_now_ms(events->agenda) + pauses_ms[event->failures++]);
    let_go(events, event);
}

bool events_new(struct agenda *agenda, struct troubles *troubles, struct events **out, struct fault *why)
{
    struct events *events = memory_new(1, sizeof *events);

    *out = events;
    events->agenda = agenda;
    events->troubles = troubles;
    return poster_new(agenda->loop, posted, events, &events->poster, why);
}

void events_clear(struct events *events)
{
    if (events->poster != NULL)
        poster_forget(events->poster);
    while (events->first != NULL)
        forget(events->first);
    events->made = events->posts = events->tokens = 0;
    memset(events->fates, 0, sizeof events->fates);
}

void *events_free(struct events *events)
{
    if (events == NULL)
        return NULL;
    events_clear(events);
    poster_free(events->poster);
    return memory_free(events);
}

void events_listen(struct events *events, const struct listener *listener)
{
    events->listens = listener != NULL;
    if (listener != NULL)
        events->listener = *listener;
}

const struct listener *events_listener(const struct events *events)
{
    return events->listens ? &events->listener : NULL;
}

/* The oldest that is done with makes room. */
static void make_room(struct events *events)
{
    struct event *event = events->first;

    if (events->count <= EVENTS_MAX)
        return;
    while (event->fate == FATE_WAITING || event->fate == FATE_POSTING || event->fate == FATE_HELD)
        event = event->next; /* the last one is new, and none of these */
    if (event != events->last)
        forget(event);
}

static struct event *add(struct events *events, const struct event_form *form, struct json_object *order)
{
    CLEANUP(buffer_release) struct buffer body = {0};
    struct event *event = memory_new(1, sizeof *event);
    size_t length;

    buffer_init(&body, EVENT_BYTES_MAX);
    event_text_write(form, order, &body);
    event->events = events;
    event->number = ++events->made;
    event->form = *form;
    event->reference = memory_text(tree_text_of(order, "externalId"));
    event->order_id = memory_text(tree_text_of(order, "id"));
    event->body = buffer_take(&body, &length);
    event->due.happen = due;
    event->due.describe = describe;
    event->due.context = event;
    event->previous = events->last;
    if (events->last != NULL)
        events->last->next = event;
    else
        events->first = event;
    events->last = event;
    events->count++;
    events->fates[FATE_KEPT]++;
    make_room(events);
    return event;
}

static void deliver(struct events *events, struct event *event)
{
    const struct irregular *irregular = &event->form.irregular;

    event->copies = irregular_is(irregular, TROUBLE_EVENT_TWICE);
    if (irregular_is(irregular, TROUBLE_EVENT_MISSING))
        take_fate(event, FATE_MISSING);
    else if (irregular_is(irregular, TROUBLE_EVENT_LATE))
        post_at(event, event->form.at_ms + irregular->late_ms);
    else if (irregular_is(irregular, TROUBLE_EVENT_REORDERED))
        take_fate(event, FATE_HELD);
    else
        post(event);
    if (event->fate == FATE_KEPT)
        let_go(events, event);
}

static struct event *tell(struct events *events, struct event_form form, struct json_object *order)
{
    event_form_identify(&form);
    struct event *event = add(events, &form, order);
    deliver(events, event);
    return event;
}

/* One about an order that somebody placed at BT by hand. */
static void tell_foreign(struct events *events, const struct event_form *form)
{
    CLEANUP(tree_release) struct json_object *order = json_object_new_object();
    char id[FOREIGN_SIZE];

    snprintf(id, sizeof id, "PORTAL-%08ju", (uintmax_t)(990001 + events->made));
    json_object_object_add(order, "externalId", json_object_new_string(id));
    json_object_object_add(order, "id", json_object_new_string(id + strlen("PORTAL-")));
    json_object_object_add(order, "state", json_object_new_string("inProgress"));
    tell(events, (struct event_form){.type = form->type, .at_ms = form->at_ms}, order);
}

/* A second later BT says the contrary. */
static void tell_contrary(struct events *events, const struct event_form *form, struct json_object *order)
{
    struct json_object *contrary = NULL;

    if (json_object_deep_copy(order, &contrary, NULL) != 0)
        return;
    event_text_contradict(contrary);
    tell(events, (struct event_form){.type = EVENT_CHANGED, .at_ms = form->at_ms + SECOND_MS}, contrary);
    json_object_put(contrary);
}

uint64_t events_tell(struct events *events, enum event_type type, struct json_object *order, int64_t at_ms)
{
    struct event_form form = {.type = type, .at_ms = at_ms};

    if (type == EVENT_NONE)
        return 0;
    form.irregular = irregular_take(events->troubles, tree_text_of(order, "externalId"),
                                    tree_text_of(order, "state"), tree_text_of(order, "portStatus"));
    if (irregular_is(&form.irregular, TROUBLE_EVENT_CREATE))
        form.type = EVENT_CREATED;
    if (irregular_is(&form.irregular, TROUBLE_EVENT_FOREIGN))
        tell_foreign(events, &form);
    const struct event *event = tell(events, form, order);
    uint64_t number = event->number;
    bool early = irregular_is(&form.irregular, TROUBLE_EVENT_EARLY) && event->fate == FATE_POSTING;
    if (irregular_is(&form.irregular, TROUBLE_EVENT_CONTRADICTS))
        tell_contrary(events, &form, order);
    return early ? number : 0;
}

void events_watch(struct events *events, void (*call)(void *context, uint64_t number), void *context)
{
    events->watch = call;
    events->watch_context = context;
}

static void write_irregular(const struct irregular *irregular, struct buffer *out)
{
    const char *separator = "";

    buffer_add_text(out, ",\"faults\":[");
    for (int kind = TROUBLE_EVENT_FIRST; kind < TROUBLE_KINDS; kind++) {
        if (!irregular_is(irregular, (enum trouble_kind)kind))
            continue;
        buffer_print(out, "%s\"%s\"", separator, trouble_word((enum trouble_kind)kind));
        separator = ",";
    }
    buffer_add_byte(out, ']');
}

static void write_event(const struct event *event, struct buffer *out)
{
    char time[TIMESTAMP_TEXT_SIZE];

    timestamp_print(event->form.at_ms, time);
    buffer_print(out, "{\"number\":%ju,\"at\":\"%s\",\"orderId\":", (uintmax_t)event->number, time);
    write_text(out, event->order_id);
    buffer_add_text(out, ",\"reference\":");
    write_text(out, event->reference);
    buffer_print(out, ",\"fate\":\"%s\",\"posts\":%u,\"status\":", fate_words[event->fate], event->posts);
    if (event->result.status == 0)
        buffer_add_text(out, "null");
    else
        buffer_print(out, "%d", event->result.status);
    buffer_add_text(out, ",\"why\":");
    write_text(out, event->result.what[0] == '\0' ? NULL : event->result.what);
    write_irregular(&event->form.irregular, out);
    buffer_add_text(out, ",\"body\":");
    buffer_add_text(out, event->body);
    buffer_add_byte(out, '}');
}

static bool wanted(const struct event *event, const char *reference, uint64_t after)
{
    return event->number > after &&
           (reference == NULL || (event->reference != NULL && strcmp(reference, event->reference) == 0));
}

void events_write(const struct events *events, const char *reference, uint64_t after, size_t count,
                  struct buffer *out)
{
    const struct event *event = NULL;
    const char *separator = "";

    for (const struct event *at = events->last; at != NULL && count > 0; at = at->previous) {
        if (!wanted(at, reference, after))
            continue;
        event = at;
        count--;
    }
    buffer_add_byte(out, '[');
    for (; event != NULL; event = event->next) {
        if (!wanted(event, reference, after))
            continue;
        buffer_add_text(out, separator);
        write_event(event, out);
        separator = ",";
    }
    buffer_add_byte(out, ']');
}

void events_write_counts(const struct events *events, struct buffer *out)
{
    buffer_print(
        out,
        "{\"made\":%ju,\"posts\":%ju,\"tokens\":%ju,\"waiting\":%ju,\"delivered\":%ju,\"givenUp\":%ju,\"missing\":%ju}",
        (uintmax_t)events->made, (uintmax_t)events->posts, (uintmax_t)events->tokens,
        (uintmax_t)(events->fates[FATE_WAITING] + events->fates[FATE_POSTING] + events->fates[FATE_HELD]),
        (uintmax_t)events->fates[FATE_DELIVERED], (uintmax_t)events->fates[FATE_GIVEN_UP],
        (uintmax_t)events->fates[FATE_MISSING]);
}
