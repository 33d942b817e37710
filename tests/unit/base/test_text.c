/* Sentences that are cut, and not within a character. */
#include "text.h"

#include <CUnit/Basic.h>
#include <string.h>

/* "za", then characters of two, three and four bytes, in a buffer of every size that cuts them. */
static void cut_between_characters(void)
{
    static const char text[] = "za\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    static const size_t kept[] = {0, 0, 1, 2, 2, 4, 4, 4, 7, 7, 7, 7, 11, 11};

    for (size_t size = 1; size < sizeof kept / sizeof *kept; size++) {
        char out[16];
        memset(out, '#', sizeof out);
        text_print(out, size, "%s", text);
        CU_ASSERT(strlen(out) == kept[size] && memcmp(out, text, kept[size]) == 0 && out[size] == '#');
    }
}

/* What is no character at all is left to whoever repairs it; what might have become one goes. */
static void foreign_bytes(void)
{
    char out[5];

    text_print(out, sizeof out, "%s", "\x80\x80\x80\x80\x80\x80");
    CU_ASSERT_STRING_EQUAL(out, "\x80\x80\x80\x80");
    text_print(out, sizeof out, "abc\xff%s", "x");
    CU_ASSERT_STRING_EQUAL(out, "abc");
}

CU_TestInfo test_text[] = {
    {"cut_between_characters", cut_between_characters}, {"foreign_bytes", foreign_bytes}, CU_TEST_INFO_NULL};
