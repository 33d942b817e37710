/* SIGHUP: secrets, certificates and the log's level are read again; nothing ends, no order notices. */
#ifndef RUN_RELOAD_H
#define RUN_RELOAD_H

#include "worker.h"

/* Logs what counts now, what needs a restart, and what cannot be read: of that the old value stays. */
void reload(struct worker *worker);

#endif
