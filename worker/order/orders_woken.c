/* Orders that sleep come back out of their records, as a take-over would bring them. See await.h. */
#include "orders_inside.h"

#include "invariant.h"

/* What its record says of offsets is of another log: it is written once more before it sleeps, or is taken over again. */
static bool is_anew(const struct sleeper *sleeper)
{
    return sleeper->events_anew || sleeper->signals_anew;
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
    if (is_anew(&sleeper))
        asleep_wake(orders->asleep, record->request_id);
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
    order->ledger.stale = is_anew(&sleeper);
    TRY(orders_recover(orders, order, time, why));
    orders->due_ms = time.now_ms;
    return true;
}
