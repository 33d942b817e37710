/* Fetches single ledger records by offset, in rounds over all that is asked for. */
#include "fetcher.h"

#include "client_config.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"
#include "nudge.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    READ_ON = 500,  /* offsets that a round reads on for the next one that was asked */
    AGAIN_MS = 100, /* a broker that is away, or a new leader that does not know yet what it has */
    GIVE_UP_MS = 3000
};

struct ask {
    int32_t partition;
    int64_t offset;
    int64_t until_ms; /* an end of the log in front of it is believed then */
    bool in_round, answered;
    fetcher_done_fn *done;
    void *context;
};

struct fetcher {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    struct loop *loop;
    const char *topic;
    int wake;
    struct ask *asks;
    size_t count, room, in_round;
    rd_kafka_topic_partition_list_t *assigned; /* null: nothing */
    bool filled;                               /* the queue was, since the last nudge */
    struct loop_timer again;
};

static void woken(void *context, uint32_t events)
{
    struct fetcher *fetcher = context;
    uint64_t count;

    (void)events;
    while (read(fetcher->wake, &count, sizeof count) > 0)
        ; /* the chore of this turn asks for messages */
}

static void ask_again(void *context)
{
    (void)context; /* the turn that this causes runs the chore */
}

bool fetcher_new(const struct settings *settings, struct loop *loop, struct fetcher **out, struct fault *why)
{
    static const uint64_t one = 1;
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_FETCHER, &conf, why));
    struct fetcher *fetcher = memory_new(1, sizeof *fetcher);
    *fetcher = (struct fetcher){.loop = loop, .topic = settings->topic_ledger};
    fetcher->again = (struct loop_timer){.fire = ask_again, .context = fetcher};
    fetcher->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!client_config_connect(RD_KAFKA_CONSUMER, conf, &fetcher->handle, why) ||
        !loop_watch(loop, fetcher->wake, EPOLLIN, woken, fetcher, why)) {
        fetcher_free(fetcher);
        return false;
    }
    rd_kafka_poll_set_consumer(fetcher->handle);
    fetcher->queue = rd_kafka_queue_get_consumer(fetcher->handle);
    rd_kafka_queue_io_event_enable(fetcher->queue, fetcher->wake, &one, sizeof one);
    *out = fetcher;
    return true;
}

void *fetcher_free(struct fetcher *fetcher)
{
    if (fetcher == NULL)
        return NULL;
    if (fetcher->queue != NULL)
        rd_kafka_queue_destroy(fetcher->queue);
    if (fetcher->assigned != NULL)
        rd_kafka_topic_partition_list_destroy(fetcher->assigned);
    if (fetcher->handle != NULL)
        rd_kafka_destroy(fetcher->handle);
    if (fetcher->wake >= 0) {
        loop_forget(fetcher->loop, fetcher->wake);
        close(fetcher->wake);
    }
    loop_clear_timer(fetcher->loop, &fetcher->again);
    memory_free(fetcher->asks);
    return memory_free(fetcher);
}

void fetcher_ask(struct fetcher *fetcher, int32_t partition, int64_t offset, fetcher_done_fn *done,
                 void *context)
{
    REQUIRE(done != NULL && offset >= 0 && fetcher->count <= fetcher->room);
    if (fetcher->count == fetcher->room) {
        fetcher->room = fetcher->room * 2 + 16;
        fetcher->asks = memory_resize(fetcher->asks, fetcher->room, sizeof *fetcher->asks);
    }
    fetcher->asks[fetcher->count++] = (struct ask){.partition = partition,
                                                   .offset = offset,
                                                   .until_ms = loop_clock_ms() + GIVE_UP_MS,
                                                   .done = done,
                                                   .context = context};
    loop_hurry(fetcher->loop);
}

static void leave_round(struct fetcher *fetcher, struct ask *ask)
{
    REQUIRE(fetcher->in_round >= ask->in_round);
    fetcher->in_round -= ask->in_round;
    ask->in_round = false;
}

void fetcher_forget(struct fetcher *fetcher, int32_t partition)
{
    size_t kept = 0;

    for (size_t i = 0; i < fetcher->count; i++) {
        if (fetcher->asks[i].partition != partition)
            fetcher->asks[kept++] = fetcher->asks[i];
        else
            leave_round(fetcher, &fetcher->asks[i]);
    }
    fetcher->count = kept;
}

/* Where the round begins in a partition. */
static rd_kafka_topic_partition_t *start_of(rd_kafka_topic_partition_list_t *list, const char *topic,
                                            const struct ask *ask)
{
    rd_kafka_topic_partition_t *start = rd_kafka_topic_partition_list_find(list, topic, ask->partition);

    if (start == NULL) {
        start = rd_kafka_topic_partition_list_add(list, topic, ask->partition);
        start->offset = ask->offset;
    }
    if (ask->offset < start->offset)
        start->offset = ask->offset;
    return start;
}

