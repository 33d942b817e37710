/* The list of notifications and the course of each: waiting, posted, posted again, given up. */
#include "events.h"

#include "memory.h"
#include "reply.h"
#include "timestamp.h"
#include "tree.h"

#include <string.h>

enum { EVENT_BYTES_MAX = 1 << 20 };

enum fate {
    FATE_KEPT, /* nobody listened */
    FATE_WAITING,
    FATE_POSTING,
    FATE_DELIVERED,
    FATE_GIVEN_UP,
    FATE_COUNT,
};

static const char *const fate_words[] = {"kept", "waiting", "posting", "delivered", "givenUp"};
static const int64_t pauses_ms[] = {1000, 5000, 30000};

struct event {
    struct events *events;
    uint64_t number;
    struct event_form form;
    char *reference, *order_id; /* reference: null without one */
    char *body;
    enum fate fate;
    unsigned posts, failures;
    struct post_result result; /* of the last post */
    struct agenda_item due;
    struct event *next, *previous;
};

struct events {
    struct agenda *agenda;
    struct poster *poster;
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
        take_fate(event, FATE_GIVEN_UP);
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

    buffer_print(out, "event %ju is posted again", (uintmax_t)event->number);
}

static void post_at(struct event *event, int64_t at_ms)
{
    take_fate(event, FATE_WAITING);
    agenda_set(event->events->agenda, &event->due, at_ms);
}

static void posted(void *owner, void *context, const struct post_result *result)
{
    struct events *events = owner;
    struct event *event = context;

    event->result = *result;
    event->posts += result->posts;
    events->posts += result->posts;
    events->tokens += result->tokens;
    if (result->status >= 200 && result->status < 300)
        take_fate(event, FATE_DELIVERED);
    else if (event->failures == COUNT_OF(pauses_ms))
        take_fate(event, FATE_GIVEN_UP);
    else
        post_at(event, agenda_now_ms(events->agenda) + pauses_ms[event->failures++]);
}

bool events_new(struct agenda *agenda, struct events **out, struct fault *why)
{
    struct events *events = memory_new(1, sizeof *events);

    *out = events;
    events->agenda = agenda;
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

    while (event != NULL && (event->fate == FATE_WAITING || event->fate == FATE_POSTING))
        event = event->next;
    if (events->count > EVENTS_MAX && event != NULL)
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

void events_tell(struct events *events, enum event_type type, struct json_object *order, int64_t at_ms)
{
    struct event_form form = {.type = type, .at_ms = at_ms};

    if (type == EVENT_NONE)
        return;
    event_form_identify(&form);
    struct event *event = add(events, &form, order);
    if (events->listens)
        post(event);
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
        out, "{\"made\":%ju,\"posts\":%ju,\"tokens\":%ju,\"waiting\":%ju,\"delivered\":%ju,\"givenUp\":%ju}",
        (uintmax_t)events->made, (uintmax_t)events->posts, (uintmax_t)events->tokens,
        (uintmax_t)(events->fates[FATE_WAITING] + events->fates[FATE_POSTING]),
        (uintmax_t)events->fates[FATE_DELIVERED], (uintmax_t)events->fates[FATE_GIVEN_UP]);
}
