/*
 * Bytes that grow up to a ceiling they are born with.
 *
 * Adding never fails where it happens: once the ceiling is passed the buffer is *full*, keeps what it had and takes
 * no more. Whoever uses the bytes asks buffer_check() first, once, instead of testing each addition.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data; /* `length` bytes and a NUL that is not counted; null before the first addition */
    size_t length;
    size_t room;
    size_t ceiling; /* most bytes it may hold */
    bool full;      /* something did not fit */
};

/* An empty buffer that never holds more than `ceiling` bytes. Release it; nothing is allocated yet. */
void buffer_init(struct buffer *buffer, size_t ceiling);

/* Frees the bytes. The buffer is empty, not full, and can be used again. */
void buffer_release(struct buffer *buffer);

/* Empties it and keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Takes back what was added beyond the first `length` bytes; it is not full any more. */
void buffer_cut(struct buffer *buffer, size_t length);

void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_byte(struct buffer *buffer, uint8_t byte);
void buffer_print(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Fails with FAULT_EXHAUSTED when something did not fit; `what` names the content ("the reply"). */
MUST_USE bool buffer_check(const struct buffer *buffer, const char *what, struct fault *why);

/* The content as text, "" when empty; borrowed until the next change. */
const char *buffer_text(const struct buffer *buffer);

/* Hands the bytes over (NUL-terminated, free with memory_free) and leaves the buffer empty. Never null. */
char *buffer_take(struct buffer *buffer, size_t *length);

#endif
