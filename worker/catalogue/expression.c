/* Parses and evaluates runtime expressions. Texts with embedded ones are in template.c. */
#include "expression.h"

#include "invariant.h"
#include "memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The expressions that start with a fixed text; `part`: a name follows that ends as `rest` says. */
static const struct {
    const char *start;
    enum expression_root root;
    enum { REST_NONE, REST_DOTTED, REST_STEP, REST_HEADER, REST_NAME, REST_BODY } rest;
    const char *name; /* fixed name of the root */
} forms[] = {
    {"inputs.", ROOT_INPUTS, REST_DOTTED, NULL},
    {"steps.", ROOT_STEPS, REST_STEP, NULL},
    {"outputs.", ROOT_OUTPUTS, REST_DOTTED, NULL},
    {"statusCode", ROOT_STATUS_CODE, REST_NONE, NULL},
    {"method", ROOT_METHOD, REST_NONE, NULL},
    {"url", ROOT_URL, REST_NONE, NULL},
    {"request.header.", ROOT_REQUEST, REST_HEADER, "header"},
    {"request.query.", ROOT_REQUEST, REST_NAME, "query"},
    {"request.path.", ROOT_REQUEST, REST_NAME, "path"},
    {"request.body", ROOT_REQUEST_BODY, REST_BODY, NULL},
    {"response.header.", ROOT_RESPONSE_HEADER, REST_HEADER, NULL},
    {"response.body", ROOT_RESPONSE_BODY, REST_BODY, NULL},
    {"message.header.", ROOT_RESPONSE_HEADER, REST_HEADER, NULL},
    {"message.payload", ROOT_MESSAGE_PAYLOAD, REST_BODY, NULL},
};

static const char *const not_run[] = {"workflows.",     "sourceDescriptions.", "components.",
                                      "self",           "request.payload",     "response.payload",
                                      "response.query", "response.path"};

