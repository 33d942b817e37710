/*
 * librdkafka's mock cluster, in this process, with the settings of a worker that uses it. It fails as a test asks it
 * to; it does not fence, and what is in an open transaction is seen at once. What does not work ends the program.
 */
#ifndef TESTS_KAFKA_GIVEN_BROKER_H
#define TESTS_KAFKA_GIVEN_BROKER_H

#include "buffer.h"
#include "config.h"

#include "../base/given_loop.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum { GIVEN_PARTITIONS = 2 };

/* Kafka's requests: the numbers of its protocol. */
enum given_request {
    GIVEN_PRODUCE = 0,
    GIVEN_FETCH = 1,
    GIVEN_LIST_OFFSETS = 2,
    GIVEN_METADATA = 3,
    GIVEN_OFFSET_COMMIT = 8,
    GIVEN_OFFSET_FETCH = 9,
    GIVEN_JOIN_GROUP = 11,
    GIVEN_HEARTBEAT = 12,
    GIVEN_INIT_PRODUCER = 22,
    GIVEN_ADD_PARTITIONS = 24,
    GIVEN_ADD_OFFSETS = 25,
    GIVEN_END_TRANSACTION = 26,
    GIVEN_TXN_OFFSETS = 28
};

struct given_broker {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_t *writer; /* of given_broker_put(), null until it is called */
    struct settings settings;
};

void given_broker_open(struct given_broker *broker);
void given_broker_close(struct given_broker *broker);

/* The next requests of this kind are answered so; RD_KAFKA_RESP_ERR__TRANSPORT: the connection breaks. */
void given_broker_fail(struct given_broker *broker, enum given_request request, size_t count,
                       const rd_kafka_resp_err_t errors[]);

/* Puts records "0", "1", ... into partition 0 of the topic. */
void given_broker_fill(struct given_broker *broker, const char *topic, int count);

/* Puts one record there. A null key or value is none. */
void given_broker_put_bytes(struct given_broker *broker, const char *topic, int32_t partition,
                            const char *key, const void *value, size_t length);
void given_broker_put(struct given_broker *broker, const char *topic, int32_t partition, const char *key,
                      const char *value);

/* The same with headers: name and value in turn, then null. */
void given_broker_put_headers(struct given_broker *broker, const char *topic, int32_t partition,
                              const char *key, const void *value, size_t length, const char *const pairs[]);

/* What the topic's partition 0 holds: the values with their headers, and a comma after each. */
void given_broker_read(struct given_broker *broker, const char *topic, struct buffer *values);

/* A member's handle that has joined nothing, to ask for committed positions. */
rd_kafka_t *given_broker_member(struct given_broker *broker);

#endif
