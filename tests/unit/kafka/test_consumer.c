/* The group's member: partitions come and go, and with them the pair that settlements are fenced with (PROMISE.md R2). */
#include "consumer.h"

#include "fence.h"
#include "given_broker.h"
#include "memory.h"
#include "producer.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
    struct given_broker broker;
    struct loop *loop;
    struct consumer *consumer;
    size_t assigned, revoked, failed, fatal, fenced, ready, ended; /* how often each was called */
    size_t partitions;
    bool lost;
    int64_t end; /* of partition 0 */
    char why[400];
};

static void assigned(void *context, const int32_t partitions[], size_t count)
{
    struct given *given = context;

    given->assigned++;
    given->partitions = count;
    for (size_t i = 0; i < count; i++)
        CU_ASSERT_EQUAL(partitions[i], (int32_t)i);
}

static void revoked(void *context, const int32_t partitions[], size_t count, bool lost)
{
    struct given *given = context;

    (void)partitions;
    given->revoked++;
    given->partitions = count;
    given->lost = lost;
}

static void failed(void *context, const struct fault *why, bool fatal)
{
    struct given *given = context;

    given->failed++;
    given->fatal += fatal;
    snprintf(given->why, sizeof given->why, "%s", why->text);
}

static void fenced(void *context)
{
    struct given *given = context;

    given->fenced++;
}

static void ready(void *context)
{
    struct given *given = context;

    given->ready++;
}

static void ended(void *context, enum consumer_topic topic, int32_t partition, int64_t offset)
{
    struct given *given = context;

    if (topic != CONSUMER_REQUESTS)
        return;
    given->ended++;
    if (partition == 0)
        given->end = offset;
}

static const struct consumer_calls calls = {assigned, revoked, failed, fenced, ready, ended};

/* As the worker does it in each turn. */
static void serve(void *context)
{
    struct given *given = context;

    if (given->consumer != NULL)
        consumer_serve(given->consumer);
}

static void begin(struct given *given)
{
    struct fault why;

    *given = (struct given){.end = -1};
    given_broker_open(&given->broker);
    if (!loop_new(&given->loop, &why) ||
        !consumer_new(&given->broker.settings, given->loop, &calls, given, &given->consumer, &why))
        abort();
    loop_add_chore(given->loop, "serve", serve, given);
}

static void end(struct given *given)
{
    loop_remove_chore(given->loop, given);
    consumer_free(given->consumer);
    loop_free(given->loop);
    given_broker_close(&given->broker);
}

/* Takes requests, and the ends between them, until so many have come; their values with a comma each. */
struct taking {
    struct given *given;
    bool signals;
    size_t count;
    char values[200];
};

static void take(void *context)
{
    struct taking *taking = context;
    struct consumer *consumer = taking->given->consumer;
    rd_kafka_message_t *message;

    while ((message = taking->signals ? consumer_next_signal(consumer) : consumer_next(consumer)) != NULL) {
        size_t length = strlen(taking->values);
        snprintf(taking->values + length, sizeof taking->values - length, "%.*s,", (int)message->len,
                 (const char *)message->payload);
        taking->count++;
        rd_kafka_message_destroy(message);
    }
}

static void expect_messages(struct given *given, bool signals, size_t count, const char *values)
{
    struct taking taking = {.given = given, .signals = signals};

    loop_add_chore(given->loop, "take", take, &taking);
    given_until(given->loop, &taking.count, count);
    loop_remove_chore(given->loop, &taking);
    if (strcmp(taking.values, values) != 0) {
        printf("\n  got '%s', want '%s'", taking.values, values);
        CU_FAIL("messages above");
    }
}

static void start(struct given *given, int64_t offset, int64_t signals)
{
    const struct consumer_start starts[] = {{0, offset, signals, -1}, {1, -1, -1, -1}};
    struct fault why;

    given_until(given->loop, &given->assigned, 1);
    CU_ASSERT_EQUAL(given->partitions, GIVEN_PARTITIONS);
    CU_ASSERT(consumer_begin(given->consumer, starts, COUNT_OF(starts), &why));
}

/* The farewell needs a few turns. */
static void until_left(struct given *given)
{
    size_t never = 0;
    int64_t until_ms = loop_clock_ms() + 9000;

    while (!consumer_left(given->consumer) && loop_clock_ms() < until_ms)
        given_until(given->loop, &never, 0);
}

