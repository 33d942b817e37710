/*
 * takeover.accept: positions that a person accepts, "<topic>/<partition>@<offset>", separated by commas.
 */
#ifndef SETTINGS_ACCEPTANCE_H
#define SETTINGS_ACCEPTANCE_H

#include "fault.h"

#include <stdint.h>

/* FAULT_INPUT names the first that is not such an entry. */
MUST_USE bool acceptance_check(const char *list, struct fault *why);

/* Whether exactly this position is in the list. */
bool acceptance_has(const char *list, const char *topic, int32_t partition, int64_t offset);

/* Whether any position of the partition is; for the warning that it was not needed. */
bool acceptance_names(const char *list, const char *topic, int32_t partition);

#endif
