/*
 * Settings and catalogue against each other: what stops the worker from starting although each is right by itself.
 */
#ifndef CATALOGUE_READINESS_H
#define CATALOGUE_READINESS_H

#include "catalogue.h"
#include "config.h"

/*
 * Checks the values of the settings and the times, the bt.<tag>. settings against the tags there are, URLs, credentials,
 * and that no operation that is only proposed is called on a production host unless bt.accept.proposed lists it.
 */
void readiness_check(const struct settings *settings, const struct catalogue *catalogue,
                     struct problems *problems);

/* What is allowed and hardly meant in production; or will not be for long, at this moment (since the epoch). */
void readiness_warn(const struct settings *settings, const struct catalogue *catalogue, int64_t wall_ms,
                    struct problems *warnings);

#endif
