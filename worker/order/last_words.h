/*
 * What BT reported last about orders that have ended, for as long as they are remembered (PROMISE.md R9): a notification
 * that comes late is told from one of an order that never was, and one that contradicts the end from one that does not.
 *
 * Kept per partition in the order of time, about 100 bytes for each reference that BT was given.
 */
#ifndef ORDER_LAST_WORDS_H
#define ORDER_LAST_WORDS_H

#include "asyncapi.h"
#include "ledger_wait.h"

struct last_words;

enum last_word {
    LAST_WORD_UNKNOWN,     /* no order that has ended had this reference, or it is forgotten */
    LAST_WORD_LATE,        /* one had: what is reported adds nothing to its end */
    LAST_WORD_CONTRADICTS, /* one had, and BT had reported another final word */
};

/* The description is borrowed; it says which words are final (x-states). */
struct last_words *last_words_new(const struct asyncapi *asyncapi);
void *last_words_free(struct last_words *words); /* accepts null */

/* An order that has ended. All borrowed. */
struct last_order {
    const struct ledger_references *references;
    struct json_object *marks; /* how far they were (marks.h); null: nothing was reported */
    struct ledger_heard heard;
    int64_t ended_at_ms; /* since the epoch */
};

void last_words_add(struct last_words *words, int32_t partition, const struct last_order *order);

/* What BT reports of a reference, and where in Kafka that stands. All borrowed. */
struct last_report {
    const char *reference;
    const struct event_message *message;
    struct json_object *payload;
    bool forwarded;        /* in the signals, and not in the events */
    int64_t offset;        /* there */
    int64_t written_at_ms; /* there, since the epoch */
};

enum last_word last_words_compare(const struct last_words *words, int32_t partition,
                                  const struct last_report *report);

/* Forgets what ended before this moment, some at once. */
void last_words_expire(struct last_words *words, int64_t before_ms);

/* The partition is another worker's, or is taken over anew. */
void last_words_leave(struct last_words *words, int32_t partition);

size_t last_words_count(const struct last_words *words);

#endif
