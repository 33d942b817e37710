/* One schedule: faults for a while, then calm until everything has ended. */
#ifndef SIM_SCHEDULE_H
#define SIM_SCHEDULE_H

#include "sim.h"

/* Runs the schedule of the seed with these rules off; false: the promise was broken (sim.violation). */
bool schedule_run(uint64_t seed, unsigned off, bool trace);

#endif
