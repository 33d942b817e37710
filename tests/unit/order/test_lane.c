/* Lanes: one key, one line, first come first served. */
#include "lane.h"

#include "order.h"

#include "../codec/given.h"

static struct order *new_order(const char *key, size_t length)
{
    return order_new("t", 0, 0, key, length);
}

static void in_line(void)
{
    struct lanes *lanes = lanes_new();
    struct order *a = new_order("k", 1), *b = new_order("k", 1), *c = new_order("k", 1),
                 *d = new_order("l", 1);

    CU_ASSERT(lanes_enter(lanes, a));
    CU_ASSERT(!lanes_enter(lanes, b));
    CU_ASSERT(!lanes_enter(lanes, c));
    CU_ASSERT(lanes_enter(lanes, d));
    CU_ASSERT_EQUAL(lanes_count(lanes), 2);
    CU_ASSERT_PTR_NULL(lanes_leave(lanes, b)); /* not the first: nobody comes up */
    CU_ASSERT_PTR_EQUAL(lanes_leave(lanes, a), c);
    CU_ASSERT(!lanes_enter(lanes, a)); /* again, at the end */
    CU_ASSERT_PTR_NULL(lanes_leave(lanes, a));
    CU_ASSERT_PTR_NULL(lanes_leave(lanes, c));
    CU_ASSERT_PTR_NULL(lanes_leave(lanes, d));
    CU_ASSERT_EQUAL(lanes_count(lanes), 0);
    CU_ASSERT(lanes_enter(lanes, b));
    CU_ASSERT_PTR_NULL(lanes_leave(lanes, b));
    order_free(a);
    order_free(b);
    order_free(c);
    order_free(d);
    lanes_free(lanes);
    CU_ASSERT_PTR_NULL(lanes_free(NULL));
}

static void bytes(void)
{
    static const struct {
        const char *key;
        size_t length;
    } keys[] = {{"\0", 1}, {"a", 1}, {"a\0", 2}, {"a\0b", 3}, {"a\0c", 3}, {"A", 1}};
    struct lanes *lanes = lanes_new();
    struct order *orders[COUNT_OF(keys)];

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        orders[i] = new_order(keys[i].key, keys[i].length);
        CU_ASSERT(lanes_enter(lanes, orders[i])); /* all of them differ */
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        lanes_leave(lanes, orders[i]);
        order_free(orders[i]);
    }
    lanes_free(lanes);
}

enum { MANY = 5000 };

static void many_keys(void)
{
    struct lanes *lanes = lanes_new();
    struct order **orders = memory_new(2 * MANY, sizeof(struct order *));
    char key[16];

    for (int i = 0; i < 2 * MANY; i++) {
        int length = snprintf(key, sizeof key, "key-%d", i % MANY);
        orders[i] = new_order(key, (size_t)length);
        CU_ASSERT_EQUAL(lanes_enter(lanes, orders[i]), i < MANY);
    }
    CU_ASSERT_EQUAL(lanes_count(lanes), MANY);
    for (int i = 0; i < MANY; i++)
        CU_ASSERT_PTR_EQUAL(lanes_leave(lanes, orders[i]), orders[i + MANY]);
    for (int i = 0; i < MANY; i++)
        CU_ASSERT_PTR_NULL(lanes_leave(lanes, orders[i + MANY]));
    CU_ASSERT_EQUAL(lanes_count(lanes), 0);
    for (int i = 0; i < 2 * MANY; i++)
        order_free(orders[i]);
    memory_free(orders);
    lanes_free(lanes);
}

CU_TestInfo test_lane[] = {
    {"in line", in_line}, {"keys are bytes", bytes}, {"many keys", many_keys}, CU_TEST_INFO_NULL};
