/*
 * The checks between the records of all order types: a request record tells its order type, and one full name is one
 * type for everybody who makes code from our schemas.
 */
#ifndef CATALOGUE_CHECK_RECORDS_H
#define CATALOGUE_CHECK_RECORDS_H

#include "catalogue.h"

/* Checks a catalogue whose order types are all read; those that could not be are passed over. */
void check_records(const struct catalogue *catalogue, struct problems *problems);

#endif
