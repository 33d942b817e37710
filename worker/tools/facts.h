/*
 * A timeline: what is known to have happened to an order, each with its time, what it was, and where it stands in Kafka.
 *
 * Facts are what `order` prints and what --json lists; whoever shows an order elsewhere builds on them, too.
 */
#ifndef TOOLS_FACTS_H
#define TOOLS_FACTS_H

#include "tree.h"

#include <stddef.h>
#include <stdint.h>

enum fact_kind {
    FACT_REQUESTED,
    FACT_TAKEN,   /* by a worker */
    FACT_ATTEMPT, /* a write was sent */
    FACT_REPLY,   /* how that ended */
    FACT_DOUBT,   /* it may have happened */
    FACT_LOOK_UP,
    FACT_DECIDED, /* by a person */
    FACT_KEPT,    /* a message of BT that no step has taken yet */
    FACT_OUTCOME,
    FACT_DEAD, /* a dead letter */
};

enum { FACT_TEXT_SIZE = 600 };

struct fact {
    enum fact_kind kind;
    int64_t at_ms;             /* since the epoch */
    char label[40];            /* "attempt 1"; "" : the kind's name */
    char text[FACT_TEXT_SIZE]; /* one line; may hold what BT or people wrote */
    const char *topic;         /* borrowed; null: it stands nowhere by itself */
    int32_t partition;
    int64_t offset;
};

/* Zeroed, it is empty. */
struct facts {
    struct fact *list; /* owned; in the order of time once facts_sort() was called */
    size_t count, room;
};

const char *fact_kind_name(enum fact_kind kind);

/* Adds one, to be filled in further; valid until the next is added. The text may be longer than it has room for. */
struct fact *facts_add(struct facts *facts, enum fact_kind kind, int64_t at_ms, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* By time, then as they were added. */
void facts_sort(struct facts *facts);

/* A list of objects: at, kind, label, text, topic, partition, offset. Owned by the caller. */
struct json_object *facts_tree(const struct facts *facts);
struct json_object *fact_tree(const struct fact *fact);

void facts_release(struct facts *facts);

#endif
