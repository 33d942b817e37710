/* What is reported finds its order, and waits end by time. See await.h. */
#include "await.h"
#include "engine_wait.h"
#include "orders_inside.h"

#include "invariant.h"
#include "marks.h"
#include "memory.h"
#include "reach.h"

#include <string.h>

enum { WAIT_LEAST_BYTES = 4096 }; /* of an order whose wait ends: it is parsed, at least */

/* The position of its topic moves with the effect. */
static void note_offset(struct order *order, const struct message *message, int64_t offset)
{
    struct ledger_link *ledger = &order->ledger;
    int64_t **list = message->forwarded ? &ledger->signals : &ledger->events;
    size_t *count = message->forwarded ? &ledger->signal_count : &ledger->event_count;

    *list = memory_resize(*list, *count + 1, sizeof **list);
    (*list)[(*count)++] = offset;
}

/* It is the same event again, or says nothing newer than one before it. */
static bool is_known(struct waiting *waiting, const struct event_message *what, const struct message *message)
{
    return waiting_has_event(waiting, message->event_id) ||
           marks_are_older(&waiting->marks, message->reference, what, message->payload, message->time_ms);
}

/*
 * What is kept of its payload for a later step: what the text of the workflow looks at with which the order goes on. All
 * of it where that text is not there just now (unserved.h), as it may look at anything.
 */
static struct json_object *payload_to_keep(const struct order *order, const struct message *message)
{
    return reach_cut(order_workflow(order)->reach, message->payload);
}

static bool has_room(const struct mailbox *mailbox, const struct message *message, struct json_object *kept)
{
    struct message as_kept = *message; /* nothing of it is owned */

    as_kept.payload = kept;
    return mailbox_has_room(mailbox, &as_kept);
}

/* Judged where it is waited for; else kept, with this of its payload; what BT has given up meanwhile is told. */
static void use(struct orders *orders, struct order *order, bool waited_for, struct json_object *kept,
                struct message *message)
{
    struct engine_terms terms = orders_terms(orders, order);

    if (waited_for) {
        orders_move(orders, order, engine_told(order, message, &terms));
        return;
    }
    if (message->failed)
        engine_report(order, message, &terms);
    json_object_put(message->payload);
    message->payload = json_object_get(kept);
    bool added = mailbox_add(&order->waiting.mailbox, message);
    REQUIRE(added);
    orders_prove(orders, order);
}

void orders_prove(struct orders *orders, struct order *order)
{
    struct engine_terms terms = orders_terms(orders, order);
    bool again = order->state == ORDER_INTENDING ||
                 order->state == ORDER_PERMITTED; /* an attempt that is not sent yet */
    bool idle = order->state == ORDER_WAITING || order->state == ORDER_READY || order->state == ORDER_PARKED;
    enum engine_move to;

    if (!(idle || again) || !engine_prove(order, &terms, &to))
        return;
    if (again) {
        orders_release_pace(orders, order, PACE_NOTHING, -1);
        orders_set_state(orders, order, ORDER_QUEUED);
    }
    if (to == ENGINE_RETRY && engine_must_await(order))
        to = engine_enter(order, &terms);
    orders_move(orders, order, to);
}

/* What is not taken after all leaves the order as it is: one that was woken for it sleeps on. */
static enum orders_told leave_alone(struct orders *orders, struct order *order, enum orders_told told)
{
    orders_sleep(orders, order);
    return told;
}

enum orders_told orders_tell(struct orders *orders, struct order *order, const struct event_message *what,
                             struct message *message, struct orders_time time)
{
    struct waiting *waiting = &order->waiting;
    int64_t offset = message->offset;
    int64_t *heard_end = message->forwarded ? &waiting->heard.signals_end : &waiting->heard.events_end;

    orders_set_time(orders, time);
    if (order->state == ORDER_DONE && !order->ledger.changed) /* it has outgrown the ledger, and stays so */
        return TOLD_FULL;
    if (order->state == ORDER_DONE || order->state == ORDER_SETTLING)
        return TOLD_LATER;
    REQUIRE(order->ledger.owned && offset >= 0); /* its reference was settled before BT could know it */
    if (offset < *heard_end)
        return leave_alone(orders, order, TOLD_AGAIN);
    orders_load(orders, order);
    if (waiting->messages_taken >= MESSAGES_MAX)
        return leave_alone(orders, order, TOLD_SPENT);
    bool waited_for = order->state == ORDER_AWAITING && waiting_for(waiting, message->reference);
    bool looks = order->state == ORDER_CALLING && order->lookup.workflow != NULL;
    CLEANUP(tree_release) struct json_object *kept = waited_for ? NULL : payload_to_keep(order, message);
    if (!waited_for && !has_room(&waiting->mailbox, message, kept))
        return looks && waiting_for(waiting, message->reference) ? TOLD_LATER
                                                                 : leave_alone(orders, order, TOLD_FULL);
    bool known = is_known(waiting, what, message);
    *heard_end = offset + 1;
    message->number = waiting->messages_taken++;
    waiting_note_event(waiting, message->event_id);
    note_offset(order, message, offset);
    if (!known)
        use(orders, order, waited_for, kept, message);
    orders_weigh(orders, order);
    if (order->state != ORDER_DONE)
        orders_mark_changed(orders, order);
    return TOLD_TAKEN;
}

