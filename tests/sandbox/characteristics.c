/* Finds named values in a product's list of characteristics. */
#include "characteristics.h"

#include "tree.h"

#include <string.h>

const char *characteristic_of(struct json_object *product, const char *name)
{
    struct json_object *list = tree_member(product, "productCharacteristic");

    if (!json_object_is_type(list, json_type_array))
        return NULL;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        const char *has = tree_text_of(one, "name");
        if (has != NULL && strcmp(has, name) == 0)
            return tree_text_of(one, "value");
    }
    return NULL;
}

const char *characteristic_within(struct json_object *items, const char *const names[])
{
    if (!json_object_is_type(items, json_type_array))
        return NULL;
    for (size_t i = 0; i < json_object_array_length(items); i++) {
        struct json_object *item = json_object_array_get_idx(items, i);
        const char *found = NULL;
        for (size_t n = 0; names[n] != NULL && found == NULL; n++)
            found = characteristic_of(tree_member(item, "product"), names[n]);
        if (found == NULL)
            found = characteristic_within(tree_member(item, "productOrderItem"), names);
        if (found != NULL)
            return found;
    }
    return NULL;
}
