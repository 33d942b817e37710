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
