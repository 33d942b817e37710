/* How numbers are written: with or without the leading zero, of which BT's public clients do both. */
#ifndef SANDBOX_NUMBER_FORM_H
#define SANDBOX_NUMBER_FORM_H

#include "switches.h"

#include <json-c/json.h>

/* The number as it is compared: without its leading zero. Borrowed. */
const char *number_significant(const char *number);

/* Whether the switch `leadingZero` takes the number, all numbers of the list, those in all items of an order. */
bool number_form_holds(const struct switches *switches, const char *number);
bool number_form_holds_in_list(const struct switches *switches, struct json_object *list);
bool number_form_holds_in_items(const struct switches *switches, struct json_object *items);

#endif
