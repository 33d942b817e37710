/* Where an event goes: fixed, since what is under way was routed so. */
#include "event_route.h"

#include "reference.h"

#include "../codec/given.h"

/* Version 8, partition 3; the same of version 4. */
#define OURS "1e34fb00-3209-8bbe-986a-a70dbe3d0003"
#define FOREIGN "1e34fb00-3209-4bbe-986a-a70dbe3d0003"

static const char *text_or_none(const char *text)
{
    return text == NULL ? "(none)" : text;
}

static const struct {
    const char *name, *reference, *order_id;
    int32_t partitions, partition;
    const char *key;
} cases[] = {
    {"a reference of ours", OURS, "00125420", 12, 3, OURS},
    {"without BT's id", OURS, NULL, 12, 3, OURS},
    {"in upper case", "1E34FB00-3209-8BBE-986A-A70DBE3D0003", "00125420", 12, 3,
     "1E34FB00-3209-8BBE-986A-A70DBE3D0003"},
    {"the last partition", OURS, "00125420", 4, 3, OURS},
    {"a partition that there is not", OURS, "00125420", 3, 0, "00125420"},
    {"another version", FOREIGN, "00125420", 12, 3, "00125420"},
    {"another variant", "1e34fb00-3209-8bbe-c86a-a70dbe3d0003", "700501", 12, 11, "700501"},
    {"a word", "PO-2026/17", "00125420", 50, 3, "00125420"},
    {"BT's id only", NULL, "00125420", 65536, 37227, "00125420"},
    {"of letters", NULL, "O-1", 3, 2, "O-1"},
    {"one partition", NULL, "O-1", 1, 0, "O-1"},
    {"a foreign reference only", FOREIGN, NULL, 12, -1, NULL},
    {"empty", "", "", 12, -1, NULL},
    {"nothing", NULL, NULL, 12, -1, NULL},
};

static void routes(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct event_route route = event_route(cases[i].reference, cases[i].order_id, cases[i].partitions);
        if (route.partition != cases[i].partition) {
            printf("\n  %s: partition %d, expected %d", cases[i].name, route.partition, cases[i].partition);
            CU_FAIL("case above");
        }
        given_same(cases[i].name, text_or_none(route.key), text_or_none(cases[i].key));
    }
}

/* What the worker gives BT comes back to the partition of the order. */
static void own_references(void)
{
    char reference[UUID_TEXT_SIZE];

    for (int32_t partition = 0; partition < 50; partition++) {
        reference_make("605c9599-4ab1-488f-8129-5b8cde662c7d", "create", partition, reference);
        CU_ASSERT_EQUAL(event_route(reference, "1", 50).partition, partition);
    }
}

static void order_ids(void)
{
    CU_ASSERT_EQUAL(event_route_of_order_id("00125420", 12), 3);
    CU_ASSERT_EQUAL(event_route_of_order_id("700501", 12), 11);
    CU_ASSERT_EQUAL(event_route_of_order_id("O-1", 12), 8);
    CU_ASSERT_EQUAL(event_route_of_order_id("700501", 50), 27);
}

CU_TestInfo test_event_route[] = {{"routes", routes},
                                  {"references of ours", own_references},
                                  {"ids of BT's", order_ids},
                                  CU_TEST_INFO_NULL};
