/*
 * The embedded broker: librdkafka's mock cluster. For trying things out: at most 10,000 orders, nothing survives it.
 */
#ifndef SANDBOX_BROKER_H
#define SANDBOX_BROKER_H

#include "fault.h"

struct broker;

/*
 * Starts it on a free port of 127.0.0.1 with the worker's topics; `topics` ("name:partitions,...", may be null) adds
 * some or changes their partitions. Block signals first: it has threads.
 */
MUST_USE bool broker_start(const char *topics, struct broker **broker, struct fault *why);

/* host:port, ready for bootstrap.servers. Borrowed. */
const char *broker_bootstrap(const struct broker *broker);

void *broker_stop(struct broker *broker);

#endif
