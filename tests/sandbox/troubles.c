/* The list of faults that were asked for. What each one does is in troubles_apply.c. */
#include "troubles.h"

#include "irregular.h"
#include "memory.h"
#include "tree.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum field_kind { FIELD_TEXT, FIELD_INTEGER, FIELD_WORD, FIELD_FRACTION, FIELD_BOOLEAN, FIELD_PLACE };

struct field {
    const char *name;
    enum field_kind kind;
    size_t place;
    const char *const *words;
    int64_t least;
    int64_t most;
};

static const char *const kind_words[] = {
    [TROUBLE_STATUS] = "status",
    [TROUBLE_HTML502] = "html502",
    [TROUBLE_GARBAGE] = "garbage",
    [TROUBLE_TRUNCATED] = "truncated",
    [TROUBLE_STALL] = "stall",
    [TROUBLE_CLOSE_BEFORE_REPLY] = "close-before-reply",
    [TROUBLE_CLOSE_AFTER_REQUEST] = "close-after-request",
    [TROUBLE_WRONG_TYPE] = "wrong-type",
    [TROUBLE_HUGE] = "huge",
    [TROUBLE_DELAY] = "delay",
    [TROUBLE_ERROR_WITH_200] = "error-with-200",
    [TROUBLE_BLOCK_ONE_HOUR] = "block-one-hour",
    [TROUBLE_TOKEN_EXPIRED] = "token-expired",
    [TROUBLE_LATE] = "late",
    [TROUBLE_INVISIBLE] = "invisible",
    [TROUBLE_CUT] = "cut",
    [TROUBLE_CUT_REQUEST] = "cut-request",
    [TROUBLE_EVENT_NO_REFERENCE] = "event-no-reference",
    [TROUBLE_EVENT_NO_STATE] = "event-no-state",
    [TROUBLE_EVENT_CREATE] = "event-create",
    [TROUBLE_EVENT_EARLY] = "event-early",
    [TROUBLE_EVENT_TWICE] = "event-twice",
    [TROUBLE_EVENT_REORDERED] = "event-reordered",
    [TROUBLE_EVENT_MISSING] = "event-missing",
    [TROUBLE_EVENT_LATE] = "event-late",
    [TROUBLE_EVENT_FOREIGN] = "event-foreign",
    [TROUBLE_EVENT_ODD] = "event-odd",
    [TROUBLE_EVENT_CONTRADICTS] = "event-contradicts",
    [TROUBLE_KINDS] = NULL,
};
static const char *const at_words[] = {"start", "headers", "body", NULL};
static const char *const form_words[] = {"seconds", "date", NULL};
static const char *const reply_words[] = {"usual", "lost", "stalled", "error", NULL};

/* Sixty days: events are late by the sandbox's clock. */
#define MS_MAX (INT64_C(60) * 86400000)

#define AT(member) offsetof(struct trouble, member)

static const struct field fields[] = {
    {"api", FIELD_TEXT, AT(api), .words = NULL},
    {"operationId", FIELD_TEXT, AT(operation), .words = NULL},
    {"target", FIELD_TEXT, AT(target), .words = NULL},
    {"reference", FIELD_TEXT, AT(reference), .words = NULL},
    {"state", FIELD_TEXT, AT(state), .words = NULL},
    {"portStatus", FIELD_TEXT, AT(port_status), .words = NULL},
    {"kind", FIELD_WORD, AT(kind), .words = kind_words},
    {"times", FIELD_INTEGER, AT(times), .least = -1, .most = INT64_MAX},
    {"after", FIELD_INTEGER, AT(after), .most = INT64_MAX},
    {"probability", FIELD_FRACTION, AT(probability), .words = NULL},
    {"status", FIELD_INTEGER, AT(status), .least = 200, .most = 599},
    {"code", FIELD_INTEGER, AT(code), .most = 999},
    {"shape", FIELD_WORD, AT(shape), .words = error_shape_words},
    {"retryAfter", FIELD_INTEGER, AT(retry_after), .most = 86400},
    {"retryAfterForm", FIELD_WORD, AT(retry_form), .words = form_words},
    {"at", FIELD_PLACE, AT(at), .words = at_words},
    {"bytes", FIELD_INTEGER, AT(bytes), .least = 16, .most = (int64_t)1 << 40},
    {"reply", FIELD_WORD, AT(reply), .words = reply_words},
    {"done", FIELD_BOOLEAN, AT(done), .words = NULL},
    {"ms", FIELD_INTEGER, AT(ms), .most = MS_MAX},
};

