/* Reads header lines by RFC 9110 section 5: names without regard to case, values without the white space around them. */
#include "reply_headers.h"

#include "invariant.h"
#include "memory.h"
#include "tree_build.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The value of "Name: value\r\n" without white space around it. */
static const char *header_value(const char *colon, const char *end, size_t *length)
{
    const char *value = colon + 1;

    while (value < end && isspace((unsigned char)*value))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    REQUIRE(value <= end);
    *length = (size_t)(end - value);
    return value;
}

static void keep(const char *line, size_t name_length, const char *name, const char *value, size_t length,
                 char *kept, size_t size)
{
    if (name_length == strlen(name) && strncasecmp(line, name, name_length) == 0)
        snprintf(kept, size, "%.*s", (int)length, value);
}

/* A header that comes twice is one with both values (RFC 9110 section 5.3): nobody may choose between them. */
static void add_to_tree(struct reply_headers *headers, const char *line, size_t name_length,
                        const char *value, size_t length)
{
    CLEANUP(memory_release) char *name = memory_text_of(line, name_length);
    CLEANUP(buffer_release) struct buffer all = {0};

    for (char *at = name; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    if (headers->tree == NULL)
        headers->tree = json_object_new_object();
    const char *before = tree_text_of(headers->tree, name);
    buffer_init(&all, REPLY_HEADERS_MAX_BYTES);
    if (before != NULL)
        buffer_print(&all, "%s, ", before);
    buffer_print(&all, "%.*s", (int)length, value);
    tree_add_text(headers->tree, name, buffer_text(&all));
}

/*
 * "gzip, gzip": inside a second compression a few kilobytes hide hours of work, and none of it comes out to be counted.
 */
static void count_codings(struct reply_headers *headers, const char *line, size_t name_length,
                          const char *value, size_t length)
{
    static const char *const names[] = {"Content-Encoding", "Transfer-Encoding"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (name_length != strlen(names[i]) || strncasecmp(line, names[i], name_length) != 0)
            continue;
        for (const char *at = value, *end = value + length; at < end;) {
            const char *comma = memchr(at, ',', (size_t)(end - at));
            size_t part = (size_t)((comma == NULL ? end : comma) - at);
            while (part > 0 && isspace((unsigned char)*at))
                at++, part--;
            while (part > 0 && isspace((unsigned char)at[part - 1]))
                part--;
            headers->codings +=
                part > 0 && !(part == strlen("chunked") && strncasecmp(at, "chunked", part) == 0);
            at = comma == NULL ? end : comma + 1;
        }
    }
}

bool reply_headers_begin(const char *line, size_t length)
{
    return length > 5 && strncmp(line, "HTTP/", 5) == 0;
}

void reply_headers_reset(struct reply_headers *headers)
{
    json_object_put(headers->tree);
    *headers = (struct reply_headers){.tree = NULL};
}

bool reply_headers_take(struct reply_headers *headers, const char *line, size_t length, bool want_tree)
{
    const char *colon = memchr(line, ':', length);
    size_t so_far = headers->length + length, value_length;

    headers->length = so_far;
    if (so_far > REPLY_HEADERS_MAX_BYTES)
        return false;
    if (reply_headers_begin(line, length)) {
        reply_headers_reset(headers);
        headers->length = so_far;
        return true;
    }
    if (colon == NULL)
        return true;
    size_t name_length = (size_t)(colon - line);
    const char *value = header_value(colon, line + length, &value_length);
    keep(line, name_length, "Retry-After", value, value_length, headers->retry_after,
         sizeof headers->retry_after);
    keep(line, name_length, "Date", value, value_length, headers->date, sizeof headers->date);
    keep(line, name_length, "Location", value, value_length, headers->location, sizeof headers->location);
    if (want_tree)
        add_to_tree(headers, line, name_length, value, value_length);
    count_codings(headers, line, name_length, value, value_length);
    return headers->codings <= 1;
}
