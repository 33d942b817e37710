/* Compiles and evaluates the three kinds of criteria: conditions, regexes and JSON paths. */
#include "criterion.h"

#include "condition.h"
#include "invariant.h"
#include "jsonpath.h"
#include "memory.h"
#include "pattern.h"
#include "uk_numbers.h"

#include <stdio.h>
#include <string.h>

enum { CONTEXT_MAX_BYTES = 1048576, EACH_VALUES_MAX = 2000000 /* that all items of x-each look at */ };
enum criterion_type { TYPE_SIMPLE, TYPE_REGEX, TYPE_JSONPATH };

struct criterion {
    enum criterion_type type;
    struct condition *condition; /* simple */
    struct expression *context;  /* the others */
    struct template *embedded;   /* where something is embedded: the text of what is compiled at each use */
    struct jsonpath *path;
    struct pattern *regex;
    struct expression *each; /* x-each; null: none */
    struct template *count;  /* x-count; null: at least one node */
    char **numbers;          /* x-uk-numbers, null-terminated; null: none */
    enum number_form form;
};

static void *criterion_free(struct criterion *criterion)
{
    condition_free(criterion->condition);
    expression_free(criterion->context);
    template_free(criterion->embedded);
    jsonpath_free(criterion->path);
    pattern_free(criterion->regex);
    expression_free(criterion->each);
    template_free(criterion->count);
    for (size_t i = 0; criterion->numbers != NULL && criterion->numbers[i] != NULL; i++)
        memory_free(criterion->numbers[i]);
    memory_free(criterion->numbers);
    return memory_free(criterion);
}

void criteria_release(struct criteria *criteria)
{
    for (size_t i = 0; i < criteria->count; i++)
        criterion_free(criteria->list[i]);
    memory_free(criteria->list);
    *criteria = (struct criteria){0};
}

/* One that is slow with a short text is reported now. */
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
               "a value is embedded inside [...], \\Q...\\E or after a backslash, where it would not stand for "
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

static bool compile_count(struct criterion *criterion, struct json_object *tree, const struct naming *naming,
                          struct fault *why)
{
    struct json_object *count = tree_member(tree, "x-count");

    if (!tree_has(tree, "x-count"))
        return true;
    if (criterion->type != TYPE_JSONPATH)
        return fault_set(why, FAULT_INPUT, "x-count is for criteria of type jsonpath");
    if (!json_object_is_type(count, json_type_int) && !json_object_is_type(count, json_type_string))
        return fault_set(why, FAULT_INPUT, "x-count is a number or an expression");
    return template_parse(json_object_get_string(count), naming, &criterion->count, why);
}

static bool compile_numbers(struct criterion *criterion, struct json_object *tree,
                            const struct naming *naming, struct fault *why)
{
    struct json_object *list = tree_member(tree, "x-uk-numbers");
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    if (!tree_has(tree, "x-uk-numbers"))
        return true;
    if (criterion->type != TYPE_JSONPATH || count == 0)
        return fault_set(why, FAULT_INPUT, "x-uk-numbers is a list of member names, of a jsonpath's context");
    criterion->form = naming->numbers;
    criterion->numbers = memory_new(count + 1, sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        const char *name = tree_text(json_object_array_get_idx(list, i));
        if (name == NULL)
            return fault_set(why, FAULT_INPUT, "x-uk-numbers is a list of member names");
        criterion->numbers[i] = memory_text(name);
    }
    return true;
}

/* With `inner` the criterion itself is read: $each is known there. */
static bool compile_each(struct criterion *criterion, struct json_object *tree, const struct naming *naming,
                         struct each_naming *each, struct naming *inner, struct fault *why)
{
    const char *over = tree_text_of(tree, "x-each"), *end;

    *inner = *naming;
    if (!tree_has(tree, "x-each"))
        return true;
    if (over == NULL)
        return fault_set(why, FAULT_INPUT, "x-each is an expression");
    TRY(expression_parse(over, false, naming, &criterion->each, &end, why));
    *each = (struct each_naming){.over = criterion->each, .outer = naming->each};
    inner->each = each;
    return true;
}

static bool compile(struct criterion *criterion, struct json_object *tree, const char *text,
                    const struct naming *naming, struct fault *why)
{
    const char *type = tree_text_of(tree, "type");

    if (tree_has(tree, "type") && type == NULL)
        type = tree_text_of(tree_member(tree, "type"), "type"); /* an Expression Type Object */
    if (type == NULL || strcmp(type, "simple") == 0) {
        if (tree_has(tree, "x-count") || tree_has(tree, "x-uk-numbers"))
            return fault_set(why, FAULT_INPUT, "x-count and x-uk-numbers are for criteria of type jsonpath");
        return condition_parse(text, naming, &criterion->condition, why);
    }
    if (strcmp(type, "regex") == 0)
        criterion->type = TYPE_REGEX;
    else if (strcmp(type, "jsonpath") == 0)
        criterion->type = TYPE_JSONPATH;
    else
        return fault_set(why, FAULT_INPUT, "criteria of type '%s' are not run by this worker", type);
    TRY(compile_context(criterion, tree_text_of(tree, "context"), naming, why));
    TRY(compile_count(criterion, tree, naming, why));
    TRY(compile_numbers(criterion, tree, naming, why));
    return compile_pattern(criterion, text, naming, why);
}

void criteria_add(struct json_object *tree, struct json_cursor *cursor, const struct naming *naming,
                  struct criteria *criteria)
{
    static const char *const known[] = {"condition", "context", "type", "name", "reason", NULL};
    const char *text = json_cursor_text(cursor, tree, "condition");
    struct each_naming each;
    struct naming inner;
    struct fault why;

