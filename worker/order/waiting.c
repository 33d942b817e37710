/* What is reported about an order, and the news of it. */
#include "waiting.h"

#include "invariant.h"
#include "memory.h"
#include "tree.h"

#include <string.h>

void waiting_init(struct waiting *waiting)
{
    *waiting = (struct waiting){0};
    waiting->progress_end = &waiting->progress;
}

void waiting_release(struct waiting *waiting)
{
    struct progress *progress;

    while ((progress = waiting_take_progress(waiting)) != NULL)
        progress_free(progress);
    ledger_wait_release(&waiting->wait);
    ledger_references_release(&waiting->references);
    message_release(&waiting->message);
    waiting_unload(waiting);
    waiting_init(waiting);
}

void waiting_unload(struct waiting *waiting)
{
    REQUIRE(waiting->progress == NULL && waiting->message.payload == NULL);
    mailbox_release(&waiting->mailbox);
    json_object_put(waiting->marks);
    waiting->marks = NULL;
    waiting->shown = memory_free(waiting->shown);
    waiting->latest = progress_free(waiting->latest);
    for (size_t i = 0; i < waiting->event_id_count; i++)
        memory_free(waiting->event_ids[i]);
    waiting->event_id_count = 0;
}

bool waiting_for(const struct waiting *waiting, const char *reference)
{
    return waiting->wait.step != NULL && strcmp(waiting->wait.reference, reference) == 0;
}

bool waiting_has_event(const struct waiting *waiting, const char *event_id)
{
    for (size_t i = 0; event_id != NULL && i < waiting->event_id_count; i++)
        if (strcmp(waiting->event_ids[i], event_id) == 0)
            return true;
    return false;
}

void waiting_note_event(struct waiting *waiting, const char *event_id)
{
    REQUIRE(waiting->event_id_count <= EVENT_IDS_MAX);
    if (event_id == NULL || waiting_has_event(waiting, event_id))
        return;
    if (waiting->event_id_count == EVENT_IDS_MAX) {
        memory_free(waiting->event_ids[0]);
        memmove(waiting->event_ids, waiting->event_ids + 1, (EVENT_IDS_MAX - 1) * sizeof(char *));
        waiting->event_id_count--;
    }
    waiting->event_ids[waiting->event_id_count++] = memory_text(event_id);
}

static void append(struct waiting *waiting, struct progress *progress)
{
    *waiting->progress_end = progress;
    waiting->progress_end = &progress->next;
}

struct progress *waiting_add_progress(struct waiting *waiting, const char *step, const struct reason *reason,
                                      int64_t wall_ms)
{
    struct progress *progress = memory_new(1, sizeof *progress);

    *progress = (struct progress){.step = step, .reason = *reason, .at_ms = wall_ms};
    progress->calls.step = step;
    append(waiting, progress);
    return progress;
}

void waiting_published(struct waiting *waiting)
{
    struct progress *progress;

    while ((progress = waiting_take_progress(waiting)) != NULL) {
        if (progress->repeated) {
            progress_free(progress);
        } else {
            progress_free(waiting->latest);
            waiting->latest = progress;
        }
    }
}

const struct progress *waiting_latest(const struct waiting *waiting)
{
    const struct progress *latest = waiting->latest;

    for (const struct progress *one = waiting->progress; one != NULL; one = one->next)
        latest = one->repeated ? latest : one;
    return latest;
}

void waiting_repeat_progress(struct waiting *waiting)
{
    if (waiting->latest == NULL)
        return;
    struct progress *again = progress_copy(waiting->latest);
    again->repeated = true;
    append(waiting, again);
}

struct progress *waiting_take_progress(struct waiting *waiting)
{
    struct progress *first = waiting->progress;

    if (first == NULL)
        return NULL;
    waiting->progress = first->next;
    if (waiting->progress == NULL)
        waiting->progress_end = &waiting->progress;
    first->next = NULL;
    return first;
}