static bool is_strict(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Takes the longest run of allowed characters; null when there is none. */
static char *take_name(const char **at, const char *also)
{
    size_t length = 0;

    while (is_strict((*at)[length]) || ((*at)[length] != '\0' && strchr(also, (*at)[length]) != NULL))
        length++;
    if (length == 0)
        return NULL;
    char *name = memory_text_of(*at, length);
    *at += length;
    return name;
}

static void add_segment(struct expression *expression, char *segment)
{
    expression->path = memory_resize(expression->path, expression->path_length + 1, sizeof(char *));
    expression->path[expression->path_length++] = segment;
}

/* `#/a/0`: reference tokens of RFC 6901, ended in a condition by white space and operators. */
static bool take_pointer(struct expression *expression, const char **at, bool in_condition, struct fault *why)
{
    const char *stop = in_condition ? " \t\r\n)=!<>&|{}" : "{}";

    if (**at == '\0' || strchr(stop, **at) != NULL)
        return true; /* "#" alone is the whole */
    if (**at != '/')
        return fault_set(why, FAULT_INPUT, "a JSON pointer starts with '/' after the '#'");
    while (**at == '/') {
        CLEANUP(buffer_release) struct buffer segment = {0};
        buffer_init(&segment, 1024);
        for ((*at)++; **at != '\0' && **at != '/' && strchr(stop, **at) == NULL; (*at)++) {
            if (**at != '~')
                buffer_add_byte(&segment, (uint8_t) * *at);
            else if ((*at)[1] == '0' || (*at)[1] == '1')
                buffer_add_byte(&segment, *++(*at) == '0' ? '~' : '/');
            else
                return fault_set(why, FAULT_INPUT, "'~' in a JSON pointer is followed by 0 or 1");
        }
        TRY(buffer_check(&segment, "a part of a JSON pointer", why));
        add_segment(expression, buffer_take(&segment, NULL));
    }
    return true;
}

/* `.a[0].b`, then perhaps a pointer. */
static bool take_path(struct expression *expression, const char **at, bool in_condition, struct fault *why)
{
    while (**at == '.' || **at == '[') {
        if (**at == '.') {
            (*at)++;
            char *name = take_name(at, "@");
            if (name == NULL)
                return fault_set(why, FAULT_INPUT, "a name is missing after '.'");
            add_segment(expression, name);
            continue;
        }
        size_t digits = strspn(*at + 1, "0123456789");
        if (digits == 0 || (*at)[1 + digits] != ']')
            return fault_set(why, FAULT_INPUT, "an index is written [0], [1] ...");
        add_segment(expression, memory_text_of(*at + 1, digits));
        *at += digits + 2;
    }
    if (**at != '#')
        return true;
    (*at)++;
    return take_pointer(expression, at, in_condition, why);
}

static bool take_step(struct expression *expression, const char **at, bool in_condition, struct fault *why)
{
    expression->name = take_name(at, "");
    if (expression->name == NULL || strncmp(*at, ".outputs.", 9) != 0)
        return fault_set(why, FAULT_INPUT, "an output of a step is written $steps.<stepId>.outputs.<name>");
    *at += 9;
    expression->part = take_name(at, "");
    if (expression->part == NULL)
        return fault_set(why, FAULT_INPUT, "the output's name is missing after '.outputs.'");
    return take_path(expression, at, in_condition, why);
}

static bool parse_rest(struct expression *expression, size_t form, const char **at, bool in_condition,
                       struct fault *why)
{
    switch (forms[form].rest) {
    case REST_NONE:
        return true;
    case REST_STEP:
        return take_step(expression, at, in_condition, why);
    case REST_HEADER:
    case REST_NAME: {
        char **slot = forms[form].name != NULL ? &expression->part : &expression->name;
        if (forms[form].name != NULL)
            expression->name = memory_text(forms[form].name);
        *slot = take_name(at, ".");
        if (*slot == NULL)
            return fault_set(why, FAULT_INPUT, "a name is missing after '$%s'", forms[form].start);
        return true;
    }
    case REST_DOTTED:
        expression->name = take_name(at, "");
        if (expression->name == NULL)
            return fault_set(why, FAULT_INPUT, "a name is missing after '$%s'", forms[form].start);
        return take_path(expression, at, in_condition, why);
    case REST_BODY:
        return take_path(expression, at, in_condition, why);
    }
    return false;
}

static bool parse_each(struct expression *expression, const char **at, bool in_condition,
                       const struct naming *naming, struct fault *why)
{
    CLEANUP(memory_release) char *name = take_name(at, "");

    if (name == NULL)
        return fault_set(why, FAULT_INPUT, "no expression follows the '$'");
    for (size_t i = 0; i < COUNT_OF(not_run); i++)
        if (strncmp(name, not_run[i], strlen(name)) == 0 && strchr(".", not_run[i][strlen(name)]) != NULL)
            return fault_set(why, FAULT_INPUT, "expressions that start with '$%s' are not run by this worker",
                             name);
    if (naming->each == NULL)
        return fault_set(why, FAULT_INPUT, "'$%s' does not start a runtime expression", name);
    if (strcmp(name, "position") == 0) {
        expression->root = ROOT_POSITION;
        return true;
    }
    const struct each_naming *each = naming->each;
    if (strcmp(name, "each") != 0)
        while (each != NULL && (each->name == NULL || strcmp(each->name, name) != 0))
            each = each->outer;
    if (each == NULL)
        return fault_set(why, FAULT_INPUT, "'$%s' is neither a runtime expression nor an x-as name", name);
    expression->root = ROOT_EACH;
    expression->over = each->over;
    expression->name = strcmp(name, "each") == 0 ? NULL : TAKE(name);
    return take_path(expression, at, in_condition, why);
}

static bool parse(struct expression *expression, const char **at, bool in_condition,
                  const struct naming *naming, struct fault *why)
{
    if (**at != '$')
        return fault_set(why, FAULT_INPUT, "a runtime expression starts with '$'");
    (*at)++;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t length = strlen(forms[i].start);
        bool ends_in_name = forms[i].start[length - 1] != '.';
        if (strncmp(*at, forms[i].start, length) != 0 || (ends_in_name && is_strict((*at)[length])))
            continue;
        *at += length;
        expression->root = forms[i].root;
        return parse_rest(expression, i, at, in_condition, why);
    }
    return parse_each(expression, at, in_condition, naming, why);
}

