/*
 * Orders to HTTP requests, transfers to evidence.
 */
#ifndef RUN_CALLING_H
#define RUN_CALLING_H

#include "worker.h"

struct calling *calling_new(struct worker *worker);
void *calling_free(struct calling *calling);

/* Starts calls while pace and token allow. A chore. */
void calling_chore(struct calling *calling);

#endif
