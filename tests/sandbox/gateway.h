/*
 * BT's gateway: the checks that come before an operation is asked, in DATA.md's order.
 */
#ifndef SANDBOX_GATEWAY_H
#define SANDBOX_GATEWAY_H

#include "operations.h"

/*
 * Answers the request: the first check that does not hold, or the operation. `operation` is null for a path or
 * method that nobody serves; `allowed` then lists the methods of the path.
 */
void gateway_answer(struct sandbox *sandbox, const struct operation *operation, const char *allowed,
                    struct request *request, struct reply *reply);

#endif
