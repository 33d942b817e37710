/*
 * BT's error codes, their texts, and the three shapes in which they come.
 */
#ifndef SANDBOX_ERRORS_H
#define SANDBOX_ERRORS_H

#include "operations.h"
#include "switches.h"

/* The error of the code: its status, texts and usual shape, unless a switch asks for another shape. */
void error_answer(const struct switches *switches, struct reply *reply, unsigned code);

/* The same with another status and shape (SHAPE_AS_KNOWN: by code and switches). `code` may be unknown. */
void error_answer_as(const struct switches *switches, struct reply *reply, unsigned status, unsigned code,
                     enum error_shape shape);

/* The error of the code with a message of its own, where `message` is not null. */
void error_answer_saying(const struct switches *switches, struct reply *reply, unsigned code,
                         const char *message);

/* 409 with a word as its code, as BT's back ends have them. */
void error_answer_conflict(const struct switches *switches, struct reply *reply, const char *word,
                           const char *message);

/*
 * The error that the tracking value asks for (E02801 and the like), in `reply`; false when it asks for none.
 */
bool error_by_tracking(const struct switches *switches, const struct operation *operation,
                       const char *tracking, struct reply *reply);

#endif
