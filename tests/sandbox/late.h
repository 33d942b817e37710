/*
 * Requests that BT carries out later than they came: something on the way held them, and the client has given up.
 */
#ifndef SANDBOX_LATE_H
#define SANDBOX_LATE_H

#include "operations.h"

#include <stdint.h>

struct late;

struct late *late_new(struct sandbox *sandbox);

/* None of them is carried out any more. Accepts null. */
void *late_free(struct late *late);
void late_clear(struct late *late);

/* Carries out a copy of the request after so many ms, whatever becomes of the connection; its answer is lost. */
void late_add(struct late *late, const struct operation *operation, const struct request *request,
              int64_t ms);

/* How many are still to be carried out. */
size_t late_count(const struct late *late);

#endif
