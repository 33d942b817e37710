/*
 * What becomes of orders and import orders by themselves, day by day of the sandbox's clock (life_tables.h).
 *
 * A life is chosen when the order is created and begins when it is submitted. One that is moved by hand stays as it is
 * until a request takes it on again; one that is cancelled has none any more.
 */
#ifndef SANDBOX_LIVES_H
#define SANDBOX_LIVES_H

#include "agenda.h"
#include "events.h"
#include "life_tables.h"
#include "order_store.h"

struct lives;

/* All borrowed. */
struct lives *lives_new(struct agenda *agenda, struct events *events);

/* Accept null; the orders are still there. */
void *lives_free(struct lives *lives);
void lives_clear(struct lives *lives);

/* Where the import orders are; after each reset. */
void lives_know(struct lives *lives, const struct order_store *imports);

/* Chooses the life of a new order from what it is made of. */
void lives_choose(struct lives *lives, struct order *order, struct json_object *tree, bool import);

/* It is submitted now. */
void lives_begin(struct lives *lives, struct order *order);

/* A request has changed it now, so that it may go on from there. */
void lives_go_on(struct lives *lives, struct order *order, enum life_cue cue);

/* It was moved by hand; or it is cancelled, and nothing more becomes of it. */
void lives_moved(struct lives *lives, struct order *order);
void lives_end(struct lives *lives, struct order *order);

/* events_tell(), unless the order is one that nothing is told of. `tree`: the whole order as it is now; borrowed. */
uint64_t lives_tell(struct lives *lives, const struct order *order, enum event_type type,
                    struct json_object *tree, int64_t at_ms);

#endif
