/*
 * Where the access token may go: to the hosts of the description that it belongs to, to the one that bt.base.url names
 * in their stead, and to those that a person lists in bt.token.hosts.
 */
#ifndef CATALOGUE_TOKEN_HOSTS_H
#define CATALOGUE_TOKEN_HOSTS_H

#include "catalogue.h"
#include "config.h"

/* Records a problem for each API whose operations are sent the token and whose base URL is at another host. */
void token_hosts_check(const struct settings *settings, const struct openapi *openapi,
                       struct problems *problems);

#endif
