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
    int64_t settle = s->settlement_deadline_ms, call = s->api.call_timeout_ms;
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
        {"bt.call.timeout.ms + 2 * settlement.deadline.ms", "max.poll.interval.ms", call + 2 * settle,
         s->max_poll_interval_ms, true, "a hand-over waits for the running calls"},
        {"bt.call.timeout.ms + 2 * settlement.deadline.ms + 5 s", "stop.grace.ms", call + 2 * settle + 5000,
         s->stop_grace_ms, false, "a clean stop waits for the running calls and settles twice"},
        {"bt.tcp.user.timeout.ms", "bt.call.timeout.ms", s->api.tcp_user_timeout_ms, call, false,
         "a dead connection must not outlive its call"},
    };

    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        check(&bounds[i], problems);
}
