/* See retry_after.h. */
#include "retry_after.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

enum { DAY_S = 86400 };

int64_t retry_after_ms(const char *value, const char *date)
{
    char *end;

    if (value == NULL)
        return -1;
    if (isdigit((unsigned char)*value)) {
        long seconds = strtol(value, &end, 10);
        if (*end != '\0')
            return -1;
        return (seconds > DAY_S ? DAY_S : seconds) * 1000L;
    }
    time_t until = curl_getdate(value, NULL), now = date == NULL ? -1 : curl_getdate(date, NULL);
    if (until < 0)
        return -1;
    if (now < 0)
        now = time(NULL);
    long seconds = until > now ? (long)(until - now) : 0;
    return (seconds > DAY_S ? DAY_S : seconds) * 1000L;
}
