/* How a test turns a loop. */
#ifndef TESTS_BASE_GIVEN_LOOP_H
#define TESTS_BASE_GIVEN_LOOP_H

#include "loop.h"

/* Turns the loop until *count is `least` or more; false, and a failed test, after ten seconds. */
bool given_until(struct loop *loop, const size_t *count, size_t least);

/* Turns it once more without waiting. */
void given_turn(struct loop *loop);

#endif
