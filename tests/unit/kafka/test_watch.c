/* How many partitions there are is noticed while the worker runs. */
#include "watch.h"

#include "given_broker.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>

struct came {
    size_t count;
    struct watch_news news;
};

static void told(void *context, const struct watch_news *news)
{
    struct came *came = context;

    came->news = *news;
    came->count++;
}

static void partitions_are_counted(void)
{
    struct given_broker broker;
    struct came came = {.count = 0};
    struct loop *loop;
    struct watch *watch;
    struct fault why;
    const int32_t ours[] = {1, 0};

    given_broker_open(&broker);
    broker.settings.lso_alarm_ms = 300;
    given_broker_fill(&broker, broker.settings.topic_requests, 2);
    rd_kafka_t *consumer = given_broker_member(&broker);
    if (!loop_new(&loop, &why) || !watch_new(&broker.settings, loop, consumer, told, &came, &watch, &why))
        abort();
    given_until(loop, &came.count, 1);
    CU_ASSERT(came.news.requests == 2 && came.news.ledger == 2 && came.news.signals == 2 &&
              came.news.stuck_count == 0);
    watch_partitions(watch, ours, 2);
    given_until(loop, &came.count, came.count + 4); /* longer than the alarm: nothing hangs */
    CU_ASSERT_EQUAL(came.news.stuck_count, 0);
    static const rd_kafka_resp_err_t away[] = {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED};
    rd_kafka_mock_topic_set_error(broker.cluster, broker.settings.topic_signals, away[0]);
    given_until(loop, &came.count, came.count + 2);
    CU_ASSERT(came.news.requests == 2 && came.news.signals == 0); /* nobody says: that is not a change */
    watch_free(watch);
    CU_ASSERT_PTR_NULL(watch_free(NULL));
    rd_kafka_destroy_flags(consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    loop_free(loop);
    given_broker_close(&broker);
}

CU_TestInfo test_watch[] = {{"partitions are counted", partitions_are_counted}, CU_TEST_INFO_NULL};
