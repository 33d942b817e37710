/*
 * Which partitions are ours: from the assignment through the take-over to the drain (PROMISE.md R2, R4).
 *
 * It asks, through struct ownership_port, for what must be read, settled and answered, and is given what came of it.
 * Take-over: the stable committed positions and the ledger are read and a barrier is settled, as order/takeover says;
 * then messages are taken. Drain: nothing new is taken, running calls end, all is settled, then all is let go; a lost
 * assignment at once.
 */
#ifndef ORDER_OWNERSHIP_H
#define ORDER_OWNERSHIP_H

#include "bt_ids.h"
#include "takeover.h"

struct ownership;
enum ownership_phase {
    OWNERSHIP_NONE,
    OWNERSHIP_READING,    /* assigned; the committed positions are being read */
    OWNERSHIP_PROBING,    /* the broker's fence is being tested, once */
    OWNERSHIP_LOADING,    /* the ledger is read to its present end */
    OWNERSHIP_PEEKING,    /* what stands at the marks is looked at */
    OWNERSHIP_BARRIER,    /* a barrier is being settled */
    OWNERSHIP_RETURNING,  /* the ledger is read on until the barrier appears */
    OWNERSHIP_RECOVERING, /* the ledger's orders go on */
    OWNERSHIP_TAKING,     /* messages are taken */
    OWNERSHIP_DRAINING,   /* to be given away as soon as all is settled */
    OWNERSHIP_FENCED,     /* another process has our slot: nothing is ours, until we end */
};

enum ownership_news {
    OWNERSHIP_FOREIGN_MAP,    /* a map of settled orders is not ours and is ignored; the fault says why */
    OWNERSHIP_UNANSWERED,     /* positions, marks or the probe could not be had: they are asked for again */
    OWNERSHIP_REFUSED_ONCE,   /* the take-over does not fit: all is read once more */
    OWNERSHIP_DRAIN_TOO_LONG, /* the rest is the next owner's */
    OWNERSHIP_LOST,           /* the group took the partitions away */
};

/* What it asks for; `question`: given back with the answer, so that one to an earlier question is ignored. */
struct ownership_port {
    void (*read)(void *context, unsigned question);  /* the stable committed positions */
    void (*probe)(void *context, unsigned question); /* whether the broker refuses a wrong generation (A1) */
    void (*peek)(void *context, unsigned question);  /* the records at the marks of the take-over */
    /* The ledger of these partitions, from its begin; what of it can be read now; no more of it. */
    bool (*load)(void *context, const int32_t partitions[], size_t count, struct fault *why);
    bool (*read_on)(void *context, struct takeover *takeover, struct fault *why);
    void (*unload)(void *context);
    void (*barrier)(void *context, struct takeover *takeover); /* is about to be settled */
    /* Begins to take messages, from where the take-over says; null: of no partition. */
    bool (*take)(void *context, struct takeover *takeover, struct fault *why);
    void (*forget)(void *context, int32_t partition); /* nothing of it is taken any more */
    void (*let_go)(void *context);                    /* gives all partitions back */
    void (*end)(void *context, const struct fault *why);
    void (*news)(void *context, enum ownership_news news, int32_t partition, const struct fault *why);
    bool (*is_late)(void *context); /* this turn has had its time; null: there is no end of it */
};

/* All borrowed but the copy of this struct. Times: milliseconds. */
struct ownership_setup {
    struct orders *orders;
    struct partitions *partitions;
    struct duplicates *duplicates;
    struct last_words *last_words; /* null: none are kept */
    struct bt_ids *bt_ids;
    struct batch *batch;
    const struct catalogue *catalogue;
    struct takeover_terms terms;
    const struct ownership_port *port;
    void *context;
    bool probes, must_have_all; /* the fence is tested first; there is none: one has all (R13) */
    int64_t read_again_ms, drain_ms, fenced_ms;
    int64_t owner_wait_ms; /* for the owner record of a committed position; 0: for ever */
};

struct ownership *ownership_new(const struct ownership_setup *setup);
void *ownership_free(struct ownership *ownership); /* null does nothing */

/* --- what the group says --- */

void ownership_assigned(struct ownership *ownership, const int32_t partitions[], size_t count,
                        int64_t now_ms);
void ownership_revoked(struct ownership *ownership, bool lost, int64_t now_ms);
/* Another process has our place: after fenced_ms the worker ends with `why`. */
void ownership_fenced(struct ownership *ownership, const struct fault *why, int64_t now_ms);
/* We are about to leave the group: a take-over is given up. */
void ownership_stop(struct ownership *ownership);

/* --- the answers to its questions --- */
void ownership_positions(struct ownership *ownership, unsigned question, const struct takeover_read reads[],
                         size_t count);
void ownership_marked(struct ownership *ownership, unsigned question, const struct takeover_found marks[],
                      size_t count);
void ownership_probed(struct ownership *ownership, unsigned question, bool refuses);
void ownership_unanswered(struct ownership *ownership, unsigned question, const struct fault *why,
                          int64_t now_ms); /* there was none, for this reason */

/* Goes on with a take-over, and lets go when the drain is done: once a turn. True: there is more to do at once. */
bool ownership_go_on(struct ownership *ownership, struct orders_time time);
/* When it has something to do although nothing happens; INT64_MAX: never. */
int64_t ownership_due_ms(const struct ownership *ownership);

/* --- its state --- */
enum ownership_phase ownership_phase(const struct ownership *ownership);
/* Those that are assigned, but those that the ledger does not know. */
const int32_t *ownership_partitions(const struct ownership *ownership, size_t *count);
/* The take-over that is under way; null: none is. */
struct takeover *ownership_takeover(const struct ownership *ownership);
/* Whether the call of this order may (still) be sent: its partition is ours, a write is within its lease (R1). */
bool ownership_permits(const struct ownership *ownership, const struct order *order, int64_t now_ms);

#endif
