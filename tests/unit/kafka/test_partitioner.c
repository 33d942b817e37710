/* Where keys belong. The values are those of the clients: Java 4.4 (murmur2), librdkafka 2.0 (consistent). */
#include "partitioner.h"

#include "memory.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

enum { PARTITIONS = 6 };

static const struct {
    const char *key;
    int32_t murmur2, consistent;
} cases[] = {
    {"customer-2", 2, 3}, {"customer-42", 3, 5}, {"order-7", 1, 2}, {"a", 4, 3},
    {"ab", 2, 5},         {"abc", 3, 0},         {"abcd", 2, 1},    {"Z\xc3\xbcrich", 1, 0},
};

static void same(const char *key, enum partitioner_choice choice, int32_t want)
{
    int32_t got = partitioner_place(choice, key, strlen(key), PARTITIONS);

    if (got == want)
        return;
    printf("\n  %s of '%s': %d, want %d", partitioner_name(choice), key, (int)got, (int)want);
    CU_FAIL("case above");
}

static void places(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        same(cases[i].key, PARTITIONER_MURMUR2_RANDOM, cases[i].murmur2);
        same(cases[i].key, PARTITIONER_CONSISTENT_RANDOM, cases[i].consistent);
        same(cases[i].key, PARTITIONER_NONE, -1);
    }
    /* FNV-1a, 32 bits, of "foobar" is 0xbf9cf968 (draft-eastlake-fnv): negative as Sarama takes it. */
    same("foobar", PARTITIONER_FNV1A_RANDOM, (int32_t)(0x40630698 % PARTITIONS));
}

/* No key has no place, and an empty one is none. */
static void no_key(void)
{
    for (int choice = PARTITIONER_MURMUR2_RANDOM; choice <= PARTITIONER_NONE; choice++) {
        CU_ASSERT_EQUAL(partitioner_place((enum partitioner_choice)choice, NULL, 0, PARTITIONS), -1);
        CU_ASSERT_EQUAL(partitioner_place((enum partitioner_choice)choice, "", 0, PARTITIONS), -1);
    }
}

CU_TestInfo test_partitioner[] = {{"places", places}, {"no key", no_key}, CU_TEST_INFO_NULL};
