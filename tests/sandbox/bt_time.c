/* Prints times and days in BT's spelling. */
#include "bt_time.h"

#include <time.h>

void bt_time_print(int64_t ms, char text[TIMESTAMP_SIZE])
{
    struct tm parts;
    time_t when = (time_t)(ms / 1000);

    strftime(text, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &parts));
}

void bt_time_print_day(int64_t ms, char text[DAY_SIZE])
{
    struct tm parts;
    time_t when = (time_t)(ms / 1000);

    strftime(text, DAY_SIZE, "%Y-%m-%d", gmtime_r(&when, &parts));
}
