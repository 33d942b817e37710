/* Checks how numbers are written, wherever a body has them, and finds the part that counts. */
#include "number_form.h"

#include "tree.h"

static const char *const number_names[] = {"DirectoryNumber", "DirectoryNumbers",  "RangeStart",
                                           "RangeEnd",        "MainBillingNumber", NULL};

const char *number_significant(const char *number)
{
    return number + (number[0] == '0');
}

bool number_form_holds(const struct switches *switches, const char *number)
{
    if (number == NULL || switches->leading_zero == ZERO_ANY)
        return true;
    return (number[0] == '0') == (switches->leading_zero == ZERO_REQUIRED);
}

bool number_form_holds_in_list(const struct switches *switches, struct json_object *list)
{
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < count; i++)
        if (!number_form_holds(switches, tree_text(json_object_array_get_idx(list, i))))
            return false;
    return true;
}

static bool holds_in_product(const struct switches *switches, struct json_object *product)
{
    struct json_object *list = tree_member(product, "productCharacteristic");
    size_t count = list == NULL ? 0 : json_object_array_length(list);

    for (size_t i = 0; i < count; i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        if (word_index(number_names, tree_text_of(one, "name")) >= 0 &&
            !number_form_holds(switches, tree_text_of(one, "value")))
            return false;
    }
    return true;
}

bool number_form_holds_in_items(const struct switches *switches, struct json_object *items)
{
    size_t count = items == NULL ? 0 : json_object_array_length(items);

    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(items, i);
        if (!holds_in_product(switches, tree_member(item, "product")) ||
            !number_form_holds_in_items(switches, tree_member(item, "productOrderItem")))
            return false;
    }
    return true;
}
