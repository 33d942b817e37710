/* Which records of BT's ids move: the latest of each, where the id is routed elsewhere now; and none of them twice. */
#include "repartition_ids.h"

#include "event_route.h"
#include "memory.h"

#include <CUnit/Basic.h>
#include <string.h>

enum { BEFORE = 6, NOW = 8 };

static rd_kafka_message_t message(const char *key, int32_t partition, int64_t offset, const char *value)
{
    return (rd_kafka_message_t){.key = (char *)(uintptr_t)key,
                                .key_len = strlen(key),
                                .partition = partition,
                                .offset = offset,
                                .payload = (char *)(uintptr_t)value,
                                .len = value == NULL ? 0 : strlen(value)};
}

static void the_latest_of_each(void)
{
    static const char key[] = "bt-id/00126001";
    int32_t from = event_route_of_order_id("00126001", BEFORE), to = event_route_of_order_id("00126001", NOW);
    struct repartition_ids *ids = repartition_ids_new(NOW);
    rd_kafka_message_t first = message(key, from, 3, "a"), latest = message(key, from, 7, "b"),
                       other = message("order/1", from, 8, "c"), none = message("bt-id/", from, 9, "d");
    const char *original;
    int32_t partition;
    size_t at = 0;

    CU_ASSERT_NOT_EQUAL_FATAL(from, to);
    rd_kafka_message_t *const all[] = {&first, &latest, &other, &none};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        repartition_ids_note(ids, all[i]);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &first), -1);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &latest), to);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &other), -1);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &none), -1);
    CU_ASSERT_FATAL(repartition_ids_original(ids, &at, &original, &partition));
    CU_ASSERT_STRING_EQUAL(original, key);
    CU_ASSERT_EQUAL(partition, from);
    CU_ASSERT_FALSE(repartition_ids_original(ids, &at, &original, &partition));
    repartition_ids_free(ids);
}

/* It was moved before: the original is forgotten, and the copy is where it belongs. */
static void once_more(void)
{
    static const char key[] = "bt-id/00126001";
    int32_t from = event_route_of_order_id("00126001", BEFORE), to = event_route_of_order_id("00126001", NOW);
    struct repartition_ids *ids = repartition_ids_new(NOW);
    rd_kafka_message_t was = message(key, from, 3, "a"), gone = message(key, from, 8, NULL),
                       is = message(key, to, 0, "a");
    const char *original;
    int32_t partition;
    size_t at = 0;

    repartition_ids_note(ids, &was);
    repartition_ids_note(ids, &gone);
    repartition_ids_note(ids, &is);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &was), -1);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &gone), -1);
    CU_ASSERT_EQUAL(repartition_ids_place(ids, &is), -1);
    CU_ASSERT_FALSE(repartition_ids_original(ids, &at, &original, &partition));
    repartition_ids_free(ids);
    CU_ASSERT_PTR_NULL(repartition_ids_free(NULL));
}

CU_TestInfo test_repartition_ids[] = {
    {"the latest of each", the_latest_of_each}, {"once more", once_more}, CU_TEST_INFO_NULL};
