/*
 * Decisions on their way: sent to the owners of their orders through the signals topic, and their answers, which the
 * owners write into the ledger.
 */
#ifndef TOOLS_DECISION_SEND_H
#define TOOLS_DECISION_SEND_H

#include "decision.h"
#include "ledger_view.h"
#include "topic_reader.h"

/* One decision, and what became of it. */
struct sent_decision {
    struct decision decision;
    int32_t partition; /* of the order */
    bool answered, applied;
    char answer[300];
};

/* What can be said without the owner: that the order is open, and waits for it. FAULT_INPUT. */
MUST_USE bool decision_check(const struct ledger_item *item, const struct decision *decision,
                             struct fault *why);

/* Makes it about the order as the ledger shows it now, with an id of its own. */
void decision_about(const struct ledger_item *item, struct decision *decision);

/* Sends all; FAULT_PEER: not all of them reached Kafka. */
MUST_USE bool decision_send(const struct setup *setup, const struct sent_decision sent[], size_t count,
                            struct fault *why);

/*
 * Reads the ledger on from `reader`, which was made before they were sent, until each is answered, `timeout_ms` is over
 * or the command is to end. Gives how many are.
 */
size_t decision_await(const struct setup *setup, struct topic_reader *reader, struct ledger_view *view,
                      struct sent_decision sent[], size_t count, int64_t timeout_ms);

#endif
