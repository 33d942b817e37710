/* The consumer that reads ledger partitions from their beginning to their end. */
#include "ledger_reader.h"

#include "client_config.h"
#include "log.h"
#include "memory.h"
#include "nudge.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    METADATA_TIMEOUT_MS = 2000,
    NUDGE_BYTES = CLIENT_READER_QUEUE_KIB / 2 * 1024,
    MESSAGE_BYTES =
        512, /* what each takes beside its value, about; so that very many small ones count, too */
};

struct ledger_reader {
    rd_kafka_t *handle;
    rd_kafka_queue_t *queue;
    struct loop *loop;
    const char *topic;
    rd_kafka_topic_partition_list_t *assigned; /* null: nothing */
    size_t taken;                              /* bytes, since it was nudged */
    int wake;
};

static void woken(void *context, uint32_t events)
{
    struct ledger_reader *reader = context;
    uint64_t count;

    (void)events;
    while (read(reader->wake, &count, sizeof count) > 0)
        ; /* the turn that this causes asks for messages */
}

/* The first assignment would otherwise wait for it. */
static void learn_topic(const struct ledger_reader *reader)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(reader->handle, reader->topic, NULL);

    if (topic == NULL)
        return;
    if (rd_kafka_metadata(reader->handle, 0, topic, &metadata, METADATA_TIMEOUT_MS) ==
        RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
}

bool ledger_reader_new(const struct settings *settings, struct loop *loop, struct ledger_reader **out,
                       struct fault *why)
{
    static const uint64_t one = 1;
    rd_kafka_conf_t *conf;

    TRY(client_config_make(settings, CLIENT_READER, &conf, why));
    struct ledger_reader *reader = memory_new(1, sizeof *reader);
    *reader = (struct ledger_reader){.loop = loop, .topic = settings->topic_ledger};
    reader->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!client_config_connect(RD_KAFKA_CONSUMER, conf, &reader->handle, why) ||
        !loop_watch(loop, reader->wake, EPOLLIN, woken, reader, why)) {
        ledger_reader_free(reader);
        return false;
    }
    rd_kafka_poll_set_consumer(reader->handle);
    reader->queue = rd_kafka_queue_get_consumer(reader->handle);
    rd_kafka_queue_io_event_enable(reader->queue, reader->wake, &one, sizeof one);
    learn_topic(reader);
    *out = reader;
    return true;
}

static void note_assigned(struct ledger_reader *reader, rd_kafka_topic_partition_list_t *list)
{
    if (reader->assigned != NULL)
        rd_kafka_topic_partition_list_destroy(reader->assigned);
    reader->assigned = list;
    reader->taken = 0;
}

void *ledger_reader_free(struct ledger_reader *reader)
{
    if (reader == NULL)
        return NULL;
    note_assigned(reader, NULL);
    if (reader->queue != NULL)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->handle != NULL)
        rd_kafka_destroy(reader->handle);
    if (reader->wake >= 0) {
        loop_forget(reader->loop, reader->wake);
        close(reader->wake);
    }
    return memory_free(reader);
}

bool ledger_reader_begin(struct ledger_reader *reader, const int32_t partitions[], size_t count,
                         struct fault *why)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);

    ledger_reader_end(reader); /* a partition that stays assigned would go on where it stands */
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, reader->topic, partitions[i])->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t error = rd_kafka_assign(reader->handle, list);
    note_assigned(reader, list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        return fault_set(why, FAULT_LOCAL, "cannot read the ledger: %s", rd_kafka_err2str(error));
    return true;
}

void ledger_reader_end(struct ledger_reader *reader)
{
    rd_kafka_assign(reader->handle, NULL);
    note_assigned(reader, NULL);
}

static void note_taken(struct ledger_reader *reader, const rd_kafka_message_t *message)
{
    reader->taken += message->len + MESSAGE_BYTES;
    if (reader->taken < NUDGE_BYTES)
        return;
    consumer_nudge(reader->handle, reader->assigned);
    reader->taken = 0;
}

rd_kafka_message_t *ledger_reader_next(struct ledger_reader *reader)
{
    for (;;) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(reader->queue, 0);
        if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            note_taken(reader, message);
        if (message == NULL || message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
            message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            return message;
        LOG(LOG_WARN, "the ledger cannot be read just now, it is tried again",
            log_text("topic", reader->topic), log_int("partition", message->partition),
            log_text("why", rd_kafka_message_errstr(message)));
        rd_kafka_message_destroy(message);
    }
}
