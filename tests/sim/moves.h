/* What may happen next, and the passing of time. */
#ifndef SIM_MOVES_H
#define SIM_MOVES_H

#include "sim.h"

void moves_reset(void);

/* Does one thing that may happen now, chosen by chance; false: nothing but time is left, and no timer runs. */
bool moves_step(void);

#endif
