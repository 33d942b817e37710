/*
 * Very many objects of one size that live long: they lie in blocks of their own, so that no page of memory stays because
 * one of them lies between things that are gone, and none of them pays for the C library's bookkeeping.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool_block;

/* Zeroed with `size` set it is empty. Release it. */
struct pool {
    size_t size; /* of an object, in bytes: a multiple of 8 */
    struct pool_block *blocks;
    void *free;    /* the first free object; each has the next one in its first bytes */
    size_t unused; /* objects of the newest block that were never given */
    size_t count;  /* objects that are in use */
};

/* A zeroed object. */
void *pool_new(struct pool *pool) __attribute__((malloc, returns_nonnull));

/* Gives it back; gives null. With the last one the pool gives up all its memory. */
void *pool_free(struct pool *pool, void *object);

/* Gives up everything, whatever is still in use. */
void pool_release(struct pool *pool);

#endif
