/*
 * Faults on request: what goes wrong with which requests, how often. (`struct fault` is why a function failed;
 * these are called troubles in the code and faults on the wire.)
 */
#ifndef SANDBOX_TROUBLES_H
#define SANDBOX_TROUBLES_H

#include "operations.h"
#include "switches.h"

#include <stdbool.h>
#include <stdint.h>

enum { TROUBLES_MAX = 64, TROUBLE_TEXT_SIZE = 128 };

enum trouble_kind {
    TROUBLE_STATUS,
    TROUBLE_HTML502,
    TROUBLE_GARBAGE,
    TROUBLE_TRUNCATED,
    TROUBLE_STALL,
    TROUBLE_CLOSE_BEFORE_REPLY,
    TROUBLE_CLOSE_AFTER_REQUEST,
    TROUBLE_WRONG_TYPE,
    TROUBLE_HUGE,
    TROUBLE_DELAY,
    TROUBLE_ERROR_WITH_200,
    TROUBLE_BLOCK_ONE_HOUR,
    TROUBLE_TOKEN_EXPIRED,
    TROUBLE_LATE,
    TROUBLE_INVISIBLE,
    TROUBLE_CUT,
    TROUBLE_CUT_REQUEST,
    TROUBLE_EVENT_NO_REFERENCE, /* of notifications from here on: irregular.h */
    TROUBLE_EVENT_NO_STATE,
    TROUBLE_EVENT_CREATE,
    TROUBLE_EVENT_EARLY,
    TROUBLE_EVENT_TWICE,
    TROUBLE_EVENT_REORDERED,
    TROUBLE_EVENT_MISSING,
    TROUBLE_EVENT_LATE,
    TROUBLE_EVENT_FOREIGN,
    TROUBLE_EVENT_ODD,
    TROUBLE_EVENT_CONTRADICTS,
    TROUBLE_KINDS,
    TROUBLE_EVENT_FIRST = TROUBLE_EVENT_NO_REFERENCE,
};

struct trouble {
    char api[TROUBLE_TEXT_SIZE];       /* a tag, or "*" */
    char operation[TROUBLE_TEXT_SIZE]; /* "": any */
    char target[TROUBLE_TEXT_SIZE];    /* part of the target; "": any */
    char reference[TROUBLE_TEXT_SIZE]; /* only the request counted under it, or the order's event; "": any */
    char state[TROUBLE_TEXT_SIZE];     /* only events that tell it; "": any */
    char port_status[TROUBLE_TEXT_SIZE];
    int64_t kind;
    int64_t times; /* how often yet; -1: always */
    int64_t after; /* requests to let pass yet */
    double probability;
    int64_t status;
    int64_t code;
    int64_t shape;
    int64_t retry_after; /* seconds; -1: no header */
    int64_t retry_form;  /* seconds or date */
    int64_t at;          /* where a stall sets in: start, headers, body */
    int64_t cut_at;      /* a cut: after so many bytes */
    int64_t bytes;       /* of a huge body */
    int64_t ms;          /* delay; of `late` and `invisible`, how long */
    int64_t reply;       /* of these two: what the client gets */
    bool done;           /* all was done before the error */
    uint64_t hits;
};

struct troubles {
    struct trouble rows[TROUBLES_MAX];
    size_t count;
    uint64_t random; /* always from the same seed, so that a run can be repeated */
};

void troubles_init(struct troubles *troubles);
void troubles_clear(struct troubles *troubles);

/* FAULT_INPUT names the member; FAULT_EXHAUSTED beyond TROUBLES_MAX that may still strike. */
MUST_USE bool troubles_add(struct troubles *troubles, struct json_object *tree, struct fault *why);

void troubles_write(const struct troubles *troubles, struct buffer *out);

/*
 * The first trouble that is due for this request; it is counted down. False when there is none. `whole`: the body has
 * come too; before, only a cut request can be due.
 */
bool troubles_take(struct troubles *troubles, const struct operation *operation,
                   const struct request *request, bool whole, struct trouble *trouble);

/* "status" and so on. */
const char *trouble_word(enum trouble_kind kind);

/* By how much the reply is delayed. */
int64_t trouble_delay(const struct trouble *trouble);

/* Whether it comes instead of the answer (nothing is done), or changes the answer given. */
bool trouble_instead(const struct trouble *trouble);
void trouble_apply(struct sandbox *sandbox, const struct trouble *trouble, struct request *request,
                   struct reply *reply);

#endif
