/*
 * What operators see: metrics, liveness, readiness with its reason in words, /status as JSON.
 */
#ifndef RUN_STATUS_H
#define RUN_STATUS_H

#include "worker.h"

/* Listens on the admin port; also prints which one. */
MUST_USE bool status_new(struct worker *worker, struct status **status, struct fault *why);
void *status_free(struct status *status);

/* Reads the certificate of the pages again; on a failure the one before stays. */
MUST_USE bool status_renew(struct status *status, struct fault *why);

#endif
