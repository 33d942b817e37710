/* What the files of orders.h share; nobody else includes it. */
#ifndef ORDER_ORDERS_INSIDE_H
#define ORDER_ORDERS_INSIDE_H

#include "orders_kept.h"

/* --- orders_state.c: the one mover, and the lists that follow the state --- */

void orders_add(struct orders *orders, struct order *order);
struct order *orders_first_of(const struct orders *orders, size_t partition); /* null: it has none */
void orders_forget(struct orders *orders, struct order *order);               /* frees it */
void orders_weigh(struct orders *orders, struct order *order); /* it has become larger or smaller */
void orders_set_owned(struct orders *orders, struct order *order, bool owned);
void orders_unload(struct orders *orders, struct order *order);
/* Of an order that was just taken: while it only waits it needs no trees (R15). */
void orders_wait_as_bytes(struct orders *orders, struct order *order);
/* The one function by which an order changes its state, once it is added. */
void orders_set_state(struct orders *orders, struct order *order, enum order_state state);

/* Follows the engine: sets the state, marks what is to be settled, lets the next of the key go on. */
void orders_move(struct orders *orders, struct order *order, enum engine_move to);

/* It is the first of its key: begins it, or goes on where it stood. */
void orders_go_on(struct orders *orders, struct order *order);

/* The time of a call: of the loop, and of the wall, which may have been set back since the one before. */
void orders_set_time(struct orders *orders, struct orders_time time);

/* Nothing of the order is open and its partition is given away: orders_sweep() frees it. */
void orders_drop_later(struct orders *orders, struct order *order);

/* Makes way for the next of its key. */
void orders_leave_lane(struct orders *orders, struct order *order);

/* Whether the order's next call is one of this API. */
bool orders_is_of(struct orders *orders, const struct order *order, const struct api *api);

/* The order's ledger record or outcome is to be settled. */
void orders_mark_changed(struct orders *orders, struct order *order);
void orders_unmark_changed(struct orders *orders, struct order *order);

/* The order has a ledger record from now on; and what stands before it in its lane. */
void orders_own(struct orders *orders, struct order *order);

/* Of one of the workflows that wait: enters its lane again, behind all that have come meanwhile. */
void orders_queue_again(struct orders *orders, struct order *order);
struct order_part *orders_part(struct orders *orders, size_t partition); /* made where there is none */
void orders_leave_overdue(struct orders *orders,
                          struct order *order); /* that list; nothing where it is in none */

/* --- orders_index.c --- */

/* Makes the references findable that the order has got; and forgets them all. */
void orders_index(struct orders *orders, struct order *order);
void orders_unindex(struct orders *orders, struct order *order);

int64_t orders_wait_due_ms(const struct order *order); /* since the epoch: it ends, or BT is asked */

/* --- orders_workflows.c --- */

/* The order comes, or goes; and one of which only the number of its text is known. */
void orders_count_workflow(struct orders *orders, const struct order *order, bool comes);
void orders_count_at(struct orders *orders, unsigned workflow, bool comes);
unsigned orders_workflow_number(struct orders *orders, const struct order_type *type, const char *digest);

/* --- orders_asleep.c --- */

/* An order of which nothing is open sleeps from now on, where orders may. True: it is gone from here. */
bool orders_sleep(struct orders *orders, struct order *order);
void orders_wake_due(struct orders *orders); /* some of them at once */

/* --- orders_await.c --- */

/* What was reported may have resolved the doubt in which the order waits, or for which it is a person's. */
void orders_prove(struct orders *orders, struct order *order);

/* Ends waits whose time is up, as far as `left` goes (in bytes of orders). */
void orders_end_waits(struct orders *orders, int64_t *left);
int64_t orders_await_due_ms(const struct orders *orders); /* by the clock of the loop */

/* --- orders_change.c --- */

/*
 * Drops a leaving order unless something of it is open. True: it is gone.
 */
bool orders_let_go(struct orders *orders, struct order *order);

void orders_load(struct orders *orders, struct order *order); /* ends the process where it cannot */
void orders_release_pace(struct orders *orders, struct order *order, enum pace_event event,
                         int64_t retry_after_ms);

struct engine_terms orders_terms(struct orders *orders, const struct order *order);

#endif
