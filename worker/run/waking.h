/*
 * Orders that only wait sleep, and stand in the ledger only (order/asleep.h): when one is needed, its record is read back
 * and the order goes on as a take-over would have found it.
 */
#ifndef RUN_WAKING_H
#define RUN_WAKING_H

#include "worker.h"

struct waking *waking_new(struct worker *worker);
void *waking_free(struct waking *waking); /* before the fetcher; accepts null */

/* Asks for the records of those that are being woken. A chore. */
void waking_chore(struct waking *waking);

/* The partition is given away: what is read of it is of no use. */
void waking_forget(struct waking *waking, int32_t partition);

#endif
