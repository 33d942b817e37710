/* Times as BT writes them. */
#ifndef SANDBOX_BT_TIME_H
#define SANDBOX_BT_TIME_H

#include <stdint.h>

enum { TIMESTAMP_SIZE = 32, DAY_SIZE = 11 };

/* The moment, in ms since 1970, as 2026-11-24T11:37:41Z; and its date, as 2026-11-24, in UTC. */
void bt_time_print(int64_t ms, char text[TIMESTAMP_SIZE]);
void bt_time_print_day(int64_t ms, char text[DAY_SIZE]);

#endif
