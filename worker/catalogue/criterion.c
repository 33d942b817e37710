/* See criterion.h. */
#include "criterion.h"

#include "condition.h"
#include "jsonpath.h"
#include "memory.h"
#include "pattern.h"

#include <string.h>

enum { CONTEXT_MAX_BYTES = 1048576 };
enum criterion_type { TYPE_SIMPLE, TYPE_REGEX, TYPE_JSONPATH };

struct criterion {
    enum criterion_type type;
    struct condition *condition; /* simple */
    struct expression *context;  /* the others */
    struct template
        *embedded; /* where something is embedded: the text of what is compiled anew at each use */
    struct jsonpath *path;
    struct pattern *regex;
};

static void *criterion_free(struct criterion *criterion)
{
    condition_free(criterion->condition);
    expression_free(criterion->context);
    template_free(criterion->embedded);
    jsonpath_free(criterion->path);
    pattern_free(criterion->regex);
    return memory_free(criterion);
}

void criteria_release(struct criteria *criteria)
{
    for (size_t i = 0; i < criteria->count; i++)
        criterion_free(criteria->list[i]);
    memory_free(criteria->list);
    *criteria = (struct criteria){0};
}

/* One that is slow with a short text is told now. */
static bool compile_regex(struct criterion *criterion, const char *text, size_t length, struct fault *why)
{
    struct pattern *regex;

    TRY(pattern_compile(text, length, &regex, why));
    if (!pattern_is_quick(regex, text, why)) {
        pattern_free(regex);
        return false;
    }
    criterion->regex = regex;
    return true;
}

/* Tries a regex out; a value that is embedded where it would be no group there, as in [...], is not itself. */
static bool try_regex(const struct template *embedded, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *plain = template_filled(embedded, NULL, pattern_embed);
    CLEANUP(tree_release)
    struct json_object *captured = template_filled(embedded, NULL, pattern_embed_captured);
    struct criterion tried = {0};
    struct pattern *groups;

    if (plain == NULL || captured == NULL)
        return fault_set(why, FAULT_INPUT, "the regex is too long");
    int length = json_object_get_string_len(plain), captured_length = json_object_get_string_len(captured);
    TRY(compile_regex(&tried, tree_text(plain), (size_t)length, why));
    unsigned want =
        pattern_groups(tried.regex) + (unsigned)(length - captured_length) / 2; /* "(?:" and "(" */
    pattern_free(tried.regex);
    TRY(pattern_compile(tree_text(captured), (size_t)captured_length, &groups, why));
    unsigned got = pattern_groups(groups);
    pattern_free(groups);
    return got == want ||
           fault_set(
               why, FAULT_INPUT,
               "a value is embedded inside [...], \\Q...\\E or behind a backslash, where it would not stand for "
               "itself");
}

static bool try_path(const struct template *embedded, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *text = template_filled(embedded, NULL, jsonpath_embed);
    struct jsonpath *path;

    if (text == NULL)
        return fault_set(why, FAULT_INPUT, "the JSONPath is too long");
    TRY(jsonpath_parse(tree_text(text), &path, why));
    jsonpath_free(path);
    return true;
}

/* A pattern with embedded expressions is compiled at each use; here with a digit for each, so that mistakes show. */
static bool compile_pattern(struct criterion *criterion, const char *text, const struct naming *naming,
                            struct fault *why)
{
    bool regex = criterion->type == TYPE_REGEX;

    if (strstr(text, "{$") == NULL)
        return regex ? compile_regex(criterion, text, strlen(text), why)
                     : jsonpath_parse(text, &criterion->path, why);
    TRY(template_parse_pattern(text, naming, &criterion->embedded, why));
    return regex ? try_regex(criterion->embedded, why) : try_path(criterion->embedded, why);
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

static bool regex_holds(const struct criterion *criterion, struct json_object *made,
                        struct json_object *context)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct pattern *own = NULL;
    struct fault why;

    buffer_init(&text, CONTEXT_MAX_BYTES);
    value_add_text(context, &text);
    if (text.full)
        return false;
    if (made != NULL &&
        !pattern_compile(tree_text(made), (size_t)json_object_get_string_len(made), &own, &why))
        return false;
    bool matched = pattern_matches(made != NULL ? own : criterion->regex, buffer_text(&text), text.length);
    pattern_free(own);
    return matched;
}

static bool path_holds(const struct criterion *criterion, struct json_object *made,
                       struct json_object *context)
{
    struct jsonpath *own = NULL;
    struct fault why;

    if (made != NULL && !jsonpath_parse(tree_text(made), &own, &why))
        return false;
    CLEANUP(tree_release)
    struct json_object *nodes = jsonpath_nodes(made != NULL ? own : criterion->path, context);
    jsonpath_free(own);
    return json_object_array_length(nodes) > 0;
}

static bool holds(const struct criterion *criterion, const struct scope *scope)
{
    if (criterion->type == TYPE_SIMPLE)
        return condition_holds(criterion->condition, scope);
    bool regex = criterion->type == TYPE_REGEX, embeds = criterion->embedded != NULL;
    CLEANUP(tree_release) struct json_object *context = expression_value(criterion->context, scope);
    CLEANUP(tree_release)
    struct json_object *made =
        embeds ? template_filled(criterion->embedded, scope, regex ? pattern_embed : jsonpath_embed) : NULL;
    if (context == NULL || (embeds && made == NULL))
        return false;
    return regex ? regex_holds(criterion, made, context) : path_holds(criterion, made, context);
}

bool criteria_hold(const struct criteria *criteria, const struct scope *scope)
{
    for (size_t i = 0; i < criteria->count; i++)
        if (!holds(criteria->list[i], scope))
            return false;
    return true;
}
