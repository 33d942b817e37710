/* UK numbers as people write them; all of them from Ofcom's ranges for drama. */
#include "number.h"

#include "given.h"

static const struct {
    const char *text, *national; /* "" where it is refused */
} numbers[] = {
    {"01632960000", "01632960000"},
    {"01632 960000", "01632960000"},
    {"(01632) 960-000", "01632960000"},
    {"1632960000", "01632960000"},
    {"169772000", "0169772000"},
    {"0169772000", "0169772000"},
    {"+441632960000", "01632960000"},
    {"+44 1632 960000", "01632960000"},
    {"+44 (0)1632 960000", "01632960000"},
    {"+4401632960000", "01632960000"},
    {"00441632960000", "01632960000"},
    {"0044 (0) 1632 960.000", "01632960000"},
    {"441632960000", "01632960000"},
    {"+44169772000", "0169772000"},
    {"020 7946 0123", "02079460123"},
    {"", ""},
    {"0", ""},
    {"00", ""},
    {"+", ""},
    {"+44", ""},
    {"016329600000", ""},
    {"11632960000", ""},
    {"016329600", ""},
    {"16329600", ""},
    {"+331632960000", ""},
    {"00331632960000", ""},
    {"+44+1632960000", ""},
    {"01632 96000x", ""},
    {"01632960000 ext 5", ""},
    {"0001632960000", ""},
    {"+440 01632960", ""},
    {"+44 (0)0163296000", ""},
    {"0163296000000000000000000000", ""},
    {"01632/960000", ""},
};

static void national(void)
{
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        char text[NUMBER_TEXT_SIZE] = "";
        struct fault why = {.text = ""};
        bool good = number_national(numbers[i].text, text, &why);

        given_same(numbers[i].text, text, numbers[i].national);
        CU_ASSERT_EQUAL(good, numbers[i].national[0] != '\0');
        CU_ASSERT(good || why.kind == FAULT_INPUT);
        CU_ASSERT(good || strlen(numbers[i].text) < 3 || strstr(why.text, numbers[i].text) == NULL);
    }
}

static void forms(void)
{
    char text[NUMBER_TEXT_SIZE];

    number_form("01632960000", NUMBER_NATIONAL, text);
    given_same("national", text, "01632960000");
    number_form("01632960000", NUMBER_SIGNIFICANT, text);
    given_same("significant", text, "1632960000");
    number_form("01632960000", NUMBER_E164, text);
    given_same("e164", text, "+441632960000");
    number_form("0169772000", NUMBER_E164, text);
    given_same("ten digits", text, "+44169772000");
}

CU_TestInfo test_number[] = {{"national", national}, {"forms", forms}, CU_TEST_INFO_NULL};
