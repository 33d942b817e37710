/*
 * The command `listen`: takes BT's notifications and writes them to Kafka, for the workers to read.
 *
 * It keeps nothing: any number of them stand behind a balancer. Its user may write to two topics and do nothing else.
 */
#ifndef LISTEN_LISTEN_H
#define LISTEN_LISTEN_H

#include "catalogue.h"
#include "config.h"

/*
 * Runs until TERM or INT, or until something that cannot be mended; gives the exit code of the process. The settings are
 * checked already (listen_check()), the catalogue is one of catalogue_load_events().
 */
int listen_run(struct settings *settings, const struct catalogue *catalogue);

#endif
