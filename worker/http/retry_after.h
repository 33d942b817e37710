/*
 * Retry-After in both its forms (RFC 9110 section 10.2.3): seconds, or an HTTP date. A date is read against the reply's
 * own Date, so that no two clocks are compared.
 */
#ifndef HTTP_RETRY_AFTER_H
#define HTTP_RETRY_AFTER_H

#include <stdint.h>

/*
 * Milliseconds to wait, at most `most_ms`: a peer that writes an epoch, or a year ahead, must not stop an API. -1 when
 * the header is missing (null) or cannot be read. `date` may be null.
 */
int64_t retry_after_ms(const char *value, const char *date, int64_t most_ms);

#endif
