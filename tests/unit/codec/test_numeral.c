/* Numbers by their digits: what is one, and exact order. */
#include "numeral.h"

#include "given.h"

#include <math.h>

static const struct {
    const char *text;
    bool json, plain;
} texts[] = {
    {"0", true, true},
    {"-0", true, true},
    {"7", true, true},
    {"-7", true, true},
    {"1.50", true, true},
    {"0.5", true, true},
    {"007", false, true},
    {"-01", false, true},
    {"1e3", true, false},
    {"1E+3", true, false},
    {"1.5e-3", true, false},
    {"", false, false},
    {"-", false, false},
    {"+1", false, false},
    {".5", false, false},
    {"1.", false, false},
    {"1e", false, false},
    {"1e+", false, false},
    {" 1", false, false},
    {"1 ", false, false},
    {"0x1", false, false},
    {"nan", false, false},
    {"1,5", false, false},
    {"1.2.3", false, false},
    {"123456789012345678901234567890", true, true},
};

static void what_is_one(void)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct numeral numeral;
        size_t length = strlen(texts[i].text);
        bool json = numeral_read_json(texts[i].text, length, &numeral);
        bool plain = numeral_read_plain(texts[i].text, length, &numeral);
        if (json != texts[i].json || plain != texts[i].plain) {
            printf("\n  '%s': json %d, plain %d", texts[i].text, json, plain);
            CU_FAIL("case above");
        }
    }
}

/* In rising order; what stands in one row is equal. */
static const char *const rising[][5] = {
    {"-1e400"},
    {"-123456789012345678901234567890"},
    {"-18446744073709551616"},
    {"-9223372036854775809"},
    {"-10", "-1e1", "-10.0"},
    {"-9.9"},
    {"-0.01", "-1e-2"},
    {"0", "-0", "0.0", "0e9", "-0.00e-5"},
    {"1e-99999999999"},
    {"0.001", "1e-3", "0.1e-2", "0.0010"},
    {"0.1", "1e-1"},
    {"0.10000000000000001"},
    {"1", "1.0", "1e0", "0.1e1", "10e-1"},
    {"1.05"},
    {"1.5", "15e-1", "1.50"},
    {"9"},
    {"10"},
    {"1000", "1e3", "1E+3", "1000.000"},
    {"1001"},
    {"9007199254740992"},
    {"9007199254740993"},
    {"9223372036854775807"},
    {"9223372036854775808"},
    {"18446744073709551615", "18446744073709551615.0"},
    {"18446744073709551616"},
    {"123456789012345678901234567889"},
    {"123456789012345678901234567890", "12345678901234567890123456789e1"},
    {"1e400"},
    {"1e99999999999"},
};

static void order(void)
{
    for (size_t a = 0; a < COUNT_OF(rising) * 5; a++)
        for (size_t b = 0; b < COUNT_OF(rising) * 5; b++) {
            const char *one = rising[a / 5][a % 5], *other = rising[b / 5][b % 5];
            struct numeral left, right;
            if (one == NULL || other == NULL)
                continue;
            CU_ASSERT_FATAL(numeral_read_json(one, strlen(one), &left));
            CU_ASSERT_FATAL(numeral_read_json(other, strlen(other), &right));
            int got = numeral_compare(&left, &right), want = (a / 5 > b / 5) - (a / 5 < b / 5);
            if ((got > 0) - (got < 0) != want) {
                printf("\n  %s and %s: %d", one, other, got);
                CU_FAIL("case above");
            }
        }
}

static void of_values(void)
{
    CLEANUP(tree_release)
    struct json_object *list =
        given_tree("[3, 3.0, 9007199254740993, 18446744073709551615, 0.1, '3', null, true]");
    CLEANUP(tree_release) struct json_object *computed = json_object_new_double(0.1);
    CLEANUP(tree_release) struct json_object *nothing = json_object_new_double((double)NAN);
    struct numeral one, other;

    CU_ASSERT(numeral_of(json_object_array_get_idx(list, 0), &one));
    CU_ASSERT(numeral_of(json_object_array_get_idx(list, 1), &other));
    CU_ASSERT_EQUAL(numeral_compare(&one, &other), 0);
    CU_ASSERT(numeral_of(json_object_array_get_idx(list, 2), &one));
    CU_ASSERT(numeral_read_json("9007199254740992", 16, &other));
    CU_ASSERT(numeral_compare(&one, &other) > 0);
    CU_ASSERT(numeral_of(json_object_array_get_idx(list, 4), &one));
    CU_ASSERT(numeral_of(computed, &other)); /* as it would be written by hand */
    CU_ASSERT_EQUAL(numeral_compare(&one, &other), 0);
    for (size_t i = 5; i < 8; i++)
        CU_ASSERT_FALSE(numeral_of(json_object_array_get_idx(list, i), &one));
    CU_ASSERT_FALSE(numeral_of(nothing, &one));
    CU_ASSERT_FALSE(numeral_of(NULL, &one));
}

CU_TestInfo test_numeral[] = {
    {"what_is_one", what_is_one}, {"order", order}, {"of_values", of_values}, CU_TEST_INFO_NULL};
