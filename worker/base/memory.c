/* Allocation that ends the process when there is no memory. */
#include "memory.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

size_t memory_spare(void)
{
    struct mallinfo2 info = mallinfo2();
    size_t resident = 0, used = info.uordblks + info.hblkhd;
    FILE *file = fopen("/proc/self/statm", "re"); /* proc(5): pages in all, resident ones, ... */
    char line[200], *end;

    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) != NULL) {
        (void)strtoull(line, &end, 10);
        resident = strtoull(end, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
    }
    (void)fclose(file);
    return resident > used ? resident - used : 0;
}

void memory_give_back(void)
{
    (void)malloc_trim(0);
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
