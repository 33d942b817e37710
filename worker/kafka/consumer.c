/* The group's consumer: its rebalance callback and its queues. */
#include "consumer.h"

#include "client_config.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LEAVE_MS = 2000, SERVE_MS = 10, REASON_SIZE = 512 };

struct consumer {
    rd_kafka_t *handle;
    rd_kafka_queue_t *control;                   /* rebalances and errors */
    rd_kafka_queue_t *messages[CONSUMER_TOPICS]; /* of all our partitions */
    struct loop *loop;
    int wake; /* eventfd of all queues */
    char *topics[CONSUMER_TOPICS];
    const struct consumer_calls *calls;
    void *context;
    rd_kafka_consumer_group_metadata_t *assignment;
    bool leaving;
    bool closing;    /* the loop has ended: nobody will let go of partitions later */
    bool told_fatal; /* the end of our place in the group */
};

static bool is_fenced(const struct consumer *consumer)
{
    return rd_kafka_fatal_error(consumer->handle, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void take_pair(struct consumer *consumer)
{
    if (consumer->assignment != NULL)
        rd_kafka_consumer_group_metadata_destroy(consumer->assignment);
    char *member = rd_kafka_memberid(consumer->handle);
    /* Positions of nobody are accepted without a fence (PROMISE.md R2). */
    consumer->assignment =
        member == NULL || *member == '\0' ? NULL : rd_kafka_consumer_group_metadata(consumer->handle);
    rd_kafka_mem_free(consumer->handle, member);
}

static void drop_pair(struct consumer *consumer)
{
    if (consumer->assignment != NULL)
        rd_kafka_consumer_group_metadata_destroy(consumer->assignment);
    consumer->assignment = NULL;
}

static void rebalanced(rd_kafka_t *handle, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list,
                       void *opaque)
{
    struct consumer *consumer = opaque;
    size_t count = (size_t)list->cnt;

    if (consumer->closing) {
        rd_kafka_assign(handle, NULL); /* what is not settled is the next owner's; leaving waits for this */
        return;
    }
    int32_t *partitions = memory_new(count, sizeof *partitions);
    for (size_t i = 0; i < count; i++)
        partitions[i] = list->elems[i].partition;
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        take_pair(consumer);
        consumer->calls->assigned(consumer->context, partitions, count);
    } else {
        bool lost = rd_kafka_assignment_lost(handle) != 0;
        if (lost)
            drop_pair(consumer);
        consumer->calls->revoked(consumer->context, partitions, count, lost);
    }
    memory_free(partitions);
}

/* Errors that librdkafka works on by itself are reported, not acted on. */
static void failed(rd_kafka_t *handle, int error, const char *reason, void *opaque)
{
    struct consumer *consumer = opaque;
    struct fault why;
    bool fatal = error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
                 error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;

    (void)handle;
    fault_set(&why, FAULT_PEER, "Kafka: %s (%s)", reason, rd_kafka_err2name((rd_kafka_resp_err_t)error));
    consumer->calls->failed(consumer->context, &why, fatal);
}

static void woken(void *context, uint32_t events)
{
    struct consumer *consumer = context;
    uint64_t count;

    (void)events;
    while (read(consumer->wake, &count, sizeof count) > 0)
        ;
    consumer->calls->ready(consumer->context);
}

static bool subscribe(struct consumer *consumer, struct fault *why)
{
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(topics, consumer->topics[CONSUMER_REQUESTS], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer->handle, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_LOCAL, "cannot subscribe to '%s': %s",
                         consumer->topics[CONSUMER_REQUESTS], rd_kafka_err2str(error));
    return true;
}

bool consumer_new(const struct settings *settings, struct loop *loop, const struct consumer_calls *calls,
                  void *context, struct consumer **out, struct fault *why)
{
    static const uint64_t one = 1;
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_CONSUMER, &conf, why));
    struct consumer *consumer = memory_new(1, sizeof *consumer);
    *consumer = (struct consumer){.loop = loop, .calls = calls, .context = context, .wake = -1};
    consumer->topics[CONSUMER_REQUESTS] = memory_text(settings->topic_requests);
    consumer->topics[CONSUMER_SIGNALS] = memory_text(settings->topic_signals);
    consumer->topics[CONSUMER_EVENTS] = memory_text(settings->topic_events);
    rd_kafka_conf_set_opaque(conf, consumer);
    rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
    rd_kafka_conf_set_error_cb(conf, failed);
    consumer->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!client_config_connect(RD_KAFKA_CONSUMER, conf, &consumer->handle, why) ||
        !loop_watch(loop, consumer->wake, EPOLLIN, woken, consumer, why)) {
        consumer_free(consumer);
        return false;
    }
    rd_kafka_poll_set_consumer(consumer->handle);
    consumer->control = rd_kafka_queue_get_consumer(consumer->handle);
    rd_kafka_queue_io_event_enable(consumer->control, consumer->wake, &one, sizeof one);
    for (size_t i = 0; i < CONSUMER_TOPICS; i++) {
        consumer->messages[i] = rd_kafka_queue_new(consumer->handle);
        rd_kafka_queue_io_event_enable(consumer->messages[i], consumer->wake, &one, sizeof one);
    }
    if (!subscribe(consumer, why)) {
        consumer_free(consumer);
        return false;
    }
    *out = consumer;
    return true;
}

