/*
 * The journal of an order: each attempt of a write, and what BT said, for the people who must decide.
 * Capped: the first and the latest attempts are kept.
 */
#ifndef ORDER_JOURNAL_H
#define ORDER_JOURNAL_H

#include "tree.h"

#include <stdbool.h>

enum { JOURNAL_MAX = 20, JOURNAL_SAID_SIZE = 200 };

/* What became of an attempt that may have happened: all times since the epoch. */
struct journal_doubt {
    int64_t since_ms;       /* 0: there was no doubt */
    int64_t absent_from_ms; /* look-ups sent from then on may answer "absent" */
    unsigned looks;         /* that ended */
    int64_t first_look_ms, last_look_ms;
    char answer[40]; /* to the latest: "found", "absent", or what came instead: "503/05" */
};

struct journal_entry {
    char step[64];
    unsigned attempt;
    int64_t sent_at_ms, ended_at_ms; /* since the epoch; 0: not (yet) known */
    int http_status;                 /* 0: no reply came */
    char tracking[64];
    char said[JOURNAL_SAID_SIZE]; /* how it ended, one sentence */
    struct journal_doubt doubt;
};

struct journal {
    struct journal_entry *entries; /* owned */
    size_t count;
    unsigned dropped; /* in the middle */
};

/* Begins an entry; it is the latest one until the next begins. */
void journal_begin(struct journal *journal, const char *step, unsigned attempt);

/* The latest entry, null when there is none. */
struct journal_entry *journal_latest(struct journal *journal);

/* Notes that the latest attempt is in doubt, again after a take-over, and how a look-up for it ended. */
void journal_note_doubt(struct journal *journal, int64_t since_ms, int64_t absent_from_ms);
void journal_note_look(struct journal *journal, int64_t at_ms, const char *answer);

void journal_release(struct journal *journal);

/* As a list of objects, owned by the caller; and back. What does not look like a journal is left out. */
struct json_object *journal_tree(const struct journal *journal);
void journal_of_tree(struct json_object *tree, struct journal *journal);

#endif
