/* Makes the producer, sends records with it, and counts the failures that only its log and its deliveries show. */
#include "producer.h"

#include "client_config.h"
#include "invariant.h"
#include "log.h"
#include "memory.h"

#include <stdatomic.h>
#include <string.h>

enum { INIT_TIMEOUT_MS = 3000, METADATA_TIMEOUT_MS = 3000 };

struct producer {
    rd_kafka_t *handle;
    rd_kafka_queue_t *reports; /* the handle's main queue, forwarded to the background thread */
    atomic_uint failures;
    atomic_uint unplaced; /* deliveries of which nobody says where the record stands */
    atomic_bool probing;  /* refusals are what is hoped for */
    atomic_bool ready;    /* bootstrap refusals before that do not count */
};

/* debug=broker is on for these two facilities; its other lines are dropped. */
static void count_log(const rd_kafka_t *handle, int level, const char *facility, const char *text)
{
    struct producer *producer = rd_kafka_opaque(handle);
    bool failed = strcmp(facility, "FAIL") == 0 || strcmp(facility, "REQTMOUT") == 0;

    if (failed && producer != NULL && atomic_load(&producer->ready))
        atomic_fetch_add(&producer->failures, 1);
    if (producer != NULL && atomic_load(&producer->probing) && strcmp(facility, "TXNERR") == 0)
        level = 7;
    if (level <= 5)
        LOG(level <= 3 ? LOG_WARN : LOG_INFO, "librdkafka", log_text("facility", facility),
            log_text("text", text));
}

/* The name of an error that lies in the record itself: the same bytes would be refused again (PROMISE.md R16). */
static const char *refusal(rd_kafka_resp_err_t error)
{
    switch ((int)error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        return rd_kafka_err2name(error);
    default:
        return NULL;
    }
}

/* Delivery reports, on librdkafka's own thread, so that a commit does not poll for them. */
static void count_deliveries(rd_kafka_t *handle, rd_kafka_event_t *event, void *opaque)
{
    struct producer *producer = opaque;
    const rd_kafka_message_t *message;

    (void)handle;
    while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
           (message = rd_kafka_event_message_next(event)) != NULL) {
        struct kafka_record *record = message->_private;
        if (record == NULL) /* of rights_ask(), which looks at the transaction's end */
            continue;
        record->offset = message->offset;
        record->refused = refusal(message->err);
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            atomic_fetch_add(&producer->failures, 1);
        else if (message->offset < 0)
            atomic_fetch_add(&producer->unplaced, 1);
    }
    rd_kafka_event_destroy(event);
}

/* The first batch of a topic that the producer does not know costs a second: so they are made known now. */
static void learn_topics(struct producer *producer, const struct settings *settings)
{
    const char *topics[] = {settings->topic_outcomes, settings->topic_dead, settings->topic_ledger,
                            settings->topic_signals, settings->topic_events_dead};

    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        const rd_kafka_metadata_t *metadata;
        rd_kafka_topic_t *topic = rd_kafka_topic_new(producer->handle, topics[i], NULL);
        if (topic == NULL)
            continue;
        if (rd_kafka_metadata(producer->handle, 0, topic, &metadata, METADATA_TIMEOUT_MS) ==
            RD_KAFKA_RESP_ERR_NO_ERROR)
            rd_kafka_metadata_destroy(metadata);
        rd_kafka_topic_destroy(topic);
    }
}

static bool init_transactions(struct producer *producer, struct fault *why)
{
    rd_kafka_error_t *error = rd_kafka_init_transactions(producer->handle, INIT_TIMEOUT_MS);

    if (error == NULL)
        return true;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    bool local = code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED ||
                 code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT;
    fault_set(why, local ? FAULT_LOCAL : FAULT_PEER, "Kafka does not begin transactions: %s",
              rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

/* Configured, with its callbacks. */
static bool configure(const struct settings *settings, bool singly, struct producer *producer,
                      rd_kafka_conf_t **out, struct fault *why)
{
    rd_kafka_conf_t *conf;
    char unused[64];

    TRY(client_config_make(settings, CLIENT_SETTLEMENTS, &conf, why));
    if (singly)
        rd_kafka_conf_set(conf, "batch.num.messages", "1", unused, sizeof unused);
    rd_kafka_conf_set_opaque(conf, producer);
    rd_kafka_conf_set_log_cb(conf, count_log);
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    rd_kafka_conf_set_background_event_cb(conf, count_deliveries);
    *out = conf;
    return true;
}

bool producer_new(const struct settings *settings, bool singly, struct producer **out, struct fault *why)
{
    struct producer *producer = memory_new(1, sizeof *producer);
    rd_kafka_conf_t *conf;

    if (!configure(settings, singly, producer, &conf, why)) {
        memory_free(producer);
        return false;
    }
    if (!client_config_connect(RD_KAFKA_PRODUCER, conf, &producer->handle, why)) {
        memory_free(producer);
        return false;
    }
    rd_kafka_queue_t *background = rd_kafka_queue_get_background(producer->handle);
    producer->reports = rd_kafka_queue_get_main(producer->handle);
    rd_kafka_queue_forward(producer->reports, background);
    rd_kafka_queue_destroy(background);
    if (settings->settlement_transactions && !init_transactions(producer, why)) {
        producer_free(producer);
        return false;
    }
    learn_topics(producer, settings);
    atomic_store(&producer->ready, true);
    *out = producer;
    return true;
}

void *producer_free(struct producer *producer)
{
    if (producer == NULL)
        return NULL;
    /* What is still in flight is decided by nobody but the broker: R3 asks it afterwards. */
    rd_kafka_purge(producer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_queue_destroy(producer->reports);
    rd_kafka_destroy(producer->handle);
    return memory_free(producer);
}

void producer_expect_refusal(struct producer *producer)
{
    atomic_store(&producer->probing, true);
}

rd_kafka_t *producer_handle(struct producer *producer)
{
    return producer->handle;
}

rd_kafka_headers_t *producer_headers(const struct kafka_record *record)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);

    for (size_t i = 0; i < record->header_count; i++)
        rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value,
                            record->headers[i].value == NULL ? 0 : (ssize_t)record->headers[i].length);
    return headers;
}

bool producer_send(struct producer *producer, struct kafka_record *record, struct fault *why)
{
    REQUIRE(record->topic != NULL && (record->value != NULL || record->length == 0));
    REQUIRE(record->key != NULL || record->key_length == 0);
    rd_kafka_headers_t *headers = producer_headers(record);

    record->offset = -1;
    record->refused = NULL;
    rd_kafka_resp_err_t error = rd_kafka_producev(
        producer->handle, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(record->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(record->key, record->key_length),
        RD_KAFKA_V_VALUE(record->value, record->length), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(record), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    rd_kafka_headers_destroy(headers); /* they stay ours when it fails */
    record->refused = refusal(error);
    return fault_set(why, FAULT_PEER, "cannot produce to '%s': %s", record->topic, rd_kafka_err2str(error));
}

unsigned producer_failures(const struct producer *producer)
{
    return atomic_load(&producer->failures);
}

void producer_forget_failures(struct producer *producer)
{
    atomic_store(&producer->failures, 0);
    atomic_store(&producer->unplaced, 0);
}

unsigned producer_unplaced(const struct producer *producer)
{
    return atomic_load(&producer->unplaced);
}
