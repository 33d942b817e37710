/* The window, the token bucket and the halt of one API. */
#include "pace.h"

#include "invariant.h"

enum { OUTAGE_PAUSE_MS = 200, MS = 1000 };

static const double LATEST = 0.05; /* the latest call's part of the average */

void pace_init(struct pace *pace, const struct pace_policy *policy, int64_t now_ms)
{
    *pace = (struct pace){.policy = *policy, .share = 1, .refilled_ms = now_ms};
    pace->open = pace_limit(pace);
    pace->tokens = (double)policy->rate;
}

double pace_limit(const struct pace *pace)
{
    double limit = (double)pace->policy.window * pace->share;

    return limit < 1 ? 1 : limit;
}

void pace_share(struct pace *pace, double share)
{
    bool was_open = pace->open >= pace_limit(pace);

    REQUIRE(share >= 0 && share <= 1);
    pace->share = share;
    if (was_open || pace->open > pace_limit(pace))
        pace->open = pace_limit(pace);
}

static double rate_per_ms(const struct pace *pace)
{
    double rate = (double)pace->policy.rate * pace->share / MS;

    return rate < 0.001 ? 0.001 : rate;
}

/* The bucket holds one second's worth, at least one call. */
static void refill(struct pace *pace, int64_t now_ms)
{
    double most = rate_per_ms(pace) * MS;

    REQUIRE(now_ms >= pace->refilled_ms);
    pace->tokens += (double)(now_ms - pace->refilled_ms) * rate_per_ms(pace);
    pace->refilled_ms = now_ms;
    if (pace->tokens > (most < 1 ? 1 : most))
        pace->tokens = most < 1 ? 1 : most;
}

/* Whether `places` are enough for one more beside the `taken`, and there is a token beside the `kept`. */
static bool admits(struct pace *pace, double places, int64_t taken, int64_t kept, int64_t now_ms,
                   int64_t *again_ms)
{
    REQUIRE(pace->open >= 1 && pace->in_flight >= 0); /* with less it would never admit one again */
    *again_ms = INT64_MAX;
    if (now_ms < pace->closed_until_ms) {
        *again_ms = pace->closed_until_ms;
        return false;
    }
    if ((double)taken + 1 > (pace->halted ? 1 : places))
        return false;
    if (pace->policy.rate == 0)
        return true;
    refill(pace, now_ms);
    double missing = (double)(kept + 1) - pace->tokens;
    if (missing <= 0)
        return true;
    *again_ms = now_ms + 1 + (int64_t)(missing / rate_per_ms(pace));
    return false;
}

bool pace_admits(struct pace *pace, int64_t now_ms, int64_t *again_ms)
{
    return admits(pace, pace->open, pace->in_flight, 0, now_ms, again_ms);
}

/* So many calls end while it is committed; never more than there are places. */
static double places_ahead(const struct pace *pace, double commit_ms)
{
    double share = pace->call_ms <= 0 ? 0 : commit_ms / pace->call_ms;

    return pace->open * (share > 1 ? 1 : share);
}

bool pace_admits_ahead(struct pace *pace, double commit_ms, int64_t now_ms, int64_t *again_ms)
{
    return admits(pace, pace->open + places_ahead(pace, commit_ms), pace->in_flight + pace->ahead,
                  pace->ahead, now_ms, again_ms);
}

void pace_intend(struct pace *pace)
{
    pace->ahead++;
}

void pace_withdraw(struct pace *pace)
{
    REQUIRE(pace->ahead > 0);
    pace->ahead--;
}

void pace_start(struct pace *pace)
{
    pace->in_flight++;
    pace->tokens -= 1;
}

static void close_until(struct pace *pace, int64_t until_ms)
{
    pace->open = 1;
    if (until_ms > pace->closed_until_ms)
        pace->closed_until_ms = until_ms;
}

void pace_end(struct pace *pace, enum pace_event event, int64_t retry_after_ms, int64_t took_ms,
              int64_t now_ms)
{
    int64_t asked_ms = retry_after_ms < 0 ? 0 : retry_after_ms;
    double took = took_ms < 1 ? 1 : (double)took_ms;

    REQUIRE(pace->in_flight > 0);
    pace->in_flight--;
    pace->call_ms += (took - pace->call_ms) * (pace->call_ms == 0 ? 1 : LATEST);
    switch (event) {
    case PACE_SUCCESS:
        pace->halted = false;
        pace->open = pace->open + 1 > pace_limit(pace) ? pace_limit(pace) : pace->open + 1;
        return;
    case PACE_THROTTLED:
    case PACE_UNAVAILABLE:
        close_until(pace, now_ms + (retry_after_ms < 0 ? OUTAGE_PAUSE_MS : asked_ms));
        return;
    case PACE_HALTED:
        pace->halted = true;
        close_until(pace, now_ms + (asked_ms > pace->policy.probe_ms ? asked_ms : pace->policy.probe_ms));
        return;
    case PACE_NOTHING:
        return;
    }
}
