/* How often something may happen: a bucket that fills by `per_second` each second and holds as many. */
#ifndef LISTEN_RATE_H
#define LISTEN_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    int64_t per_second;
    int64_t thousandths; /* what the bucket holds */
    int64_t seen_ms;     /* when it was last filled, by the loop's clock */
};

/* A full bucket. */
void rate_init(struct rate *rate, int64_t per_second, int64_t now_ms);

/* Whether it may happen now, without taking it; and with taking it. */
bool rate_allows(struct rate *rate, int64_t now_ms);
bool rate_take(struct rate *rate, int64_t now_ms);

#endif
