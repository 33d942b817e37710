/*
 * What a finished order ended with: its ledger record, read back by its offset when its request is repeated, or somebody
 * decides about it (PROMISE.md R9).
 *
 * The record may have been written again meanwhile: then it is looked up again, where it stands now. One that is really
 * gone, deleted by hand or with the topic, is never taken for an order that did not happen.
 */
#ifndef RUN_REMEMBERED_H
#define RUN_REMEMBERED_H

#include "worker.h"

struct remembered;

enum remembered_answer {
    REMEMBERED_FOUND,
    REMEMBERED_GONE, /* the ledger has no such record: `why` says where it should be */
    REMEMBERED_LOST, /* the partition is another worker's by now */
};

/* `kept`: of REMEMBERED_FOUND, borrowed. */
typedef void remembered_fn(void *context, enum remembered_answer answer, const struct ledger_record *kept,
                           const struct fault *why);

struct remembered *remembered_new(struct worker *worker);

/* Null does nothing. Whoever still waits gets REMEMBERED_LOST. */
void *remembered_free(struct remembered *remembered);

/* Reads the record of an order that is done. The answer comes in a later turn, once. */
void remembered_read(struct remembered *remembered, const struct duplicate *done, remembered_fn *call,
                     void *context);

/* Whether the record of this order is just being read. */
bool remembered_reads(const struct remembered *remembered, const char *request_id);

/* The partition is given away. */
void remembered_forget(struct remembered *remembered, int32_t partition);

void remembered_chore(struct remembered *remembered);

/* How many are being read; the caller bounds them. */
size_t remembered_waiting(const struct remembered *remembered);

#endif
