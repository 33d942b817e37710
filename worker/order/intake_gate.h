/*
 * Which request or decision may be handed over now, and to whom.
 *
 * A request that is settled already, or of a partition that is not ours, is skipped; one whose order is known is
 * answered as a repeat (PROMISE.md R9); one that cannot be taken yet is held, and with it what comes after it in its
 * partition. A decision waits for what of its order is just being settled (R8). Reading the bytes is the caller's.
 */
#ifndef ORDER_INTAKE_GATE_H
#define ORDER_INTAKE_GATE_H

#include "batch.h"

/* All borrowed. Bounds: 0 takes nothing. */
struct intake_gate {
    struct orders *orders;
    struct partitions *partitions;
    struct duplicates *duplicates;
    struct batch *batch;
    size_t orders_max;  /* those that are loaded, and records that wait to be settled */
    size_t bytes_max;   /* of all orders; one is always taken */
    size_t owned_max;   /* orders of the ledger, but those that wait for messages and dates */
    size_t waiting_max; /* those */
};

enum intake_answer {
    INTAKE_OPEN,     /* go on with it; of an order or a decision: it was taken */
    INTAKE_SKIP,     /* it was dealt with, or is another worker's */
    INTAKE_HELD,     /* not now; `why` says what for */
    INTAKE_PUT_BY,   /* not now, but what comes after it may go on: the duplicate window is full */
    INTAKE_WAKES,    /* not before its order is awake: what comes after it, about others, may go on */
    INTAKE_FINISHED, /* its order has its final outcome: read that order's record, *done says where it stands */
};

/* --- requests --- */

/* Whether there is room for one more; `reading`: outcomes that are being read for repeats. */
bool intake_gate_has_room(const struct intake_gate *gate, size_t reading);
bool intake_gate_ledger_full(const struct intake_gate *gate);
bool intake_gate_memory_full(const struct intake_gate *gate);

/*
 * The message at the offset: OPEN, SKIP or HELD. A held message may be asked for again; taking an open one again does
 * no harm, since its offset is open until it is settled.
 */
enum intake_answer intake_gate_request(struct intake_gate *gate, int32_t partition, int64_t offset,
                                       struct fault *why);

/* Its order: OPEN, HELD, PUT_BY or FINISHED. It is the gate's from here on, and freed where it is not taken. */
enum intake_answer intake_gate_hand_over(struct intake_gate *gate, struct order *order,
                                         struct orders_time time, struct duplicate *done, struct fault *why);

/* --- decisions --- */

/* The signal at the offset: OPEN, SKIP or HELD. */
enum intake_answer intake_gate_signal(struct intake_gate *gate, int32_t partition, int64_t offset);

/* The event at the offset: the same. */
enum intake_answer intake_gate_event(struct intake_gate *gate, int32_t partition, int64_t offset);

/* What became of a decision. */
struct intake_decided {
    bool applied;
    bool again;          /* it had been dealt with before a crash: nothing happens */
    const char *refused; /* why it was refused; "" where it was not. Static, or the fault's */
};

/*
 * The decision in that signal: OPEN, HELD or FINISHED. `is_read`: a record of its order is just being read. OPEN with
 * decided->refused: the signal has no order here, or a decision that is not possible.
 */
enum intake_answer intake_gate_decide(struct intake_gate *gate, const struct decision *decision,
                                      int32_t partition, int64_t offset, bool is_read,
                                      struct orders_time time, struct intake_decided *decided,
                                      struct duplicate *done, struct fault *why);

/*
 * The end of FINISHED: the order stays as it is, its record says to whoever decided that it was too late. `kept` is that
 * record; null: it is gone, or nobody knows it.
 */
void intake_gate_too_late(struct intake_gate *gate, const struct decision *decision, int32_t partition,
                          int64_t offset, const struct ledger_record *kept);

#endif
