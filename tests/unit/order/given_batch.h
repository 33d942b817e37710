/* A batch whose records are texts, over a world of orders (given_orders.h) with partitions 0 and 1. */
#ifndef TESTS_ORDER_GIVEN_BATCH_H
#define TESTS_ORDER_GIVEN_BATCH_H

#include "intake_gate.h"

#include "given_snapshot.h"

enum { GIVEN_LEASE_MS = 1000, GIVEN_RECORDS_MAX = 20 };

struct given_batch {
    struct world world;
    struct partitions *partitions;
    struct duplicates *duplicates;
    struct batch *batch;
    struct intake_gate gate;
    bool refuses;       /* Kafka does: every outcome is replaced when a settlement did not happen */
    bool too_large;     /* the ledger takes no record of an order */
    int made, released; /* records */
    int settled;        /* of them, as the batch has said */
    int64_t events;     /* what the latest settlement says of the first partition's events: the next offset */
};

static inline void *given_record(struct given_batch *given, const char *what, const char *of)
{
    char text[200];

    given->made++;
    snprintf(text, sizeof text, "%.90s %.90s", what,
             strlen(of) == UUID_TEXT_SIZE - 1 ? of + UUID_TEXT_SIZE - 2 : of);
    return memory_text(text);
}

static inline void *given_outcome(void *context, const struct order *order)
{
    return given_record(context, "outcome", order->request.id);
}

static inline void *given_news_record(void *context, const struct order *order,
                                      const struct progress *progress)
{
    char what[60];

    (void)order;
    snprintf(what, sizeof what, "news %u", progress->sequence);
    return given_record(context, what, progress->calls.step);
}

static inline void *given_repeat(void *context, const struct order *order, const void *outcome)
{
    (void)order;
    return given_record(context, "again", outcome);
}

static inline void *given_ledger(void *context, const struct order *order, const void *outcome,
                                 struct fault *why)
{
    struct given_batch *given = context;
    char what[60];

    if (given->too_large) {
        fault_set(why, FAULT_EXHAUSTED, "too large");
        return NULL;
    }
    snprintf(what, sizeof what, "%s%s%s", ledger_state_name(snapshot_state(order)),
             outcome == NULL ? "" : " with ", outcome == NULL ? "" : (const char *)outcome);
    return given_record(given, what, order->request.id);
}

static inline void *given_rewritten(void *context, int32_t partition, const struct ledger_record *kept)
{
    (void)partition;
    return given_record(context, "rewritten", kept->request_id);
}

static inline void *given_stored(void *context, const struct ledger_record *kept, bool repeated)
{
    return kept->outcome == NULL ? NULL
                                 : given_record(context, repeated ? "again" : "stored", kept->request_id);
}

static inline void *given_forgotten(void *context, int32_t partition, const char *request_id)
{
    (void)partition;
    return given_record(context, "forgotten", request_id);
}

static inline void *given_index(void *context, const struct order *order,
                                const struct ledger_reference *reference, bool ends)
{
    (void)order;
    return given_record(context, ends ? "index of the past" : "index", reference->order_id);
}

static inline void *given_owner(void *context, const struct ledger_owner *owner)
{
    return given_record(context, "owner", owner->token);
}

static inline bool given_replace(void *context, const struct order *order, int32_t partition, void **record)
{
    struct given_batch *given = context;

    (void)partition;
    if (!given->refuses || order == NULL)
        return false;
    given->released++;
    memory_free(*record);
    *record = given_record(given, "smaller", order->request.id);
    return true;
}

static inline void given_release(void *context, void *record)
{
    struct given_batch *given = context;

    given->released++;
    memory_free(record);
}

static inline void given_said(void *context, const void *record)
{
    struct given_batch *given = context;

    (void)record;
    given->settled++;
}

static const struct batch_records given_records = {.outcome = given_outcome,
                                                   .progress = given_news_record,
                                                   .repeat = given_repeat,
                                                   .ledger = given_ledger,
                                                   .rewritten = given_rewritten,
                                                   .stored = given_stored,
                                                   .index = given_index,
                                                   .forgotten = given_forgotten,
                                                   .owner = given_owner,
                                                   .replace = given_replace,
                                                   .release = given_release,
                                                   .settled = given_said};

static inline void given_batch(struct given_batch *given, const char *workflow)
{
    struct fault why;

    *given = (struct given_batch){.refuses = false};
    given_world_of(&given->world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    given->partitions = partitions_new("me", 2);
    given->duplicates = duplicates_new((struct duplicates_window){1000000, 2, false});
    for (int32_t p = 0; p < 2; p++)
        CU_ASSERT(
            partitions_own(given->partitions, p, 0, "", 0, &(const struct partition_others){0, 0}, &why));
    const struct batch_setup setup = {.orders = given->world.orders,
                                      .partitions = given->partitions,
                                      .duplicates = given->duplicates,
                                      .records = &given_records,
                                      .context = given,
                                      .most = GIVEN_RECORDS_MAX,
                                      .lease_ms = GIVEN_LEASE_MS};
    given->batch = batch_new(&setup);
    given->gate = (struct intake_gate){.orders = given->world.orders,
                                       .partitions = given->partitions,
                                       .duplicates = given->duplicates,
                                       .batch = given->batch,
                                       .orders_max = 10,
                                       .bytes_max = 1000000,
                                       .owned_max = 10,
                                       .waiting_max = 10};
}

/* Every record that was made has been released by then. */
static inline void given_batch_end(struct given_batch *given)
{
    batch_free(given->batch);
    CU_ASSERT_EQUAL(given->made, given->released);
    duplicates_free(given->duplicates);
    partitions_free(given->partitions);
    given_world_end(&given->world);
}

/* Begins a settlement of all there is; its positions and records as a text. */
static inline const char *given_begun(struct given_batch *given)
{
    static char text[2000];
    struct partition_commit *positions;
    size_t length = 0;

    while (batch_gather(given->batch))
        continue;
    size_t count = batch_begin(given->batch, given->world.time.now_ms, &positions);
    text[0] = '\0';
    if (count > 0)
        given->events = positions[0].others.events;
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%d@%lld ",
                                   (int)positions[i].partition, (long long)positions[i].offset);
    for (size_t i = 0; i < batch_sent_count(given->batch); i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "[%s]",
                                   (const char *)batch_sent(given->batch, i));
    partition_commits_free(positions, count);
    return text;
}

/* It ends, and if it happened all is taken out; the first record stands at `offset`. */
static inline void given_ended(struct given_batch *given, enum settlement_end end, int64_t offset)
{
    if (!batch_end(given->batch, end, NULL, 0))
        return;
    while (batch_take_out(given->batch, offset, given->world.time.wall_ms))
        offset++;
}

#endif
