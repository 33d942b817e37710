/* The records about BT's ids: which topic, partition and key, and that what they hold is read again. */
#include "bt_ids_port.h"

#include "await.h"
#include "event_route.h"
#include "memory.h"

#include "given_worker.h"

#define REFERENCE "1e34fb00-3209-8bbe-986a-a70dbe3d0001"

static const struct kafka_record *next(const struct worker *worker, size_t *at)
{
    return *at < batch_sent_count(worker->batch) ? batch_sent(worker->batch, (*at)++) : NULL;
}

static void expect_record(const struct kafka_record *record, const char *topic, int32_t partition,
                          const char *key)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(record);
    CU_ASSERT_STRING_EQUAL(record->topic, topic);
    CU_ASSERT_EQUAL(record->partition, partition);
    CU_ASSERT(record->key_length == strlen(key) && memcmp(record->key, key, record->key_length) == 0);
}

/* Held, told whose it is, and passed on: three records with two positions at most, those of the id's partition. */
static void held_and_passed_on(void)
{
    struct given_worker given;
    struct partition_commit *positions;
    struct ledger_index index;
    struct event event = {.id = (char[]){"e1"}, .order_id = (char[]){"700501"}, .payload = (char[]){"{}"}},
                 read;
    struct bt_id told = {.order_id = event.order_id, .reference = REFERENCE, .partition = 1};
    size_t at = 0;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    struct worker *worker = &given.worker;
    const struct settings *settings = worker->settings;
    CU_ASSERT_EQUAL(bt_ids_event(worker->bt_ids, 0, &event), BT_IDS_HELD);
    CU_ASSERT_EQUAL(bt_ids_tell(worker->bt_ids, 0, &told), BT_IDS_LEARNED);
    CU_ASSERT_EQUAL(batch_begin(worker->batch, 0, &positions), 1);
    CU_ASSERT_EQUAL(positions[0].partition, 0);
    partition_commits_free(positions, 1);
    const struct kafka_record *record = next(worker, &at);
    expect_record(record, settings->topic_ledger, 0, "bt-id/700501");
    CU_ASSERT_FATAL(ledger_index_read(&worker->ledger_schemas, record->value, record->length, &index, &why));
    CU_ASSERT_EQUAL(index.held_count, 1);
    ledger_index_release(&index);
    record = next(worker, &at);
    expect_record(record, settings->topic_signals, 1, REFERENCE);
    CU_ASSERT_FATAL(event_read(worker->catalogue, record->value, record->length, &read, &why));
    CU_ASSERT_STRING_EQUAL(read.reference, REFERENCE);
    event_release(&read);
    expect_record(next(worker, &at), settings->topic_ledger, 0, "bt-id/700501");
    CU_ASSERT_PTR_NULL(next(worker, &at));
    given_worker_end(&given);
}

static void dead_and_forgotten(void)
{
    struct given_worker given;
    struct partition_commit *positions;
    const struct event event = {.order_id = (char[]){"700501"}, .payload = (char[]){"{}"}};
    size_t at = 0, count;

    given_worker(&given, GIVEN_ONE_READ);
    struct worker *worker = &given.worker;
    (void)bt_ids_event(worker->bt_ids, 0, &event);
    CU_ASSERT(bt_ids_expire(worker->bt_ids, worker->settings->events_hold_ms, &count) && count == 1);
    CU_ASSERT_EQUAL(batch_begin(worker->batch, 0, &positions), 1);
    partition_commits_free(positions, 1);
    (void)next(worker, &at);
    expect_record(next(worker, &at), worker->settings->topic_events_dead, -1, "700501");
    const struct kafka_record *record = next(worker, &at);
    expect_record(record, worker->settings->topic_ledger, 0, "bt-id/700501");
    CU_ASSERT_PTR_NULL(record->value);
    given_worker_end(&given);
}

/* An order tells it to the owner of the id, and when it may be forgotten. */
static void an_order_tells(void)
{
    struct given_worker given;
    struct order *order = order_new("r", 1, 0, "k", 1);
    const struct ledger_reference reference = {.order_id = (char[]){"700501"}, .reference = REFERENCE};

    given_worker(&given, GIVEN_ONE_READ);
    snprintf(order->request.id, sizeof order->request.id, "605c9599-4ab1-488f-8129-5b8cde662c70");
    const struct worker *worker = &given.worker;
    for (int ends = 0; ends < 2; ends++) {
        struct kafka_record record;
        struct bt_id id;
        struct fault why;
        record_of_index(worker, order, &reference, ends == 1, &record);
        expect_record(&record, worker->settings->topic_signals, event_route_of_order_id("700501", 2),
                      "700501");
        CU_ASSERT_FATAL(bt_id_read(&worker->ledger_schemas, record.value, record.length, &id, &why));
        CU_ASSERT(id.partition == 1 && (id.until_ms > 0) == (ends == 1));
        bt_id_release(&id);
        kafka_record_release(&record);
    }
    order_free(order);
    given_worker_end(&given);
}

static void nothing(void *context)
{
    (void)context;
}

static void given_one_held_too_long(struct given_worker *given)
{
    struct worker *worker = &given->worker;
    const struct event event = {.order_id = (char[]){"700501"}, .payload = (char[]){"{}"}};

    given_worker(given, GIVEN_ONE_READ);
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    given_takes(worker);
    (void)bt_ids_event(worker->bt_ids, 0, &event);
}

static void end(struct given_worker *given)
{
    registry_free(given->worker.registry);
    ownership_free(given->worker.ownership);
    given_worker_end(given);
}

/* What has time waits while a settlement is full: a batch that only grows is never taken (R15). */
static void not_while_the_batch_is_full(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;

    given_one_held_too_long(&given);
    orders_read_to(worker->orders, 0, worker_time(worker).wall_ms, worker_time(worker));
    while (!batch_is_full(worker->batch)) {
        struct kafka_record *record = memory_new(1, sizeof *record);
        record->topic = worker->settings->topic_dead;
        batch_add(worker->batch, 0, record);
    }
    bt_ids_port_chore(worker);
    CU_ASSERT_EQUAL(bt_ids_held_count(worker->bt_ids), 1);
    end(&given);
}

/* After an outage the order may have told in time that the id is its own, and it lies unread. */
static void not_before_the_signals_are_read(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;

    given_one_held_too_long(&given);
    bt_ids_port_chore(worker);
    CU_ASSERT_EQUAL(bt_ids_held_count(worker->bt_ids), 1);
    CU_ASSERT_EQUAL(orders_overdue(worker->orders, -1), 0); /* Kafka is asked where they end */
    orders_read_to(worker->orders, 0, worker_time(worker).wall_ms, worker_time(worker));
    bt_ids_port_chore(worker);
    CU_ASSERT_EQUAL(bt_ids_held_count(worker->bt_ids), 0);
    end(&given);
}

CU_TestInfo test_bt_ids_port[] = {{"held and passed on", held_and_passed_on},
                                  {"dead and forgotten", dead_and_forgotten},
                                  {"an order tells", an_order_tells},
                                  {"not while the batch is full", not_while_the_batch_is_full},
                                  {"not before the signals are read", not_before_the_signals_are_read},
                                  CU_TEST_INFO_NULL};