/* Requests and decisions from where the positions say, each from a queue of their own. */
static void messages_come_from_the_positions_on(struct given *given)
{
    CU_ASSERT_FALSE(consumer_has_assignment(given->consumer));
    given_broker_fill(&given->broker, given->broker.settings.topic_requests, 4);
    given_broker_fill(&given->broker, given->broker.settings.topic_signals, 3);
    start(given, 2, -1);
    expect_messages(given, false, 2, "2,3,");
    expect_messages(given, true, 3, "0,1,2,");
    struct taking taking = {.given = given};
    loop_add_chore(given->loop, "take", take, &taking);
    given_until(given->loop, &given->ended,
                2); /* both partitions of the requests; the signals' ends are nobody's affair */
    loop_remove_chore(given->loop, &taking);
    CU_ASSERT(given->end == 4 && given->ready > 0 && given->failed == 0);
    given_broker_fill(&given->broker, given->broker.settings.topic_requests, 1);
    expect_messages(given, false, 1, "0,");
}

static void the_pair_is_that_of_the_assignment(struct given *given)
{
    CU_ASSERT(consumer_has_assignment(given->consumer) && !consumer_lost(given->consumer));
    rd_kafka_consumer_group_metadata_t *copy = consumer_assignment_copy(given->consumer);
    char *member = rd_kafka_memberid(consumer_handle(given->consumer));
    void *bytes;
    size_t size;
    rd_kafka_error_t *error = rd_kafka_consumer_group_metadata_write(copy, &bytes, &size);
    CU_ASSERT(error == NULL && memmem(bytes, size, member, strlen(member)) != NULL);
    rd_kafka_mem_free(NULL, bytes);
    rd_kafka_mem_free(consumer_handle(given->consumer), member);
    rd_kafka_consumer_group_metadata_destroy(copy);
    consumer_leave(given->consumer);
    given_until(given->loop, &given->revoked, 1);
    CU_ASSERT(!given->lost && given->partitions == GIVEN_PARTITIONS);
    CU_ASSERT(consumer_has_assignment(given->consumer)); /* what drains is still settled under it */
    CU_ASSERT_FALSE(consumer_left(given->consumer));
    consumer_release(given->consumer);
    CU_ASSERT_FALSE(consumer_has_assignment(given->consumer));
    until_left(given);
    CU_ASSERT(consumer_left(given->consumer));
    CU_ASSERT_EQUAL(given->assigned, 1); /* nothing more is assigned */
}

/* A member that the group has thrown out has lost what it had: nothing may be settled any more. */
static void a_lost_assignment_has_no_pair(struct given *given)
{
    static const rd_kafka_resp_err_t unknown[] = {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID};

    given_broker_fail(&given->broker, GIVEN_HEARTBEAT, 1, unknown);
    given_until(given->loop, &given->revoked, 1);
    CU_ASSERT(given->lost && !consumer_has_assignment(given->consumer) && consumer_lost(given->consumer));
    consumer_release(given->consumer);
}

static void another_process_takes_our_place(void)
{
    struct given given;

    begin(&given);
    start(&given, -1, -1);
    rd_kafka_test_fatal_error(consumer_handle(given.consumer), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                              "a test");
    CU_ASSERT(consumer_lost(given.consumer));
    given_until(given.loop, &given.fenced, 1);
    given_turn(given.loop);
    CU_ASSERT(given.fenced == 1 && given.fatal == 0 && !consumer_has_assignment(given.consumer));
    consumer_leave(given.consumer); /* at once: it would be our successor that leaves */
    CU_ASSERT(consumer_left(given.consumer) && given.revoked == 0);
    end(&given);
}

static void any_other_end_is_told_once(void)
{
    struct given given;

    begin(&given);
    rd_kafka_test_fatal_error(consumer_handle(given.consumer), RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
                              "a test");
    given_until(given.loop, &given.fatal, 1);
    given_turn(given.loop);
    CU_ASSERT(given.fatal == 1 && given.fenced == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(given.why, "Kafka: "));
    end(&given);
}

