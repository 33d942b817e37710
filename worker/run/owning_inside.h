/* What owning.c and taking_over.c share; nobody else includes it. */
#ifndef RUN_OWNING_INSIDE_H
#define RUN_OWNING_INSIDE_H

#include "owning.h"
#include "takeover.h"

enum phase {
    PHASE_NONE,       /* nothing is assigned */
    PHASE_READING,    /* assigned; the committed positions are being read */
    PHASE_PROBING,    /* the broker's fence is being tested, once */
    PHASE_LOADING,    /* the ledger is read to its present end */
    PHASE_PEEKING,    /* what stands at the marks is looked at */
    PHASE_BARRIER,    /* a barrier is being settled */
    PHASE_RETURNING,  /* the ledger is read on until the barrier appears */
    PHASE_RECOVERING, /* the ledger's orders go on */
    PHASE_TAKING,     /* messages are taken */
    PHASE_DRAINING,   /* to be given away as soon as all is settled */
    PHASE_FENCED,     /* another process has our slot: nothing is ours, until we end */
};

struct owning {
    struct worker *worker;
    enum phase phase;
    int32_t *partitions;
    size_t count;
    struct takeover *takeover; /* until messages are taken */
    bool probed;
    bool refused; /* the take-over was, once */
    int64_t drain_until_ms, assigned_ms;
    struct loop_timer wake; /* of the drain, of a read that is tried again, of the end */
};

/* --- taking_over.c: from the assignment to the first message --- */

void taking_over_begin(struct owning *owning);
void taking_over_read(struct owning *owning); /* of the committed positions */
void taking_over_go_on(
    struct owning *owning); /* reads on in the ledger and does what the protocol wants next */
void taking_over_end(
    struct owning *owning); /* one that is not finished has nothing to give away but its barrier */

#endif
