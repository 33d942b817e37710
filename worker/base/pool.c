/* Blocks of objects, and the list of those that are free. */
#include "pool.h"

#include "invariant.h"
#include "memory.h"

#include <string.h>

enum { BLOCK_BYTES = 65536 };

struct pool_block {
    struct pool_block *next;
    char objects[];
};

void pool_release(struct pool *pool)
{
    struct pool_block *block;

    while ((block = pool->blocks) != NULL) {
        pool->blocks = block->next;
        memory_free(block);
    }
    *pool = (struct pool){.size = pool->size};
}

static void *take_unused(struct pool *pool)
{
    size_t most = (BLOCK_BYTES - sizeof(struct pool_block)) / pool->size;

    if (pool->unused == 0) {
        struct pool_block *block = memory_new(1, BLOCK_BYTES);
        block->next = pool->blocks;
        pool->blocks = block;
        pool->unused = most;
    }
    return &pool->blocks->objects[(most - pool->unused--) * pool->size];
}

void *pool_new(struct pool *pool)
{
    void *object = pool->free;

    REQUIRE(pool->size >= sizeof object && pool->size % sizeof object == 0 && pool->size < BLOCK_BYTES / 2);
    pool->count++;
    if (object == NULL)
        return take_unused(pool);
    memcpy(&pool->free, object, sizeof pool->free);
    memset(object, 0, pool->size);
    return object;
}

void *pool_free(struct pool *pool, void *object)
{
    if (object == NULL)
        return NULL;
    REQUIRE(pool->count > 0);
    if (--pool->count == 0) {
        pool_release(pool);
        return NULL;
    }
    memcpy(object, &pool->free, sizeof pool->free);
    pool->free = object;
    return NULL;
}
