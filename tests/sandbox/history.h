/*
 * The last requests, as they came, without Authorization.
 */
#ifndef SANDBOX_HISTORY_H
#define SANDBOX_HISTORY_H

#include "request.h"

enum { HISTORY_MAX = 1000, HISTORY_BODY_MAX = 64 << 10 };

struct history;

struct history *history_new(void);
void *history_free(struct history *history);

void history_add(struct history *history, const struct request *request, const char *operation);
void history_clear(struct history *history);

/* A JSON list of the last `count` requests, oldest first; bodies are cut to HISTORY_BODY_MAX bytes. */
void history_write(const struct history *history, size_t count, struct buffer *out);

#endif
