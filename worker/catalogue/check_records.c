/* Compares the records of all order types with each other: their names and what they are made of. */
#include "check_records.h"

#include "memory.h"

#include <stdio.h>
#include <string.h>

/* A named type where it was first met. */
struct met {
    const struct schema_node *type;
    const char *file;
};

struct records {
    struct met *met;
    size_t count;
    struct problems *problems;
};

static bool same_texts(const char *const *one, size_t count, const char *const *other, size_t other_count)
{
    bool same = count == other_count;

    for (size_t i = 0; i < count && same; i++)
        same = strcmp(one[i], other[i]) == 0;
    return same;
}

/* What is named is compared by its name here, and for itself where it is met. */
static bool same_type(const struct schema_node *one, const struct schema_node *other)
{
    if (one->name != NULL || other->name != NULL)
        return one->name != NULL && other->name != NULL && strcmp(one->name, other->name) == 0;
    if (one->kind != other->kind || one->logical != other->logical || one->precision != other->precision ||
        one->scale != other->scale || one->branch_count != other->branch_count)
        return false;
    for (size_t i = 0; i < one->branch_count; i++)
        if (!same_type(one->branches[i], other->branches[i]))
            return false;
    return one->items == NULL || same_type(one->items, other->items);
}

static bool same_field(const struct schema_field *one, const struct schema_field *other)
{
    return strcmp(one->name, other->name) == 0 && one->has_default == other->has_default &&
           tree_equal(one->field_default, other->field_default) && same_type(one->type, other->type) &&
           same_texts((const char *const *)one->aliases, one->alias_count,
                      (const char *const *)other->aliases, other->alias_count);
}

static bool same_shape(const struct schema_node *one, const struct schema_node *other)
{
    bool same = one->kind == other->kind && one->size == other->size && one->logical == other->logical &&
                one->precision == other->precision && one->scale == other->scale &&
                one->field_count == other->field_count && one->symbol_default == other->symbol_default &&
                same_texts(one->symbols, one->symbol_count, other->symbols, other->symbol_count);

    for (size_t i = 0; same && i < one->field_count; i++)
        same = same_field(&one->fields[i], &other->fields[i]);
    return same;
}

/* Sets the pointer to where the text defines the type. */
static bool find_definition(struct json_object *tree, const char *space, const char *full,
                            struct buffer *pointer)
{
    const char *name = tree_text_of(tree, "name"), *own = tree_text_of(tree, "namespace");
    bool defines = name != NULL && json_object_is_type(tree_member(tree, "type"), json_type_string);
    char made[512] = "";
    size_t mark = pointer->length;

    if (defines) {
        const char *in = own != NULL ? own : space;
        snprintf(made, sizeof made, "%s%s%s", strchr(name, '.') != NULL ? "" : in,
                 strchr(name, '.') != NULL || *in == '\0' ? "" : ".", name);
        if (strcmp(made, full) == 0)
            return true;
        char *dot = strrchr(made, '.');
        *(dot != NULL ? dot : made) = '\0';
    }
    TREE_EACH(tree, member, value)
    {
        tree_pointer_add(pointer, member);
        if (find_definition(value, defines ? made : space, full, pointer))
            return true;
        pointer->length = mark;
    }
    for (size_t i = 0; json_object_is_type(tree, json_type_array) && i < json_object_array_length(tree);
         i++) {
        buffer_print(pointer, "/%zu", i);
        if (find_definition(json_object_array_get_idx(tree, i), space, full, pointer))
            return true;
        pointer->length = mark;
    }
    return false;
}

static void complain(struct records *records, const struct schema *schema, const char *file, const char *name,
                     const char *remedy, const char *what)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    CLEANUP(buffer_release) struct buffer where = {0};
    struct fault why;

    buffer_init(&where, 2000);
    buffer_print(&where, "%s#", file);
    if (tree_read(schema_text(schema), strlen(schema_text(schema)), &tree, &why))
        (void)find_definition(tree, "", name, &where);
    problems_add(records->problems, buffer_text(&where), remedy, "%s", what);
}

static void meet(struct records *records, const struct schema *schema, const char *file)
{
    const struct schema_node *type;

    for (size_t i = 0; schema != NULL && (type = schema_definition(schema, i)) != NULL; i++) {
        size_t known = 0;
        char what[600];
        while (known < records->count && strcmp(records->met[known].type->name, type->name) != 0)
            known++;
        if (known == records->count) {
            records->met = memory_resize(records->met, records->count + 1, sizeof *records->met);
            records->met[records->count++] = (struct met){type, file};
        } else if (!same_shape(records->met[known].type, type)) {
            snprintf(what, sizeof what, "'%s' is another type in %s", type->name, records->met[known].file);
            complain(records, schema, file, type->name,
                     "another name, or one common/<Name>.avsc that both files name in full", what);
        }
    }
}

/* The request records of other order types that came before. */
static void check_request(struct records *records, const struct catalogue *catalogue, size_t place)
{
    const struct order_type *type = catalogue->types[place];
    char what[600];

    for (size_t i = 0; type->request != NULL && i < catalogue->type_count; i++) {
        const struct order_type *other = catalogue->types[i];
        if (i == place || other->request == NULL)
            continue;
        const char *name = schema_name(other->request);
        if (i < place && strcmp(name, schema_name(type->request)) == 0) {
            snprintf(what, sizeof what,
                     "'%s' is the request record of '%s' already, which would take these requests", name,
                     other->name);
            complain(records, type->request, type->request_file, name, "a record name of its own", what);
        }
        for (size_t h = 0; h < type->history_count; h++)
            if (strcmp(name, schema_name(type->history[h])) == 0 &&
                strcmp(name, schema_name(type->request)) != 0) {
                snprintf(what, sizeof what, "history/ has '%s', the request record of '%s'", name,
                         other->name);
                complain(records, type->request, type->request_file, schema_name(type->request),
                         "older versions of this very record", what);
            }
    }
}

void check_records(const struct catalogue *catalogue, struct problems *problems)
{
    struct records records = {.problems = problems};

    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct order_type *type = catalogue->types[i];
        check_request(&records, catalogue, i);
        if (type->request != NULL)
            meet(&records, type->request, type->request_file);
        if (type->outcome != NULL)
            meet(&records, type->outcome, type->outcome_file);
    }
    memory_free(records.met);
}
