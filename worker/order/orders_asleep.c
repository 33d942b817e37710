/* Orders that only wait go to sleep, and are woken. See await.h. */
#include "orders_inside.h"

#include "invariant.h"

enum { WOKEN_AT_ONCE = 200 };

/* Nothing of it is open, and all that it is stands in its record. */
static bool may_sleep(const struct orders *orders, const struct order *order)
{
    const struct ledger_link *ledger = &order->ledger;
    const struct waiting *waiting = &order->waiting;
    bool looks = waiting->looks_last || waiting->is_late; /* about the end of this very wait */
    bool open = ledger->changed || ledger->settling > 0 || waiting->progress != NULL ||
                ledger->event_count > 0 || ledger->signal_count > 0 || ledger->repeat_count > 0;

    return orders->asleep != NULL && order->state == ORDER_AWAITING && ledger->owned && !open && !looks &&
           ledger->record_offset >= 0 && order->unserved == NULL && !order->links->leaving &&
           !order->links->abandoned;
}

bool orders_sleep(struct orders *orders, struct order *order)
{
    if (!may_sleep(orders, order))
        return false;
    REQUIRE(order->ledger.written == LEDGER_QUEUED);
    const struct sleeper sleeper = {.partition = order->source.partition,
                                    .workflow =
                                        orders_workflow_number(orders, order->type, order_digest(order)),
                                    .offset = order->ledger.record_offset,
                                    .due_ms = orders_wait_due_ms(order),
                                    .late = order->waiting.wait.late};
    asleep_add(orders->asleep, order->request.id, &sleeper, &order->waiting.references);
    orders_count_at(orders, sleeper.workflow, true);
    orders_forget(orders, order);
    return true;
}

bool orders_wake(struct orders *orders, const char *request_id)
{
    return orders->asleep != NULL && asleep_wake(orders->asleep, request_id);
}

bool orders_wake_named(struct orders *orders, int32_t partition, const char *reference)
{
    return orders->asleep != NULL && asleep_wake_named(orders->asleep, partition, reference);
}

void orders_wake_due(struct orders *orders)
{
    if (orders->asleep != NULL)
        asleep_wake_due(orders->asleep, orders->time.wall_ms, WOKEN_AT_ONCE);
}

bool orders_next_to_wake(struct orders *orders, char request_id[UUID_TEXT_SIZE], struct sleeper *sleeper)
{
    return orders->asleep != NULL && asleep_next(orders->asleep, request_id, sleeper);
}

uint64_t orders_woken_count(const struct orders *orders)
{
    return orders->woken;
}
