/* Reads the days on which nothing starts, and finds the moment at which something does. */
#include "calendar.h"

#include "json_cursor.h"
#include "memory.h"
#include "timestamp.h"
#include "tree.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, DAY_S = 86400, START_MINUTE = 10 * 60, DAY_MINUTES = 24 * 60 };

#define ZONES "/usr/share/zoneinfo"

/* Without the zone's file the C library takes UTC and says nothing. */
static void use_zone(struct json_cursor *cursor, struct calendar *calendar, const char *zone)
{
    char path[300];

    snprintf(path, sizeof path, ZONES "/%s", zone == NULL ? "" : zone);
    if (zone == NULL || *zone == '\0' || strstr(zone, "..") != NULL) {
        json_cursor_problem(cursor, "\"timeZone\": \"Europe/London\"", "it does not say where the days are");
    } else if (access(path, R_OK) != 0) {
        json_cursor_problem(cursor, "install the package tzdata", "the system has no time zone '%s'", zone);
    } else {
        calendar->time_zone = memory_text(zone);
        setenv("TZ", zone, 1);
        tzset();
    }
}

static int by_day(const void *one, const void *other)
{
    int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;

    return (a > b) - (a < b);
}

static void read_days(struct json_cursor *cursor, struct json_object *list, struct calendar *calendar)
{
    size_t mark = json_cursor_enter(cursor, "days"), count = json_cursor_length(cursor, list);
    struct fault why;

    calendar->days = memory_new(count, sizeof *calendar->days);
    for (size_t i = 0; i < count; i++) {
        size_t item = json_cursor_enter_item(cursor, i);
        const char *date = tree_text_of(json_object_array_get_idx(list, i), "date");
        if (date == NULL || !timestamp_parse_date(date, &calendar->days[calendar->count], &why))
            json_cursor_problem(cursor, "{\"date\": \"2026-12-25\"}", "it is not a day");
        else
            calendar->count++;
        json_cursor_leave(cursor, item);
    }
    qsort(calendar->days, calendar->count, sizeof *calendar->days, by_day);
    json_cursor_leave(cursor, mark);
}

void calendar_load(const char *path, struct calendar *calendar, struct problems *problems)
{
    struct json_object *tree = NULL;
    struct json_cursor cursor;

    *calendar = (struct calendar){0};
    if (!json_cursor_load_tree(path, FILE_MAX, "", &tree, problems))
        return;
    json_cursor_init(&cursor, path, problems);
    use_zone(&cursor, calendar, tree_text_of(tree, "timeZone"));
    read_days(&cursor, tree_member(tree, "days"), calendar);
    json_cursor_release(&cursor);
    json_object_put(tree);
}

void calendar_release(struct calendar *calendar)
{
    memory_free(calendar->time_zone);
    memory_free(calendar->days);
    *calendar = (struct calendar){0};
}

static bool is_working_day(const struct calendar *calendar, int32_t day)
{
    int weekday = (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday; 0 is a Sunday */

    return weekday != 0 && weekday != 6 &&
           (calendar->count == 0 ||
            bsearch(&day, calendar->days, calendar->count, sizeof day, by_day) == NULL);
}

/* A minute of a day where the calendar is. */
static int64_t moment_of(int32_t day, int minute)
{
    time_t noon = (time_t)day * DAY_S + DAY_S / 2;
    struct tm tm;

    gmtime_r(&noon, &tm);
    tm.tm_hour = minute / 60;
    tm.tm_min = minute % 60;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * 1000;
}

/* The number in the first two characters; -1: they are not digits. */
static int two_digits(const char *text)
{
    return isdigit((unsigned char)text[0]) && isdigit((unsigned char)text[1])
               ? (text[0] - '0') * 10 + text[1] - '0'
               : -1;
}

/* "15:00"; null: `usual`. */
static bool read_minute(const char *text, int usual, int *minute, struct fault *why)
{
    *minute = usual;
    if (text == NULL)
        return true;
    int hour = two_digits(text), part = strlen(text) == 5 && text[2] == ':' ? two_digits(text + 3) : -1;
    if (hour < 0 || hour > 23 || part < 0 || part > 59)
        return fault_set(why, FAULT_INPUT, "'%.20s' is not a time of day like 10:00", text);
    *minute = hour * 60 + part;
    return true;
}

/* The day on which the moment is where the calendar is. */
static int32_t day_of(int64_t ms)
{
    time_t moment = (time_t)(ms / 1000);
    struct tm tm;

    localtime_r(&moment, &tm);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    return (int32_t)(timegm(&tm) / DAY_S);
}

/* Of a date-time with hours beside it only the day counts: BT may write a date so. */
static bool read_day(const char *at, int32_t *day, struct fault *why)
{
    int64_t ms;

    if (at != NULL && strlen(at) > strlen("2026-12-14")) {
        TRY(timestamp_parse(at, &ms, why));
        *day = day_of(ms);
        return true;
    }
    return (at != NULL && timestamp_parse_date(at, day, why)) ||
           fault_set(why, FAULT_INPUT, "the start is neither a date nor a date-time");
}

bool calendar_window(const struct calendar *calendar, struct json_object *value,
                     struct calendar_window *window, struct fault *why)
{
    bool is_object = json_object_is_type(value, json_type_object);
    const char *at = is_object ? tree_text_of(value, "at") : tree_text(value);
    const char *first = is_object ? tree_text_of(value, "from") : NULL;
    const char *last = is_object ? tree_text_of(value, "until") : NULL;
    int from, until;
    int32_t day;

    *window = (struct calendar_window){.until_ms = INT64_MAX};
    TRY(read_minute(first, START_MINUTE, &from, why));
    TRY(read_minute(last, DAY_MINUTES, &until, why));
    if (first == NULL && last == NULL && at != NULL && strlen(at) > strlen("2026-12-14"))
        return timestamp_parse(at, &window->from_ms, why);
    TRY(read_day(at, &day, why));
    while (!is_working_day(calendar, day))
        day++;
    window->from_ms = moment_of(day, from);
    if (until < DAY_MINUTES)
        window->until_ms = moment_of(day, until);
    return true;
}
