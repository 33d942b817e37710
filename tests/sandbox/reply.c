/* Builds replies: status, headers and body. */
#include "reply.h"

#include "tree.h"
#include "utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void reply_init(struct reply *reply)
{
    reply->status = 200;
    buffer_init(&reply->body, REPLY_BODY_MAX);
}

void reply_release(struct reply *reply)
{
    buffer_release(&reply->body);
}

void reply_clear(struct reply *reply)
{
    reply->status = 200;
    reply->type = NULL;
    reply->header_count = 0;
    buffer_clear(&reply->body);
}

void reply_header(struct reply *reply, const char *name, const char *format, ...)
{
    va_list args;

    if (reply->header_count == REPLY_HEADERS_MAX)
        return;
    struct reply_header *header = &reply->headers[reply->header_count++];
    header->name = name;
    va_start(args, format);
    vsnprintf(header->value, sizeof header->value, format, args);
    va_end(args);
}

struct buffer *reply_json(struct reply *reply, unsigned status)
{
    reply_clear(reply);
    reply->status = status;
    reply->type = "application/json";
    return &reply->body;
}

void reply_tree(struct reply *reply, unsigned status, struct json_object *tree)
{
    tree_write(tree, reply_json(reply, status));
    json_object_put(tree);
}

void reply_count_headers(struct reply *reply, size_t total, size_t shown)
{
    reply_header(reply, "X-Total-Count", "%zu", total);
    reply_header(reply, "X-Result-Count", "%zu", shown);
}

static void write_character(struct buffer *out, unsigned char byte, bool latin)
{
    if (byte == '"' || byte == '\\') {
        buffer_add_byte(out, '\\');
        buffer_add_byte(out, byte);
    } else if (byte < 0x20 || (byte >= 0x80 && latin)) {
        buffer_print(out, "\\u%04x", byte);
    } else {
        buffer_add_byte(out, byte);
    }
}

void write_text(struct buffer *out, const char *text)
{
    if (text == NULL) {
        buffer_add_text(out, "null");
        return;
    }
    bool latin = !utf8_valid(text, strlen(text));
    buffer_add_byte(out, '"');
    for (; *text != '\0'; text++)
        write_character(out, (unsigned char)*text, latin);
    buffer_add_byte(out, '"');
}
