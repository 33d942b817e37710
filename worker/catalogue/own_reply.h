/*
 * Whether a step can tell the reply to its own request from somebody else's (PROMISE.md R7): a reply that shows our
 * reference must show this order's.
 */
#ifndef CATALOGUE_OWN_REPLY_H
#define CATALOGUE_OWN_REPLY_H

#include "arazzo.h"

/*
 * The member of the request's body that holds the step's reference ($inputs.<stepId>Reference), as BT's externalId;
 * null when it has none. Borrowed.
 */
const char *own_reply_member(const struct arazzo *arazzo, size_t workflow, size_t step);

/*
 * That member of the reply, or `id`: the one that a success criterion compares with something that the order knows, an
 * input or an earlier output. Null: none does. Borrowed from the workflow.
 */
const char *own_reply_shown_by(const struct arazzo *arazzo, size_t workflow, size_t step);

#endif
