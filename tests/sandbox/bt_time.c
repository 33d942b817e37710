/* Prints times and days in BT's spelling. */
#include "bt_time.h"

#include <time.h>

void bt_time_print(int64_t seconds_from_now, char text[TIMESTAMP_SIZE])
{
    struct tm parts;
    time_t when = time(NULL) + (time_t)seconds_from_now;

    strftime(text, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &parts));
}

void bt_time_print_day(char text[DAY_SIZE])
{
    struct tm parts;
    time_t now = time(NULL);

    strftime(text, DAY_SIZE, "%Y-%m-%d", gmtime_r(&now, &parts));
}
