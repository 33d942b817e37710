/* The address records of DATA.md. */
#ifndef SANDBOX_ADDRESS_DATA_H
#define SANDBOX_ADDRESS_DATA_H

#include <stddef.h>

/* Null where DATA.md has a dash. */
struct address {
    const char *id;
    const char *uprn;
    const char *source;
    const char *exchange;
    const char *district;
    const char *qualifier;
    const char *number;
    const char *street;
    const char *building;
    const char *postcode;
    const char *city;
    const char *matched;
    const char *x;
    const char *y;
    const char *easting;
    const char *northing;
};

extern const struct address addresses[];
extern const size_t address_count;

#endif
