/* The control calls about notifications: who listens, and what was told. */
#include "answers.h"
#include "memory.h"
#include "sandbox.h"
#include "tree.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t place;
    bool required;
} members[] = {
    {"url", offsetof(struct listener, url), true},
    {"tokenUrl", offsetof(struct listener, token_url), true},
    {"id", offsetof(struct listener, id), true},
    {"secret", offsetof(struct listener, secret), true},
    {"caFile", offsetof(struct listener, ca_file), false},
};

static bool take_member(struct listener *listener, const char *name, struct json_object *value)
{
    const char *text = tree_text(value);

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (strcmp(name, members[i].name) != 0)
            continue;
        if (text == NULL || text[0] == '\0' || strlen(text) >= LISTENER_TEXT_SIZE)
            return false;
        snprintf((char *)listener + members[i].place, LISTENER_TEXT_SIZE, "%s", text);
        return true;
    }
    return false;
}

static bool take_listener(struct listener *listener, struct json_object *tree)
{
    TREE_EACH(tree, name, value)
    {
        if (!take_member(listener, name, value))
            return false;
    }
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (members[i].required && *((const char *)listener + members[i].place) == '\0')
            return false;
    return true;
}

static void write_listener(const struct sandbox *sandbox, struct buffer *out)
{
    const struct listener *listener = events_listener(sandbox->events);

    if (listener == NULL) {
        buffer_add_text(out, "{\"url\":null}");
        return;
    }
    buffer_add_text(out, "{\"url\":");
    write_text(out, listener->url);
    buffer_add_text(out, ",\"tokenUrl\":");
    write_text(out, listener->token_url);
    buffer_add_text(out, ",\"id\":");
    write_text(out, listener->id);
    buffer_add_byte(out, '}');
}

void control_set_listener(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    struct listener listener = {.url = ""};

    if (!take_listener(&listener, request->tree)) {
        buffer_add_text(reply_json(reply, 400),
                        "{\"error\":\"a listener has url, tokenUrl, id and secret, perhaps "
                        "caFile, which are texts of at most 511 bytes\"}");
        return;
    }
    events_listen(sandbox->events, &listener);
    write_listener(sandbox, reply_json(reply, 200));
}

void control_get_listener(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    write_listener(sandbox, reply_json(reply, 200));
}

void control_drop_listener(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    (void)request;
    events_listen(sandbox->events, NULL);
    write_listener(sandbox, reply_json(reply, 200));
}

void control_events(struct sandbox *sandbox, struct request *request, struct reply *reply)
{
    const char *after = request_query(request, "after");
    const char *last = request_query(request, "last");

    events_write(sandbox->events, request_query(request, "reference"),
                 after == NULL ? 0 : strtoull(after, NULL, 10),
                 last == NULL ? EVENTS_MAX : (size_t)strtoul(last, NULL, 10), reply_json(reply, 200));
}
