/*
 * The event loop: descriptors, timers, signals, and the chores at the end of each turn.
 *
 * One thread turns it. Callbacks change state and return; work starts and objects are freed in the chores. Time is
 * CLOCK_BOOTTIME in milliseconds, read once per turn, so that a suspended machine does not look younger.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "fault.h"
#include "heap.h"

#include <stddef.h>
#include <stdint.h>

struct loop;

/* `events` are EPOLLIN, EPOLLOUT ... as epoll reported them. */
typedef void loop_event_fn(void *context, uint32_t events);
typedef void loop_timer_fn(void *context);
typedef void loop_signal_fn(void *context, int signal);
typedef void loop_chore_fn(void *context);

/* A timer belongs to its owner, who must clear it before it goes. Fill in `fire` and `context` only. */
struct loop_timer {
    loop_timer_fn *fire;
    void *context;
    struct heap_item item; /* its time, in ms; in no heap: it is not set */
};

MUST_USE bool loop_new(struct loop **loop, struct fault *why);

/* Accepts null. Watched descriptors are not closed. */
void *loop_free(struct loop *loop);

/* The time of this turn, in ms since boot; and the same clock read now. */
int64_t loop_now_ms(const struct loop *loop);
int64_t loop_clock_ms(void);

/*
 * Watches the descriptor for `events`, or changes what is watched. A descriptor that was closed and came back as
 * another file is watched afresh (libcurl closes first and tells later).
 */
MUST_USE bool loop_watch(struct loop *loop, int descriptor, uint32_t events, loop_event_fn *call,
                         void *context, struct fault *why);
void loop_forget(struct loop *loop, int descriptor);

/* Sets or moves the timer; it fires once, at or after `due_ms`. Clearing one that is not set does nothing. */
void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ms);
void loop_clear_timer(struct loop *loop, struct loop_timer *timer);
bool loop_timer_is_set(const struct loop_timer *timer);

/* Blocks the signals of the list (ends with 0) for the process and has them delivered to `call`. */
MUST_USE bool loop_catch(struct loop *loop, const int signals[], loop_signal_fn *call, void *context,
                         struct fault *why);

/* Adds a chore; chores run in the order of addition after the events and timers of each turn. `name`: what it does. */
void loop_add_chore(struct loop *loop, const char *name, loop_chore_fn *call, void *context);

/* Takes out the chores of this context; not from within a chore. */
void loop_remove_chore(struct loop *loop, const void *context);

/* Asks for one more turn without waiting. Safe from any callback, not from other threads. */
void loop_hurry(struct loop *loop);

/*
 * How long a turn should take at most; 20 ms by default. Whoever works through what came from outside asks for a share
 * of the turn, which is never less than a quarter of the budget, and leaves off when it is over; the next turn then
 * follows at once (PROMISE.md R15).
 */
void loop_set_budget(struct loop *loop, int64_t budget_ms);
int64_t loop_share(const struct loop *loop);
bool loop_share_over(struct loop *loop, int64_t share);

/* How long a turn took, without its waiting, and what took most of it. */
struct loop_turn {
    int64_t took_us, cause_us;
    int64_t cpu_us;    /* of this thread: what is missing, others ran or it waited for a lock */
    const char *cause; /* a fixed text */
};
typedef void loop_turn_fn(void *context, const struct loop_turn *turn);

/* `call` is called after each turn; and a callback names what it does, for the cause. */
void loop_watch_turns(struct loop *loop, loop_turn_fn *call, void *context);
void loop_doing(struct loop *loop, const char *what);

/* Turns until loop_stop(). Fails only when epoll itself fails. */
MUST_USE bool loop_run(struct loop *loop, struct fault *why);
void loop_stop(struct loop *loop);

#endif
