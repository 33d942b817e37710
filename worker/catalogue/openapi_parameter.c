/* Parameters of an OpenAPI operation and of its path item. See openapi_inside.h. */
#include "openapi_inside.h"

#include "memory.h"

#include <string.h>
#include <strings.h>

/* The last one is a place only while reading. */
static const char *const place_names[] = {"path", "query", "header", "cookie", NULL};
enum { PLACE_COOKIE = PLACE_HEADER + 1 };

/* OpenAPI 3.1, Parameter Object: "the parameter definition SHALL be ignored". */
static bool is_ignored_header(const char *name, int place)
{
    return place == PLACE_HEADER &&
           (strcasecmp(name, "Accept") == 0 || strcasecmp(name, "Content-Type") == 0 ||
            strcasecmp(name, "Authorization") == 0);
}

/* How we write a value is how `form` and `simple`, the styles by default, write one that is no list or object. */
static bool is_written_so(struct json_object *tree, int place)
{
    const char *style = tree_text_of(tree, "style");

    return !tree_has(tree, "content") &&
           (!tree_has(tree, "style") ||
            (style != NULL && strcmp(style, place == PLACE_QUERY ? "form" : "simple") == 0));
}

static struct operation_parameter *find(struct operation *operation, const char *name,
                                        enum parameter_place place)
{
    for (size_t i = 0; i < operation->parameter_count; i++) {
        struct operation_parameter *one = &operation->parameters[i];
        bool same = place == PLACE_HEADER ? strcasecmp(one->name, name) == 0 : strcmp(one->name, name) == 0;
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
    bool required = json_object_get_boolean(tree_member(tree, "required")),
         foreign = !is_written_so(tree, place);

    if (foreign && required)
        spot_problem(reader->spot, "style form in a query, simple elsewhere, and no 'content'",
                     "the parameter '%s' is written in a way that this worker does not know", name);
    if (place == PLACE_PATH && !in_template(operation->path, name))
        spot_problem(reader->spot, "write it as {name} in the path",
                     "the path has no place for the parameter '%s'", name);
    operation->parameters =
        memory_resize(operation->parameters, operation->parameter_count + 1, sizeof *operation->parameters);
    operation->parameters[operation->parameter_count++] = (struct operation_parameter){
        .name = memory_text(name),
        .place = (enum parameter_place)place,
        .required = required || place == PLACE_PATH,
        .by_worker = json_object_get_boolean(tree_member(tree, "x-worker-header")),
        .foreign = foreign,
    };
}

static void read_parameter(const struct openapi_reader *reader, struct json_object *tree, size_t own,
                           struct operation *operation)
{
    const char *name = spot_text(reader->spot, tree, "name");
    int place = name_in(tree_text_of(tree, "in"), place_names);

    if (place < 0)
        spot_problem(reader->spot, "path, query, header or cookie",
                     "'in' is missing or has an unknown value");
    if (name == NULL || place < 0 || is_ignored_header(name, place))
        return;
    if (place == PLACE_COOKIE) {
        if (json_object_get_boolean(tree_member(tree, "required")))
            spot_problem(reader->spot, "leave it optional: the worker keeps no cookies",
                         "the cookie parameter '%s' is required", name);
        return;
    }
    const struct operation_parameter *before = find(operation, name, (enum parameter_place)place);
    if (before == NULL)
        add(reader, tree, name, place, operation);
    else if ((size_t)(before - operation->parameters) >= own)
        spot_problem(reader->spot, "leave one of them", "the parameter '%s' stands twice", name);
}

void openapi_read_parameters(const struct openapi_reader *reader, struct json_object *list, size_t own,
                             struct operation *operation)
{
    size_t mark = spot_enter(reader->spot, "parameters");

    for (size_t i = 0, count = spot_length(reader->spot, list); i < count; i++) {
        size_t item = spot_enter_item(reader->spot, i);
        struct json_object *tree = json_object_array_get_idx(list, i),
                           *parameter = openapi_resolve(reader, tree);
        if (parameter != NULL || tree == NULL)
            read_parameter(reader, parameter, own, operation);
        spot_leave(reader->spot, item);
    }
    spot_leave(reader->spot, mark);
}

void openapi_check_template(const struct openapi_reader *reader, struct operation *operation)
{
    char name[256];

    for (const char *at = operation->path; (at = strchr(at, '{')) != NULL; at++) {
        size_t length = strcspn(at + 1, "}");
        if (length >= sizeof name || at[1 + length] == '\0') {
            spot_problem(reader->spot, "{name}", "the path has a '{' without its '}'");
            return;
        }
        memcpy(name, at + 1, length);
        name[length] = '\0';
        if (find(operation, name, PLACE_PATH) == NULL)
            spot_problem(reader->spot, "add it to 'parameters', with \"in\": \"path\"",
                         "the path's {%s} is no parameter", name);
    }
}
