/* What must hold of the settings of whc-worker listen. */
#ifndef SETTINGS_LISTEN_CHECK_H
#define SETTINGS_LISTEN_CHECK_H

#include "config.h"

enum { LISTEN_SECRET_MIN = 16, LISTEN_KEY_MIN = 32 }; /* characters */

/*
 * Addresses, certificate, clients and keys: one problem each. Secrets and notifications go over an address without TLS
 * only on this machine, or where a gateway in front speaks it.
 */
void listen_check(const struct settings *settings, struct problems *problems);

#endif
