/* Dates and times. The calendar arithmetic follows Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
#include "timestamp.h"

#include "invariant.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

enum { DAY_FIRST = -719162, DAY_LAST = 2932896 }; /* 0001-01-01 and 9999-12-31 */

struct date {
    int year, month, day;
};

_Static_assert(TIMESTAMP_TEXT_SIZE >= sizeof "2026-03-02T10:00:00.000000Z", "the longest form fits");

static int64_t days_of(struct date date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = year / 400, year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static struct date date_of(int64_t days)
{
    days += 719468;
    int64_t era = days / 146097, day = days - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;

    return (struct date){.year = (int)(year + era * 400 + (month >= 10 ? 1 : 0)),
                         .month = (int)(month < 10 ? month + 3 : month - 9),
                         .day = (int)(day_of_year - (153 * month + 2) / 5 + 1)};
}

/* Takes exactly `count` digits. */
static bool digits(const char **at, int count, int *value)
{
    int sum = 0;

    for (int i = 0; i < count; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        sum = sum * 10 + ((*at)[i] - '0');
    }
    *at += count;
    *value = sum;
    return true;
}

static bool one_of(const char **at, const char *set)
{
    if (**at == '\0' || strchr(set, **at) == NULL)
        return false;
    (*at)++;
    return true;
}

static bool read_date(const char **at, int64_t *days)
{
    struct date date;

    if (!digits(at, 4, &date.year) || !one_of(at, "-") || !digits(at, 2, &date.month) || !one_of(at, "-") ||
        !digits(at, 2, &date.day))
        return false;
    if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
        return false;
    *days = days_of(date);
    struct date back = date_of(*days); /* differs for a 31st of April or a 29th of February too many */
    return back.month == date.month && back.day == date.day;
}

static bool read_clock(const char **at, int64_t *us)
{
    int hour, minute, second;

    if (!digits(at, 2, &hour) || !one_of(at, ":") || !digits(at, 2, &minute) || !one_of(at, ":") ||
        !digits(at, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * 1000000;
    if (!one_of(at, "."))
        return true;

    int64_t weight = 100000;
    int count = 0;
    for (; **at >= '0' && **at <= '9' && count < 9; (*at)++, count++, weight /= 10)
        *us += weight * (**at - '0');
    return count > 0;
}

static bool read_offset(const char **at, int64_t *us)
{
    int hour, minute = 0;

    *us = 0;
    if (one_of(at, "Zz"))
        return true;
    bool west = **at == '-';
    if (!one_of(at, "+-") || !digits(at, 2, &hour))
        return false;
    if (**at != '\0') {
        one_of(at, ":");
        if (!digits(at, 2, &minute))
            return false;
    }
    if (hour > 23 || minute > 59)
        return false;
    *us = ((int64_t)hour * 3600 + minute * 60) * (west ? -1000000 : 1000000);
    return true;
}

static bool valid_micros(int64_t us)
{
    return us >= DAY_FIRST * DAY_US && us < (DAY_LAST + 1) * DAY_US;
}

bool timestamp_parse_micros(const char *text, int64_t *us, struct fault *why)
{
    const char *at = text;
    int64_t days, clock, offset;

    if (!read_date(&at, &days) || !one_of(&at, "Tt ") || !read_clock(&at, &clock) ||
        !read_offset(&at, &offset) || *at != '\0' || !valid_micros(days * DAY_US + clock - offset))
        return fault_set(why, FAULT_INPUT,
                         "a moment like 2026-03-02T10:00:00Z expected, wrong at character %zu",
                         (size_t)(at - text) + 1);
    *us = days * DAY_US + clock - offset;
    return true;
}

/* Division that rounds down, so that moments before 1970 fall on the right day. */
static int64_t down(int64_t value, int64_t unit)
{
    return value / unit - (value % unit < 0 ? 1 : 0);
}

bool timestamp_parse(const char *text, int64_t *ms, struct fault *why)
{
    int64_t us;

    TRY(timestamp_parse_micros(text, &us, why));
    *ms = down(us, 1000);
    return true;
}

bool timestamp_valid(int64_t ms)
{
    return ms >= DAY_FIRST * (DAY_US / 1000) && ms < (DAY_LAST + 1) * (DAY_US / 1000);
}

static void print(int64_t us, size_t fraction_digits, char text[TIMESTAMP_TEXT_SIZE])
{
    if (!valid_micros(us))
        us = us < 0 ? DAY_FIRST * DAY_US : (DAY_LAST + 1) * DAY_US - 1;
    int64_t days = down(us, DAY_US), rest = us - days * DAY_US;
    struct date date = date_of(days);
    unsigned second = (unsigned)(rest / 1000000), fraction = (unsigned)(rest % 1000000);
    char all[TIMESTAMP_TEXT_SIZE * 3];

    snprintf(all, sizeof all, "%04d-%02d-%02dT%02u:%02u:%02u.%06u", date.year, date.month, date.day,
             second / 3600, second / 60 % 60, second % 60, fraction);
    REQUIRE(date.year >= 1 && date.year <= 9999 && fraction_digits <= 6); /* what follows is of one length */
    size_t length = sizeof "2026-03-02T10:00:00." - 1 + fraction_digits;
    memcpy(text, all, length);
    memcpy(text + length, "Z", 2);
}

void timestamp_print(int64_t ms, char text[TIMESTAMP_TEXT_SIZE])
{
    print(timestamp_valid(ms) ? ms * 1000 : ms < 0 ? INT64_MIN : INT64_MAX, 3, text);
}

void timestamp_print_micros(int64_t us, char text[TIMESTAMP_TEXT_SIZE])
{
    print(us, 6, text);
}

bool timestamp_parse_date(const char *text, int32_t *days, struct fault *why)
{
    const char *at = text;
    int64_t parsed;

    if (!read_date(&at, &parsed) || *at != '\0')
        return fault_set(why, FAULT_INPUT, "a date like 2026-03-02 expected, wrong at character %zu",
                         (size_t)(at - text) + 1);
    *days = (int32_t)parsed;
    return true;
}

bool timestamp_valid_date(int32_t days)
{
    return days >= DAY_FIRST && days <= DAY_LAST;
}

void timestamp_print_date(int32_t days, char text[TIMESTAMP_TEXT_SIZE])
{
    struct date date = date_of(days < DAY_FIRST ? DAY_FIRST : days > DAY_LAST ? DAY_LAST : days);

    snprintf(text, TIMESTAMP_TEXT_SIZE, "%04d-%02d-%02d", date.year, date.month, date.day);
}
