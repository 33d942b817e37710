/*
 * What is going to happen, by the sandbox's wall clock (wall.h): the moments of orders, ports and notifications.
 *
 * When the clock is moved, whatever has fallen due happens at once, in the order of its moments. Nothing happens twice
 * when it is set back.
 */
#ifndef SANDBOX_AGENDA_H
#define SANDBOX_AGENDA_H

#include "buffer.h"
#include "heap.h"
#include "loop.h"
#include "wall.h"

#include <stddef.h>

/* One moment; it belongs to its owner, who must clear it before it goes. Fill in the first three only. */
struct agenda_item {
    void (*happen)(void *context,
                   int64_t at_ms); /* at its moment, or late: then `at_ms` is still that moment */
    void (*describe)(const void *context, struct buffer *out); /* for people: what happens */
    void *context;
    uint64_t serial;
    struct heap_item item;
};

struct agenda {
    struct wall wall;
    struct loop *loop; /* borrowed */
    struct heap heap;
    struct loop_timer timer;
    uint64_t serial;
};

/* FAULT_LOCAL as wall_init(). */
MUST_USE bool agenda_init(struct agenda *agenda, struct loop *loop, struct fault *why);

/* Its items are gone or cleared by then. */
void agenda_release(struct agenda *agenda);

int64_t agenda_now_ms(const struct agenda *agenda);

/* Sets or moves the item. Of those at one moment the one that was set first happens first. */
void agenda_set(struct agenda *agenda, struct agenda_item *item, int64_t at_ms);
void agenda_clear(struct agenda *agenda, struct agenda_item *item);
bool agenda_is_set(const struct agenda_item *item);

/* The moment that comes first; null: nothing is going to happen. */
const struct agenda_item *agenda_next(const struct agenda *agenda);

/* Moves the clock and lets happen what is due by then; or back to the machine's time. */
void agenda_move(struct agenda *agenda, int64_t to_ms);
void agenda_go_home(struct agenda *agenda);

#endif
