/*
 * What operators see: metrics, liveness, readiness with its reason in words, /status as JSON.
 */
#ifndef RUN_STATUS_H
#define RUN_STATUS_H

#include "worker.h"

/* Listens on the admin port; also prints which one. */
MUST_USE bool status_new(struct worker *worker, struct status **status, struct fault *why);
void *status_free(struct status *status);

/* The metric of a certificate's end, in seconds since the epoch. */
void status_certificate(struct status *status, const char *file, int64_t end_s);

/* Reads the certificate of the pages again; on a failure the one before stays. */
MUST_USE bool status_renew(struct status *status, struct fault *why);

void status_count_taken(struct status *status);
void status_count_order(struct status *status, const struct order *order);
void status_count_repeat(struct status *status);
void status_count_forgotten(struct status *status, bool by_number);
void status_count_decision(struct status *status, const char *result);
void status_count_dead(struct status *status, const char *reason);
void status_count_call(struct status *status, const char *api, const struct evidence *evidence,
                       int64_t took_ms);
void status_count_settlement(struct status *status, const struct settler_job *job, bool happened);

#endif
