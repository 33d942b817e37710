/* Growing bytes up to a ceiling: each addition checks for room, so that no caller needs to. */
#include "buffer.h"

#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buffer_init(struct buffer *buffer, size_t ceiling)
{
    *buffer = (struct buffer){.ceiling = ceiling};
}

void buffer_release(struct buffer *buffer)
{
    memory_free(buffer->data);
    buffer_init(buffer, buffer->ceiling);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->full = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

void buffer_cut(struct buffer *buffer, size_t length)
{
    if (length < buffer->length) {
        buffer->length = length;
        buffer->data[length] = '\0';
    }
    buffer->full = false;
}

/* Room for `more` bytes and the NUL; false marks the buffer full. */
static bool make_room(struct buffer *buffer, size_t more)
{
    if (buffer->full || more > buffer->ceiling - buffer->length) {
        buffer->full = true;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed > buffer->room) {
        size_t room = buffer->room < 64 ? 64 : buffer->room * 2;
        buffer->room = room > needed ? room : needed;
        buffer->data = memory_resize(buffer->data, buffer->room, 1);
    }
    return true;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
    if (!make_room(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_byte(struct buffer *buffer, uint8_t byte)
{
    buffer_add(buffer, &byte, 1);
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0 && make_room(buffer, (size_t)length)) {
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

bool buffer_check(const struct buffer *buffer, const char *what, struct fault *why)
{
    if (buffer->full)
        return fault_set(why, FAULT_EXHAUSTED, "%s is larger than %zu bytes", what, buffer->ceiling);
    return true;
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->data == NULL ? "" : buffer->data;
}

char *buffer_take(struct buffer *buffer, size_t *length)
{
    char *data = buffer->data == NULL ? memory_text("") : buffer->data;

    if (length != NULL)
        *length = buffer->length;
    buffer_init(buffer, buffer->ceiling);
    return data;
}