/* It may be made a moment later: the worker hears of it, and goes on. */
static void a_topic_that_is_not_there_is_told(void)
{
    struct given_broker *broker;
    struct given given;
    struct fault why;

    given = (struct given){.end = -1};
    broker = &given.broker;
    given_broker_open(broker);
    rd_kafka_mock_topic_set_error(broker->cluster, broker->settings.topic_requests,
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    if (!loop_new(&given.loop, &why) ||
        !consumer_new(&broker->settings, given.loop, &calls, &given, &given.consumer, &why))
        abort();
    loop_add_chore(given.loop, "serve", serve, &given);
    given_until(given.loop, &given.failed, 1);
    CU_ASSERT(given.fatal == 0 && strncmp(given.why, "Kafka: ", 7) == 0 &&
              strstr(given.why, "whc.order-requests") != NULL);
    end(&given);
}

/* A position that the log does not have (any more): reading elsewhere would lose requests or repeat them (R4). */
static void a_position_out_of_range_is_fatal(void)
{
    struct given given;
    struct taking taking = {.given = &given};

    begin(&given);
    given_broker_fill(&given.broker, given.broker.settings.topic_requests, 2);
    start(&given, 50, -1);
    loop_add_chore(given.loop, "take", take, &taking);
    given_until(given.loop, &given.fatal, 1);
    loop_remove_chore(given.loop, &taking);
    CU_ASSERT_PTR_NOT_NULL(strstr(given.why, "partition 0 of 'whc.order-requests': "));
    CU_ASSERT_EQUAL(taking.count, 0);
    a_lost_assignment_has_no_pair(&given);
    end(&given);
}

/* A member that ends while nobody has answered its assignment still leaves the group, or its partitions would wait. */
static void it_leaves_when_it_is_freed(void)
{
    struct given given;

    begin(&given);
    given_until(given.loop, &given.assigned, 1);
    int64_t began_ms = loop_clock_ms();
    loop_remove_chore(given.loop, &given);
    given.consumer = consumer_free(given.consumer);
    CU_ASSERT_EQUAL(given.revoked, 0);            /* nobody is there to drain anything */
    CU_ASSERT(loop_clock_ms() - began_ms < 1900); /* it does not run into the limit */
    end(&given);
    CU_ASSERT_PTR_NULL(consumer_free(NULL));
}

/* --- whether the broker fences (A1): the mock cluster does not, unless a test makes it --- */

static const struct {
    const char *name;
    size_t count;
    rd_kafka_resp_err_t errors[2];
    enum fence fence;
} fences[] = {
    {"both are refused",
     2,
     {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID},
     FENCE_HOLDS},
    {"both are refused, as a static member's",
     2,
     {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID},
     FENCE_HOLDS},
    {"neither is refused", 0, {RD_KAFKA_RESP_ERR_NO_ERROR}, FENCE_IS_OPEN},
    {"one of nobody is, one of our name is not", 1, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID}, FENCE_IS_OPEN},
    {"our generation had just ended: that says nothing",
     2,
     {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION},
     FENCE_UNKNOWN},
    {"another answer is none", 1, {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED}, FENCE_UNKNOWN},
};

static void whether_the_broker_fences(struct given *given)
{
    for (size_t i = 0; i < COUNT_OF(fences); i++) {
        struct producer *producer;
        struct fault why;
        if (!producer_new(&given->broker.settings, false, &producer, &why))
            abort();
        rd_kafka_topic_partition_list_t *positions = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(positions, given->broker.settings.topic_requests, 0)->offset = 0;
        given_broker_fail(&given->broker, GIVEN_TXN_OFFSETS, fences[i].count, fences[i].errors);
        enum fence fence = fence_ask(&given->broker.settings, consumer_handle(given->consumer),
                                     producer_handle(producer), positions, &why);
        if (fence != fences[i].fence) {
            printf("\n  %s: %d, %s", fences[i].name, (int)fence, why.text);
            CU_FAIL("case above");
        }
        rd_kafka_topic_partition_list_destroy(positions);
        producer_free(producer);
    }
}

/* Before it has joined there is no member whose name could be tried: so there is no answer, and it is asked again. */
static void nobody_fences_for_no_member(void)
{
    static const rd_kafka_resp_err_t refused[] = {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID};
    rd_kafka_topic_partition_list_t *positions = rd_kafka_topic_partition_list_new(1);
    struct given_broker broker;
    struct producer *producer;
    struct fault why;

    given_broker_open(&broker);
    rd_kafka_t *member = given_broker_member(&broker);
    if (!producer_new(&broker.settings, false, &producer, &why))
        abort();
    rd_kafka_topic_partition_list_add(positions, broker.settings.topic_requests, 0)->offset = 0;
    given_broker_fail(&broker, GIVEN_TXN_OFFSETS, 1, refused);
    CU_ASSERT_EQUAL(fence_ask(&broker.settings, member, producer_handle(producer), positions, &why),
                    FENCE_UNKNOWN);
    CU_ASSERT_STRING_EQUAL(why.text, "this worker is not a member of the group just now");
    rd_kafka_topic_partition_list_destroy(positions);
    producer_free(producer);
    rd_kafka_destroy_flags(member, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    given_broker_close(&broker);
}

/* One after the other, for joining a group takes the mock cluster three seconds. */
static void from_coming_to_going(void)
{
    struct given given;

    begin(&given);
    messages_come_from_the_positions_on(&given);
    whether_the_broker_fences(&given);
    the_pair_is_that_of_the_assignment(&given);
    end(&given);
}

CU_TestInfo test_consumer[] = {{"from coming to going", from_coming_to_going},
                               {"a position out of range is fatal", a_position_out_of_range_is_fatal},
                               {"another process takes our place", another_process_takes_our_place},
                               {"any other end is told once", any_other_end_is_told_once},
                               {"it leaves when it is freed", it_leaves_when_it_is_freed},
                               {"a topic that is not there is told", a_topic_that_is_not_there_is_told},
                               {"nobody fences for no member", nobody_fences_for_no_member},
                               CU_TEST_INFO_NULL};
