/*
 * One order, as ledger, requests, outcomes, signals and dead letters show it: how it stands, why, and its timeline.
 *
 * What shows orders reads them here (`order`, and whatever is built on it). It takes messages as they come and can be
 * asked at any time; `order_sources.h` reads the topics.
 */
#ifndef TOOLS_ORDER_VIEW_H
#define TOOLS_ORDER_VIEW_H

#include "facts.h"
#include "ledger_view.h"

enum order_topic {
    ORDER_TOPIC_LEDGER,
    ORDER_TOPIC_REQUESTS,
    ORDER_TOPIC_OUTCOMES,
    ORDER_TOPIC_SIGNALS,
    ORDER_TOPIC_DEAD,
};
enum { ORDER_TOPICS = ORDER_TOPIC_DEAD + 1 };

struct order_view {
    const struct setup *setup; /* borrowed */
    char request_id[UUID_TEXT_SIZE];
    struct ledger_view ledger;
    struct facts seen;             /* outside the ledger: requests, outcomes, signals, dead letters */
    struct json_object *outcome;   /* the latest; owned; null: none was read */
    const struct order_type *type; /* null: not known */
};

void order_view_init(struct order_view *view, const struct setup *setup, const char *request_id);
void order_view_release(struct order_view *view);

const char *order_topic_name(const struct setup *setup, enum order_topic topic);

/* A message of the topic; what is not about the order is passed over. FAULT_INPUT: a ledger record of a newer worker. */
MUST_USE bool order_view_take(struct order_view *view, enum order_topic topic,
                              const rd_kafka_message_t *message, struct fault *why);

/* Its ledger record; null: there is none (it only reads and ended at once, or was forgotten, or never came). */
const struct ledger_item *order_view_item(const struct order_view *view);

bool order_view_known(const struct order_view *view);
bool order_view_final(const struct order_view *view);     /* it has ended, says the ledger or an outcome */
bool order_view_published(const struct order_view *view); /* its final outcome was read */
bool order_view_dead(const struct order_view *view);      /* its request is a dead letter: no outcome comes */

/* The final outcome's status where there is one; else the ledger's state; else "DEAD" or "OPEN". */
const char *order_view_state(const struct order_view *view);

/* All that is known of it, in the order of time. Release it. */
void order_view_facts(const struct order_view *view, struct facts *facts);

/* The whole as one object: what --json prints. Owned by the caller. */
struct json_object *order_view_tree(const struct order_view *view);

#endif