bool expression_parse(const char *text, bool in_condition, const struct naming *naming,
                      struct expression **out, const char **end, struct fault *why)
{
    struct expression *expression = memory_new(1, sizeof *expression);
    const char *at = text;

    if (!parse(expression, &at, in_condition, naming, why)) {
        expression_free(expression);
        return false;
    }
    REQUIRE(at > text && (expression->path_length == 0) == (expression->path == NULL));
    if (naming->seen != NULL)
        naming->seen(naming->context, expression);
    *out = expression;
    *end = at;
    return true;
}

void *expression_free(struct expression *expression)
{
    if (expression == NULL)
        return NULL;
    for (size_t i = 0; i < expression->path_length; i++)
        memory_free(expression->path[i]);
    memory_free(expression->path);
    memory_free(expression->name);
    memory_free(expression->part);
    return memory_free(expression);
}

bool expression_index(const char *part, size_t *index)
{
    char *end;

    *index = strtoul(part, &end, 10);
    return isdigit((unsigned char)part[0]) && (part[0] != '0' || part[1] == '\0') && *end == '\0';
}

static struct json_object *walk(struct json_object *value, char *const *path, size_t length)
{
    for (size_t i = 0; i < length && value != NULL; i++) {
        if (!json_object_is_type(value, json_type_array)) {
            value = tree_member(value, path[i]);
            continue;
        }
        size_t index;
        bool is_there = expression_index(path[i], &index) && index < json_object_array_length(value);
        value = is_there ? json_object_array_get_idx(value, index) : NULL;
    }
    return value;
}

/* Header names do not depend on case (RFC 9110 section 5.1). */
static struct json_object *header(struct json_object *headers, const char *name)
{
    TREE_EACH(headers, key, value)
    if (strcasecmp(key, name) == 0)
        return value;
    return NULL;
}

static struct json_object *each_item(const struct each *each, const char *name)
{
    for (; each != NULL; each = each->outer)
        if (name == NULL || (each->name != NULL && strcmp(each->name, name) == 0))
            return each->item;
    return NULL;
}

static void add_position(const struct each *each, struct buffer *out)
{
    if (each == NULL)
        return;
    add_position(each->outer, out);
    buffer_print(out, "%s%u", out->length > 0 ? "." : "", each->position);
}

static struct json_object *position(const struct each *each)
{
    CLEANUP(buffer_release) struct buffer text = {0};

    buffer_init(&text, 256);
    add_position(each, &text);
    return json_object_new_string(buffer_text(&text));
}

static struct json_object *root_value(const struct expression *expression, const struct scope *scope)
{
    switch (expression->root) {
    case ROOT_INPUTS:
        return tree_member(scope->inputs, expression->name);
    case ROOT_OUTPUTS:
        return tree_member(scope->outputs, expression->name);
    case ROOT_STEPS:
        return tree_member(tree_member(scope->steps, expression->name), expression->part);
    case ROOT_METHOD:
        return tree_member(scope->request, "method");
    case ROOT_URL:
        return tree_member(scope->request, "url");
    case ROOT_REQUEST: {
        struct json_object *parts = tree_member(scope->request, expression->name);
        return strcmp(expression->name, "header") == 0 ? header(parts, expression->part)
                                                       : tree_member(parts, expression->part);
    }
    case ROOT_REQUEST_BODY:
        return tree_member(scope->request, "body");
    case ROOT_RESPONSE_HEADER:
        return header(scope->headers, expression->name);
    case ROOT_RESPONSE_BODY:
        return scope->body;
    case ROOT_MESSAGE_PAYLOAD:
        return scope->message;
    case ROOT_EACH:
        return each_item(scope->each, expression->name);
    case ROOT_STATUS_CODE:
    case ROOT_POSITION:
        break;
    }
    return NULL;
}

struct json_object *expression_value(const struct expression *expression, const struct scope *scope)
{
    REQUIRE(expression->root <= ROOT_POSITION);
    if (expression->root == ROOT_STATUS_CODE)
        return scope->status != 0 ? json_object_new_int(scope->status) : NULL;
    if (expression->root == ROOT_POSITION)
        return position(scope->each);
    return json_object_get(walk(root_value(expression, scope), expression->path, expression->path_length));
}