/* --- time --- */

/* When the wait was to have ended, or its message was expected, if that is past and is not dealt with; 0: neither. */
static int64_t passed(const struct orders *orders, const struct order *order)
{
    const struct ledger_wait *wait = &order->waiting.wait;
    bool expects = wait->expected_ms != 0 && !wait->late;

    if (orders->time.wall_ms >= wait->until_ms)
        return wait->until_ms;
    return expects && orders->time.wall_ms >= wait->expected_ms ? wait->expected_ms : 0;
}

bool orders_are_read(struct orders *orders, int32_t partition, int64_t moment_ms)
{
    struct order_part *part = orders_part(orders, (size_t)partition);

    if (part->read_to_wall_ms >= moment_ms || !orders_keep_rule(orders, RULE_WAITS))
        return true;
    part->overdue = true;
    return false;
}

/* Its time is up, what it waits for is late, or it is time for a look. */
static void go_on(struct orders *orders, struct order *order, int64_t passed_ms)
{
    orders_load(orders, order);
    struct engine_terms terms = orders_terms(orders, order);
    enum engine_move to = passed_ms == 0                              ? engine_look(order, &terms)
                          : passed_ms == order->waiting.wait.until_ms ? engine_time_is_up(order, &terms)
                                                                      : engine_expected(order, &terms);
    orders_move(orders, order, to);
    orders_weigh(orders, order);
}

/* What is overdue waits behind all that are not, until its partition is read. */
static void put_aside(struct orders *orders, struct order *order)
{
    heap_remove(&orders->awaiting, &order->links->waiting);
    TAILQ_INSERT_TAIL(&orders_part(orders, (size_t)order->source.partition)->unread, order->links, in_state);
    order->links->overdue = true;
    orders->unread++;
}

/* Those whose partition was read meanwhile are looked at again: as many as `left` goes for (R15). */
static void bring_back(struct orders *orders, int64_t *left)
{
    for (size_t i = 0; orders->unread > 0 && i < orders->part_room; i++) {
        struct order_part *part = orders->parts[i];
        struct order_links *links;
        while (*left > 0 && part != NULL && !part->overdue && (links = TAILQ_FIRST(&part->unread)) != NULL) {
            *left -= WAIT_LEAST_BYTES / 16;
            orders_leave_overdue(orders, links->order);
            heap_set(&orders->awaiting, &links->waiting, orders_wait_due_ms(links->order));
        }
    }
}

void orders_end_waits(struct orders *orders, int64_t *left)
{
    struct heap_item *first;

    bring_back(orders, left);
    while (*left > 0 && (first = heap_first(&orders->awaiting)) != NULL &&
           first->due <= orders->time.wall_ms) {
        struct order *order = CONTAINER_OF(first, struct order_links, waiting)->order;
        REQUIRE(order->state == ORDER_AWAITING);
        int64_t passed_ms = passed(orders, order);
        if (passed_ms == 0 || orders_are_read(orders, order->source.partition, passed_ms)) {
            *left -= (int64_t)order->ledger.weight + WAIT_LEAST_BYTES;
            go_on(orders, order, passed_ms);
        } else {
            *left -= WAIT_LEAST_BYTES / 16;
            put_aside(orders, order);
        }
    }
}

int64_t orders_await_due_ms(const struct orders *orders)
{
    const struct heap_item *first = heap_first(&orders->awaiting);
    int64_t asleep_ms = orders->asleep == NULL ? INT64_MAX : asleep_due_ms(orders->asleep);
    int64_t due_ms = first == NULL || asleep_ms < first->due ? asleep_ms : first->due;

    if (due_ms == INT64_MAX)
        return INT64_MAX;
    int64_t left_ms = due_ms - orders->time.wall_ms;
    return left_ms <= 0 ? orders->time.now_ms : orders->time.now_ms + left_ms;
}

int32_t orders_overdue(const struct orders *orders, int32_t partition)
{
    for (size_t i = (size_t)partition + 1; i < orders->part_room; i++)
        if (orders->parts[i] != NULL && orders->parts[i]->overdue)
            return (int32_t)i;
    return -1;
}

void orders_read_to(struct orders *orders, int32_t partition, int64_t wall_ms, struct orders_time time)
{
    struct order_part *part = orders_part(orders, (size_t)partition);

    orders_set_time(orders, time);
    part->read_to_wall_ms = wall_ms <= time.wall_ms ? wall_ms : 0; /* it was asked before a jump back */
    part->overdue = false;
    orders->due_ms = orders->time.now_ms;
}
