/*
 * What `submit` sends: requests as plain JSON, from lines or from a catalogue's examples, made into Kafka records.
 */
#ifndef TOOLS_SUBMISSION_H
#define TOOLS_SUBMISSION_H

#include "catalogue.h"
#include "uuid.h"

/* One request to be sent. */
struct submission {
    char request_id[UUID_TEXT_SIZE];
    const struct order_type *type;
    char *key;      /* null: none */
    char *tracking; /* Kafka header whc-tracking; null: none */
    char *value;    /* Avro, single-object framing */
    size_t length;
    char *expected; /* status that the example expects; null: COMPLETED */
    bool answered, as_expected;
};

struct submissions {
    struct submission *list;
    size_t count;
    size_t refused; /* not sent: they break their contract, and were reported on stderr */
};

/*
 * Adds the request; a missing requestId is made up, and with `fresh` a given one is replaced. Takes over `tree`.
 * FAULT_INPUT names field and rule when it breaks its contract.
 */
MUST_USE bool submissions_add(struct submissions *submissions, const struct order_type *type,
                              struct json_object *tree, const char *key, bool fresh, struct fault *why);

/*
 * Adds the examples of an order type, or (`only` null) of all that only read, from
 * <folder>/<order type>/examples.
 */
MUST_USE bool submissions_add_examples(struct submissions *submissions, const struct catalogue *catalogue,
                                       const struct order_type *only, const char *folder, struct fault *why);

/* The one with this request id, null when it is none of ours. */
struct submission *submissions_find(const struct submissions *submissions, const char *request_id);

void submissions_release(struct submissions *submissions);

#endif
