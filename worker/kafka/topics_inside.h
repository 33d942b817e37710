/* What the files of topics share. */
#ifndef KAFKA_TOPICS_INSIDE_H
#define KAFKA_TOPICS_INSIDE_H

#include "topics.h"

/* What `topics` creates and the worker checks, one row per role. */
struct topic_rule {
    bool same_partitions; /* as the requests: their numbers must match */
    /*
     * Dated by the broker (message.timestamp.type=LogAppendTime): it refuses a record whose writer's clock is an hour
     * ahead of its own (message.timestamp.after.max.ms), and a wrong clock must not stop settlements.
     */
    bool broker_time;
    const char *cleanup;             /* cleanup.policy, exactly; null: any */
    const char *delete_retention_ms; /* null: the broker's default */
    const char *retention_ms;        /* as it is made; null: the broker's default */
    const char *rights;              /* the least of the worker; README.md has the table */
    const char *listener_rights;     /* of whc-worker listen; null: none */
    size_t message_bytes;            /* max.message.bytes at least, as it is made; 0: the broker's default */
};

extern const struct topic_rule topic_rules[TOPIC_COUNT];

/* What max.message.bytes must be at least: one that its topic refused would stop its partition (PROMISE.md R16). */
size_t topics_needed_bytes(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                           enum topic_role role, size_t ledger_bytes);

/* The broker may be asked about a topic once only. */
bool topics_named_before(const struct topic_state states[TOPIC_COUNT], size_t role);

#endif
