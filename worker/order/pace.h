/*
 * How fast one API is called: a window of calls on their way, a token bucket, and what BT says about both.
 *
 * The quota is the account's, so a worker uses the share of it that it holds partitions of. A 429 or an outage closes
 * the window to one probe; each success reopens it by one (Postfix's slow open: everybody at once would be the next
 * outage). A refused or blocked account halts the API: only a probe goes out, at its times, and success resumes.
 *
 * A write is committed before it is sent. Its place in the window is taken when it is sent, and as many are committed
 * ahead as find one by then: so the window is full of calls, and few attempts that a crash would leave in doubt wait.
 */
#ifndef ORDER_PACE_H
#define ORDER_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace_policy {
    int64_t window;   /* calls on their way, whole group */
    int64_t rate;     /* calls per second, whole group; 0: no limit */
    int64_t probe_ms; /* between probes of a halted API */
};

enum pace_event {
    PACE_SUCCESS,     /* BT did its work, whatever the answer */
    PACE_THROTTLED,   /* 429 */
    PACE_UNAVAILABLE, /* not reached, no answer, or 502, 503, 504 */
    PACE_HALTED,      /* the account is refused or blocked */
    PACE_NOTHING,     /* proves nothing about the API: a token had expired */
};

struct pace {
    struct pace_policy policy;
    double share;  /* of the partitions, 0 to 1 */
    double open;   /* calls allowed at once just now, at least 1 */
    double tokens; /* of the bucket, up to one second's worth */
    int64_t refilled_ms;
    int64_t closed_until_ms; /* no call before */
    int64_t in_flight;
    int64_t ahead;  /* attempts that are being committed, or are committed and not sent yet */
    double call_ms; /* how long a call takes, lately; 0: none has ended */
    bool halted;
};

void pace_init(struct pace *pace, const struct pace_policy *policy, int64_t now_ms);

/* Sets the share of the group's partitions that this worker holds. */
void pace_share(struct pace *pace, double share);

/* Whether a call may start now. If not, *again_ms is when to ask again, INT64_MAX: when a call has ended. */
bool pace_admits(struct pace *pace, int64_t now_ms, int64_t *again_ms);

/* Whether an attempt may be committed now that is sent `commit_ms` later; 0: as if it were sent at once. */
bool pace_admits_ahead(struct pace *pace, double commit_ms, int64_t now_ms, int64_t *again_ms);

/* An attempt is to be committed; it is not sent after all, or pace_start() follows. */
void pace_intend(struct pace *pace);
void pace_withdraw(struct pace *pace);

/* A call has started; one has ended after so long, with `retry_after_ms` as BT asked for (-1: it did not). */
void pace_start(struct pace *pace);
void pace_end(struct pace *pace, enum pace_event event, int64_t retry_after_ms, int64_t took_ms,
              int64_t now_ms);

/* The largest window of this worker's share. */
double pace_limit(const struct pace *pace);

#endif
