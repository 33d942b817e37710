/* Objects of one size in blocks: each its own, used again, and all memory given up with the last. */
#include "pool.h"

#include "memory.h"

#include <CUnit/CUnit.h>
#include <string.h>

enum { MANY = 10000 };

struct object {
    size_t number;
    char rest[40];
};

static void many_at_once(void)
{
    struct pool pool = {.size = sizeof(struct object)};
    struct object **objects = memory_new(MANY, sizeof(struct object *));
    static const struct object empty;

    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < MANY; i++) {
            objects[i] = pool_new(&pool);
            CU_ASSERT_FATAL(memcmp(objects[i], &empty, sizeof empty) == 0);
            memset(objects[i], 0x55, sizeof empty);
            objects[i]->number = i;
        }
        for (size_t i = 0; i < MANY; i += 2) /* every second goes, and comes again */
            objects[i] = pool_free(&pool, objects[i]);
        for (size_t i = 0; i < MANY; i += 2) {
            objects[i] = pool_new(&pool);
            CU_ASSERT_FATAL(memcmp(objects[i], &empty, sizeof empty) == 0);
            objects[i]->number = i;
        }
        for (size_t i = 0; i < MANY; i++)
            CU_ASSERT_FATAL(objects[i]->number == i);
        CU_ASSERT_EQUAL(pool.count, MANY);
        for (size_t i = 0; i < MANY; i++)
            CU_ASSERT_PTR_NULL(pool_free(&pool, objects[i]));
        CU_ASSERT(pool.count == 0 && pool.blocks == NULL);
    }
    CU_ASSERT_PTR_NULL(pool_free(&pool, NULL));
    (void)pool_new(&pool);
    pool_release(&pool);
    CU_ASSERT(pool.count == 0 && pool.blocks == NULL && pool.size == sizeof(struct object));
    memory_free(objects);
}

CU_TestInfo test_pool[] = {{"many at once", many_at_once}, CU_TEST_INFO_NULL};