    json_cursor_known_members(cursor, tree, known);
    if (text == NULL)
        return;
    struct criterion *criterion = memory_new(1, sizeof *criterion);
    criteria->list = memory_resize(criteria->list, criteria->count + 1, sizeof(struct criterion *));
    criteria->list[criteria->count++] = criterion;
    if (!compile_each(criterion, tree, naming, &each, &inner, &why) ||
        !compile(criterion, tree, text, &inner, &why))
        json_cursor_problem(cursor, "", "%s", why.text);
}

void criteria_read(struct json_object *tree, struct json_cursor *cursor, const struct naming *naming,
                   struct criteria *criteria)
{
    *criteria = (struct criteria){0};
    if (tree != NULL && !json_object_is_type(tree, json_type_array)) {
        json_cursor_problem(cursor, "[{\"condition\": \"...\"}]", "criteria are a list");
        return;
    }
    for (size_t i = 0; tree != NULL && i < json_object_array_length(tree); i++) {
        size_t mark = json_cursor_enter_item(cursor, i);
        criteria_add(json_object_array_get_idx(tree, i), cursor, naming, criteria);
        json_cursor_leave(cursor, mark);
    }
}

static bool regex_holds(const struct criterion *criterion, struct json_object *made,
                        struct json_object *context)
{
    CLEANUP(buffer_release) struct buffer text = {0};
    struct pattern *own = NULL;
    struct fault why;

    buffer_init(&text, CONTEXT_MAX_BYTES);
    template_add_value(context, &text);
    if (text.full)
        return false;
    if (made != NULL &&
        !pattern_compile(tree_text(made), (size_t)json_object_get_string_len(made), &own, &why))
        return false;
    REQUIRE((made != NULL) != (criterion->regex != NULL));
    bool matched = pattern_matches(made != NULL ? own : criterion->regex, buffer_text(&text), text.length);
    pattern_free(own);
    return matched;
}

/* As many nodes as x-count wants; any without it. */
static bool count_fits(const struct criterion *criterion, size_t found, const struct scope *scope)
{
    if (criterion->count == NULL)
        return found > 0;
    CLEANUP(tree_release) struct json_object *count = template_value(criterion->count, scope);
    char text[24];

    snprintf(text, sizeof text, "%zu", found);
    return count != NULL && strcmp(json_object_get_string(count), text) == 0;
}

static bool path_holds(const struct criterion *criterion, struct json_object *made,
                       struct json_object *context, const struct scope *scope)
{
    struct jsonpath *own = NULL;
    struct fault why;

    if (made != NULL && !jsonpath_parse(tree_text(made), &own, &why))
        return false;
    REQUIRE((made != NULL) != (criterion->path != NULL));
    CLEANUP(tree_release)
    struct json_object *nodes = jsonpath_nodes(made != NULL ? own : criterion->path, context);
    jsonpath_free(own);
    return count_fits(criterion, json_object_array_length(nodes), scope);
}

static bool holds_in(const struct criterion *criterion, struct json_object *context,
                     const struct scope *scope)
{
    bool regex = criterion->type == TYPE_REGEX, embeds = criterion->embedded != NULL;

    REQUIRE((criterion->type == TYPE_SIMPLE) == (criterion->condition != NULL));
    if (criterion->type == TYPE_SIMPLE)
        return condition_holds(criterion->condition, scope);
    CLEANUP(tree_release)
    struct json_object *made =
        embeds ? template_filled(criterion->embedded, scope, regex ? pattern_embed : jsonpath_embed) : NULL;
    if (context == NULL || (embeds && made == NULL))
        return false;
    return regex ? regex_holds(criterion, made, context) : path_holds(criterion, made, context, scope);
}

/* As deep as the reader of JSON allows (tree.h). */
static size_t values_in(struct json_object *tree)
{
    size_t count = 1;

    TREE_EACH(tree, name, value)
    {
        (void)name;
        count += values_in(value);
    }
    for (size_t i = 0; json_object_is_type(tree, json_type_array) && i < json_object_array_length(tree); i++)
        count += values_in(json_object_array_get_idx(tree, i));
    return count;
}

/* A list of BT's of any length, gone through for each of ours, would make a long turn (PROMISE.md R15). */
static bool holds_for_each(const struct criterion *criterion, struct json_object *context,
                           const struct scope *scope)
{
    CLEANUP(tree_release) struct json_object *over = expression_value(criterion->each, scope);
    struct each each = {.outer = scope->each};
    struct scope inner = *scope;
    size_t count = json_object_is_type(over, json_type_array) ? json_object_array_length(over) : 0;

    if (context != NULL && count > EACH_VALUES_MAX / values_in(context))
        return false;
    inner.each = &each;
    for (size_t i = 0; i < count; i++) {
        each.item = json_object_array_get_idx(over, i);
        each.position = (unsigned)i + 1;
        if (!holds_in(criterion, context, &inner))
            return false;
    }
    return count > 0;
}

static bool holds(const struct criterion *criterion, const struct scope *scope)
{
    CLEANUP(tree_release)
    struct json_object *given =
        criterion->context == NULL ? NULL : expression_value(criterion->context, scope);
    CLEANUP(tree_release)
    struct json_object *context = criterion->numbers == NULL
                                      ? json_object_get(given)
                                      : uk_numbers_in(given, criterion->numbers, criterion->form);

    return criterion->each == NULL ? holds_in(criterion, context, scope)
                                   : holds_for_each(criterion, context, scope);
}

bool criteria_hold(const struct criteria *criteria, const struct scope *scope)
{
    for (size_t i = 0; i < criteria->count; i++)
        if (!holds(criteria->list[i], scope))
            return false;
    return true;
}
