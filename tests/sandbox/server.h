/*
 * The HTTP server: libmicrohttpd without threads, its descriptor nested in our loop.
 *
 * Replies that are due later are suspended connections with a timer of the loop.
 */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "fault.h"

#include <stdint.h>

struct loop;
struct sandbox;
struct server;

/* Listens on the IPv4 address; port 0: any. FAULT_LOCAL with what is wrong. */
MUST_USE bool server_start(struct loop *loop, struct sandbox *sandbox, const char *address, uint16_t port,
                           struct server **server, struct fault *why);

uint16_t server_port(const struct server *server);

/* Ends all connections at once. Accepts null. */
void *server_stop(struct server *server);

#endif
