/* How long a certificate in a PEM file lasts. */
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include "fault.h"

#include <stdint.h>

/* The end of the first certificate of the file, in seconds since the epoch. FAULT_LOCAL: it cannot be read. */
MUST_USE bool certificate_end(const char *path, int64_t *end_s, struct fault *why);

#endif
