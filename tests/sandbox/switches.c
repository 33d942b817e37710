/* The table of switches, and reading and printing them as JSON. */
#include "switches.h"

#include "memory.h"
#include "reply.h"
#include "tree.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum switch_kind { SWITCH_TEXT, SWITCH_BOOLEAN, SWITCH_INTEGER, SWITCH_WORD };

struct switch_row {
    const char *name;
    enum switch_kind kind;
    size_t place;
    const char *const *words; /* of a word */
    int64_t most;             /* of an integer */
    const char *start;        /* of a text */
    int64_t start_number;
};

static const char *const token_style_words[] = {"camel", "snake", NULL};
static const char *const create_words[] = {"created", "accepted", NULL};
static const char *const key_words[] = {"number", "text", NULL};
static const char *const zero_words[] = {"any", "required", "refused", NULL};
static const char *const expires_words[] = {"number", "text", NULL};
const char *const error_shape_words[] = {"known", "gateway", "backend", "apigee", NULL};

#define AT(member) offsetof(struct switches, member)

static const struct switch_row rows[] = {
    {"key", SWITCH_TEXT, AT(key), .start = "sandbox-key"},
    {"secret", SWITCH_TEXT, AT(secret), .start = "sandbox-secret"},
    {"tokenStyle", SWITCH_WORD, AT(token_style), .words = token_style_words},
    {"expiresIn", SWITCH_WORD, AT(expires_form), .words = expires_words},
    {"lifetime", SWITCH_INTEGER, AT(lifetime_s), .most = 1000000, .start_number = 3599},
    {"errorShape", SWITCH_WORD, AT(error_shape), .words = error_shape_words},
    {"codeAsNumber", SWITCH_BOOLEAN, AT(code_as_number), .start_number = 0},
    {"exceptionHeaders", SWITCH_BOOLEAN, AT(exception_headers), .start_number = 1},
    {"authorization", SWITCH_BOOLEAN, AT(authorization), .start_number = 1},
    {"tracking", SWITCH_BOOLEAN, AT(tracking), .start_number = 1},
    {"uniqueReference", SWITCH_BOOLEAN, AT(unique_reference), .start_number = 0},
    {"uniqueImportNumber", SWITCH_BOOLEAN, AT(unique_import), .start_number = 1},
    {"lookupByReference", SWITCH_BOOLEAN, AT(look_up_by_reference), .start_number = 1},
    {"createReply", SWITCH_WORD, AT(create_reply), .words = create_words},
    {"reservationKey", SWITCH_WORD, AT(key_form), .words = key_words},
    {"leadingZero", SWITCH_WORD, AT(leading_zero), .words = zero_words},
    {"reservationLifetime", SWITCH_INTEGER, AT(reservation_lifetime), .most = 1000000, .start_number = 86400},
    {"latencyMs", SWITCH_INTEGER, AT(latency_ms), .most = 600000},
    {"registryUser", SWITCH_TEXT, AT(registry_user), .start = ""},
    {"registryPassword", SWITCH_TEXT, AT(registry_password), .start = ""},
};

static void *place_of(struct switches *switches, const struct switch_row *row)
{
    return (char *)switches + row->place;
}

static void put_number(struct switches *switches, const struct switch_row *row, int64_t number)
{
    if (row->kind == SWITCH_BOOLEAN)
        *(bool *)place_of(switches, row) = number != 0;
    else
        *(int64_t *)place_of(switches, row) = number;
}

void switches_init(struct switches *switches)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].kind == SWITCH_TEXT)
            snprintf(place_of(switches, &rows[i]), SWITCH_TEXT_SIZE, "%s", rows[i].start);
        else
            put_number(switches, &rows[i], rows[i].start_number);
    }
}

int word_index(const char *const words[], const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (word != NULL && strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static bool set_text(struct switches *switches, const struct switch_row *row, struct json_object *value)
{
    const char *text = tree_text(value);

    if (text == NULL || strlen(text) >= SWITCH_TEXT_SIZE)
        return false;
    snprintf(place_of(switches, row), SWITCH_TEXT_SIZE, "%s", text);
    return true;
}

static bool set_boolean(struct switches *switches, const struct switch_row *row, struct json_object *value)
{
    put_number(switches, row, json_object_get_boolean(value));
    return json_object_is_type(value, json_type_boolean);
}

static bool set_integer(struct switches *switches, const struct switch_row *row, struct json_object *value)
{
    int64_t number = json_object_get_int64(value);

    put_number(switches, row, number);
    return json_object_is_type(value, json_type_int) && number >= 0 && number <= row->most;
}

static bool set_word(struct switches *switches, const struct switch_row *row, struct json_object *value)
{
    int index = word_index(row->words, tree_text(value));

    put_number(switches, row, index);
    return index >= 0;
}

static bool (*const setters[])(struct switches *, const struct switch_row *, struct json_object *) = {
    [SWITCH_TEXT] = set_text,
    [SWITCH_BOOLEAN] = set_boolean,
    [SWITCH_INTEGER] = set_integer,
    [SWITCH_WORD] = set_word,
};

static const struct switch_row *row_named(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

bool switches_set(struct switches *switches, struct json_object *tree, struct fault *why)
{
    struct switches changed = *switches;

    if (!json_object_is_type(tree, json_type_object))
        return fault_set(why, FAULT_INPUT, "switches come as one JSON object");
    TREE_EACH(tree, name, value)
    {
        const struct switch_row *row = row_named(name);
        if (row == NULL)
            return fault_set(why, FAULT_INPUT, "no switch of this name: see GET /sandbox/switches");
        if (!setters[row->kind](&changed, row, value))
            return fault_set(why, FAULT_INPUT, "'%s' cannot take this value", row->name);
    }
    *switches = changed;
    return true;
}

void switches_write(const struct switches *switches, struct buffer *out)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct switch_row *row = &rows[i];
        const char *place = (const char *)switches + row->place;
        buffer_print(out, "%s\"%s\":", i == 0 ? "{" : ",", row->name);
        switch (row->kind) {
        case SWITCH_TEXT:
            write_text(out, place);
            break;
        case SWITCH_BOOLEAN:
            buffer_add_text(out, *(const bool *)place ? "true" : "false");
            break;
        case SWITCH_INTEGER:
            buffer_print(out, "%" PRId64, *(const int64_t *)(const void *)place);
            break;
        case SWITCH_WORD:
            write_text(out, row->words[*(const int64_t *)(const void *)place]);
            break;
        }
    }
    buffer_add_byte(out, '}');
}
