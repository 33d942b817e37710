/*
 * Under what a request that writes is counted: its `externalId`, else what it is about. Two requests with the same
 * reference for the same operation are the same order sent twice.
 */
#ifndef SANDBOX_REFERENCES_H
#define SANDBOX_REFERENCES_H

#include "operations.h"

/* The reference, "-" when the request has none; owned by the caller. The body is in request->tree, where it is JSON. */
char *reference_of(const struct operation *operation, const struct request *request);

/* What an operation is about, where it has no `externalId`. */
reference_fn reference_none;
reference_fn reference_path;         /* the id in the path */
reference_fn reference_cancellation; /* the id of the order */
reference_fn reference_company;      /* name and domain */
reference_fn reference_address;
reference_fn reference_reservation; /* the numbers, or what they are chosen by */

#endif
