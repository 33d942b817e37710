/* See config.h: the inequalities between time settings, promise.md section 4. */
#include "config.h"

#include <inttypes.h>

/* One inequality: left must be less than right, or at most right. */
struct bound {
    const char *left_name, *right_name;
    int64_t left, right;
    bool strict;
    const char *because;
};

static void check(const struct bound *bound, struct problems *problems)
{
    if (bound->strict ? bound->left < bound->right : bound->left <= bound->right)
        return;
    problems_add(problems, bound->left_name, bound->because,
                 "%s = %" PRId64 " ms must be %s %s = %" PRId64 " ms", bound->left_name, bound->left,
                 bound->strict ? "less than" : "at most", bound->right_name, bound->right);
}

void settings_check_times(const struct settings *s, struct problems *problems)
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
        {"broker.session.timeout.ms", "session.timeout.ms", s->broker_session_timeout_ms,
         s->session_timeout_ms, true, "the loss of a broker would cost the partitions"},
    };

    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check(&bounds[i], problems);
    settings_check_api_times(s, "", &s->api, problems);
}

void settings_check_api_times(const struct settings *s, const char *tag, const struct api_settings *api,
                              struct problems *problems)
{
    int64_t settle = s->settlement_deadline_ms, call = api->call_timeout_ms;
    char call_name[120], tcp_name[120], poll_name[160], grace_name[160];
    const struct bound bounds[] = {
        {poll_name, "max.poll.interval.ms", call + 2 * settle, s->max_poll_interval_ms, true,
         "a hand-over waits for the running calls"},
        {grace_name, "stop.grace.ms", call + 2 * settle + 5000, s->stop_grace_ms, false,
         "a clean stop waits for the running calls and settles twice"},
        {tcp_name, call_name, api->tcp_user_timeout_ms, call, false,
         "a dead connection must not outlive its call"},
    };

    snprintf(call_name, sizeof call_name, "bt.%.60s%scall.timeout.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(tcp_name, sizeof tcp_name, "bt.%.60s%stcp.user.timeout.ms", tag, *tag == '\0' ? "" : ".");
    snprintf(poll_name, sizeof poll_name, "%s + 2 * settlement.deadline.ms", call_name);
    snprintf(grace_name, sizeof grace_name, "%s + 2 * settlement.deadline.ms + 5 s", call_name);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check(&bounds[i], problems);
}
