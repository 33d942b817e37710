/*
 * The ways through a workflow: no write twice (it would carry the same reference), no FAILED after a write that is done
 * (FAILED says that BT did nothing).
 */
#ifndef CATALOGUE_CHECK_PATHS_H
#define CATALOGUE_CHECK_PATHS_H

#include "arazzo.h"

/* `index` is the workflow's place in the file, for the messages. */
void check_paths(const struct workflow *workflow, size_t index, const char *file, struct problems *problems);

#endif
