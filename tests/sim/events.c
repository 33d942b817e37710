/* What BT reports of an order, and how a worker takes it. */
#include "events.h"

#include "await.h"
#include "by_id.h"
#include "ended.h"
#include "memory.h"
#include "reference.h"
#include "types.h"

#include <stdio.h>
#include <string.h>

enum { REPORTS_MAX = 5, REJECTED = EVENT_STATES /* beside those that orders go through */ };

static const char *const words[] = {"working", "done", "dead", "rejected"};

/* What BT has reported of an order: how far it is, and how many events that were. */
static struct {
    int next, reports, rejections;
    int of_state[EVENT_STATES];
} told[ORDERS];

void events_reset(void)
{
    memset(told, 0, sizeof told);
}

static bool is_done(int order)
{
    return told[order].next > EVENT_DONE;
}

bool events_have_said(int order, enum event_state state)
{
    return told[order].of_state[state] > 0;
}

int events_of_state(int order, enum event_state state)
{
    return told[order].of_state[state];
}

int events_state_of(const char *word)
{
    for (int i = 0; i < EVENT_STATES; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static bool log_has_room(int order)
{
    const struct upstream *upstream = &sim.upstream[order];

    return types_wait(upstream->type) && kafka.events[upstream->partition].count < REQUESTS_ROOM &&
           (sim.seed < BY_ID_FROM || kafka.events[by_id_partition(order)].count < REQUESTS_ROOM);
}

bool events_have_room(int order)
{
    return bt.effects[order][0].accepted > 0 && log_has_room(order);
}

/* BT has rejected a call without a reply, and not reported that yet. */
static bool has_rejected(int order)
{
    const struct effect *effect = &bt.effects[order][0];

    return effect->rejected > told[order].rejections && (sim.calm || sim.now_us >= effect->rejected_us);
}

bool events_possible(int order)
{
    bool more = !is_done(order) || (!sim.calm && told[order].reports < REPORTS_MAX);

    return has_rejected(order) ? log_has_room(order) : events_have_room(order) && more;
}

/* The next one, or an older one; what is said after the last one may contradict it. */
static int state_to_report(int order)
{
    if (sim.seed >= ENDED_FROM && is_done(order))
        return chance(EVENT_STATES);
    int state = is_done(order) || (told[order].next > 0 && trouble(3)) ? chance(told[order].next)
                                                                       : told[order].next++;
    return state == EVENT_DONE && sim.upstream[order].dies ? EVENT_DEAD : state;
}

static void wake_workers(void)
{
    for (int i = 0; i < sim.processes; i++)
        workers[i].dirty = true;
}

static void report_rejection(int order)
{
    int32_t partition = sim.upstream[order].partition;
    struct plain_log *log = &kafka.events[partition];

    TRACE("BT      reports order %d rejected at p%d offset %d", order, (int)partition, (int)log->count);
    log->list[log->count++] = (struct plain){
        .order = order, .state = REJECTED, .event = told[order].reports, .at_ms = workers_wall_ms()};
    told[order].rejections++;
    told[order].reports++;
    wake_workers();
}

void events_report(int order)
{
    if (has_rejected(order) && (bt.effects[order][0].accepted == 0 || one_in(2))) {
        report_rejection(order);
        return;
    }
    bool by_id = sim.seed >= BY_ID_FROM && one_in(2);
    int32_t partition = by_id ? by_id_partition(order) : sim.upstream[order].partition;
    struct plain_log *log = &kafka.events[partition];
    int state = state_to_report(order);
    bool again = trouble(4); /* under the same id, as after an answer that was lost */

    for (int i = 0; i <= again && log->count < REQUESTS_ROOM; i++) {
        TRACE("BT      reports order %d '%s'%s at p%d offset %d", order, words[state],
              by_id ? " by its id" : "", (int)partition, (int)log->count);
        log->list[log->count++] = (struct plain){.order = order,
                                                 .state = state,
                                                 .event = told[order].reports,
                                                 .by_id = by_id,
                                                 .at_ms = workers_wall_ms()};
    }
    told[order].reports++;
    told[order].of_state[state]++;
    wake_workers();
}

static bool ends_wait(int order, int state)
{
    return state == EVENT_DONE || (state == EVENT_DEAD && sim.upstream[order].type == TYPE_UNDONE);
}

static bool says_end(const struct plain *record, int order)
{
    if (record->written == NULL)
        return !record->by_id && ends_wait(order, record->state);
    const struct ledger_index *index = &record->written->index;
    return record->order == order && index->held_count > 0 && ends_wait(order, by_id_state(&index->held[0]));
}

static bool stood_in(const struct plain_log *log, int order, int64_t wall_ms)
{
    for (int64_t i = 0; i < log->count; i++)
        if (log->list[i].order == order && log->list[i].at_ms < wall_ms && says_end(&log->list[i], order))
            return true;
    return false;
}

/* What bears BT's id only counts from when it was passed on. */
bool events_came_before(int order, int64_t wall_ms)
{
    int32_t partition = sim.upstream[order].partition;

    return stood_in(&kafka.events[partition], order, wall_ms) ||
           (sim.seed >= BY_ID_FROM && stood_in(&kafka.signals[partition], order, wall_ms));
}

/* --- the worker's side --- */

static void make_message(const struct plain *event, bool forwarded, int64_t offset, struct message *message)
{
    char id[32];

    snprintf(id, sizeof id, "%d-%d", event->order, event->event);
    *message = (struct message){.event_id = memory_text(id),
                                .word = memory_text(words[event->state]),
                                .failed = event->state == REJECTED,
                                .payload = json_object_new_object(),
                                .forwarded = forwarded,
                                .offset = offset};
    json_object_object_add(message->payload, "state", json_object_new_string(words[event->state]));
    if (sim.seed >= PROOFS_FROM) {
        json_object_object_add(message->payload, "proves",
                               json_object_new_string(event->state == REJECTED ? "no" : "yes"));
        json_object_object_add(message->payload, "btId", json_object_new_string(types_bt_id(event->order)));
    }
    reference_make(id_of_order(event->order), "create", sim.upstream[event->order].partition,
                   message->reference);
}

bool events_take(struct process *worker, const struct plain *event, enum partition_topic topic,
                 int32_t partition, int64_t offset)
{
    struct message message;

    make_message(event, topic == PARTITION_SIGNALS, offset, &message);
    struct order *order = orders_find_reference(worker->orders, message.reference);
    bool wakes = order == NULL && orders_wake_named(worker->orders, partition, message.reference);
    enum orders_told answer = wakes ? TOLD_LATER : TOLD_AGAIN;
    if (order != NULL)
        answer = orders_tell(worker->orders, order, types_event(), &message, process_time(worker));
    else if (!wakes)
        ended_take(worker, &message, (struct ended_place){event->order, topic, partition, offset},
                   event->at_ms);
    message_release(&message);
    if (answer == TOLD_LATER)
        return false;
    TRACE("w%d      takes the event of order %d at p%d offset %d%s: %d", worker->process, event->order,
          (int)partition, (int)offset, topic == PARTITION_SIGNALS ? " of the signals" : "", (int)answer);
    if (answer != TOLD_TAKEN)
        partitions_finish_of(worker->partitions, topic, partition, offset);
    return true;
}

/* False: it must wait. */
static bool take_event(struct process *worker, int32_t partition, int64_t offset)
{
    const struct plain *event = &kafka.events[partition].list[offset];

    if (!event->by_id)
        return events_take(worker, event, PARTITION_EVENTS, partition, offset);
    by_id_take_event(worker, partition, offset);
    return true;
}

static bool next_event(struct process *worker, int32_t partition)
{
    int64_t offset = worker->next_event[partition];
    enum intake_answer answer = intake_gate_event(&worker->gate, partition, offset);

    return answer == INTAKE_SKIP || (answer == INTAKE_OPEN && take_event(worker, partition, offset));
}

void events_take_all(struct process *worker)
{
    if (sim.seed < WAITS_FROM)
        return;
    if (trouble(3)) { /* the library has not fetched them yet */
        worker->dirty = true;
        return;
    }
    for (int p = 0; p < sim.partitions; p++)
        while (partitions_owns(worker->partitions, p) && worker->next_event[p] < kafka.events[p].count &&
               next_event(worker, p))
            worker->next_event[p]++;
}

/* What the library says where a log ends, also one in which there never was anything. */
static void hear_of_ends(struct process *worker)
{
    for (int p = 0; sim.seed >= ENDED_FROM && p < sim.partitions; p++) {
        if (worker->next_signal[p] == kafka.signals[p].count)
            partitions_follow_of(worker->partitions, PARTITION_SIGNALS, p, kafka.signals[p].count);
        if (worker->next_event[p] == kafka.events[p].count)
            partitions_follow_of(worker->partitions, PARTITION_EVENTS, p, kafka.events[p].count);
    }
}

void events_look_at_ends(struct process *worker)
{
    hear_of_ends(worker);
    for (int32_t p = -1; (p = orders_overdue(worker->orders, p)) >= 0;) {
        struct goal *goal = &worker->goals[p];
        if (!goal->set)
            *goal = (struct goal){true, kafka.signals[p].count, kafka.events[p].count, workers_wall_ms()};
        if (!partitions_reached(worker->partitions, PARTITION_SIGNALS, p, goal->signals) ||
            !partitions_reached(worker->partitions, PARTITION_EVENTS, p, goal->events))
            continue;
        goal->set = false;
        orders_read_to(worker->orders, p, goal->asked_wall_ms, process_time(worker));
        worker->dirty = true;
    }
}
