/*
 * Orders whose record is larger than the ledger takes (PROMISE.md R16). What is not written down is not sent: one that
 * was never sent is refused; one that was is parked without what BT answered; and where not even that fits, it stays as
 * the ledger has it. See change.h.
 */
#include "orders_inside.h"

#include "engine_inside.h"
#include "invariant.h"
#include "log.h"
#include "text.h"

bool order_is_unsent(const struct order *order)
{
    return order->type->writes && !order->wrote && order->journal.count == 0 &&
           order->attempt <= (order->state == ORDER_INTENDING ? 1U : 0U);
}

/* Its inputs are of no use any more, so its record has room for the refusal. */
static void refuse(struct orders *orders, struct order *order, const struct fault *why)
{
    engine_refuse(order, REASON_CONTRACT, "size", why->text, orders->time.wall_ms);
    request_set_inputs(&order->request, json_object_new_object(), NULL);
    if (order->state == ORDER_QUEUED) { /* it ends at its turn */
        orders_mark_changed(orders, order);
        return;
    }
    orders_release_pace(orders, order, PACE_NOTHING, -1);
    execution_release(&order->lookup);
    if (!order->ledger.settled_offset)
        orders_set_owned(orders, order, false);
    orders_move(orders, order, ENGINE_END);
}

/* It never calls again: its next step has nothing to go by. */
static void park_without_replies(struct orders *orders, struct order *order, const struct fault *why)
{
    struct engine_terms terms = orders_terms(orders, order);
    char text[sizeof order->reason.text];

    order->main.steps_left_out = true;
    json_object_put(order->main.steps);
    order->main.steps = json_object_new_object();
    order->journal.dropped += (unsigned)order->journal.count;
    order->journal.count = 0;
    text_print(text, sizeof text, "what BT answered to earlier steps, and the journal, are left out: %s",
               why->text);
    orders_release_pace(orders, order, PACE_NOTHING, -1);
    orders_move(orders, order, engine_park(order, REASON_IN_DOUBT, "size", text, &terms));
}

/* As the ledger has it, for good: nothing of it is called or published here. */
static void stay(struct orders *orders, struct order *order)
{
    enum order_state state = order->state == ORDER_SETTLING ? ORDER_DONE : ORDER_PARKED;

    orders_release_pace(orders, order, PACE_NOTHING, -1);
    orders_set_state(orders, order, state);
    order->outcome_is_due = false;
}

/*
 * True: what is not written does no harm, because the ledger's record says at least as much. But what was reported to an
 * order that waits would never be dealt with, and no wait of its partition would end (R18, R19).
 */
static bool can_wait(const struct order *order, const struct change *change)
{
    if (order->state == ORDER_AWAITING && (order->ledger.event_count > 0 || order->ledger.signal_count > 0))
        return false;
    return !change->intends && !change->publishes && order->state != ORDER_PARKED;
}

void orders_too_large(struct orders *orders, const struct change *change, const struct fault *why)
{
    struct order *order = change->order;

    REQUIRE(order->ledger.settling > 0);
    order->ledger.settling--;
    if (change->publishes) { /* it was made, and does not go out */
        REQUIRE(order->sequence > 0);
        order->sequence--;
        order->outcome_is_due = order->state == ORDER_PARKED;
    }
    if (order->links->leaving) {
        orders_let_go(orders, order);
        return;
    }
    orders_load(orders, order);
    bool ends = order->state == ORDER_CALLING || order->state == ORDER_PERMITTED ||
                order->state == ORDER_SETTLING || order->state == ORDER_PARKED;
    bool refused = order->reason.kind == REASON_CONTRACT && order->state == ORDER_QUEUED;
    if (!ends && !refused &&
        (order_is_unsent(order) || (!order->type->writes && !order->ledger.settled_offset))) {
        refuse(orders, order, why);
        return;
    }
    LOG(LOG_ERROR,
        can_wait(order, change)
            ? "an order's ledger record is too large and is not written: the one before it stays, and the "
              "order goes on"
            : "an owned order has become too large for the ledger: nothing of it is sent any more",
        log_text("request", order->request.id), log_fault(why));
    if (can_wait(order, change))
        return;
    if (order->state != ORDER_SETTLING && !order->main.steps_left_out && order->main.steps != NULL &&
        (json_object_object_length(order->main.steps) > 0 || order->journal.count > 0))
        park_without_replies(orders, order, why);
    else
        stay(orders, order);
}
