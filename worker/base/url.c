/* Finds the host of a URL with libcurl's parser, and compares the hosts of two. */
#include "url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool url_host(const char *url, char host[URL_HOST_SIZE])
{
    const char *start = strstr(url, "://"), *at;

    start = start == NULL ? url : start + 3;
    size_t length = strcspn(start, "/?#");
    at = memrchr(start, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    bool bracketed = *start == '[';
    start += bracketed ? 1 : 0;
    length = bracketed ? strcspn(start, "]/?#")
                       : (size_t)(strcspn(start, ":") < length ? strcspn(start, ":") : length);
    snprintf(host, URL_HOST_SIZE, "%.*s", (int)length, start);
    return length > 0 && (!bracketed || start[length] == ']');
}

bool url_same_host(const char *one, const char *other)
{
    char a[URL_HOST_SIZE], b[URL_HOST_SIZE];

    return url_host(one, a) && url_host(other, b) && strcasecmp(a, b) == 0;
}
