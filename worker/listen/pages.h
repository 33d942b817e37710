/* The operators' pages of whc-worker listen: /metrics, /health/live, /health/ready, /status. */
#ifndef LISTEN_PAGES_H
#define LISTEN_PAGES_H

#include "listener.h"

/* Serves them at listen.admin.*, into listener->pages. */
MUST_USE bool pages_open(struct listener *listener, struct fault *why);

/* Why the listener is not ready; "" when it is. */
const char *pages_not_ready(const struct listener *listener);

#endif
