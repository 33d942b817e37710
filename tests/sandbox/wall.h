/*
 * The sandbox's wall clock: the machine's, moved by whoever wants to see today what happens in weeks.
 *
 * Where the variable WALL_CLOCK names a file (tests/flow/wall_clock.c), the clock is moved through that file, by as many
 * whole seconds as it holds, so that a worker which shares the file jumps at the same moment. Whether the library is
 * preloaded into the sandbox makes no difference: the kernel is asked, past it.
 *
 * What takes milliseconds (faults, latency, the life of access tokens) runs on the loop's clock and never jumps.
 */
#ifndef SANDBOX_WALL_H
#define SANDBOX_WALL_H

#include "fault.h"

#include <stdint.h>

struct wall {
    int64_t moved_ms;  /* by ourselves */
    int64_t *shared_s; /* by the file, which others write, too; null: there is none */
};

/* FAULT_LOCAL when WALL_CLOCK names a file that is none, or may not be written. */
MUST_USE bool wall_init(struct wall *wall, struct fault *why);
void wall_release(struct wall *wall);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t wall_now_ms(const struct wall *wall);

/* From now on it is this moment: in the file's whole seconds not before it, and less than one after it. */
void wall_move(struct wall *wall, int64_t to_ms);

/* The machine's time again. */
void wall_go_home(struct wall *wall);

#endif
