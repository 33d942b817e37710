/* See criterion.h. */
#include "criterion.h"

#include "condition.h"
#include "jsonpath.h"
#include "memory.h"

#include <regex.h>
#include <string.h>

/* What an embedded value may not bring into a pattern or path as itself. */
static const char regex_special[] = "\\.[]{}()*+?^$|";
static const char path_special[] = "\\'\"[](){}<>=!&|@$*?, \t\r\n";

enum criterion_type { TYPE_SIMPLE, TYPE_REGEX, TYPE_JSONPATH };

struct criterion {
    enum criterion_type type;
    struct condition *condition; /* simple */
    struct expression *context;  /* the others */
    struct template *pattern;    /* compiled anew at each use where something is embedded */
    struct jsonpath *path;
    regex_t regex;
    bool regex_ready;
};

static void *criterion_free(struct criterion *criterion)
{
    condition_free(criterion->condition);
    expression_free(criterion->context);
    template_free(criterion->pattern);
    jsonpath_free(criterion->path);
    if (criterion->regex_ready)
        regfree(&criterion->regex);
    return memory_free(criterion);
}

void criteria_release(struct criteria *criteria)
{
    for (size_t i = 0; i < criteria->count; i++)
        criterion_free(criteria->list[i]);
    memory_free(criteria->list);
    *criteria = (struct criteria){0};
}

/* POSIX has no \d: it becomes [0-9], or 0-9 inside brackets. */
static bool compile_regex(const char *pattern, regex_t *regex, struct fault *why)
{
    CLEANUP(buffer_release) struct buffer posix = {0};
    bool inside = false, repeated = false;
    char message[128];

    buffer_init(&posix, 65536);
    for (const char *at = pattern; *at != '\0'; at++) {
        /* POSIX does not say what "a++" means, and regcomp() doubles its memory with each. */
        if (repeated && !inside && strchr("*+?{", *at) != NULL)
            return fault_set(why, FAULT_INPUT, "a repetition is repeated in the regex at '%.20s'", at);
        repeated = !inside && strchr("*+?}", *at) != NULL;
        if (*at == '\\' && at[1] == 'd') {
            buffer_add_text(&posix, inside ? "0-9" : "[0-9]");
            at++;
        } else if (*at == '\\' && at[1] == 'D' && !inside) {
            buffer_add_text(&posix, "[^0-9]");
            at++;
        } else if (*at == '\\' && at[1] != '\0') {
            buffer_add(&posix, at++, 2);
        } else {
            inside = *at == '[' || (inside && *at != ']');
            buffer_add_byte(&posix, (uint8_t)*at);
        }
    }
    int error = regcomp(regex, buffer_text(&posix), REG_EXTENDED | REG_NOSUB);
    if (error == 0)
        return true;
    regerror(error, regex, message, sizeof message);
    return fault_set(why, FAULT_INPUT, "the regex does not compile: %s", message);
}

static bool compile_text(struct criterion *criterion, const char *text, struct fault *why)
{
    if (criterion->type == TYPE_JSONPATH)
        return jsonpath_parse(text, &criterion->path, why);
    TRY(compile_regex(text, &criterion->regex, why));
    criterion->regex_ready = true;
    return true;
}

/* A pattern with embedded expressions is compiled at each use; here with a digit for each, so that mistakes show. */
static bool compile_embedded(struct criterion *criterion, const char *text, const struct naming *naming,
                             struct fault *why)
{
    CLEANUP(buffer_release) struct buffer trial = {0};
    struct criterion tried = {.type = criterion->type};

    buffer_init(&trial, 65536);
    TRY(template_parse_pattern(text, naming, &criterion->pattern, why));
    for (const char *open; (open = strstr(text, "{$")) != NULL; text = strchr(open, '}') + 1) {
        buffer_add(&trial, text, (size_t)(open - text));
        buffer_add_byte(&trial, '0');
    }
    buffer_add_text(&trial, text);
    bool good = compile_text(&tried, buffer_text(&trial), why);
    jsonpath_free(tried.path);
    if (tried.regex_ready)
        regfree(&tried.regex);
    return good;
}

static bool compile_pattern(struct criterion *criterion, const char *text, const struct naming *naming,
                            struct fault *why)
{
    return strstr(text, "{$") != NULL ? compile_embedded(criterion, text, naming, why)
                                      : compile_text(criterion, text, why);
}

static bool compile_context(struct criterion *criterion, const char *text, const struct naming *naming,
                            struct fault *why)
{
    const char *end;

