/*
 * The worker's topics, and those of whc-worker listen: what they must be like, whether they are, and making them
 * (PROMISE.md A1, R10).
 */
#ifndef KAFKA_TOPICS_H
#define KAFKA_TOPICS_H

#include "config.h"

#include <librdkafka/rdkafka.h>

enum {
    TOPIC_COUNT = 7,
    TOPIC_HEADER_BYTES = 16384,  /* of a record: its headers, and what its batch adds */
    OUTCOME_LEAST_BYTES = 65536, /* an outcome without its result */
    EVENT_EXTRA_BYTES = 4096     /* of an event: what stands beside its payload */
};

enum topic_role {
    TOPIC_REQUESTS,
    TOPIC_OUTCOMES,
    TOPIC_DEAD,
    TOPIC_SIGNALS,
    TOPIC_LEDGER,
    TOPIC_EVENTS,
    TOPIC_EVENTS_DEAD
};

/* What a topic is like. */
struct topic_state {
    const char *name; /* borrowed from the settings */
    bool exists;
    int partitions, replicas; /* the least of its partitions */
    bool configured;          /* those below are known: the embedded broker does not say */
    char cleanup[64];
    int64_t min_insync, max_message_bytes;
    bool unclean_election;
    bool broker_time; /* message.timestamp.type is LogAppendTime */
    bool forbidden;   /* this user may not even know whether it exists */
};

/*
 * Asks the broker about all topics; waits up to `timeout_ms` for it. FAULT_PEER: it does not answer, or refuses.
 */
MUST_USE bool topics_read(const struct settings *settings, int timeout_ms,
                          struct topic_state states[TOPIC_COUNT], struct fault *why);

/*
 * What differs from what is needed, one problem each, with the command that repairs it. `ledger_bytes`: the heaviest
 * record of a live order that the settings allow (ledger_growth_most()).
 */
void topics_check(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                  size_t ledger_bytes, struct problems *problems);

/*
 * What a value of the topic may have, with room for its headers and its key. Where the broker does not say: as `topics`
 * would make it.
 */
size_t topics_room(const struct topic_state *state, enum topic_role role);

/* Creates the topics that do not exist. Gives how many; a topic that cannot be made is a problem. */
size_t topics_create(const struct settings *settings, const struct topic_state states[TOPIC_COUNT],
                     size_t ledger_bytes, struct problems *problems);

/*
 * For whc-worker listen, whose user may know nothing of the other topics: events and their dead letters only, and not
 * their settings. The others are left all zero.
 */
MUST_USE bool topics_read_events(const struct settings *settings, int timeout_ms,
                                 struct topic_state states[TOPIC_COUNT], struct fault *why);
void topics_check_events(const struct topic_state states[TOPIC_COUNT], struct problems *problems);

/* The name of a topic; borrowed from the settings. */
const char *topics_name(const struct settings *settings, enum topic_role role);

/*
 * The least rights on a topic, as kafka-acls.sh takes them after --operation, of the worker or of whc-worker listen;
 * null: none.
 */
const char *topics_rights(enum topic_role role, bool listener);

#endif
