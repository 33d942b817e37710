/* What writing to product orders and to import orders has in common. */
#ifndef SANDBOX_ORDER_CHANGE_H
#define SANDBOX_ORDER_CHANGE_H

#include "sandbox.h"

/*
 * Checks what every new order must have: BT's party, numbers in the form that is asked for, names that are free, and
 * a reference that is new where references are unique. False when the reply refuses it.
 */
bool order_acceptable(struct sandbox *sandbox, const struct order_store *store, struct request *request,
                      struct reply *reply);

/* A draft with the request's reference, date and items, and null for what it has not yet. Owned by the caller. */
struct json_object *order_draft(const struct sandbox *sandbox, const char *id, const struct request *request);

/* Adds the order and answers; the tree is released. */
struct order *order_create(struct sandbox *sandbox, struct order_store *store, struct json_object *tree,
                           struct request *request, struct reply *reply);

/* Keeps the changed order, and has it told; the tree is released. */
void snapshot_take(struct sandbox *sandbox, struct order *order, struct json_object *tree,
                   enum event_type type, struct request *request);

/* The order of the id; null when the reply says that there is none. */
struct order *order_named(struct sandbox *sandbox, const struct order_store *store, const char *id,
                          struct reply *reply);

/* Sets a text; null: JSON null. */
void order_set(struct json_object *tree, const char *member, const char *text);

/* Whether an order in this state goes on; else the reply is a conflict. */
bool order_goes_on(struct sandbox *sandbox, const struct order *order, struct reply *reply);

#endif
