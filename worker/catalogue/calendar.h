/*
 * Working days, and the time of day where they are counted: common/holidays.json.
 *
 * When a step with x-start-at may be called (schemas/README.md): a date-time is that moment; a date is 10:00 on that day,
 * or on the next working day where it is a Saturday, a Sunday or a holiday. An object {"at", "from", "until"} gives other
 * hours of the day, and the one after which the call is not begun any more; of a date-time in it only the day counts.
 */
#ifndef CATALOGUE_CALENDAR_H
#define CATALOGUE_CALENDAR_H

#include "problems.h"

#include <stdint.h>

struct json_object;

struct calendar {
    char *time_zone; /* as the system knows it, "Europe/London"; null: there is no calendar */
    int32_t *days;   /* on which nothing starts, since 1970-01-01, ascending */
    size_t count;
};

/*
 * Reads {"timeZone": "Europe/London", "days": [{"date": "2026-12-25"}]}; mistakes, and a zone that the system does not
 * have, go to `problems`. The process's own time zone becomes that one: only this file uses it. Release it in any case.
 */
void calendar_load(const char *path, struct calendar *calendar, struct problems *problems);
void calendar_release(struct calendar *calendar);

/* Of x-start-at: milliseconds since the epoch. */
struct calendar_window {
    int64_t from_ms, until_ms; /* until INT64_MAX: it may begin at any time later */
};

/* FAULT_INPUT: the value is none of those above. */
MUST_USE bool calendar_window(const struct calendar *calendar, struct json_object *value,
                              struct calendar_window *window, struct fault *why);

#endif
