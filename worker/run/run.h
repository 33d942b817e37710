/* The command `run`: the worker itself. */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "catalogue.h"
#include "config.h"

/*
 * Runs until TERM or INT, or until something that cannot be mended; gives the exit code of the process. Settings and
 * catalogue are checked already, except what needs Kafka.
 */
int run_worker(struct settings *settings, struct catalogue *catalogue);

#endif
