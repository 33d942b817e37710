/*
 * librdkafka handles, configured: what the promise fixes, then what the settings pass through.
 *
 * kafka.<name> goes to every handle, kafka.consumer.<name> and kafka.producer.<name> to one kind. Names that
 * promise.md or the worker's own settings fix are refused.
 */
#ifndef KAFKA_HANDLE_H
#define KAFKA_HANDLE_H

#include "config.h"

#include <librdkafka/rdkafka.h>

enum handle_kind {
    HANDLE_CONSUMER, /* the group's member */
    HANDLE_SETTLER,  /* the transactional producer; plain when settlement.transactions=off */
    HANDLE_TOOL_PRODUCER,
    HANDLE_TOOL_CONSUMER, /* assigns by hand, commits nothing */
    HANDLE_GROUP,         /* the same under the group's own name: its positions, while no worker runs */
    HANDLE_WATCH,         /* the same, and sees what is not committed */
    HANDLE_FETCHER,       /* of single records of the ledger */
    HANDLE_PEEK,          /* the same, for single records: an offset that is gone is said, not passed over */
    HANDLE_READER,        /* of the ledger, for take-overs: the same, faster */
    HANDLE_ADMIN,
};

/* How often the group's member says that it lives. */
enum { HANDLE_HEARTBEAT_MS = 300 };

/* Collects what is wrong with the passed-through names and values, without connecting. */
void handle_check(const struct settings *settings, struct problems *problems);

/* What is passed through as `name` to handles of the kind; null: nothing. */
const struct named_value *handle_value(const struct settings *settings, enum handle_kind kind,
                                       const char *name);

/* A configuration for the kind; owned by the caller until a handle is made of it. FAULT_INPUT names the setting. */
MUST_USE bool handle_configure(const struct settings *settings, enum handle_kind kind, rd_kafka_conf_t **conf,
                               struct fault *why);

/* Makes the handle; takes over the configuration in any case. */
MUST_USE bool handle_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, rd_kafka_t **handle, struct fault *why);

#endif
