/* The named values of a product: {"productCharacteristic": [{"name": ..., "value": ...}]}. */
#ifndef SANDBOX_CHARACTERISTICS_H
#define SANDBOX_CHARACTERISTICS_H

#include <json-c/json.h>

/* The text of the first characteristic of the name; null when there is none, or no text. Borrowed. */
const char *characteristic_of(struct json_object *product, const char *name);

/* The same, of one of the names (ended by null), of the items and their own items: the first one from above. */
const char *characteristic_within(struct json_object *items, const char *const names[]);

#endif
