/* Allocation that ends the process when there is no memory. */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *present(void *object)
{
    if (object == NULL) {
        fputs("whc-worker: out of memory: the process ends, another one takes over\n", stderr);
        abort();
    }
    return object;
}

void *memory_new(size_t count, size_t size)
{
    return present(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
    return present(reallocarray(old, count > 0 ? count : 1, size));
}

char *memory_text(const char *text)
{
    return text == NULL ? NULL : memory_text_of(text, strlen(text));
}

char *memory_text_of(const char *bytes, size_t length)
{
    char *copy = memory_new(length + 1, 1);

    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

void *memory_copy(const void *bytes, size_t length)
{
    return memory_text_of(bytes, length);
}

void *memory_free(void *object)
{
    free(object);
    return NULL;
}

void memory_release(void *pointer_to_pointer)
{
    void **pointer = pointer_to_pointer;

    free(*pointer);
    *pointer = NULL;
}
