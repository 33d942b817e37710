/* What only import orders have: the numbers to be ported, and the port itself. */
#ifndef SANDBOX_IMPORT_H
#define SANDBOX_IMPORT_H

#include "sandbox.h"

/* Checks offering and numbers, and that no open import order has one of them. False when the reply refuses it. */
bool import_acceptable(struct sandbox *sandbox, struct request *request, struct reply *reply);

/* As order_draft(), with the port's members. The request has been found acceptable. */
struct json_object *import_draft(const struct sandbox *sandbox, const char *id,
                                 const struct request *request);

/* Whether the port is on its way or done. */
bool import_is_active(const struct order *order);

#endif