/* Takes the list over. */
static void assign(struct fetcher *fetcher, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t error = rd_kafka_assign(fetcher->handle, list);

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        LOG(LOG_WARN, "records of the ledger cannot be read just now, it is tried again",
            log_text("why", rd_kafka_err2str(error)));
    if (fetcher->assigned != NULL)
        rd_kafka_topic_partition_list_destroy(fetcher->assigned);
    fetcher->assigned = list;
}

static void begin_round(struct fetcher *fetcher)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);

    REQUIRE(fetcher->in_round == 0 && fetcher->count > 0);
    assign(fetcher, NULL); /* a partition that stays assigned would go on where it stands */
    for (size_t i = 0; i < fetcher->count; i++)
        start_of(list, fetcher->topic, &fetcher->asks[i]);
    for (size_t i = 0; i < fetcher->count; i++) {
        struct ask *ask = &fetcher->asks[i];
        ask->in_round = ask->offset - start_of(list, fetcher->topic, ask)->offset < READ_ON;
        fetcher->in_round += ask->in_round;
    }
    REQUIRE(fetcher->in_round > 0); /* else it would begin rounds and never read */
    assign(fetcher, list);
}

/* The next that the message answers; the end of the log counts late, since a new leader may not know all of it yet. */
static bool answers(const rd_kafka_message_t *message, const struct ask *ask, int64_t now_ms)
{
    if (ask->partition != message->partition || ask->answered)
        return false;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return ask->in_round && now_ms >= ask->until_ms;
    return message->offset == ask->offset || (ask->in_round && message->offset > ask->offset);
}

static void answer(struct fetcher *fetcher, const rd_kafka_message_t *message)
{
    int64_t now_ms = loop_clock_ms();

    /* Whoever is answered may ask again: that goes after the last. */
    for (size_t i = 0, count = fetcher->count; i < count; i++) {
        struct ask ask = fetcher->asks[i];
        if (!answers(message, &ask, now_ms))
            continue;
        fetcher->asks[i].answered = true;
        leave_round(fetcher, &fetcher->asks[i]);
        bool found = message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset == ask.offset;
        ask.done(ask.context, found ? message : NULL);
        REQUIRE(fetcher->count >= count); /* whoever is answered forgets nothing here */
    }
    size_t kept = 0;
    for (size_t i = 0; i < fetcher->count; i++)
        if (!fetcher->asks[i].answered)
            fetcher->asks[kept++] = fetcher->asks[i];
    fetcher->count = kept;
}

/* The partition has nothing for us now: those of this round are asked again in another. */
static void put_off(struct fetcher *fetcher, int32_t partition)
{
    for (size_t i = 0; i < fetcher->count; i++) {
        if (fetcher->asks[i].partition != partition || !fetcher->asks[i].in_round)
            continue;
        leave_round(fetcher, &fetcher->asks[i]);
    }
    loop_set_timer(fetcher->loop, &fetcher->again, loop_clock_ms() + AGAIN_MS);
}

static bool is_end(const rd_kafka_message_t *message)
{
    return message->rkt != NULL && (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
                                    message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
                                    message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET);
}

/* Whether there was one. */
static bool take_next(struct fetcher *fetcher)
{
    rd_kafka_message_t *message = rd_kafka_consume_queue(fetcher->queue, 0);

    if (message == NULL)
        return false;
    fetcher->filled = true; /* it may have been */
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || is_end(message))
        answer(fetcher, message);
    else
        LOG(LOG_WARN, "records of the ledger cannot be read just now, those who want them wait",
            log_text("topic", fetcher->topic), log_int("partition", message->partition),
            log_text("why", rd_kafka_message_errstr(message)));
    if (is_end(message))
        put_off(fetcher, message->partition);
    rd_kafka_message_destroy(message);
    return true;
}

void fetcher_chore(struct fetcher *fetcher)
{
    int64_t share = loop_share(fetcher->loop);
    bool more = true;

    while (more && !loop_share_over(fetcher->loop, share))
        more = take_next(fetcher);
    if (fetcher->in_round > 0 && fetcher->filled && !more) {
        fetcher->filled = false;
        consumer_nudge(fetcher->handle, fetcher->assigned);
    }
    if (fetcher->in_round > 0)
        return;
    if (fetcher->count == 0 && fetcher->assigned != NULL)
        assign(fetcher, NULL);
    else if (fetcher->count > 0 && !loop_timer_is_set(&fetcher->again))
        begin_round(fetcher);
}
