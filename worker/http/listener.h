/* A listening TCP socket of ours, for an address that a person wrote. */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include "fault.h"

/*
 * Listens on an IPv4 or IPv6 address; `::` takes IPv4 too. Port 0: any free one. The socket is the caller's to close;
 * it does not block. `name`: what its settings begin with, for messages. FAULT_INPUT: it is not an address.
 */
MUST_USE bool listener_open(const char *name, const char *address, int port, int *listener,
                            struct fault *why);

/* The port it listens on. */
int listener_port(int listener);

#endif
