/* The boundaries of RFC 3629. */
#include "utf8.h"

#include "given.h"

static const struct {
    const char *hex;
    bool valid;
} cases[] = {
    {"", true},
    {"00", true},
    {"7f", true},
    {"c280", true},
    {"dfbf", true},
    {"e0a080", true},
    {"efbfbf", true},
    {"ed9fbf", true},
    {"ee8080", true},
    {"f0908080", true},
    {"f48fbfbf", true},
    {"c3a9", true},
    {"80", false},
    {"bf", false},
    {"c0af", false},
    {"c180", false},
    {"e09fbf", false},
    {"eda080", false},
    {"f08fbfbf", false},
    {"f4908080", false},
    {"f5808080", false},
    {"ff", false},
    {"c2", false},
    {"e0a0", false},
    {"f09080", false},
    {"c2c2", false},
    {"e0a041", false},
    {"41c3a941", true},
    {"41c34141", false},
    {"4141414141414141c3a9", true},
    {"41414141414141c3a941", true},
    {"4141414141414141c341", false},
    {"41414141414141ff", false},
    {"414141414141414141414141414141ff", false},
};

static void boundaries(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer bytes;

        given_bytes(cases[i].hex, &bytes);
        char *exact = memory_copy(bytes.data, bytes.length);
        if (utf8_valid(exact, bytes.length) != cases[i].valid) {
            printf("\n  %s", cases[i].hex);
            CU_FAIL("case above");
        }
        memory_free(exact);
        buffer_release(&bytes);
    }
}

static void repair(void)
{
    static const struct {
        const char *text, *want;
    } texts[] = {{"", ""},
                 {"abc", "abc"},
                 {"\xc2\xa3", "\xc2\xa3"},
                 {"a\xc2", "a"},
                 {"a\xe2\x82", "a"},
                 {"a\xf0\x9f\x98", "a"},
                 {"\xa3 5", "? 5"},
                 {"a\xffz", "a?z"},
                 {"\xc2z", "?z"},
                 {"\xe0\x8d\x9az", "???z"},
                 {"\xed\xa0\x80z", "???z"},
                 {"a\xff", "a?"}};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        CLEANUP(memory_release) char *text = memory_text(texts[i].text);
        utf8_repair(text);
        given_same("repaired", text, texts[i].want);
        CU_ASSERT(utf8_valid(text, strlen(text)));
    }
}

CU_TestInfo test_utf8[] = {{"repair", repair}, {"boundaries", boundaries}, CU_TEST_INFO_NULL};
