/*
 * Configuration of librdkafka's handles: what the promise fixes, then what the settings pass through.
 *
 * kafka.<name> goes to every handle, kafka.consumer.<name> and kafka.producer.<name> to one kind. Names that
 * PROMISE.md or the worker's own settings fix are refused.
 */
#ifndef KAFKA_CLIENT_CONFIG_H
#define KAFKA_CLIENT_CONFIG_H

#include "config.h"

#include <librdkafka/rdkafka.h>

enum client_kind {
    CLIENT_CONSUMER,    /* the group's member */
    CLIENT_SETTLEMENTS, /* the transactional producer; plain when settlement.transactions=off */
    CLIENT_TOOL_PRODUCER,
    CLIENT_EVENTS,        /* of whc-worker listen: event_sender.h */
    CLIENT_TOOL_CONSUMER, /* assigns by hand, commits nothing */
    CLIENT_GROUP,         /* the same under the group's own name: its positions, while no worker runs */
    CLIENT_WATCH,         /* the same, and sees what is not committed */
    CLIENT_FETCHER,       /* of single records of the ledger */
    CLIENT_PEEK,   /* the same, for single records: an offset that is gone is reported, not passed over */
    CLIENT_READER, /* of the ledger, for take-overs: the same, faster */
    CLIENT_ADMIN,
};

/* How often the group's member says that it lives; how much of the ledger may lie read and not taken. */
enum { CLIENT_HEARTBEAT_MS = 300, CLIENT_READER_QUEUE_KIB = 32 << 10 };

/* Collects what is wrong with the passed-through names and values, without connecting. */
void client_config_check(const struct settings *settings, struct problems *problems);

/* What is passed through as `name` to handles of the kind; null: nothing. */
const struct named_value *client_config_value(const struct settings *settings, enum client_kind kind,
                                              const char *name);

/* A configuration for the kind; owned by the caller until a handle is made of it. FAULT_INPUT names the setting. */
MUST_USE bool client_config_make(const struct settings *settings, enum client_kind kind,
                                 rd_kafka_conf_t **conf, struct fault *why);

/* Makes the handle; takes over the configuration in any case. */
MUST_USE bool client_config_connect(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **handle,
                                    struct fault *why);

#endif
