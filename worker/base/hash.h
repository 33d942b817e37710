/*
 * FNV-1a, 64 bits (Fowler, Noll, Vo): for tables that hold our own keys; it does not withstand chosen ones.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_bytes(const void *bytes, size_t length)
{
    uint64_t hash = 14695981039346656037u;

    for (const unsigned char *at = bytes, *end = at + length; at < end; at++)
        hash = (hash ^ *at) * 1099511628211u;
    return hash;
}

static inline uint64_t hash_text(const char *text)
{
    return hash_bytes(text, strlen(text));
}

#endif
