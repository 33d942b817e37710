/*
 * W3C Trace Context: which of a request's traceparent and tracestate travel on (https://www.w3.org/TR/trace-context/).
 *
 * We take no part in the trace: what goes on is what came. What is not valid would make those after us begin a trace of
 * their own, or refuse the call.
 */
#ifndef RECORD_TRACE_H
#define RECORD_TRACE_H

#include <stdbool.h>
#include <stddef.h>

enum { TRACE_STATE_MAX = 512, TRACE_STATE_MEMBERS_MAX = 32 };

/* Version 00 to the letter; of a later version what must be in front. The text need not end with a NUL. */
bool trace_parent_valid(const char *text, size_t length);

/*
 * The list members of several tracestate headers, which the caller has joined by commas: without empty ones, and without
 * the last ones where they are more than TRACE_STATE_MAX bytes. Owned by the caller; null: it is none, or empty.
 */
char *trace_state_read(const char *joined);

#endif