/* Nobody is left to answer: the last answers are given here. One that only closes would be missed for a session. */
static void leave_now(struct consumer *consumer)
{
    int64_t until_ms = loop_clock_ms() + LEAVE_MS;
    struct fault why;

    consumer->closing = true;
    /* An assignment that is not answered yet would hold it. */
    if (!consumer->leaving && !is_fenced(consumer) && !consumer_begin(consumer, NULL, 0, &why))
        LOG(LOG_WARN, "an assignment could not be answered", log_fault(&why));
    consumer_leave(consumer);
    while (!consumer_left(consumer) && loop_clock_ms() < until_ms) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(consumer->control, SERVE_MS);
        if (message != NULL)
            rd_kafka_message_destroy(message);
    }
}

void *consumer_free(struct consumer *consumer)
{
    if (consumer == NULL)
        return NULL;
    drop_pair(consumer);
    if (consumer->control != NULL)
        leave_now(consumer);
    for (size_t i = 0; i < CONSUMER_TOPICS; i++)
        if (consumer->messages[i] != NULL)
            rd_kafka_queue_destroy(consumer->messages[i]);
    bool left = consumer->control != NULL && consumer_left(consumer) && !is_fenced(consumer);
    if (consumer->control != NULL)
        rd_kafka_queue_destroy(consumer->control);
    /* Closing waits for the farewell to arrive. Where none was sent Kafka is away, and finds out by itself. */
    if (consumer->handle != NULL)
        rd_kafka_destroy_flags(consumer->handle, left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    if (consumer->wake >= 0) {
        loop_forget(consumer->loop, consumer->wake);
        close(consumer->wake);
    }
    for (size_t i = 0; i < CONSUMER_TOPICS; i++)
        memory_free(consumer->topics[i]);
    return memory_free(consumer);
}

/* Forwarded before it is assigned: no message can land in the consumer's own queue. */
static void add_start(struct consumer *consumer, enum consumer_topic topic, int32_t partition, int64_t offset,
                      rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_queue_t *queue =
        rd_kafka_queue_get_partition(consumer->handle, consumer->topics[topic], partition);

    if (queue != NULL) {
        rd_kafka_queue_forward(queue, consumer->messages[topic]);
        rd_kafka_queue_destroy(queue);
    }
    rd_kafka_topic_partition_list_add(list, consumer->topics[topic], partition)->offset =
        offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : offset;
}

bool consumer_begin(struct consumer *consumer, const struct consumer_start *starts, size_t count,
                    struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count * CONSUMER_TOPICS);

    for (size_t i = 0; i < count; i++) {
        add_start(consumer, CONSUMER_REQUESTS, starts[i].partition, starts[i].offset, list);
        add_start(consumer, CONSUMER_SIGNALS, starts[i].partition, starts[i].signals, list);
        add_start(consumer, CONSUMER_EVENTS, starts[i].partition, starts[i].events, list);
    }
    rd_kafka_resp_err_t error = rd_kafka_assign(consumer->handle, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_LOCAL, "cannot take %zu partitions: %s", count, rd_kafka_err2str(error));
    return true;
}

void consumer_release(struct consumer *consumer)
{
    rd_kafka_assign(consumer->handle, NULL);
    drop_pair(consumer);
}

