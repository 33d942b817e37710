/* Everything that was added is found by its hash until it is removed, also where hashes meet. */
#include "table.h"

#include "memory.h"

#include "same.h"

#include <stdbool.h>

enum { ITEMS = 500 };

struct thing {
    bool in;
    struct table_item item;
};

static size_t count_with(const struct table *table, uint64_t hash)
{
    size_t count = 0;

    for (struct table_item *item = table_find(table, hash); item != NULL; item = table_next(item))
        count++;
    return count;
}

static void take_out(struct table_item *item)
{
    CONTAINER_OF(item, struct thing, item)->in = true;
}

static void all_are_found(void)
{
    static struct thing things[ITEMS];
    struct table table = {.buckets = NULL};
    size_t sevenths = 0;

    CU_ASSERT_PTR_NULL(table_find(&table, 0));
    for (uint64_t i = 0; i < ITEMS; i++)
        table_add(&table, &things[i].item, i % 7 == 0 ? 7 : i << 8); /* many meet, and all in few buckets */
    for (uint64_t i = 0; i < ITEMS; i++)
        sevenths += i % 7 == 0;
    CU_ASSERT_EQUAL(count_with(&table, 7), sevenths);
    for (uint64_t i = 1; i < ITEMS; i++)
        CU_ASSERT(i % 7 == 0 || CONTAINER_OF(table_find(&table, i << 8), struct thing, item) == &things[i]);
    for (uint64_t i = 0; i < ITEMS; i += 2)
        table_remove(&table, &things[i].item);
    CU_ASSERT_EQUAL(table.count, ITEMS / 2);
    for (uint64_t i = 1; i < ITEMS; i++)
        CU_ASSERT(i % 7 == 0 || (table_find(&table, i << 8) != NULL) == (i % 2 == 1));
    table_drain(&table, take_out);
    CU_ASSERT_PTR_NULL(table_find(&table, 7));
    for (uint64_t i = 1; i < ITEMS; i += 2)
        CU_ASSERT(things[i].in);
}

CU_TestInfo test_table[] = {{"all are found", all_are_found}, CU_TEST_INFO_NULL};
