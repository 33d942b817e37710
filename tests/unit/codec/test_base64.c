/* The vectors of RFC 4648 section 10, and what must not pass. */
#include "base64.h"

#include "given.h"

static const struct {
    const char *bytes, *text;
} pairs[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xef\xbe", "/+++"},
};

static const char *const wrong[] = {
    "Z", "Zg=", "Zg", "Z===", "====", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9\n", "Zm-_"};

static void both_ways(void)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct buffer text, bytes;
        struct fault why;

        buffer_init(&text, 100);
        buffer_init(&bytes, 100);
        base64_write(pairs[i].bytes, strlen(pairs[i].bytes), &text);
        given_same(pairs[i].text, buffer_text(&text), pairs[i].text);
        CU_ASSERT(base64_read(pairs[i].text, strlen(pairs[i].text), &bytes, &why));
        given_same(pairs[i].text, buffer_text(&bytes), pairs[i].bytes);
        buffer_release(&text);
        buffer_release(&bytes);
    }
}

static void refused(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct buffer bytes;
        struct fault why;

        buffer_init(&bytes, 100);
        if (base64_read(wrong[i], strlen(wrong[i]), &bytes, &why)) {
            printf("\n  '%s' passed", wrong[i]);
            CU_FAIL("case above");
        }
        CU_ASSERT(why.kind == FAULT_INPUT);
        buffer_release(&bytes);
    }
}

CU_TestInfo test_base64[] = {{"both ways", both_ways}, {"refused", refused}, CU_TEST_INFO_NULL};
