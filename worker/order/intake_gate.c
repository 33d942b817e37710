/* Requests and decisions, one at a time: who may pass. */
#include "intake_gate.h"

#include "await.h"
#include "decided.h"
#include "invariant.h"
#include "memory.h"

#include <inttypes.h>

bool intake_gate_ledger_full(const struct intake_gate *gate)
{
    size_t waiting = orders_state_count(gate->orders, ORDER_AWAITING);

    /* Those that wait for a message or a date stay for weeks, and have a bound of their own. */
    return orders_owned_count(gate->orders) - waiting >= gate->owned_max || waiting >= gate->waiting_max;
}

bool intake_gate_memory_full(const struct intake_gate *gate)
{
    return orders_bytes(gate->orders) >= gate->bytes_max;
}

bool intake_gate_has_room(const struct intake_gate *gate, size_t reading)
{
    return !intake_gate_memory_full(gate) && !intake_gate_ledger_full(gate) &&
           orders_loaded_count(gate->orders) + batch_count(gate->batch) + reading < gate->orders_max;
}

enum intake_answer intake_gate_request(struct intake_gate *gate, int32_t partition, int64_t offset,
                                       struct fault *why)
{
    struct partition_offsets *position = partitions_offsets(gate->partitions, partition);

    if (position == NULL)
        return INTAKE_SKIP;
    if (!partition_offsets_has_room(position, offset)) {
        fault_set(why, FAULT_EXHAUSTED,
                  "its map of settled orders is full, the order at offset %" PRId64 " is still open",
                  position->next);
        return INTAKE_HELD;
    }
    return partition_offsets_take(position, offset) ? INTAKE_OPEN : INTAKE_SKIP;
}

/* A repeat of an order that is not done yet gets the answer of the first. */
static enum intake_answer join(struct intake_gate *gate, struct order *live, struct order *repeat,
                               struct fault *why)
{
    bool joined = orders_repeat(gate->orders, live, repeat->source.partition, repeat->source.offset);

    order_free(repeat);
    if (joined)
        return INTAKE_OPEN;
    fault_set(why, FAULT_EXHAUSTED, "a repeated request waits for the outcome of the first");
    return INTAKE_HELD;
}

enum intake_answer intake_gate_hand_over(struct intake_gate *gate, struct order *order,
                                         struct orders_time time, struct duplicate *done, struct fault *why)
{
    REQUIRE(partitions_owns(gate->partitions, order->source.partition));
    REQUIRE(order->state == ORDER_QUEUED && !order->ledger.owned);
    bool looks = orders_keep_rule(gate->orders, RULE_REPEATS);
    struct order *live = looks ? orders_find(gate->orders, order->request.id) : NULL;

    if (live != NULL)
        return join(gate, live, order, why);
    if (looks && orders_wake(gate->orders, order->request.id)) {
        order_free(order);
        fault_set(why, FAULT_EXHAUSTED,
                  "a repeated request waits until the first is read back from the ledger");
        return INTAKE_HELD;
    }
    if (looks && duplicates_find(gate->duplicates, order->request.id, done)) {
        order_free(order);
        return INTAKE_FINISHED;
    }
    if (order->type->writes && duplicates_full(gate->duplicates, order->source.partition)) {
        order_free(order);
        fault_set(why, FAULT_EXHAUSTED,
                  "it remembers duplicates.max finished orders: no new order that changes something is "
                  "taken until some are older than duplicates.window.ms");
        return INTAKE_PUT_BY;
    }
    orders_take(gate->orders, order, time);
    return INTAKE_OPEN;
}

enum intake_answer intake_gate_signal(struct intake_gate *gate, int32_t partition, int64_t offset)
{
    if (!partitions_has_room(gate->partitions, PARTITION_SIGNALS, partition, offset))
        return INTAKE_HELD; /* so many that are not settled yet */
    if (!partitions_take(gate->partitions, PARTITION_SIGNALS, partition, offset))
        return INTAKE_SKIP;
    if (!orders_keep_rule(gate->orders, RULE_SIGNALS))
        partitions_finish_of(gate->partitions, PARTITION_SIGNALS, partition, offset);
    return INTAKE_OPEN;
}