    if (text == NULL)
        return fault_set(why, FAULT_INPUT, "a criterion with a type needs a context");
    TRY(expression_parse(text, false, naming, &criterion->context, &end, why));
    return *end == '\0' || fault_set(why, FAULT_INPUT, "the context is more than one expression");
}

static bool compile(struct criterion *criterion, struct json_object *tree, const char *text,
                    const struct naming *naming, struct fault *why)
{
    const char *type = tree_text_of(tree, "type");

    if (tree_has(tree, "type") && type == NULL)
        type = tree_text_of(tree_member(tree, "type"), "type"); /* an Expression Type Object */
    if (type == NULL || strcmp(type, "simple") == 0)
        return condition_parse(text, naming, &criterion->condition, why);
    if (strcmp(type, "regex") == 0)
        criterion->type = TYPE_REGEX;
    else if (strcmp(type, "jsonpath") == 0)
        criterion->type = TYPE_JSONPATH;
    else
        return fault_set(why, FAULT_INPUT, "criteria of type '%s' are not run by this worker", type);
    TRY(compile_context(criterion, tree_text_of(tree, "context"), naming, why));
    return compile_pattern(criterion, text, naming, why);
}

void criteria_add(struct json_object *tree, struct spot *spot, const struct naming *naming,
                  struct criteria *criteria)
{
    static const char *const known[] = {"condition", "context", "type", "name", "reason", NULL};
    const char *text = spot_text(spot, tree, "condition");
    struct fault why;

    spot_known_members(spot, tree, known);
    if (text == NULL)
        return;
    struct criterion *criterion = memory_new(1, sizeof *criterion);
    criteria->list = memory_resize(criteria->list, criteria->count + 1, sizeof(struct criterion *));
    criteria->list[criteria->count++] = criterion;
    if (!compile(criterion, tree, text, naming, &why))
        spot_problem(spot, "", "%s", why.text);
}

void criteria_read(struct json_object *tree, struct spot *spot, const struct naming *naming,
                   struct criteria *criteria)
{
    *criteria = (struct criteria){0};
    if (tree != NULL && !json_object_is_type(tree, json_type_array)) {
        spot_problem(spot, "[{\"condition\": \"...\"}]", "criteria are a list");
        return;
    }
    for (size_t i = 0; tree != NULL && i < json_object_array_length(tree); i++) {
        size_t mark = spot_enter_item(spot, i);
        criteria_add(json_object_array_get_idx(tree, i), spot, naming, criteria);
        spot_leave(spot, mark);
    }
}

static bool regex_holds(const struct criterion *criterion, const char *pattern, struct json_object *context)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct fault why;
    regex_t own;

    buffer_init(&text, 1048576);
    value_add_text(context, &text);
    if (text.full)
        return false;
    if (criterion->regex_ready)
        return regexec(&criterion->regex, buffer_text(&text), 0, NULL, 0) == 0;
    if (pattern == NULL || !compile_regex(pattern, &own, &why))
        return false;
    bool matched = regexec(&own, buffer_text(&text), 0, NULL, 0) == 0;
    regfree(&own);
    return matched;
}

static bool path_holds(const struct criterion *criterion, const char *pattern, struct json_object *context)
{
    struct jsonpath *own = NULL;
    struct fault why;

    if (criterion->path == NULL && (pattern == NULL || !jsonpath_parse(pattern, &own, &why)))
        return false;
    CLEANUP(tree_release)
    struct json_object *nodes = jsonpath_nodes(criterion->path != NULL ? criterion->path : own, context);
    jsonpath_free(own);
    return json_object_array_length(nodes) > 0;
}

static bool holds(const struct criterion *criterion, const struct scope *scope)
{
    if (criterion->type == TYPE_SIMPLE)
        return condition_holds(criterion->condition, scope);
    CLEANUP(tree_release) struct json_object *context = expression_value(criterion->context, scope);
    const char *special = criterion->type == TYPE_REGEX ? regex_special : path_special;
    CLEANUP(tree_release)
    struct json_object *pattern =
        criterion->pattern != NULL ? template_escaped(criterion->pattern, scope, special) : NULL;
    if (context == NULL)
        return false;
    return criterion->type == TYPE_REGEX ? regex_holds(criterion, tree_text(pattern), context)
                                         : path_holds(criterion, tree_text(pattern), context);
}

bool criteria_hold(const struct criteria *criteria, const struct scope *scope)
{
    for (size_t i = 0; i < criteria->count; i++)
        if (!holds(criteria->list[i], scope))
            return false;
    return true;
}
