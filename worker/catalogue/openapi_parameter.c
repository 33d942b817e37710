/* Parameters of an OpenAPI operation and of its path item. See openapi_inside.h. */
#include "openapi_inside.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"

#include <string.h>
#include <strings.h>

/* The cookie, which comes last, is a place only while reading. */
static const char *const place_names[] = {"path", "query", "header", "cookie", NULL};
enum { PLACE_COOKIE = PARAMETER_IN_HEADER + 1 };
NAMES_COMPLETE(place_names, PLACE_COOKIE + 1); /* and the null */

/* OpenAPI 3.1, Parameter Object: "the parameter definition SHALL be ignored". */
static bool is_ignored_header(const char *name, int place)
{
    return place == PARAMETER_IN_HEADER &&
           (strcasecmp(name, "Accept") == 0 || strcasecmp(name, "Content-Type") == 0 ||
            strcasecmp(name, "Authorization") == 0);
}

/* How we write a value is how `form` and `simple`, the styles by default, write one that is not a list or object. */
static bool is_written_so(struct json_object *tree, int place)
{
    const char *style = tree_text_of(tree, "style");

    return !tree_has(tree, "content") &&
           (!tree_has(tree, "style") ||
            (style != NULL && strcmp(style, place == PARAMETER_IN_QUERY ? "form" : "simple") == 0));
}

static struct operation_parameter *find(struct operation *operation, const char *name,
                                        enum parameter_in place)
{
    for (size_t i = 0; i < operation->parameter_count; i++) {
        struct operation_parameter *one = &operation->parameters[i];
        bool same =
            place == PARAMETER_IN_HEADER ? strcasecmp(one->name, name) == 0 : strcmp(one->name, name) == 0;
        if (one->place == place && same)
            return one;
    }
    return NULL;
}

/* Whether {name} stands in the path. */
static bool in_template(const char *path, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = path; (at = strchr(at, '{')) != NULL; at++)
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '}')
            return true;
    return false;
}

static void add(const struct openapi_reader *reader, struct json_object *tree, const char *name, int place,
                struct operation *operation)
{
    REQUIRE(place >= 0 && place <= PARAMETER_IN_HEADER); /* a cookie is none for the others */
    bool required = json_object_get_boolean(tree_member(tree, "required")),
         foreign = !is_written_so(tree, place);

    if (foreign && required)
        json_cursor_problem(reader->cursor, "style form in a query, simple elsewhere, and no 'content'",
                            "the parameter '%s' is written in a way that this worker does not know", name);
    if (place == PARAMETER_IN_PATH && !in_template(operation->path, name))
        json_cursor_problem(reader->cursor, "write it as {name} in the path",
                            "the path has no place for the parameter '%s'", name);
    operation->parameters =
        memory_resize(operation->parameters, operation->parameter_count + 1, sizeof *operation->parameters);
    operation->parameters[operation->parameter_count++] = (struct operation_parameter){
        .name = memory_text(name),
        .place = (enum parameter_in)place,
        .required = required || place == PARAMETER_IN_PATH,
        .by_worker = json_object_get_boolean(tree_member(tree, "x-worker-header")),
        .foreign = foreign,
    };
}

static void read_parameter(const struct openapi_reader *reader, struct json_object *tree, size_t own,
                           struct operation *operation)
{
    const char *name = json_cursor_text(reader->cursor, tree, "name");
    int place = names_find(place_names, tree_text_of(tree, "in"));

    if (place < 0)
        json_cursor_problem(reader->cursor, "path, query, header or cookie",
                            "'in' is missing or has an unknown value");
    if (name == NULL || place < 0 || is_ignored_header(name, place))
        return;
    if (place == PLACE_COOKIE) {
        if (json_object_get_boolean(tree_member(tree, "required")))
            json_cursor_problem(reader->cursor, "leave it optional: the worker keeps no cookies",
                                "the cookie parameter '%s' is required", name);
        return;
    }
    const struct operation_parameter *before = find(operation, name, (enum parameter_in)place);
    if (before == NULL)
        add(reader, tree, name, place, operation);
    else if ((size_t)(before - operation->parameters) >= own)
        json_cursor_problem(reader->cursor, "leave one of them", "the parameter '%s' is defined twice", name);
}

void openapi_read_parameters(const struct openapi_reader *reader, struct json_object *list, size_t own,
                             struct operation *operation)
{
    size_t mark = json_cursor_enter(reader->cursor, "parameters");

    for (size_t i = 0, count = json_cursor_length(reader->cursor, list); i < count; i++) {
        size_t item = json_cursor_enter_item(reader->cursor, i);
        struct json_object *tree = json_object_array_get_idx(list, i),
                           *parameter = openapi_resolve(reader, tree);
        if (parameter != NULL || tree == NULL)
            read_parameter(reader, parameter, own, operation);
        json_cursor_leave(reader->cursor, item);
    }
    json_cursor_leave(reader->cursor, mark);
}

void openapi_check_template(const struct openapi_reader *reader, struct operation *operation)
{
    char name[256];

    for (const char *at = operation->path; (at = strchr(at, '{')) != NULL; at++) {
        size_t length = strcspn(at + 1, "}");
        if (length >= sizeof name || at[1 + length] == '\0') {
            json_cursor_problem(reader->cursor, "{name}", "the path has a '{' without its '}'");
            return;
        }
        memcpy(name, at + 1, length);
        name[length] = '\0';
        if (find(operation, name, PARAMETER_IN_PATH) == NULL)
            json_cursor_problem(reader->cursor, "add it to 'parameters', with \"in\": \"path\"",
                                "the path's {%s} is not a parameter", name);
    }
}