void troubles_init(struct troubles *troubles)
{
    troubles_clear(troubles);
}

void troubles_clear(struct troubles *troubles)
{
    troubles->count = 0;
    troubles->random = 88172645463325252u;
}

static bool take_text(char *place, struct json_object *value)
{
    const char *text = tree_text(value);

    if (text == NULL || strlen(text) >= TROUBLE_TEXT_SIZE)
        return false;
    snprintf(place, TROUBLE_TEXT_SIZE, "%s", text);
    return true;
}

static bool take_number(void *place, struct json_object *value, const struct field *field)
{
    int64_t number = json_object_get_int64(value);

    if (!json_object_is_type(value, json_type_int) || number < field->least || number > field->most)
        return false;
    *(int64_t *)place = number;
    return true;
}

static bool take_word(void *place, struct json_object *value, const struct field *field)
{
    int index = word_index(field->words, tree_text(value));

    *(int64_t *)place = index;
    return index >= 0;
}

static bool take_fraction(void *place, struct json_object *value)
{
    double number = json_object_get_double(value);

    *(double *)place = number;
    return json_object_get_type(value) != json_type_string && number >= 0 && number <= 1;
}

static bool take_boolean(void *place, struct json_object *value)
{
    *(bool *)place = json_object_get_boolean(value);
    return json_object_is_type(value, json_type_boolean);
}

/* A word, or a number of bytes. */
static bool take_place(struct trouble *trouble, struct json_object *value, const struct field *field)
{
    if (!json_object_is_type(value, json_type_int))
        return take_word(&trouble->at, value, field);
    trouble->cut_at = json_object_get_int64(value);
    return trouble->cut_at >= 0;
}

static bool take_field(struct trouble *trouble, const struct field *field, struct json_object *value)
{
    char *place = (char *)trouble + field->place;

    switch (field->kind) {
    case FIELD_TEXT:
        return take_text(place, value);
    case FIELD_INTEGER:
        return take_number(place, value, field);
    case FIELD_WORD:
        return take_word(place, value, field);
    case FIELD_FRACTION:
        return take_fraction(place, value);
    case FIELD_BOOLEAN:
        return take_boolean(place, value);
    case FIELD_PLACE:
        return take_place(trouble, value, field);
    }
    return false;
}

static const struct field *field_named(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

/* The oldest trouble that will not strike again makes room. False when there is none. */
static bool forget_spent(struct troubles *troubles)
{
    for (size_t i = 0; i < troubles->count; i++) {
        if (troubles->rows[i].times != 0)
            continue;
        troubles->count--;
        memmove(&troubles->rows[i], &troubles->rows[i + 1], (troubles->count - i) * sizeof troubles->rows[0]);
        return true;
    }
    return false;
}

bool troubles_add(struct troubles *troubles, struct json_object *tree, struct fault *why)
{
    struct trouble trouble = {.api = "*",
                              .kind = -1,
                              .times = 1,
                              .probability = 1,
                              .status = 503,
                              .code = 5,
                              .retry_after = -1,
                              .at = 1,
                              .bytes = 16 << 20};

    if (troubles->count == TROUBLES_MAX && !forget_spent(troubles))
        return fault_set(why, FAULT_EXHAUSTED, "there are %d faults already", TROUBLES_MAX);
    TREE_EACH(tree, name, value)
    {
        const struct field *field = field_named(name);
        if (field == NULL)
            return fault_set(why, FAULT_INPUT,
                             "a fault has no member of this name (see tests/sandbox/README.md)");
        if (!take_field(&trouble, field, value))
            return fault_set(why, FAULT_INPUT, "'%s' cannot take this value", field->name);
    }
    if (trouble.kind < 0)
        return fault_set(why, FAULT_INPUT, "'kind' is missing");
    troubles->rows[troubles->count++] = trouble;
    return true;
}

void troubles_write(const struct troubles *troubles, struct buffer *out)
{
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < troubles->count; i++) {
        const struct trouble *trouble = &troubles->rows[i];
        buffer_add_text(out, i > 0 ? ",{\"api\":" : "{\"api\":");
        write_text(out, trouble->api);
        buffer_add_text(out, ",\"operationId\":");
        write_text(out, trouble->operation);
        buffer_add_text(out, ",\"target\":");
        write_text(out, trouble->target);
        buffer_add_text(out, ",\"reference\":");
        write_text(out, trouble->reference);
        buffer_print(out,
                     ",\"kind\":\"%s\",\"times\":%" PRId64 ",\"after\":%" PRId64 ",\"hits\":%" PRIu64 "}",
                     kind_words[trouble->kind], trouble->times, trouble->after, trouble->hits);
    }
    buffer_add_byte(out, ']');
}

