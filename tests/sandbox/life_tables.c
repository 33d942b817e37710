/* The tables of lives. */
#include "life_tables.h"

#include "memory.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

#define ACCEPTED                                                                                             \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = DAY, .state = "inProgress", .port_status = "LCP_ACCEPTED",            \
        .date = DATE_AGREED                                                                                  \
    }
#define SCHEDULED                                                                                            \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = DAY, .port_status = "SCHEDULED"                                       \
    }
#define REFUSED(code)                                                                                        \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = DAY, .state = "inProgress", .port_status = "LCP_REJECTED",            \
        .error = (code)                                                                                      \
    }
#define AMENDED                                                                                              \
    {                                                                                                        \
        .cue = CUE_AMENDED                                                                                   \
    }
#define ACTIVATED                                                                                            \
    {                                                                                                        \
        .cue = CUE_ACTIVATED                                                                                 \
    }
#define LATER(when, how_late, becomes)                                                                       \
    {                                                                                                        \
        .cue = (when), .after_ms = (how_late), .state = (becomes)                                            \
    }
#define ACTIVE                                                                                               \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = 2 * HOUR, .state = "completed", .port_status = "ACTIVATED"            \
    }
#define MOVED(when, how_late)                                                                                \
    {                                                                                                        \
        .cue = (when), .after_ms = (how_late), .date = DATE_LATER                                            \
    }
#define CANCELLED(when, how_late)                                                                            \
    {                                                                                                        \
        .cue = (when), .after_ms = (how_late), .state = "cancelled", .port_status = "CANCELLED"              \
    }
#define UNDER_WAY LATER(CUE_BEFORE, HOUR, "inProgress")
#define FAILED(how_late, code)                                                                               \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = (how_late), .state = "failed", .error = (code)                        \
    }
#define TURNED_DOWN                                                                                          \
    {                                                                                                        \
        .cue = CUE_BEFORE, .after_ms = HOUR, .state = "rejected", .error = "24"                              \
    }
#define STEPS(...) ((const struct life_step[]){__VA_ARGS__, {.cue = CUE_END}})

static const struct life_step no_steps[] = {{.cue = CUE_END}};

static const struct {
    const char *ending; /* of the number */
    struct life_plan plan;
} imports[] = {
    {"230", {STEPS(REFUSED("06"), AMENDED, ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE), false}},
    {"231", {STEPS(REFUSED("25"), AMENDED, ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE), false}},
    {"232", {STEPS(REFUSED("26"), AMENDED, ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE), false}},
    {"233",
     {STEPS(REFUSED("06"), AMENDED, REFUSED("25"), AMENDED, ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE), false}},
    {"240", {STEPS(ACCEPTED, SCHEDULED, MOVED(CUE_BEFORE, DAY), ACTIVATED, ACTIVE), false}},
    {"241", {STEPS(ACCEPTED, SCHEDULED, MOVED(CUE_PORT_DATE, -12 * HOUR), ACTIVATED, ACTIVE), false}},
    {"250", {STEPS(CANCELLED(CUE_BEFORE, DAY)), false}},
    {"251", {STEPS(ACCEPTED, SCHEDULED, CANCELLED(CUE_PORT_DATE, -12 * HOUR)), false}},
    {"260", {STEPS(ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE), true}},
    {"261", {no_steps, false}},
    {"270",
     {STEPS(ACCEPTED, SCHEDULED, ACTIVATED,
            {.cue = CUE_BEFORE,
             .after_ms = 2 * HOUR,
             .state = "failed",
             .port_status = "FAILED",
             .error = "90"}),
      false}},
    {"271", {STEPS(ACCEPTED, SCHEDULED, ACTIVATED, LATER(CUE_BEFORE, 2 * HOUR, "partial")), false}},
    {"272", {STEPS(ACCEPTED, SCHEDULED, ACTIVATED), false}},
    {"280", {STEPS(TURNED_DOWN), false}},
};

static const struct life_step usual_import[] = {ACCEPTED, SCHEDULED, ACTIVATED, ACTIVE, {.cue = CUE_END}};
static const struct life_step usual_order[] = {
    UNDER_WAY, LATER(CUE_BEFORE, 3 * DAY, "completed"), {.cue = CUE_END}};
static const struct life_step ported_order[] = {
    UNDER_WAY, LATER(CUE_PORTED, HOUR, "completed"), {.cue = CUE_END}};

static const struct {
    const char *word;      /* in any case of letters */
    struct life_plan plan; /* no steps: the usual ones */
} orders[] = {
    {"early", {usual_order, false}},
    {"silent", {NULL, true}},
    {"rejected", {STEPS(TURNED_DOWN), false}},
    {"cancelled", {STEPS(UNDER_WAY, LATER(CUE_BEFORE, 2 * DAY, "cancelled")), false}},
    {"failed", {STEPS(UNDER_WAY, FAILED(3 * DAY, "91")), false}},
    {"partial", {STEPS(UNDER_WAY, LATER(CUE_BEFORE, 3 * DAY, "partial")), false}},
    {"slow", {STEPS(UNDER_WAY, LATER(CUE_BEFORE, 45 * DAY, "completed")), false}},
    {"held",
     {STEPS(UNDER_WAY, LATER(CUE_BEFORE, DAY, "held"), LATER(CUE_BEFORE, 5 * DAY, "inProgress"),
            LATER(CUE_BEFORE, DAY, "completed")),
      false}},
    {"surveyed",
     {STEPS(UNDER_WAY, LATER(CUE_BEFORE, DAY, "awaitingSurvey"), LATER(CUE_BEFORE, 2 * DAY, "completed")),
      false}},
    {"stuck", {STEPS(UNDER_WAY), false}},
};

struct life_plan life_of_import(const char *number)
{
    size_t length = number == NULL ? 0 : strlen(number);

    for (size_t i = 0; i < COUNT_OF(imports) && length >= 6; i++)
        if (strncmp(number + length - 6, "960", 3) == 0 &&
            strcmp(number + length - 3, imports[i].ending) == 0)
            return imports[i].plan;
    return (struct life_plan){usual_import, false};
}

struct life_plan life_of_order(const char *name, bool ported)
{
    const struct life_step *usual = ported ? ported_order : usual_order;
    size_t length = name == NULL ? 0 : strcspn(name, " ");

    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        if (length != strlen(orders[i].word) || strncasecmp(name, orders[i].word, length) != 0)
            continue;
        struct life_plan plan = orders[i].plan;
        if (plan.steps == NULL)
            plan.steps = usual;
        return plan;
    }
    return (struct life_plan){usual, false};
}

const char *life_error_reason(const char *code)
{
    static const char *const reasons[][2] = {
        {"06", "Number missing or invalid"},
        {"25", "Single line order but number is multi line"},
        {"26", "Multi line order but number is single line"},
        {"90", "The numbers could not be moved"},
        {"91", "The service could not be provided"},
    };

    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (strcmp(code, reasons[i][0]) == 0)
            return reasons[i][1];
    return "Invalid body field";
}
