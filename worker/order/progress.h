/* News of an order that is not final: made when it happened, published with what came of it. */
#ifndef ORDER_PROGRESS_H
#define ORDER_PROGRESS_H

#include "ledger_wait.h"
#include "outcome.h"

struct progress {
    const char *step; /* borrowed from the catalogue */
    struct reason reason;
    struct call_record calls;       /* of that step; its texts are owned */
    struct ledger_wait wait;        /* what the order waited for when the engine was done; owned */
    char reference[UUID_TEXT_SIZE]; /* that it is about; "": none */
    struct json_object *result;     /* outputs so far; owned; null: they do not fit the result */
    int64_t at_ms;                  /* since the epoch */
    unsigned sequence;              /* outcomes published before it */
    bool repeated;                  /* the answer to a repeat: it was published before */
    struct progress *next;
};

void *progress_free(struct progress *progress); /* null does nothing */
struct progress *progress_copy(const struct progress *progress);

/* As JSON for the ledger, owned by the caller; and back, the step by its name in the workflow. */
struct json_object *progress_tree(const struct progress *progress);
struct progress *progress_of_tree(struct json_object *tree, const struct workflow *workflow);

#endif
