/* References: the same for every attempt, another for every step and request, with the partition in them. */
#include "reference.h"

#include "../codec/given.h"

#define ID "605c9599-4ab1-488f-8129-5b8cde662c7d"

static void made(void)
{
    char one[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    struct uuid uuid;
    struct fault why;

    reference_make(ID, "a", 3, one);
    reference_make(ID, "a", 3, other);
    given_same("the same again", other, one);
    CU_ASSERT(uuid_parse(one, &uuid, &why));
    CU_ASSERT(one[14] == '8' && strchr("89ab", one[19]) != NULL);
    reference_make(ID, "b", 3, other);
    CU_ASSERT_STRING_NOT_EQUAL(one, other);
    reference_make("705c9599-4ab1-488f-8129-5b8cde662c7d", "a", 3, other);
    CU_ASSERT_STRING_NOT_EQUAL(one, other);
    reference_make(ID, "a", 4, other); /* only the partition differs */
    CU_ASSERT(strncmp(one, other, 32) == 0 && strcmp(one + 32, "0003") == 0 &&
              strcmp(other + 32, "0004") == 0);
}

/* BT and orders in ledgers know references of today: they must come out the same in every version. */
static void pinned(void)
{
    char text[UUID_TEXT_SIZE];

    reference_make(ID, "a", 0x1234, text);
    given_same("pinned", text, "1e34fb00-3209-8bbe-986a-a70dbe3d1234");
}

static void partitions(void)
{
    static const int32_t values[] = {0, 1, 255, 256, 65535};
    char text[UUID_TEXT_SIZE];

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        reference_make(ID, "a", values[i], text);
        CU_ASSERT_EQUAL(reference_partition(text), values[i]);
    }
    static const char *const strangers[] = {"", "O-1", "605c9599-4ab1-488f-8129-5b8cde662c7",
                                            "605c9599-4ab1-488f-8129-5b8cde662c7d0",
                                            "605c9599x4ab1-488f-8129-5b8cde662c7d"};
    for (size_t i = 0; i < COUNT_OF(strangers); i++)
        CU_ASSERT_EQUAL(reference_partition(strangers[i]), -1);
}

CU_TestInfo test_reference[] = {
    {"made", made}, {"pinned", pinned}, {"partitions", partitions}, CU_TEST_INFO_NULL};
