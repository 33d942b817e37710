/* SIGHUP: secrets, certificates and the log's level are read again; nothing ends, no order notices. */
#ifndef RUN_RELOAD_H
#define RUN_RELOAD_H

#include "worker.h"

/* Says in the log what counts now, what needs a restart, and what cannot be read; then what was before stays. */
void reload(struct worker *worker);

#endif
