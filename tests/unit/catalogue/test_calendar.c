/* When a step may start: days, holidays, hours, and the nights on which clocks change. */
#include "calendar.h"
#include "timestamp.h"

#include "given_catalogue.h"

#define HOLIDAYS "{'timeZone': 'Europe/London', 'days': [{'date': '2026-12-28'}, {'date': '2026-12-25'}]}"

static const struct {
    const char *value, *from, *until; /* until null: none; from null: refused */
} cases[] = {
    {"'2026-12-14T08:30:00Z'", "2026-12-14T08:30:00.000Z", NULL},
    {"'2026-12-12T08:30:00+01:00'", "2026-12-12T07:30:00.000Z", NULL}, /* a moment is that moment */
    {"'2026-12-14'", "2026-12-14T10:00:00.000Z", NULL},
    {"'2026-12-12'", "2026-12-14T10:00:00.000Z", NULL}, /* a Saturday */
    {"'2026-12-13'", "2026-12-14T10:00:00.000Z", NULL},
    {"'2026-12-25'", "2026-12-29T10:00:00.000Z", NULL}, /* Christmas, a weekend, and a holiday after it */
    {"'2026-07-01'", "2026-07-01T09:00:00.000Z", NULL}, /* summer time */
    {"'2027-03-26'", "2027-03-26T10:00:00.000Z", NULL},
    {"'2027-03-29'", "2027-03-29T09:00:00.000Z", NULL}, /* the Monday after the clocks went forward */
    {"{'at': '2026-10-26', 'from': '10:00', 'until': '15:00'}", "2026-10-26T10:00:00.000Z",
     "2026-10-26T15:00:00.000Z"}, /* the Monday after they went back */
    {"{'at': '2026-07-01', 'from': '00:30', 'until': '15:00'}", "2026-06-30T23:30:00.000Z",
     "2026-07-01T14:00:00.000Z"},
    {"{'at': '2026-12-14T00:00:00Z', 'from': '10:00', 'until': '15:00'}", "2026-12-14T10:00:00.000Z",
     "2026-12-14T15:00:00.000Z"}, /* a date as some write it */
    {"{'at': '2026-06-30T23:00:00Z', 'until': '15:00'}", "2026-07-01T09:00:00.000Z",
     "2026-07-01T14:00:00.000Z"}, /* midnight in London */
    {"{'at': '2026-12-14T16:30:00Z'}", "2026-12-14T16:30:00.000Z", NULL},
    {"{'at': '2026-12-14'}", "2026-12-14T10:00:00.000Z", NULL},
    {"{'at': '2026-12-14', 'from': '24:00'}", NULL, NULL},
    {"{'at': '2026-12-14', 'until': '3pm'}", NULL, NULL},
    {"{'from': '10:00'}", NULL, NULL},
    {"'soon'", NULL, NULL},
    {"'2026-02-30'", NULL, NULL},
    {"7", NULL, NULL},
};

static void printed(const char *name, int64_t ms, const char *want)
{
    char text[TIMESTAMP_TEXT_SIZE];

    timestamp_print(ms, text);
    given_same(name, text, want);
}

static void windows(void)
{
    char *folder = given_folder(), path[1024];
    struct problems problems = {0};
    struct calendar calendar;

    given_in_folder(folder, "holidays.json", HOLIDAYS);
    snprintf(path, sizeof path, "%s/holidays.json", folder);
    calendar_load(path, &calendar, &problems);
    given_no_problem("holidays", &problems);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "{'v': %s}", cases[i].value);
        CLEANUP(tree_release) struct json_object *tree = given_tree(text);
        struct calendar_window window;
        struct fault why = {.text = ""};
        bool read = calendar_window(&calendar, tree_member(tree, "v"), &window, &why);
        CU_ASSERT_EQUAL(read, cases[i].from != NULL);
        if (!read) {
            CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
            continue;
        }
        printed(cases[i].value, window.from_ms, cases[i].from);
        CU_ASSERT_EQUAL(window.until_ms == INT64_MAX, cases[i].until == NULL);
        if (cases[i].until != NULL)
            printed(cases[i].value, window.until_ms, cases[i].until);
    }
    calendar_release(&calendar);
    given_remove_folder(folder);
    problems_release(&problems);
}

static const struct {
    const char *text, *what;
} mistakes[] = {
    {"{'days': []}", "it does not say where the days are"},
    {"{'timeZone': '../etc/passwd', 'days': []}", "it does not say where the days are"},
    {"{'timeZone': 'Europe/Atlantis', 'days': []}", "the system has no time zone 'Europe/Atlantis'"},
    {"{'timeZone': 'Europe/London', 'days': [{'date': '25 December'}]}", "it is not a day"},
    {"{'timeZone': 'Europe/London'}", NULL},
};

static void refused(void)
{
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        char *folder = given_folder(), path[1024];
        struct problems problems = {0};
        struct calendar calendar;
        given_in_folder(folder, "holidays.json", mistakes[i].text);
        snprintf(path, sizeof path, "%s/holidays.json", folder);
        calendar_load(path, &calendar, &problems);
        CU_ASSERT_EQUAL_FATAL(problems.count, mistakes[i].what == NULL ? 0 : 1);
        if (mistakes[i].what != NULL)
            given_same("mistake", problems.list[0].what, mistakes[i].what);
        calendar_release(&calendar);
        given_remove_folder(folder);
        problems_release(&problems);
    }
}

CU_TestInfo test_calendar[] = {{"windows", windows}, {"refused", refused}, CU_TEST_INFO_NULL};
