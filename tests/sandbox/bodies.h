/* What the bodies of BT's operations must have: their schemas in bt-whc.openapi.json, as tables for members_check(). */
#ifndef SANDBOX_BODIES_H
#define SANDBOX_BODIES_H

#include "rules.h"

extern const struct member verification_body[];
extern const struct member qualification_body[];
extern const struct member new_address_body[];
extern const struct member reservation_body[];
extern const struct member new_order_body[];
extern const struct member new_import_body[];
extern const struct member order_change_body[];
extern const struct member submission_body[];
extern const struct member cancellation_body[];
extern const struct member activation_body[];

#endif
