/* Turns orders into HTTP requests, and finished transfers into evidence. */
#ifndef RUN_CALLS_H
#define RUN_CALLS_H

#include "worker.h"

struct calls *calls_new(struct worker *worker);
void *calls_free(struct calls *calls);

/* Starts calls while pace and token allow. A chore. */
void calls_chore(struct calls *calls);

#endif
