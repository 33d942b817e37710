/* Decimals: bytes as other Avro implementations write them, and text. */
#include "decimal.h"

#include "given.h"

static const struct {
    const char *hex; /* the fewest bytes */
    unsigned precision, scale;
    const char *text;
} pairs[] = {
    {"00", 10, 2, "0.00"},
    {"01", 10, 2, "0.01"},
    {"ff", 10, 2, "-0.01"},
    {"04e2", 10, 2, "12.50"},
    {"fb1e", 10, 2, "-12.50"}, /* fastavro 1.13.1 */
    {"7f", 10, 0, "127"},
    {"0080", 10, 0, "128"},
    {"80", 10, 0, "-128"},
    {"ff7f", 10, 0, "-129"},
    {"4b3b4ca85a86c47a098a223fffffffff", 38, 0, "99999999999999999999999999999999999999"},
    {"b4c4b357a5793b85f675ddc000000001", 38, 38, "-0.99999999999999999999999999999999999999"},
};

static void both_ways(void)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char text[DECIMAL_TEXT_SIZE] = "";
        uint8_t bytes[DECIMAL_BYTES_MAX];
        struct fault why = {.text = ""};
        struct buffer given, hex;
        size_t length = 0;

        given_bytes(pairs[i].hex, &given);
        CU_ASSERT(decimal_print((const uint8_t *)given.data, given.length, pairs[i].precision, pairs[i].scale,
                                text, &why));
        given_same(pairs[i].hex, text, pairs[i].text);
        CU_ASSERT(decimal_parse(pairs[i].text, pairs[i].precision, pairs[i].scale, bytes, &length, &why));
        given_hex(bytes, length, &hex);
        given_same(pairs[i].text, buffer_text(&hex), pairs[i].hex);
        buffer_release(&given);
        buffer_release(&hex);
    }
}

static const struct {
    const char *text, *as;
} loose[] = {{"12.5", "12.50"},
             {"12", "12.00"},
             {"12.5000", "12.50"},
             {"-0", "0.00"},
             {"007.1", "7.10"},
             {"-.5", ""},
             {".5", ""},
             {"12.", ""},
             {"12.505", ""},
             {"1e3", ""},
             {"", ""},
             {"-", ""},
             {"+1", ""},
             {" 1", ""},
             {"1,5", ""},
             {"1.2.3", ""},
             {"123456789", ""},
             {"12345678", ""},
             {"--1", ""},
             {"99999999999999999999999999999999999999999999999999999999", ""}};

static void spellings(void)
{
    for (size_t i = 0; i < COUNT_OF(loose); i++) {
        char text[DECIMAL_TEXT_SIZE] = "";
        uint8_t bytes[DECIMAL_BYTES_MAX];
        struct fault why;
        size_t length = 0;

        if (decimal_parse(loose[i].text, 9, 2, bytes, &length, &why))
            CU_ASSERT(decimal_print(bytes, length, 9, 2, text, &why));
        given_same(loose[i].text, text, loose[i].as);
    }
}

static void bytes_refused(void)
{
    static const char *const hex[] = {"", "3b9aca00" /* 10^9 */, "c4653600" /* -10^9 */,
                                      "7fffffffffffffffffffffffffffffffff"};

    for (size_t i = 0; i < COUNT_OF(hex); i++) {
        char text[DECIMAL_TEXT_SIZE];
        struct buffer given;
        struct fault why;

        given_bytes(hex[i], &given);
        CU_ASSERT(!decimal_print((const uint8_t *)given.data, given.length, 9, 2, text, &why));
        buffer_release(&given);
    }
}

static void sign_extended(void)
{
    static const char *const hex[] = {"fffffffffffffffffffffffffffffffffffffffffffffb1e",
                                      "000000000000000000000000000000000000000004e2"};

    for (size_t i = 0; i < COUNT_OF(hex); i++) {
        char text[DECIMAL_TEXT_SIZE] = "";
        struct buffer given;
        struct fault why;

        given_bytes(hex[i], &given);
        CU_ASSERT(decimal_print((const uint8_t *)given.data, given.length, 9, 2, text, &why));
        given_same(hex[i], text, i == 0 ? "-12.50" : "12.50");
        buffer_release(&given);
    }
}

CU_TestInfo test_decimal[] = {{"both ways", both_ways},
                              {"spellings", spellings},
                              {"bytes refused", bytes_refused},
                              {"sign extended", sign_extended},
                              CU_TEST_INFO_NULL};
