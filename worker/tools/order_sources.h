/*
 * The topics that an order is looked for in: the ledger from its beginning, then requests, outcomes, signals and dead
 * letters from the request's time on, or from `since_ms` on where the ledger does not have it.
 */
#ifndef TOOLS_ORDER_SOURCES_H
#define TOOLS_ORDER_SOURCES_H

#include "order_view.h"
#include "topic_reader.h"

/* Zeroed, nothing is open. */
struct order_sources {
    struct topic_reader *readers[ORDER_TOPICS];
};

/*
 * Reads what there is at present, or, of a finished order, until its final outcome is found. Ends early where the
 * command is to end (terminal_stopped()). FAULT_PEER: Kafka does not answer.
 */
MUST_USE bool order_sources_read(struct order_sources *sources, struct order_view *view, int64_t since_ms,
                                 struct fault *why);

/* Takes what has come meanwhile, waiting for a moment; *changed: whether there was anything. */
MUST_USE bool order_sources_poll(struct order_sources *sources, struct order_view *view, bool *changed,
                                 struct fault *why);

void order_sources_close(struct order_sources *sources);

#endif
