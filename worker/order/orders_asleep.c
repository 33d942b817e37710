/* Orders that only wait go to sleep, and come back as a take-over would bring them. See await.h. */
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

void orders_recover_asleep(struct orders *orders, const struct order_type *type,
                           const struct ledger_record *record, struct sleeper sleeper)
{
    const char *digest = record->workflow == NULL ? type->digest : record->workflow;
    struct order_part *part = orders_part(orders, (size_t)sleeper.partition);

    REQUIRE(orders->asleep != NULL && record->wait.step != NULL && record->state == LEDGER_QUEUED);
    part->turn = record->turn > part->turn ? record->turn : part->turn;
    part->place = record->place > part->place ? record->place : part->place;
    sleeper.workflow = orders_workflow_number(orders, type, digest);
    sleeper.due_ms = ledger_wait_due_ms(&record->wait);
    sleeper.late = record->wait.late;
    asleep_add(orders->asleep, record->request_id, &sleeper, &record->references);
    orders_count_at(orders, sleeper.workflow, true);
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

bool orders_woken(struct orders *orders, struct order *order, int64_t offset, struct orders_time time,
                  struct fault *why)
{
    struct sleeper sleeper;

    if (!asleep_end(orders->asleep, order->source.partition, order->request.id, offset, &sleeper)) {
        order_free(order);
        return true;
    }
    orders_count_at(orders, sleeper.workflow, false);
    if (sleeper.events_anew)
        order->waiting.heard.events_end = 0;
    if (sleeper.signals_anew)
        order->waiting.heard.signals_end = 0;
    REQUIRE(order->ledger.written == LEDGER_QUEUED && order->waiting.wait.step != NULL);
    order->ledger.record_offset = offset;
    orders->woken++;
    TRY(orders_recover(orders, order, time, why));
    orders->due_ms = time.now_ms;
    return true;
}

uint64_t orders_woken_count(const struct orders *orders)
{
    return orders->woken;
}
