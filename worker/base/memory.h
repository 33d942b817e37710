/*
 * Memory that is there or ends the process.
 *
 * A worker that cannot allocate can settle nothing either, and a crash is a case that is handled (PROMISE.md), so
 * no caller tests for null. Everything comes zeroed.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* `count` zeroed objects of `size` bytes, owned by the caller; ends the process when there are none. */
void *memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Grows or shrinks `old` (may be null) to `count` objects of `size` bytes; bytes beyond the old end are not zeroed. */
void *memory_resize(void *old, size_t count, size_t size)
    __attribute__((returns_nonnull, warn_unused_result));

/* A copy of the text, or of its first `length` bytes with a NUL after them; null stays null. */
char *memory_text(const char *text);
char *memory_text_of(const char *bytes, size_t length);
void *memory_copy(const void *bytes, size_t length) __attribute__((returns_nonnull));

/* Frees and gives null back, so that freeing and forgetting is one statement. Accepts null. */
void *memory_free(void *object);

/* Frees the variable when it leaves its scope: CLEANUP(memory_release) char *text = ...; */
#define CLEANUP(function) __attribute__((cleanup(function)))
void memory_release(void *pointer_to_pointer);

/* For CLEANUP variables: hands the object to a new owner and leaves null in the variable. */
#define TAKE(pointer)                                                                                        \
    ({                                                                                                       \
        __typeof__(pointer) taken_ = (pointer);                                                              \
        (pointer) = NULL;                                                                                    \
        taken_;                                                                                              \
    })

/* What the member is in, given a pointer to the member. */
#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
