/* The host of a URL, as libcurl finds it: after the last '@', before the port. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { URL_HOST_SIZE = 300 };

/* "https://user@Host:1/path" -> "Host", an IPv6 address without its brackets, perhaps cut; false: there is none. */
bool url_host(const char *url, char host[URL_HOST_SIZE]);

/* Whether both are at one host, without regard to case; ports do not count. */
bool url_same_host(const char *one, const char *other);

#endif
