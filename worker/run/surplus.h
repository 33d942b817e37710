/*
 * Memory that was needed for a while goes back to the system. An order that is at work takes thirty times its bytes, and
 * those that wait after it lie above what it leaves free, for weeks.
 */
#ifndef RUN_SURPLUS_H
#define RUN_SURPLUS_H

#include "worker.h"

struct surplus *surplus_new(struct worker *worker);
void *surplus_free(struct surplus *surplus); /* null does nothing */

/* Looks every two seconds, from now on: what has gathered since is given back within a turn (R15). */
void surplus_begin(struct surplus *surplus);

#endif