/* Uniform in [0, 1): xorshift64. */
static double draw(struct troubles *troubles)
{
    troubles->random ^= troubles->random << 13;
    troubles->random ^= troubles->random >> 7;
    troubles->random ^= troubles->random << 17;
    return (double)(troubles->random >> 11) / 9007199254740992.0;
}

static bool concerns(const struct trouble *trouble, const struct operation *operation,
                     const struct request *request, bool whole)
{
    const char *api = operation == NULL ? "" : operation->api;
    const char *id = operation == NULL ? "unknown" : operation->id;

    if (trouble->kind >= TROUBLE_EVENT_FIRST || whole != (trouble->kind != TROUBLE_CUT_REQUEST))
        return false;
    if (strcmp(trouble->api, "*") != 0 && strcmp(trouble->api, api) != 0)
        return false;
    if (trouble->operation[0] != '\0' && strcmp(trouble->operation, id) != 0)
        return false;
    if (trouble->reference[0] != '\0' &&
        (request->reference == NULL || strcmp(trouble->reference, request->reference) != 0))
        return false;
    return trouble->target[0] == '\0' || strstr(request->target, trouble->target) != NULL;
}

/* Whether one that is concerned strikes now; it is counted down. */
static bool strikes(struct troubles *troubles, struct trouble *trouble)
{
    if (trouble->after > 0) {
        trouble->after--;
        return false;
    }
    if (trouble->probability < 1 && draw(troubles) >= trouble->probability)
        return false;
    if (trouble->times > 0)
        trouble->times--;
    trouble->hits++;
    return true;
}

bool troubles_take(struct troubles *troubles, const struct operation *operation,
                   const struct request *request, bool whole, struct trouble *taken)
{
    for (size_t i = 0; i < troubles->count; i++) {
        struct trouble *trouble = &troubles->rows[i];
        if (trouble->times == 0 || !concerns(trouble, operation, request, whole) ||
            !strikes(troubles, trouble))
            continue;
        *taken = *trouble;
        return true;
    }
    return false;
}

const char *trouble_word(enum trouble_kind kind)
{
    return kind_words[kind];
}

/* "" stands for all. */
static bool fits(const char *wanted, const char *has)
{
    return wanted[0] == '\0' || (has != NULL && strcmp(wanted, has) == 0);
}

struct irregular irregular_take(struct troubles *troubles, const char *reference, const char *state,
                                const char *port_status)
{
    struct irregular irregular = {.kinds = 0};

    for (size_t i = 0; i < troubles->count; i++) {
        struct trouble *trouble = &troubles->rows[i];
        if (trouble->kind < TROUBLE_EVENT_FIRST || trouble->times == 0 ||
            !fits(trouble->reference, reference) || !fits(trouble->state, state) ||
            !fits(trouble->port_status, port_status) || !strikes(troubles, trouble))
            continue;
        irregular.kinds |= IRREGULAR(trouble->kind);
        if (trouble->kind == TROUBLE_EVENT_LATE)
            irregular.late_ms = trouble->ms;
    }
    return irregular;
}
