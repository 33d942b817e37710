/*
 * One log line for each thing that happens to an order (deploy/README.md has the table of events).
 *
 * What is settled is logged when its settlement is known to have happened, never before: the line is made with the
 * record, as a note, and written when the record is taken out. So no two `order.ended` stand for one order, and none
 * for a settlement that did not happen. Lines have ids, codes and times; the key only with log.key, and of what BT said
 * no number that could be a customer's.
 */
#ifndef RUN_ORDER_LOG_H
#define RUN_ORDER_LOG_H

#include "worker.h"

/*
 * Notes: the lines of a record, to be written later. Owned by the caller, null where nothing is to be logged; made for an
 * outcome (order.ended, order.parked), a repeat's (order.repeated), people's decisions that the order's record has now
 * (order.decided), a dead letter (request.dead).
 */
char *order_log_outcome(const struct worker *worker, const struct order *order,
                        const struct outcome *outcome);
char *order_log_repeated(const struct worker *worker, const struct order_type *type, const char *request_id,
                         const char *status);
char *order_log_decided(const struct worker *worker, const struct order *order);
char *order_log_dead(const rd_kafka_message_t *message, const char *reason, const struct fault *why);

/* Joins two notes, which it takes over; either may be null. */
char *order_log_join(char *one, char *other);

/* Writes a note's lines; null: there are none. */
void order_log_settled(const char *note);

/* --- at once --- */

/* A decision about an order that is not open here: no record of an order has it. */
void order_log_refused(const struct decision *decision, const char *answer);

/* The request at this offset was taken; nothing where it is the repeat of a live order. */
void order_log_taken(const struct worker *worker, const char *request_id, int64_t offset);

/* Orders that were taken over since then (clock of the loop) and may have happened: order.doubt of each. */
void order_log_taken_over(const struct worker *worker, int64_t since_ms);

/* One call, before its reply is judged: what must be known of an order that may be gone afterwards. */
struct order_log_call {
    char request_id[UUID_TEXT_SIZE];
    const struct order_type *type;
    const char *step, *operation;
    unsigned attempt;
    bool in_doubt; /* it was */
};
void order_log_call_begin(const struct order *order, struct order_log_call *call);

/* It has ended and was judged: call.ended, call.again, order.doubt, order.doubt.ended. */
struct order_log_reply {
    const char *api, *tracking;
    int http;
    int64_t took_ms;
};
void order_log_call_end(const struct worker *worker, const struct order_log_call *call,
                        const struct order_log_reply *reply, const struct verdict *verdict);

/* An API's state has changed: api.halted, api.open. */
void order_log_api(const char *api, bool halted, const struct order_log_reply *reply,
                   const struct verdict *verdict);

#endif