enum intake_answer intake_gate_event(struct intake_gate *gate, int32_t partition, int64_t offset)
{
    if (!partitions_has_room(gate->partitions, PARTITION_EVENTS, partition, offset))
        return INTAKE_HELD;
    if (!partitions_take(gate->partitions, PARTITION_EVENTS, partition, offset))
        return INTAKE_SKIP;
    if (!orders_keep_rule(gate->orders, RULE_HEARD))
        partitions_finish_of(gate->partitions, PARTITION_EVENTS, partition, offset);
    return INTAKE_OPEN;
}

/* About an order that is not open here, or not where it was decided. */
static enum intake_answer refuse_closed(struct intake_gate *gate, const struct decision *decision,
                                        int32_t partition, int64_t offset, bool is_live,
                                        struct intake_decided *decided, struct duplicate *done)
{
    bool is_done = duplicates_find(gate->duplicates, decision->request_id, done);

    decided->refused = is_live   ? "the order is of another partition than the decision"
                       : is_done ? DECIDED_TOO_LATE
                                 : "this partition has no such order";
    if (is_done && done->partition == partition)
        return INTAKE_FINISHED;
    partitions_finish_of(gate->partitions, PARTITION_SIGNALS, partition, offset);
    return INTAKE_OPEN;
}

/*
 * A live order's outcome may just be being settled: then the answer is another. A finished one's record may be being
 * read, or written with an earlier decision: it would be replaced, and that decision's answer with it.
 */
static bool must_wait(const struct intake_gate *gate, const struct order *order,
                      const struct decision *decision, bool is_read)
{
    if (order != NULL)
        return order->state == ORDER_SETTLING;
    return is_read || batch_rewrites(gate->batch, decision->request_id);
}

enum intake_answer intake_gate_decide(struct intake_gate *gate, const struct decision *decision,
                                      int32_t partition, int64_t offset, bool is_read,
                                      struct orders_time time, struct intake_decided *decided,
                                      struct duplicate *done, struct fault *why)
{
    struct order *order = orders_find(gate->orders, decision->request_id);

    *decided = (struct intake_decided){.refused = ""};
    if (must_wait(gate, order, decision, is_read))
        return INTAKE_HELD;
    if (order == NULL && orders_wake(gate->orders, decision->request_id))
        return INTAKE_WAKES;
    if (order == NULL || order->source.partition != partition)
        return refuse_closed(gate, decision, partition, offset, order != NULL, decided, done);
    if (decided_has(order->ledger.decisions, decision->signal_id)) {
        decided->again = true;
        partitions_finish_of(gate->partitions, PARTITION_SIGNALS, partition, offset);
        return INTAKE_OPEN;
    }
    decided->applied = orders_decide(gate->orders, order, decision, time, why);
    if (!decided->applied)
        decided->refused = why->text;
    REQUIRE(decided->applied == (*decided->refused == '\0')); /* what is written down goes by the text */
    orders_note_decision(gate->orders, order, decided_answer(decision, offset, decided->refused),
                         decided->applied, offset);
    return INTAKE_OPEN;
}

void intake_gate_too_late(struct intake_gate *gate, const struct decision *decision, int32_t partition,
                          int64_t offset, const struct ledger_record *kept)
{
    if (kept != NULL && !decided_has(kept->decisions, decision->signal_id)) {
        struct ledger_record rewritten = *kept; /* its texts are lent */
        CLEANUP(memory_release) char *answer = decided_answer(decision, offset, DECIDED_TOO_LATE);
        rewritten.last_decision = answer;
        rewritten.decisions = decided_add(memory_text(kept->decisions), answer, false);
        batch_rewrite(gate->batch, partition, &rewritten);
        memory_free(rewritten.decisions);
    }
    partitions_finish_of(gate->partitions, PARTITION_SIGNALS, partition, offset);
}
