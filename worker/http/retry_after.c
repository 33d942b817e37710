/* Parses Retry-After. */
#include "retry_after.h"

#include "invariant.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

static int64_t capped(long seconds, int64_t most_ms)
{
    REQUIRE(seconds >= 0); /* -1 would say that nobody asked */
    return seconds > most_ms / 1000 ? most_ms : seconds * (int64_t)1000;
}

int64_t retry_after_ms(const char *value, const char *date, int64_t most_ms)
{
    char *end;

    if (value == NULL)
        return -1;
    if (isdigit((unsigned char)*value)) {
        long seconds = strtol(value, &end, 10);
        if (*end != '\0')
            return -1;
        return capped(seconds, most_ms);
    }
    if (!isalpha(
            (unsigned char)*value)) /* an HTTP date begins with its weekday; libcurl reads more than that */
        return -1;
    time_t until = curl_getdate(value, NULL), now = date == NULL ? -1 : curl_getdate(date, NULL);
    if (until < 0)
        return -1;
    if (now < 0)
        now = time(NULL);
    long seconds = until > now ? (long)(until - now) : 0;
    return capped(seconds, most_ms);
}
