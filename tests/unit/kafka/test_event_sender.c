/* Events on their way to Kafka: written, refused, too many; and the two topics that are asked for. */
#include "event_sender.h"

#include "event_topics.h"
#include "given_broker.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
    struct given_broker broker;
    struct loop *loop;
    struct event_sender *sender;
    size_t told, written;
    struct event_sent last;
    void *what;
};

static void told(void *context, void *what, const struct event_sent *sent)
{
    struct given *given = context;

    given->told++;
    given->written += sent->written;
    given->last = *sent;
    given->what = what;
}

static void begin(struct given *given)
{
    struct fault why = {.text = ""};

    *given = (struct given){.told = 0};
    given_broker_open(&given->broker);
    if (!loop_new(&given->loop, &why) ||
        !event_sender_new(&given->broker.settings, given->loop, told, given, &given->sender, &why)) {
        printf("\n  %s", why.text);
        abort();
    }
}

static void end(struct given *given)
{
    event_sender_free(given->sender);
    loop_free(given->loop);
    given_broker_close(&given->broker);
}

static bool send_one(struct given *given, int32_t partition, size_t length, void *what, struct fault *why)
{
    struct kafka_record record = {.topic = given->broker.settings.topic_events,
                                  .partition = partition,
                                  .key = memory_text("key"),
                                  .key_length = 3,
                                  .value = memory_new(length + 1, 1),
                                  .length = length};

    memset(record.value, 'v', length);
    kafka_record_header(&record, "a", "b", 1);
    bool sent = event_sender_send(given->sender, &record, what, why);
    kafka_record_release(&record);
    return sent;
}

static void written(void)
{
    CLEANUP(buffer_release) struct buffer values;
    struct given given;
    struct fault why = {.text = ""};
    int here = 0;

    begin(&given);
    buffer_init(&values, 100000);
    CU_ASSERT_FATAL(send_one(&given, 0, 3, &here, &why));
    CU_ASSERT_FATAL(send_one(&given, 0, 4, &here, &why));
    CU_ASSERT_EQUAL(event_sender_count(given.sender), 2);
    given_until(given.loop, &given.told, 2);
    CU_ASSERT(given.written == 2 && given.what == &here && event_sender_count(given.sender) == 0);
    CU_ASSERT(given.last.partition == 0 && given.last.offset == 1);
    CU_ASSERT_STRING_EQUAL(event_sender_trouble(given.sender), "");
    given_broker_read(&given.broker, given.broker.settings.topic_events, &values);
    CU_ASSERT(strstr(buffer_text(&values), "vvv") != NULL && strstr(buffer_text(&values), "vvvv") != NULL);
    end(&given);
}

static const struct {
    rd_kafka_resp_err_t error;
    enum fault_kind kind;
    const char *text;
} refusals[] = {
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, FAULT_INPUT, "did not take a record"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FAULT_LOCAL, "Topic authorization failed"},
    {RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, FAULT_PEER, "did not take a record"},
};

static void fired(void *context)
{
    ++*(size_t *)context;
}

/* A right that is back is seen when the producer is made anew, a second after the last. */
static void wait_for_a_timer(struct given *given, size_t *count)
{
    struct loop_timer timer = {.fire = fired, .context = count};

    loop_set_timer(given->loop, &timer, loop_clock_ms() + 100);
    given_until(given->loop, count, 1);
}

/* Each has its reason; what comes after is written again. */
static void refused(void)
{
    struct given given;
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        begin(&given);
        given_broker_fail(&given.broker, GIVEN_PRODUCE, 1, &refusals[i].error);
        CU_ASSERT_FATAL(send_one(&given, 1, 3, NULL, &why));
        given_until(given.loop, &given.told, 1);
        if (given.written != 0 || given.last.why.kind != refusals[i].kind ||
            strstr(given.last.why.text, refusals[i].text) == NULL ||
            strcmp(event_sender_trouble(given.sender), given.last.why.text) != 0) {
            printf("\n  %s: %s", rd_kafka_err2name(refusals[i].error), given.last.why.text);
            CU_FAIL("case above");
        }
        for (size_t again = 0; !send_one(&given, 1, 3, NULL, &why); again = 0)
            wait_for_a_timer(&given, &again);
        given_until(given.loop, &given.told, 2);
        CU_ASSERT_EQUAL(given.written, 1);
        CU_ASSERT_STRING_EQUAL(event_sender_trouble(given.sender), "");
        end(&given);
    }
}

/* A partition that there is not. */
static void nowhere(void)
{
    struct given given;
    struct fault why;

    begin(&given);
    CU_ASSERT_FATAL(send_one(&given, GIVEN_PARTITIONS + 5, 3, NULL, &why));
    given_until(given.loop, &given.told, 1);
    CU_ASSERT(given.written == 0 && given.last.why.kind == FAULT_PEER);
    end(&given);
}

/* Records and bytes under way are bounded; nobody hears of one that was not taken. */
static void bounded(void)
{
    struct given given;
    struct fault why;
    size_t count = 0;

    begin(&given);
    while (count < 100 && send_one(&given, 0, 1000000, NULL, &why))
        count++;
    CU_ASSERT(count == 33 &&
              why.kind == FAULT_EXHAUSTED); /* 33 MB and 99 bytes of keys are less than 32 MiB */
    given_until(given.loop, &given.told, count);
    CU_ASSERT_EQUAL(given.written, count);
    for (count = 0; count <= EVENT_SENDER_RECORDS_MAX && send_one(&given, 0, 1, NULL, &why); count++)
        ;
    CU_ASSERT(count == EVENT_SENDER_RECORDS_MAX && why.kind == FAULT_EXHAUSTED);
    end(&given); /* with all of them under way */
}

struct asked {
    size_t answers, good;
};

static void answered(void *context, const struct event_topics_news *news)
{
    struct asked *asked = context;

    asked->answers++;
    asked->good += news->answered && news->states[TOPIC_EVENTS].partitions == GIVEN_PARTITIONS &&
                   news->states[TOPIC_EVENTS_DEAD].exists;
}

static void topics(void)
{
    struct given given;
    struct event_topics *topics;
    struct asked asked = {0};
    struct fault why;

    begin(&given);
    CU_ASSERT_FATAL(event_topics_new(&given.broker.settings, given.loop, answered, &asked, &topics, &why));
    given_until(given.loop, &asked.answers, 1);
    CU_ASSERT_EQUAL(asked.good, 1);
    CU_ASSERT_PTR_NULL(event_topics_free(topics));
    end(&given);
}

CU_TestInfo test_event_sender[] = {{"written", written}, {"refused", refused},         {"nowhere", nowhere},
                                   {"bounded", bounded}, {"topics are asked", topics}, CU_TEST_INFO_NULL};
