/* The table of functions by which order/batch makes its records. */
#include "batch_port.h"

#include "bt_ids_port.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"
#include "order_log.h"
#include "records.h"
#include "refused.h"

enum { RECORDS_MAX = 500 }; /* of one settlement: the watchdog wants turns */

static void *allocated(struct kafka_record record)
{
    struct kafka_record *copy = memory_new(1, sizeof *copy);

    REQUIRE(record.topic != NULL && record.partition >= RD_KAFKA_PARTITION_UA);
    REQUIRE(record.refused == NULL); /* it was never sent */
    *copy = record;
    return copy;
}

static void *outcome(void *context, const struct order *order)
{
    struct kafka_record record;

    record_of_order(context, order, &record);
    return allocated(record);
}

static void *progress(void *context, const struct order *order, const struct progress *of)
{
    struct kafka_record record;

    record_of_progress(context, order, of, &record);
    return allocated(record);
}

static void *repeat(void *context, const struct order *order, const void *of)
{
    struct kafka_record record;

    record_repeated(of, &record);
    record.note =
        order_log_repeated(context, order->type, order->request.id, outcome_status_name(order->status));
    return allocated(record);
}

static void *ledger(void *context, const struct order *order, const void *published, struct fault *why)
{
    struct kafka_record record;

    return record_of_ledger(context, order, published, &record, why) ? allocated(record) : NULL;
}

static void *rewritten(void *context, int32_t partition, const struct ledger_record *kept)
{
    struct kafka_record record;

    return record_of_kept(context, partition, kept, &record) ? allocated(record) : NULL;
}

static void *stored(void *context, const struct ledger_record *kept, bool repeated)
{
    struct kafka_record record;

    return record_of_stored(context, kept, repeated, &record) ? allocated(record) : NULL;
}

static void *index_of(void *context, const struct order *order, const struct ledger_reference *reference,
                      bool ends)
{
    const struct worker *worker = context;
    struct kafka_record record;

    if (worker->ledger_schemas.writes < LEDGER_FORMAT_WAITS) /* set back, with such an order in the ledger */
        return NULL;
    record_of_index(worker, order, reference, ends, &record);
    return allocated(record);
}

static void *forgotten(void *context, int32_t partition, const char *request_id)
{
    struct kafka_record record;

    record_of_forgotten(context, partition, request_id, &record);
    return allocated(record);
}

static void *owner(void *context, const struct ledger_owner *of)
{
    struct kafka_record record;

    record_of_owner(context, of, &record);
    return allocated(record);
}

static bool replace(void *context, const struct order *order, int32_t partition, void **of)
{
    const struct worker *worker = context;
    struct kafka_record *record = *of;
    struct fault why;

    if (record->refused == NULL)
        return false;
    if (!refused_replace(worker, order, partition, record, &why))
        LOG(LOG_WARN, "a settlement is held back by the topic of one record", log_fault(&why));
    record->refused = NULL;
    return order != NULL && record->topic == worker->settings->topic_outcomes;
}

static void release(void *context, void *record)
{
    (void)context;
    kafka_record_free(record);
}

static void settled(void *context, const void *record)
{
    (void)context;
    order_log_settled(((const struct kafka_record *)record)->note);
}

static void published(void *context, const struct order *order)
{
    const struct worker *worker = context;

    metrics_count_order(worker->metrics, order);
}

static void evicted(void *context, bool by_number)
{
    const struct worker *worker = context;

    metrics_count_forgotten(worker->metrics, by_number);
    if (by_number)
        LOG(LOG_WARN,
            "a finished order was forgotten before its time: more than duplicates.max of a partition");
}

struct batch *batch_port_new(struct worker *worker)
{
    static const struct batch_records records = {.outcome = outcome,
                                                 .progress = progress,
                                                 .repeat = repeat,
                                                 .ledger = ledger,
                                                 .rewritten = rewritten,
                                                 .stored = stored,
                                                 .index = index_of,
                                                 .forgotten = forgotten,
                                                 .owner = owner,
                                                 .replace = replace,
                                                 .release = release,
                                                 .settled = settled,
                                                 .published = published,
                                                 .evicted = evicted};
    const struct batch_setup setup = {.orders = worker->orders,
                                      .partitions = worker->partitions,
                                      .duplicates = worker->duplicates,
                                      .last_words = worker->last_words,
                                      .records = &records,
                                      .context = worker,
                                      .most = RECORDS_MAX,
                                      .lease_ms = worker->settings->attempt_lease_ms};

    return batch_new(&setup);
}
