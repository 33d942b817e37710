/*
 * The checks between the files of an order type: what the workflow needs against what the request has, what it gives
 * against what the result wants, and whether a way through it can send a write twice.
 */
#ifndef CATALOGUE_CHECK_H
#define CATALOGUE_CHECK_H

#include "catalogue.h"

/* Checks one order type whose files are all read; `file` is its workflow's, for the messages. */
void check_order_type(const struct order_type *type, const char *file, const struct given_inputs *given,
                      const struct asyncapi *asyncapi, struct problems *problems);

#endif
