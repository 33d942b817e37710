/*
 * Settings that are read again while the worker runs (SIGHUP).
 *
 * Only what nothing is computed with, and nobody else keeps: secrets, the log's level, who may see the operators' pages
 * and with which certificate. Times that PROMISE.md section 4 computes with count from the next start on, for all workers
 * of the group the same; so do names, addresses and limits.
 */
#ifndef SETTINGS_SETTINGS_RELOAD_H
#define SETTINGS_SETTINGS_RELOAD_H

#include "buffer.h"
#include "config.h"

/* What must hold of their values: settings_check_values(), or listen_check(). */
typedef void settings_check_fn(const struct settings *settings, struct problems *problems);

/*
 * Reads the settings again from where they came. Mistakes go to `problems`, and then nothing has changed: false. Else
 * what may change has, and the names of the others that differ are added to `restart`, separated by blanks.
 */
bool settings_reload(struct settings *settings, char *const environment[], settings_check_fn *check,
                     struct problems *problems, struct buffer *restart);

#endif
