/* Follows an expression through the request's schema to the type of its value. */
#include "check_types.h"

#include "invariant.h"

#include <string.h>

static bool is_index(const char *part)
{
    return *part != '\0' && strspn(part, "0123456789") == strlen(part);
}

/* One part further, as expression.c follows it. */
static struct type_found step_into(const struct schema_node *type, const char *part)
{
    const struct schema_field *field;

    switch (type->kind) {
    case SCHEMA_RECORD:
        field = schema_field(type, part);
        return field == NULL ? (struct type_found){TYPE_WRONG, type, part}
                             : (struct type_found){TYPE_KNOWN, field->type, NULL};
    case SCHEMA_MAP:
        return (struct type_found){TYPE_KNOWN, type->items, NULL};
    case SCHEMA_ARRAY:
        return is_index(part) ? (struct type_found){TYPE_KNOWN, type->items, NULL}
                              : (struct type_found){TYPE_WRONG, type, part};
    case SCHEMA_UNION:
        return (struct type_found){TYPE_UNKNOWN, NULL, NULL};
    case SCHEMA_NULL:
    case SCHEMA_BOOLEAN:
    case SCHEMA_INT:
    case SCHEMA_LONG:
    case SCHEMA_FLOAT:
    case SCHEMA_DOUBLE:
    case SCHEMA_BYTES:
    case SCHEMA_STRING:
    case SCHEMA_ENUM:
    case SCHEMA_FIXED:
        break;
    }
    return (struct type_found){TYPE_WRONG, type, part};
}

static struct type_found walk(struct type_found found, const struct expression *expression)
{
    for (size_t i = 0; i < expression->path_length && found.known == TYPE_KNOWN; i++)
        found = step_into(schema_present(found.type), expression->path[i]);
    REQUIRE((found.known == TYPE_UNKNOWN) == (found.type == NULL));
    REQUIRE((found.known == TYPE_WRONG) == (found.part != NULL));
    return found;
}

/* An x-each goes over a list's items; anything else is a list of one. */
static struct type_found item_type(const struct expression *over, const struct schema_node *request)
{
    const struct type_found unknown = {TYPE_UNKNOWN, NULL, NULL};
    struct type_found found = over == NULL ? unknown : check_type_of(over, request);

    if (found.known != TYPE_KNOWN)
        return unknown; /* what is wrong is reported for the file where it is */
    const struct schema_node *type = schema_present(found.type);
    if (type->kind == SCHEMA_UNION)
        return unknown;
    return (struct type_found){TYPE_KNOWN, type->kind == SCHEMA_ARRAY ? type->items : type, NULL};
}

struct type_found check_type_of(const struct expression *expression, const struct schema_node *request)
{
    const struct type_found unknown = {TYPE_UNKNOWN, NULL, NULL};
    const struct schema_field *field;

    if (expression->root == ROOT_EACH)
        return walk(item_type(expression->over, request), expression);
    field = expression->root == ROOT_INPUTS ? schema_field(request, expression->name) : NULL;
    return field == NULL ? unknown : walk((struct type_found){TYPE_KNOWN, field->type, NULL}, expression);
}

void check_type_add_remedy(const struct schema_node *type, struct buffer *out)
{
    if (type->kind == SCHEMA_ARRAY)
        buffer_add_text(out, "an index, as #/0");
    else if (type->kind != SCHEMA_RECORD)
        buffer_print(out, "nothing: it is of type %s", schema_kind_name(type->kind));
    else
        buffer_add_text(out, "one of: ");
    for (size_t i = 0; type->kind == SCHEMA_RECORD && i < type->field_count; i++)
        buffer_print(out, "%s%s", i > 0 ? ", " : "", type->fields[i].name);
}
