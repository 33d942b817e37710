/* Moments as people and BT write them. */
#include "timestamp.h"

#include "given.h"

#include <inttypes.h>

static const struct {
    const char *name, *text;
    int64_t us;
    const char *printed; /* in millis */
} moments[] = {
    {"the beginning", "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
    {"usual", "2026-03-02T10:00:00.037Z", 1772445600037000, "2026-03-02T10:00:00.037Z"},
    {"BT, six digits and a colon", "2026-03-02T10:00:00.407241+00:00", 1772445600407241,
     "2026-03-02T10:00:00.407Z"},
    {"BT, no colon", "2026-03-02T10:00:00.006+0000", 1772445600006000, "2026-03-02T10:00:00.006Z"},
    {"hours only", "2026-03-02T10:00:00+01", 1772442000000000, "2026-03-02T09:00:00.000Z"},
    {"west", "2026-03-02T10:00:00-05:30", 1772465400000000, "2026-03-02T15:30:00.000Z"},
    {"nine digits are cut", "2026-03-02T10:00:00.123456789Z", 1772445600123456, "2026-03-02T10:00:00.123Z"},
    {"one digit", "2026-03-02T10:00:00.5Z", 1772445600500000, "2026-03-02T10:00:00.500Z"},
    {"space and small letters", "2026-03-02 10:00:00z", 1772445600000000, "2026-03-02T10:00:00.000Z"},
    {"leap second", "2016-12-31T23:59:60Z", 1483228800000000, "2017-01-01T00:00:00.000Z"},
    {"leap day", "2024-02-29T00:00:00Z", 1709164800000000, "2024-02-29T00:00:00.000Z"},
    {"before 1970 rounds down", "1969-12-31T23:59:59.9999Z", -100, "1969-12-31T23:59:59.999Z"},
    {"first", "0001-01-01T00:00:00Z", -62135596800000000, "0001-01-01T00:00:00.000Z"},
    {"last", "9999-12-31T23:59:59.999999Z", 253402300799999999, "9999-12-31T23:59:59.999Z"},
};

static const char *const wrong[] = {
    "",
    "2026-03-02",
    "2026-03-02T10:00:00",
    "2026-03-02T10:00Z",
    "2026-02-29T10:00:00Z",
    "2100-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "2026-03-00T10:00:00Z",
    "2026-03-02T24:00:00Z",
    "2026-03-02T10:60:00Z",
    "2026-03-02T10:00:61Z",
    "2026-03-02T10:00:00.Z",
    "2026-03-02T10:00:00.1234567890Z",
    "2026-03-02T10:00:00+24:00",
    "2026-03-02T10:00:00+00:0",
    "2026-03-02T10:00:00Z ",
    " 2026-03-02T10:00:00Z",
    "+026-03-02T10:00:00Z",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
};

static void moments_read(void)
{
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        char printed[TIMESTAMP_TEXT_SIZE];
        struct fault why = {.text = ""};
        int64_t us = -1, ms = -1;

        if (!timestamp_parse_micros(moments[i].text, &us, &why) || us != moments[i].us) {
            printf("\n  %s: got %" PRId64 " '%s'", moments[i].name, us, why.text);
            CU_FAIL("case above");
        }
        CU_ASSERT(timestamp_parse(moments[i].text, &ms, &why));
        CU_ASSERT(timestamp_valid(ms));
        timestamp_print(ms, printed);
        given_same(moments[i].name, printed, moments[i].printed);
    }
}

static void moments_refused(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct fault why = {.text = ""};
        int64_t us = 77;

        if (timestamp_parse_micros(wrong[i], &us, &why) || us != 77) {
            printf("\n  '%s' passed", wrong[i]);
            CU_FAIL("case above");
        }
        CU_ASSERT(why.kind == FAULT_INPUT);
    }
}

static void micros_printed(void)
{
    char printed[TIMESTAMP_TEXT_SIZE];

    timestamp_print_micros(1772445600407241, printed);
    given_same("micros", printed, "2026-03-02T10:00:00.407241Z");
    timestamp_print_micros(-1, printed);
    given_same("negative", printed, "1969-12-31T23:59:59.999999Z");
}

static void outside(void)
{
    char printed[TIMESTAMP_TEXT_SIZE];

    CU_ASSERT(!timestamp_valid(INT64_MIN) && !timestamp_valid(INT64_MAX) &&
              !timestamp_valid(253402300800000));
    CU_ASSERT(!timestamp_valid_date(INT32_MIN) && !timestamp_valid_date(INT32_MAX) &&
              timestamp_valid_date(0));
    timestamp_print(INT64_MIN, printed);
    given_same("too early", printed, "0001-01-01T00:00:00.000Z");
    timestamp_print(INT64_MAX, printed);
    given_same("too late", printed, "9999-12-31T23:59:59.999Z");
    timestamp_print_date(INT32_MAX, printed);
    given_same("no such day", printed, "9999-12-31");
}

static void every_day(void)
{
    for (int32_t days = -719162; days <= 2932896; days += 13) {
        char printed[TIMESTAMP_TEXT_SIZE];
        struct fault why;
        int32_t back = 0;

        timestamp_print_date(days, printed);
        if (!timestamp_parse_date(printed, &back, &why) || back != days) {
            printf("\n  %d: %s gave %d", days, printed, back);
            CU_FAIL("case above");
            return;
        }
    }
}

static void dates(void)
{
    static const char *const bad[] = {"2026-3-2", "2026-03-02 ",         "2026-02-30", "20260302",
                                      "",         "2026-03-02T00:00:00Z"};
    struct fault why;
    int32_t days = 0;

    CU_ASSERT(timestamp_parse_date("2026-03-02", &days, &why));
    CU_ASSERT_EQUAL(days, 20514);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CU_ASSERT(!timestamp_parse_date(bad[i], &days, &why));
    CU_ASSERT_EQUAL(days, 20514);
}

CU_TestInfo test_timestamp[] = {{"moments read", moments_read},
                                {"moments refused", moments_refused},
                                {"micros", micros_printed},
                                {"outside the years", outside},
                                {"every day", every_day},
                                {"dates", dates},
                                CU_TEST_INFO_NULL};
