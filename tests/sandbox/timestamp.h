/* Times as BT writes them. */
#ifndef SANDBOX_TIMESTAMP_H
#define SANDBOX_TIMESTAMP_H

#include <stdint.h>

enum { TIMESTAMP_SIZE = 32, DAY_SIZE = 11 };

/* Now and so many seconds, as 2026-11-24T11:37:41Z; and today's date, as 2026-11-24, in UTC. */
void timestamp_print(int64_t seconds_from_now, char text[TIMESTAMP_SIZE]);
void today_print(char text[DAY_SIZE]);

#endif
