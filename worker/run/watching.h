/*
 * What changes under a running worker: partitions that were added end it cleanly, logs on which a transaction hangs are
 * reported (PROMISE.md R14, R4).
 */
#ifndef RUN_WATCHING_H
#define RUN_WATCHING_H

#include "watch.h"
#include "worker.h"

struct watching *watching_new(struct worker *worker);
void *watching_free(struct watching *watching); /* null does nothing */

/* The watch's callback; `context` is the struct watching. */
void watching_told(void *context, const struct watch_news *news);

/* The request topic has as many partitions, somebody else found. False: other than the ledger's, the worker ends. */
bool watching_count(struct watching *watching, int partitions);

/* How many logs stand still, of the ledger or of the requests; and all of them, for /status. Owned by the caller. */
size_t watching_stuck(const struct watching *watching, bool ledger);
struct json_object *watching_tree(const struct watching *watching);

#endif
