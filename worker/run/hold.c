/* The queues of held messages, one per partition. */
#include "hold.h"

#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "text.h"

#include <string.h>

enum { HELD_MAX = 100, PUT_BY_AGAIN_MS = 1000, TOLD_AFTER_MS = 1000 };

struct held {
    rd_kafka_message_t *message;
    bool put_by;
};

struct hold {
    int32_t partition;
    struct held *list;
    size_t count, room;
    size_t tried;     /* of the list: they are put aside, and not tried again before */
    int64_t again_ms; /* this */
    int64_t since_ms;
    bool told;   /* in the log; a moment, as an order takes that is read back out of the ledger, is no news */
    bool paused; /* a pause throws away what is fetched, so a short wait does without */
    char why[300];
};

struct holds {
    struct worker *worker;
    struct hold *list;
    size_t count;
};

struct holds *holds_new(struct worker *worker)
{
    struct holds *holds = memory_new(1, sizeof *holds);

    holds->worker = worker;
    return holds;
}

static void release(struct hold *hold)
{
    for (size_t i = 0; i < hold->count; i++)
        rd_kafka_message_destroy(hold->list[i].message);
    memory_free(hold->list);
}

void *holds_free(struct holds *holds)
{
    if (holds == NULL)
        return NULL;
    for (size_t i = 0; i < holds->count; i++)
        release(&holds->list[i]);
    memory_free(holds->list);
    return memory_free(holds);
}

static struct hold *find(const struct holds *holds, int32_t partition)
{
    for (size_t i = 0; i < holds->count; i++)
        if (holds->list[i].partition == partition)
            return &holds->list[i];
    return NULL;
}

bool holds_has(const struct holds *holds, int32_t partition)
{
    return find(holds, partition) != NULL;
}

static void set_flow(struct holds *holds, int32_t partition, bool flows)
{
    rd_kafka_t *handle = consumer_handle(holds->worker->consumer);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, holds->worker->settings->topic_requests, partition);
    if (flows)
        rd_kafka_resume_partitions(handle, list);
    else
        rd_kafka_pause_partitions(handle, list);
    rd_kafka_topic_partition_list_destroy(list);
}

static struct hold *begin(struct holds *holds, int32_t partition, const char *why)
{
    holds->list = memory_resize(holds->list, holds->count + 1, sizeof *holds->list);
    struct hold *hold = &holds->list[holds->count++];
    int64_t now_ms = loop_now_ms(holds->worker->loop);
    *hold = (struct hold){.partition = partition, .since_ms = now_ms, .again_ms = now_ms + PUT_BY_AGAIN_MS};
    text_print(hold->why, sizeof hold->why, "partition %d stands still: %s", (int)partition, why);
    return hold;
}

void holds_add(struct holds *holds, rd_kafka_message_t *message, bool put_by, const char *why)
{
    struct hold *hold = find(holds, message->partition);

    if (hold == NULL)
        hold = begin(holds, message->partition, why);
    if (hold->count == hold->room) {
        hold->room = hold->room * 2 + 16;
        hold->list = memory_resize(hold->list, hold->room, sizeof *hold->list);
    }
    REQUIRE(!put_by || hold->tried == hold->count); /* those that are put aside are in front */
    hold->tried += put_by;
    hold->list[hold->count++] = (struct held){message, put_by};
    if (!put_by)
        loop_hurry(holds->worker->loop); /* what is in front of it may be put aside */
    if (hold->count < HELD_MAX || hold->paused)
        return;
    hold->paused = true;
    set_flow(holds, message->partition, false);
}

void holds_forget(struct holds *holds, int32_t partition)
{
    struct hold *hold = find(holds, partition);

    if (hold == NULL)
        return;
    if (hold->paused)
        set_flow(holds, partition, true); /* it may come back to us */
    release(hold);
    *hold = holds->list[--holds->count];
}

/* Whether one of the first `count` that are put aside has the key of this one. */
static bool is_behind(const struct hold *hold, size_t count, const rd_kafka_message_t *message)
{
    for (size_t i = 0; i < count && message->key_len > 0; i++) {
        const rd_kafka_message_t *other = hold->list[i].message;
        if (other->key_len == message->key_len && memcmp(other->key, message->key, message->key_len) == 0)
            return true;
    }
    return false;
}

/* Goes on with a held partition as far as it can; true: it is not held any more. */
static bool go_on(struct holds *holds, struct hold *hold, hold_handle_fn *handle,
                  bool (*has_room)(void *context), void *context)
{
    struct loop *loop = holds->worker->loop;
    int64_t share = loop_share(loop);
    struct fault why;

    if (hold->tried > 0 && loop_now_ms(loop) >= hold->again_ms) {
        hold->tried = 0;
        hold->again_ms = loop_now_ms(loop) + PUT_BY_AGAIN_MS;
    }
    REQUIRE(hold->count > 0 && hold->tried <= hold->count && hold->count <= hold->room);
    size_t kept = hold->tried, next = hold->tried;
    while (next < hold->count && has_room(context) && !loop_share_over(loop, share)) {
        struct held *held = &hold->list[next];
        enum intake_answer answer =
            is_behind(hold, kept, held->message) ? INTAKE_PUT_BY : handle(context, held->message, &why);
        REQUIRE(answer != INTAKE_FINISHED);
        if (answer == INTAKE_HELD)
            break;
        if (answer == INTAKE_PUT_BY)
            hold->list[kept++] = (struct held){held->message, true};
        next++;
    }
    REQUIRE(kept <= next && next <= hold->count);
    hold->tried = kept;
    memmove(hold->list + kept, hold->list + next, (hold->count - next) * sizeof *hold->list);
    hold->count -= next - kept;
    return hold->count == 0;
}

static void tell(struct hold *hold, int64_t now_ms)
{
    if (hold->told || now_ms < hold->since_ms + TOLD_AFTER_MS)
        return;
    hold->told = true;
    LOG(LOG_WARN, "a partition stands still, it goes on by itself", log_int("partition", hold->partition),
        log_text("why", hold->why));
}

void holds_go_on(struct holds *holds, hold_handle_fn *handle, bool (*has_room)(void *context), void *context)
{
    for (size_t i = 0; i < holds->count;) {
        struct hold *hold = &holds->list[i];
        int32_t partition = hold->partition;
        if (!go_on(holds, hold, handle, has_room, context)) {
            tell(hold, loop_now_ms(holds->worker->loop));
            i++;
            continue;
        }
        if (hold->told)
            LOG(LOG_INFO, "a partition goes on", log_int("partition", partition));
        holds_forget(holds, partition);
    }
}

size_t holds_count(const struct holds *holds, const char **why)
{
    *why = holds->count > 0 ? holds->list[0].why : "";
    return holds->count;
}
