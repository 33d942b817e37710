/* What is due first comes first, whatever was moved or taken out in between. */
#include "heap.h"

#include "memory.h"

#include "same.h"

enum { ITEMS = 200 };

struct thing {
    int number;
    struct heap_item item;
};

static uint32_t next(uint32_t *random)
{
    return *random = *random * 1664525u + 1013904223u;
}

static int64_t least(const struct thing things[ITEMS])
{
    int64_t due = INT64_MAX;

    for (int i = 0; i < ITEMS; i++)
        if (things[i].item.place != 0 && things[i].item.due < due)
            due = things[i].item.due;
    return due;
}

static void any_order(void)
{
    struct thing things[ITEMS] = {{0}};
    struct heap heap = {.items = NULL};
    uint32_t random = 7;
    size_t in = 0;

    for (int turn = 0; turn < 20000; turn++) {
        struct thing *thing = &things[next(&random) >> 16 & 127];
        if ((next(&random) >> 16 & 3) == 0) {
            in -= thing->item.place != 0;
            heap_remove(&heap, &thing->item);
        } else {
            in += thing->item.place == 0;
            heap_set(&heap, &thing->item, next(&random) >> 20);
        }
        CU_ASSERT_EQUAL(heap.count, in);
        CU_ASSERT_EQUAL(heap_first(&heap) == NULL ? INT64_MAX : heap_first(&heap)->due, least(things));
    }
    heap_release(&heap);
    CU_ASSERT_PTR_NULL(heap_first(&heap));
}

static void owner(void)
{
    struct thing thing = {.number = 5};
    struct heap heap = {.items = NULL};

    heap_set(&heap, &thing.item, 1);
    CU_ASSERT_EQUAL(CONTAINER_OF(heap_first(&heap), struct thing, item)->number, 5);
    heap_release(&heap);
}

CU_TestInfo test_heap[] = {{"any order", any_order}, {"owner", owner}, CU_TEST_INFO_NULL};