/* Not by closing: a static member would stay in the group for its session, with nobody at its partitions. */
void consumer_leave(struct consumer *consumer)
{
    if (consumer->leaving)
        return;
    consumer->leaving = true;
    if (!is_fenced(consumer)) /* else it would be our successor that leaves */
        rd_kafka_unsubscribe(consumer->handle);
}

/* The library forgets the member's name when it sends the farewell, which is when everything has been given away. */
bool consumer_left(const struct consumer *consumer)
{
    if (!consumer->leaving || is_fenced(consumer))
        return consumer->leaving;
    char *member = rd_kafka_memberid(consumer->handle);
    bool left = member == NULL || *member == '\0';
    rd_kafka_mem_free(consumer->handle, member);
    return left;
}

static rd_kafka_message_t *next_of(struct consumer *consumer, enum consumer_topic topic)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(consumer->messages[topic], 0);
        if (message == NULL || message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            return message;
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            consumer->calls->ended(consumer->context, topic, message->partition, message->offset);
            rd_kafka_message_destroy(message);
            continue;
        }
        struct fault why;
        bool fatal = message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
                     message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
        fault_set(&why, FAULT_PEER, "partition %d of '%s': %s", (int)message->partition,
                  message->rkt == NULL ? consumer->topics[topic] : rd_kafka_topic_name(message->rkt),
                  rd_kafka_message_errstr(message));
        rd_kafka_message_destroy(message);
        consumer->calls->failed(consumer->context, &why, fatal);
    }
}

rd_kafka_message_t *consumer_next(struct consumer *consumer)
{
    return next_of(consumer, CONSUMER_REQUESTS);
}

rd_kafka_message_t *consumer_next_signal(struct consumer *consumer)
{
    return next_of(consumer, CONSUMER_SIGNALS);
}

rd_kafka_message_t *consumer_next_event(struct consumer *consumer)
{
    return next_of(consumer, CONSUMER_EVENTS);
}

/* It comes as a message, without a rebalance, and as often as anything else is asked of the handle. */
static void tell_fatal(struct consumer *consumer)
{
    char reason[REASON_SIZE];
    struct fault why;

    if (consumer->told_fatal)
        return;
    consumer->told_fatal = true;
    drop_pair(consumer);
    rd_kafka_resp_err_t error = rd_kafka_fatal_error(consumer->handle, reason, sizeof reason);
    if (error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
        consumer->calls->fenced(consumer->context);
        return;
    }
    fault_set(&why, FAULT_PEER, "Kafka: %s (%s)", reason, rd_kafka_err2name(error));
    consumer->calls->failed(consumer->context, &why, true);
}

void consumer_serve(struct consumer *consumer)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(consumer->control, 0);
        if (message == NULL)
            return;
        if (message->err == RD_KAFKA_RESP_ERR__FATAL) {
            tell_fatal(consumer);
        } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            struct fault why;
            fault_set(&why, FAULT_PEER, "Kafka: %s", rd_kafka_message_errstr(message));
            consumer->calls->failed(consumer->context, &why,
                                    message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET);
        }
        rd_kafka_message_destroy(message);
    }
}

bool consumer_has_assignment(const struct consumer *consumer)
{
    return consumer->assignment != NULL;
}

/* The library copies it only by writing and reading. */
rd_kafka_consumer_group_metadata_t *consumer_assignment_copy(const struct consumer *consumer)
{
    rd_kafka_consumer_group_metadata_t *copy = NULL;
    void *bytes;
    size_t size;

    REQUIRE(consumer->assignment != NULL); /* R2: positions of nobody would be taken without a fence */
    rd_kafka_error_t *error = rd_kafka_consumer_group_metadata_write(consumer->assignment, &bytes, &size);
    if (error == NULL) {
        error = rd_kafka_consumer_group_metadata_read(&copy, bytes, size);
        rd_kafka_mem_free(NULL, bytes);
    }
    if (error != NULL)
        abort(); /* what it wrote itself it can read */
    return copy;
}

bool consumer_lost(const struct consumer *consumer)
{
    return rd_kafka_assignment_lost(consumer->handle) != 0 || is_fenced(consumer);
}

rd_kafka_t *consumer_handle(struct consumer *consumer)
{
    return consumer->handle;
}
