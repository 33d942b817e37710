/*
 * What of a message a workflow looks at: the places in $message.payload that expressions name in its steps that receive,
 * and in x-message and onFailure of those that write. Messages that wait are kept as that only (order/mailbox.h): BT's
 * notifications have contacts, names and numbers of people, which no step needs.
 */
#ifndef CATALOGUE_REACH_H
#define CATALOGUE_REACH_H

#include "arazzo.h"

struct reach;

/* What the workflow's expressions name; the description is compiled without a mistake. Free it. */
struct reach *reach_of(const struct arazzo *arazzo, size_t workflow);
void *reach_free(struct reach *reach); /* null does nothing */

/*
 * The payload without what is not looked at, owned by the caller; parts that are kept whole are shared with the given
 * one. Each expression of the workflow has the same value over both. With `reach` null nothing is known, and all is kept.
 */
struct json_object *reach_cut(const struct reach *reach, struct json_object *payload);

#endif
