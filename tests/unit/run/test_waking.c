/* Orders that sleep are read back from the ledger, and messages about them wait in their sequence meanwhile. */
#include "waking.h"

#include "ahead.h"
#include "fetcher.h"
#include "records.h"

#include "../order/given_waits.h"
#include "given_worker.h"

struct given {
    struct given_worker worker;
    char name[UUID_TEXT_SIZE]; /* of the order, as BT has it */
    size_t over;               /* it is awake, or the worker has ended */
};

static void chore(void *context)
{
    struct given *given = context;
    struct worker *worker = &given->worker.worker;

    waking_chore(worker->waking);
    fetcher_chore(worker->fetcher);
    given->over = orders_woken_count(worker->orders) > 0 || worker->exit_code != 0;
}

static void put_record(struct given *given, const struct order *order)
{
    struct world *world = &given->worker.world;
    struct ledger_record kept;
    struct kafka_record record;

    snapshot_take(order, world->time.wall_ms, &kept);
    if (!record_of_kept(&given->worker.worker, 0, &kept, &record))
        abort();
    given_broker_put_bytes(&given->worker.broker, record.topic, 0, record.key, record.value, record.length);
    kafka_record_release(&record);
    ledger_release(&kept);
}

/* The ledger has a stranger's record at offset 0, and that of an order that sleeps at 1. */
static void begin(struct given *given, int64_t offset)
{
    struct worker *worker = &given->worker.worker;
    struct change change;
    struct fault why;

    *given = (struct given){.over = 0};
    given_worker_broker(&given->worker, GIVEN_WAITS);
    if (!fetcher_new(worker->settings, worker->loop, &worker->fetcher, &why))
        abort();
    worker->waking = waking_new(worker);
    struct order *order = given_named(&given->worker.world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(&given->worker.world), order);
    given_answer(&given->worker.world, order, 201, GIVEN_WRITTEN);
    snprintf(given->name, sizeof given->name, "%s", order->waiting.references.list[0].reference);
    given_broker_put(&given->worker.broker, worker->settings->topic_ledger, 0, "order/" GIVEN_ID_OF("1"),
                     "broken");
    put_record(given, order);
    for (struct progress *news; (news = waiting_take_progress(&order->waiting)) != NULL;)
        progress_free(news);
    while (orders_next_change(worker->orders, &change)) {
        change.record_offset = offset;
        orders_settled(worker->orders, &change, INT64_MAX);
    }
    CU_ASSERT(orders_find(worker->orders, GIVEN_ID_OF("1")) == NULL && orders_count(worker->orders) == 1);
    loop_add_chore(worker->loop, "waking", chore, given);
}

static void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    loop_remove_chore(worker->loop, given);
    waking_free(worker->waking);
    fetcher_free(worker->fetcher);
    given_worker_end(&given->worker);
    CU_ASSERT_PTR_NULL(waking_free(NULL));
}

static void it_is_read_back(void)
{
    struct given given;

    begin(&given, 1);
    struct worker *worker = &given.worker.worker;
    CU_ASSERT(orders_wake(worker->orders, GIVEN_ID_OF("1")));
    given_until(worker->loop, &given.over, 1);
    struct order *order = orders_find_reference(worker->orders, given.name);
    CU_ASSERT_FATAL(worker->exit_code == 0 && order != NULL);
    CU_ASSERT(order->state == ORDER_AWAITING && order->ledger.record_offset == 1);
    end(&given);
}

/* What cannot be read ends the worker: the order must not be forgotten. */
static void it_cannot_be_read(void)
{
    struct given given;

    begin(&given, 0);
    struct worker *worker = &given.worker.worker;
    CU_ASSERT(orders_wake(worker->orders, GIVEN_ID_OF("1")));
    given_until(worker->loop, &given.over, 1);
    CU_ASSERT(worker->exit_code == 1 && orders_woken_count(worker->orders) == 0);
    end(&given);
}

/* The partition is given away while its record is read. */
static void it_is_given_away(void)
{
    struct given given;

    begin(&given, 1);
    struct worker *worker = &given.worker.worker;
    CU_ASSERT(orders_wake(worker->orders, GIVEN_ID_OF("1")));
    waking_chore(worker->waking);
    waking_forget(worker->waking, 1); /* another one */
    waking_forget(worker->waking, 0);
    waking_forget(worker->waking, 0);
    orders_leave(worker->orders, 0, true);
    CU_ASSERT_EQUAL(orders_count(worker->orders), 0);
    end(&given);
}

/* --- what waits for it --- */

struct offered {
    char text[200];    /* what was offered, as letters */
    const char *awake; /* whose orders are awake */
    const char *later; /* what must wait, and all after it */
};

static enum taken take(void *context, const rd_kafka_message_t *message)
{
    struct offered *offered = context;
    size_t length = strlen(offered->text);
    char letter = *(const char *)message->payload;

    snprintf(offered->text + length, sizeof offered->text - length, "%c", letter);
    return strchr(offered->later, letter) != NULL   ? TAKEN_LATER
           : strchr(offered->awake, letter) != NULL ? TAKEN
                                                    : TAKEN_AWAKE;
}

/* What has come of requests. */
static rd_kafka_message_t *come[8];
static size_t come_count, come_next;

static rd_kafka_message_t *next(struct consumer *consumer)
{
    (void)consumer;
    return come_next == come_count ? NULL : come[come_next++];
}

static const char *offer(struct ahead *ahead, struct given_worker *given, struct offered *offered)
{
    offered->text[0] = '\0';
    ahead_go_on(ahead, &given->worker, next, take, offered);
    return offered->text;
}

static void what_waits_keeps_its_sequence(void)
{
    static const char *const values[] = {"a", "b", "a", "c", "b"};
    struct given_worker given;
    struct ahead ahead = {.count = 0};
    struct offered offered = {.awake = "b", .later = ""};

    given_worker_member(&given, GIVEN_WAITS);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        given_put(&given, 0, "k", values[i]);
    while (come_count < COUNT_OF(values))
        come[come_count++] = given_message(&given);
    given_same("those whose orders are awake go on", offer(&ahead, &given, &offered), "abacb");
    CU_ASSERT_EQUAL(ahead.count, 3);
    given_same("nothing woke", offer(&ahead, &given, &offered), "");
    ahead.woken--; /* as if one had */
    offered.awake = "ab";
    given_same("one woke", offer(&ahead, &given, &offered), "aac");
    CU_ASSERT_EQUAL(ahead.count, 1);
    ahead.woken--;
    offered.later = "c";
    given_same("and must wait", offer(&ahead, &given, &offered), "c");
    given_same("until it need not", offer(&ahead, &given, &offered), "c");
    ahead_forget(&ahead);
    CU_ASSERT_EQUAL(ahead.count, 0);
    given_worker_end(&given);
}

CU_TestInfo test_waking[] = {{"it is read back", it_is_read_back},
                             {"it cannot be read", it_cannot_be_read},
                             {"it is given away", it_is_given_away},
                             {"what waits keeps its sequence", what_waits_keeps_its_sequence},
                             CU_TEST_INFO_NULL};
