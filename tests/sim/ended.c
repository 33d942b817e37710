/* Reports about orders that have ended. */
#include "ended.h"

#include "by_id.h"
#include "events.h"
#include "last_words.h"
#include "memory.h"
#include "oracle.h"
#include "people.h"
#include "snapshot.h"
#include "types.h"

#include <string.h>

/* Dead letters of what stands at a place of the events, and of the signals. */
static int dead[2][PARTITIONS][PLAIN_ROOM];

void ended_reset(void)
{
    memset(dead, 0, sizeof dead);
}

void ended_report(void)
{
    for (int order = 0; sim.seed >= ENDED_FROM && order < sim.orders; order++)
        if (oracle_is_final(order) && events_have_room(order))
            events_report(order);
}

/* --- the worker's side --- */

struct last_words *ended_words(void)
{
    return sim.seed < ENDED_FROM ? NULL : last_words_new(&types_catalogue->asyncapi);
}

void ended_take(struct process *worker, const struct message *message, struct ended_place place,
                int64_t at_ms)
{
    if (worker->last_words == NULL)
        return;
    const struct last_report report = {message->reference, types_event(), message->payload,
                                       message->forwarded, place.offset,  at_ms};
    enum last_word word = last_words_compare(worker->last_words, place.partition, &report);
    TRACE("w%d      looks back for order %d: %d", worker->process, place.order, (int)word);
    if (word == LAST_WORD_LATE)
        return;
    struct payload *payload = payload_new(PAYLOAD_DEAD, place.partition, place.order);
    payload->offset = place.offset;
    payload->report = (struct report){true, place.topic == PARTITION_SIGNALS, word == LAST_WORD_CONTRADICTS};
    batch_add(worker->batch, place.partition, payload);
}

void ended_recover(struct process *worker, int32_t partition, const struct payload *done)
{
    CLEANUP(tree_release) struct json_object *marks = snapshot_marks(&done->record);

    if (worker->last_words != NULL)
        last_words_add(worker->last_words, partition,
                       &(struct last_order){&done->record.references, marks, done->record.heard,
                                            done->record.written_at_ms});
}

/* --- the oracle's --- */

void ended_look_at_dead(const struct payload *payload)
{
    TRACE("dead    a report about order %d: %s", payload->order,
          payload->report.contradicts ? "it contradicts the end" : "nobody knows the order");
    if (!payload->report.contradicts && !sim.upstream[payload->order].moved)
        violated("BT's report about order %d finds no order", payload->order);
    dead[payload->report.passed_on][payload->partition][payload->offset]++;
}

/* The word of BT's that ended it, as its record has it; -1: none did. */
static int last_word(const struct ledger_record *record)
{
    CLEANUP(tree_release) struct json_object *marks = snapshot_marks(record);
    struct json_object *mark =
        record->references.count == 0 ? NULL : tree_member(marks, record->references.list[0].reference);
    const char *word = tree_text_of(tree_member(mark, "/state"), "word");

    return word == NULL ? -1 : events_state_of(word);
}

/* Not "rejected": that is about one call, and its order may have gone another way. */
static bool ends_an_order(int state)
{
    return state == EVENT_DONE || state == EVENT_DEAD;
}

/* What came after the end, and contradicts it, has one dead letter, and nothing else has any. */
static void check_report(int state, struct ended_place place)
{
    int order = place.order;
    const struct payload *seen = people_see(order);
    bool passed_on = place.topic == PARTITION_SIGNALS;
    int count = dead[passed_on][place.partition][place.offset], want = 0;

    if (sim.upstream[order].moved || sim.accepted > 0) /* what was done since that position comes again */
        return;
    if (seen != NULL && seen->record.state == LEDGER_DONE) {
        const struct ledger_heard *heard = &seen->record.heard;
        bool late = place.offset >= (passed_on ? heard->signals_end : heard->events_end);
        int last = last_word(&seen->record);
        want = late && ends_an_order(state) && ends_an_order(last) && last != state;
    }
    if (count != want)
        violated("what BT reports of order %d at p%d offset %d%s has %d dead letters", order,
                 (int)place.partition, (int)place.offset, passed_on ? " of the signals" : "", count);
}

void ended_rest(int32_t partition, int64_t passed_events, int64_t passed_signals)
{
    for (int64_t i = 0; i < passed_events; i++) {
        const struct plain *event = &kafka.events[partition].list[i];
        if (!event->by_id)
            check_report(event->state, (struct ended_place){event->order, PARTITION_EVENTS, partition, i});
    }
    for (int64_t i = 0; i < passed_signals; i++) {
        const struct payload *written = kafka.signals[partition].list[i].written;
        if (written != NULL && written->index.held_count > 0)
            check_report(by_id_state(&written->index.held[0]),
                         (struct ended_place){written->order, PARTITION_SIGNALS, partition, i});
    }
}
