/* Computes the deadlines that follow from the time settings, and checks the inequalities between them. */
#include "deadlines.h"

#include <inttypes.h>

/* One inequality: left must be less than right, or at most right. */
struct bound {
    const char *left_name, *right_name;
    int64_t left, right;
    bool strict;
    const char *because;
};

enum { DELIVERY_MAX_MS = 120000, READ_LAG_MS = 60000, MARGIN_MS = 1000 };

int64_t deadlines_delivery_max_ms(const struct api_settings *api)
{
    return api->delivery_max_ms < 0 ? DELIVERY_MAX_MS : api->delivery_max_ms;
}

int64_t deadlines_read_lag_ms(const struct api_settings *api)
{
    return api->read_lag_ms < 0 ? READ_LAG_MS : api->read_lag_ms;
}

/* Clock rates differ by less than rho, 1 %. */
static int64_t with_drift(int64_t ms)
{
    return ms + (ms + 99) / 100 + MARGIN_MS;
}

static int64_t least_absent_after(const struct settings *s, const struct api_settings *api)
{
    return with_drift(s->attempt_lease_ms + api->call_timeout_ms + s->watchdog_ms +
                      deadlines_delivery_max_ms(api) + deadlines_read_lag_ms(api));
}

static int64_t least_absent_after_own(const struct api_settings *api)
{
    return with_drift(deadlines_delivery_max_ms(api) + deadlines_read_lag_ms(api));
}

int64_t deadlines_absent_after_ms(const struct settings *s, const struct api_settings *api)
{
    return api->absent_after_ms > 0 ? api->absent_after_ms : least_absent_after(s, api);
}

int64_t deadlines_absent_after_own_ms(const struct settings *s, const struct api_settings *api)
{
    (void)s;
    return api->absent_after_own_ms > 0 ? api->absent_after_own_ms : least_absent_after_own(api);
}

static void check(const struct bound *bound, struct problems *problems)
{
    if (bound->strict ? bound->left < bound->right : bound->left <= bound->right)
        return;
    problems_add(problems, bound->left_name, bound->because,
                 "%s = %" PRId64 " ms must be %s %s = %" PRId64 " ms", bound->left_name, bound->left,
                 bound->strict ? "less than" : "at most", bound->right_name, bound->right);
}

void deadlines_check(const struct settings *s, struct problems *problems)
{
    int64_t settle = s->settlement_deadline_ms;
    const struct bound bounds[] = {
        {"settlement.deadline.ms", "transaction.timeout.ms", settle, s->transaction_timeout_ms, true,
         "the broker must not end a transaction that still counts as clean"},
        {"transaction.timeout.ms", "session.timeout.ms", s->transaction_timeout_ms, s->session_timeout_ms,
         true, "a dead worker's transaction ends before its partitions move"},
        {"settlement.send.offsets.timeout.ms + settlement.socket.timeout.ms + settlement.commit.timeout.ms",
         "settlement.deadline.ms", s->send_offsets_timeout_ms + s->socket_timeout_ms + s->commit_timeout_ms,
         settle, false, "send_offsets is two requests and looks at its time-out only between them"},
        {"settlement.commit.timeout.ms", "settlement.socket.timeout.ms", s->commit_timeout_ms,
         s->socket_timeout_ms, true, "no commit may be retried unseen inside the library"},
        {"reconnect.backoff.max.ms", "500 ms", s->reconnect_backoff_max_ms, 500, false,
         "a broken connection must not outlive a settlement"},
        {"consumer.socket.timeout.ms", "6000 ms", s->consumer_socket_timeout_ms, 6000, false,
         "a broken connection must not outlive a session"},
        {"2 * settlement.deadline.ms", "attempt.lease.ms", 2 * settle, s->attempt_lease_ms, false,
         "a slow broker must not use up the time in which an attempt may be sent"},
        {"upstream.repeat.max.ms + outage.max.ms", "duplicates.window.ms",
         s->repeat_max_ms + s->outage_max_ms, s->duplicates_window_ms, false,
         "a repeat must find the order that it repeats"},
        {"broker.session.timeout.ms", "session.timeout.ms", s->broker_session_timeout_ms,
         s->session_timeout_ms, true, "the loss of a broker would cost the partitions"},
    };

    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check(&bounds[i], problems);
    deadlines_check_api(s, "", &s->api, problems);
}

void deadlines_check_api(const struct settings *s, const char *tag, const struct api_settings *api,
                         struct problems *problems)
{
    int64_t settle = s->settlement_deadline_ms, call = api->call_timeout_ms;
    char call_name[120], tcp_name[120], poll_name[160], grace_name[160], after_name[120], own_name[120];
    static const char after_terms[] =
        "1.01 * (attempt.lease.ms + call.timeout.ms + watchdog.ms + delivery.max.ms + "
        "read.lag.ms) + 1 s",
                      own_terms[] = "1.01 * (delivery.max.ms + read.lag.ms) + 1 s";
    _Static_assert(sizeof grace_name >= sizeof call_name + sizeof " + 2 * settlement.deadline.ms + 5 s" - 1 &&
                       sizeof poll_name >= sizeof call_name + sizeof " + 2 * settlement.deadline.ms" - 1,
                   "a name with its sum fits");
    const struct bound bounds[] = {
        {poll_name, "max.poll.interval.ms", call + 2 * settle, s->max_poll_interval_ms, true,
         "a hand-over waits for the running calls"},
        {grace_name, "stop.grace.ms", call + 2 * settle + 5000, s->stop_grace_ms, false,
         "a clean stop waits for the running calls and settles twice"},
        {tcp_name, call_name, api->tcp_user_timeout_ms, call, false,
         "a dead connection must not outlive its call"},
        {after_terms, after_name, least_absent_after(s, api), deadlines_absent_after_ms(s, api), false,
         "an attempt of the worker before might still arrive"},
        {own_terms, own_name, least_absent_after_own(api), deadlines_absent_after_own_ms(s, api), false,
         "the attempt might still arrive, or not be shown yet"},
    };

    snprintf(after_name, sizeof after_name, "bt.%.60s%sabsent.after.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(own_name, sizeof own_name, "bt.%.60s%sabsent.after.own.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(call_name, sizeof call_name, "bt.%.60s%scall.timeout.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(tcp_name, sizeof tcp_name, "bt.%.60s%stcp.user.timeout.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(poll_name, sizeof poll_name, "%s + 2 * settlement.deadline.ms", call_name);
    snprintf(grace_name, sizeof grace_name, "%s + 2 * settlement.deadline.ms + 5 s", call_name);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check(&bounds[i], problems);
}
