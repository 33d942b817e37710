/* Fills and empties the bucket. */
#include "rate.h"

enum { ONE = 1000 };

void rate_init(struct rate *rate, int64_t per_second, int64_t now_ms)
{
    *rate = (struct rate){per_second, per_second * ONE, now_ms};
}

bool rate_allows(struct rate *rate, int64_t now_ms)
{
    int64_t most = rate->per_second * ONE, passed_ms = now_ms - rate->seen_ms;

    rate->thousandths =
        passed_ms >= 1000 ? most : rate->thousandths + passed_ms * rate->per_second; /* a thousandth a ms */
    if (rate->thousandths > most)
        rate->thousandths = most;
    rate->seen_ms = now_ms;
    return rate->thousandths >= ONE;
}

bool rate_take(struct rate *rate, int64_t now_ms)
{
    if (!rate_allows(rate, now_ms))
        return false;
    rate->thousandths -= ONE;
    return true;
}
