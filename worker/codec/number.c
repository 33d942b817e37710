/* UK telephone numbers into their national form, and out of it. */
#include "number.h"

#include "invariant.h"
#include "names.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 15 };

/* The digits alone; whether a + came first. False where there is anything but digits and separators. */
static bool collect(const char *text, char digits[DIGITS_MAX + 1], bool *plus)
{
    size_t count = 0;

    *plus = false;
    for (; *text != '\0'; text++) {
        if (strchr(" -.()", *text) != NULL)
            continue;
        if (*text == '+' && count == 0 && !*plus) {
            *plus = true;
            continue;
        }
        if (*text < '0' || *text > '9' || count == DIGITS_MAX)
            return false;
        digits[count++] = *text;
    }
    digits[count] = '\0';
    return true;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Where the part after the country code or the leading zero begins; null for another country. */
static const char *significant_part(const char *digits, bool plus)
{
    const char *rest;

    if (plus)
        rest = starts(digits, "44") ? digits + 2 : NULL;
    else if (starts(digits, "00"))
        rest = starts(digits, "0044") ? digits + 4 : NULL;
    else if (strlen(digits) == 12 && starts(digits, "44"))
        rest = digits + 2;
    else
        rest = digits;
    return rest != NULL && *rest == '0' ? rest + 1 : rest; /* "+44 (0)1632 ..." as well */
}

bool number_national(const char *text, char national[NUMBER_TEXT_SIZE], struct fault *why)
{
    char digits[DIGITS_MAX + 1] = "";
    bool plus;

    if (!collect(text, digits, &plus))
        return fault_set(why, FAULT_INPUT,
                         "a UK telephone number has digits, spaces, hyphens and brackets only");
    const char *significant = significant_part(digits, plus);
    if (significant == NULL)
        return fault_set(why, FAULT_INPUT, "a UK telephone number expected, this one is of another country");
    size_t length = strlen(significant);
    if ((length != 9 && length != 10) || *significant == '0')
        return fault_set(why, FAULT_INPUT,
                         "a UK telephone number has 9 or 10 digits after the 0, this has %zu", length);
    snprintf(national, NUMBER_TEXT_SIZE, "0%.*s", NUMBER_TEXT_SIZE - 2, significant);
    return true;
}

void number_form(const char *national, enum number_form form, char text[NUMBER_TEXT_SIZE])
{
    static const char *const prefixes[] = {
        [NUMBER_NATIONAL] = "0", [NUMBER_SIGNIFICANT] = "", [NUMBER_E164] = "+44"};
    NAMES_COMPLETE(prefixes, NUMBER_E164);
    _Static_assert(NUMBER_TEXT_SIZE > sizeof "+44" - 1 + 10, "the longest number in its longest form");

    REQUIRE(form <= NUMBER_E164);

    snprintf(text, NUMBER_TEXT_SIZE, "%s%s", prefixes[form], national + (*national == '0' ? 1 : 0));
}
