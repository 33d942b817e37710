/*
 * How far what BT reports of a reference is, by the ranks that the description gives its words (x-states): notifications
 * come in any order, and a state only moves forward (schemas/README.md).
 */
#ifndef ORDER_MARKS_H
#define ORDER_MARKS_H

#include "asyncapi.h"
#include "buffer.h"

/*
 * Whether the payload says nothing newer than what was heard of the reference before: each word that has a rank has a
 * lower one, or the same and an earlier time (0: not known). Notes what is newer in *marks, JSON that is owned by the
 * caller and made where it is null. A word without a rank is news, and lowers nothing.
 */
bool marks_are_older(struct json_object **marks, const char *reference, const struct event_message *message,
                     struct json_object *payload, int64_t time_ms);

/* What it reports: the word that tells most ("" where there is none), a sentence, and whether BT has given up. */
struct marks_report {
    const char *word; /* borrowed from the payload */
    bool failed;
};
struct marks_report marks_report(const struct event_message *message, struct json_object *payload,
                                 struct buffer *sentence);

#endif
