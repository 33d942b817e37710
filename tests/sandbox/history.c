/* Keeps each request as one row of texts with a NUL after each, turned into JSON only when asked for. */
#include "history.h"

#include "memory.h"
#include "reply.h"

#include <string.h>
#include <strings.h>

struct entry {
    struct buffer texts; /* method, target, operation, body, then names and values of headers */
    size_t headers;
};

struct history {
    struct entry ring[HISTORY_MAX];
    size_t added;
};

struct history *history_new(void)
{
    struct history *history = memory_new(1, sizeof *history);

    for (size_t i = 0; i < HISTORY_MAX; i++)
        buffer_init(&history->ring[i].texts, 1 << 20);
    return history;
}

void *history_free(struct history *history)
{
    if (history == NULL)
        return NULL;
    for (size_t i = 0; i < HISTORY_MAX; i++)
        buffer_release(&history->ring[i].texts);
    return memory_free(history);
}

static void keep(struct entry *entry, const char *text)
{
    buffer_add(&entry->texts, text, strlen(text) + 1);
}

void history_add(struct history *history, const struct request *request, const char *operation)
{
    struct entry *entry = &history->ring[history->added++ % HISTORY_MAX];
    const char *body = buffer_text(&request->body);
    size_t length = strnlen(body, HISTORY_BODY_MAX);

    buffer_clear(&entry->texts);
    keep(entry, request->method);
    keep(entry, request->target);
    keep(entry, operation);
    buffer_add(&entry->texts, body, length);
    buffer_add_byte(&entry->texts, 0);
    entry->headers = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, "Authorization") == 0)
            continue;
        keep(entry, request->headers[i].name);
        keep(entry, request->headers[i].value);
        entry->headers++;
    }
}

void history_clear(struct history *history)
{
    history->added = 0;
}

/* The text at *at; *at moves on. */
static const char *next_text(const char **at)
{
    const char *text = *at;

    *at = text + strlen(text) + 1;
    return text;
}

static void write_entry(const struct entry *entry, struct buffer *out)
{
    static const char *const names[] = {"{\"method\":", ",\"target\":", ",\"operationId\":", ",\"body\":"};
    const char *at = buffer_text(&entry->texts);

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        buffer_add_text(out, names[i]);
        write_text(out, next_text(&at));
    }
    buffer_add_text(out, ",\"headers\":{");
    for (size_t i = 0; i < entry->headers; i++) {
        if (i > 0)
            buffer_add_byte(out, ',');
        write_text(out, next_text(&at));
        buffer_add_byte(out, ':');
        write_text(out, next_text(&at));
    }
    buffer_add_text(out, "}}");
}

void history_write(const struct history *history, size_t count, struct buffer *out)
{
    size_t kept = history->added < HISTORY_MAX ? history->added : HISTORY_MAX;
    size_t first = history->added - (count < kept ? count : kept);

    buffer_add_byte(out, '[');
    for (size_t i = first; i < history->added; i++) {
        if (i > first)
            buffer_add_byte(out, ',');
        write_entry(&history->ring[i % HISTORY_MAX], out);
    }
    buffer_add_byte(out, ']');
}
