/* One notification's HTTP calls, by libcurl, which wait; for the thread of poster.c only. */
#ifndef SANDBOX_POST_CALL_H
#define SANDBOX_POST_CALL_H

#include "poster.h"

struct post_call;

/* `stop`: true breaks a call off. Borrowed. */
struct post_call *post_call_new(const bool *stop);
void *post_call_free(struct post_call *call);

/* Fetches a token where there is none, and posts. */
void post_call_make(struct post_call *call, const struct listener *listener, const char *body,
                    struct post_result *result);

#endif
