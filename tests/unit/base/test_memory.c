/* Memory comes zeroed, and null stays null where the header says so. */
#include "memory.h"

#include "same.h"

static void zeroed(void)
{
    CLEANUP(memory_release) char *bytes = memory_new(100, 1), *none = memory_new(0, 0);

    for (size_t i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(bytes[i], 0);
    CU_ASSERT_PTR_NOT_NULL(none);
    memory_free(none);
    none = NULL;
}

static void copies(void)
{
    CLEANUP(memory_release) char *text = memory_text("abc"), *part = memory_text_of("abcdef", 2);
    CLEANUP(memory_release) char *bytes = memory_copy("a\0b", 3);
    CLEANUP(memory_release) char *empty = memory_text_of("", 0);

    given_same("text", text, "abc");
    given_same("part", part, "ab");
    given_same("empty", empty, "");
    CU_ASSERT(memcmp(bytes, "a\0b", 4) == 0);
    CU_ASSERT_PTR_NULL(memory_text(NULL));
    CU_ASSERT_PTR_NULL(memory_free(NULL));
    memory_free(TAKE(part));
    CU_ASSERT_PTR_NULL(part);
}

CU_TestInfo test_memory[] = {{"zeroed", zeroed}, {"copies", copies}, CU_TEST_INFO_NULL};
