/* Serves the pages for operators: metrics, health and /status. */
#include "status.h"

#include "health.h"
#include "intake.h"
#include "log.h"
#include "membership.h"
#include "memory.h"
#include "metrics.h"
#include "server.h"
#include "status_tree.h"
#include "watching.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RESTARTS_ALARM = 3 };

struct status {
    struct worker *worker;
    struct server *server;
    struct loop_turn longest;
    bool joined; /* before that a turn may wait for Kafka: nothing can be sent, and no watchdog runs */
};

static void set_doubts(const struct worker *worker)
{
    struct metrics *metrics = worker->metrics;
    size_t open = 0, restarted = 0;

    for (const struct order *order = NULL; (order = orders_each(worker->orders, order)) != NULL;) {
        open += order->doubt.open;
        restarted += order->doubt.open && order->doubt.restarts >= RESTARTS_ALARM;
    }
    metrics_set(metrics, METRIC_DOUBTS, "", (double)open);
    metrics_set(metrics, METRIC_DOUBTS_RESTARTED, "", (double)restarted);
}

static int metrics_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    struct status *status = context;
    const struct worker *worker = status->worker;
    struct metrics *metrics = worker->metrics;
    const char *why, *tag;
    const struct pace *pace;

    (void)ask;
    for (size_t i = 0; i < ORDER_STATES; i++)
        metrics_set(metrics, METRIC_ORDERS, status_state_names[i],
                    (double)orders_state_count(worker->orders, (enum order_state)i));
    metrics_set(metrics, METRIC_ORDERS_LATE, "", (double)orders_late_count(worker->orders));
    metrics_set(metrics, METRIC_BT_IDS, "", (double)bt_ids_known_count(worker->bt_ids));
    metrics_set(metrics, METRIC_EVENTS_HELD, "", (double)bt_ids_held_count(worker->bt_ids));
    int64_t decide_by_ms = orders_decide_by_ms(worker->orders);
    metrics_set(metrics, METRIC_DECIDE_BY, "", decide_by_ms == 0 ? NAN : (double)decide_by_ms / 1000);
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++) {
        metrics_set(metrics, METRIC_CALLS_RUNNING, tag, (double)pace->in_flight);
        metrics_set(metrics, METRIC_API_WINDOW, tag, pace->open);
        metrics_set(metrics, METRIC_API_HALTED, tag, pace->halted);
    }
    metrics_set(metrics, METRIC_PARTITIONS, "", (double)membership_count(worker->membership));
    metrics_set(metrics, METRIC_PARTITIONS_HELD, "", (double)intake_held(worker->intake, &why));
    metrics_set(metrics, METRIC_READY, "", *health_not_ready(worker) == '\0');
    metrics_set(metrics, METRIC_BT_READY, "", *health_bt(worker) == '\0');
    metrics_set(metrics, METRIC_LOG_DROPPED, "", (double)log_dropped());
    metrics_set(metrics, METRIC_ORDER_BYTES, "", (double)orders_bytes(worker->orders));
    metrics_set(metrics, METRIC_LEDGER_ORDERS, "", (double)orders_owned_count(worker->orders));
    metrics_set(metrics, METRIC_REMEMBERED, "", (double)duplicates_count(worker->duplicates));
    metrics_set(metrics, METRIC_REMEMBERED_MOST, "",
                (double)duplicates_most(worker->duplicates) / (double)worker->settings->duplicates_max);
    metrics_set(metrics, METRIC_LEASES, "", (double)orders_lease_count(worker->orders));
    metrics_set(metrics, METRIC_LOGS_UNSTABLE, "requests", (double)watching_stuck(worker->watching, false));
    metrics_set(metrics, METRIC_LOGS_UNSTABLE, "ledger", (double)watching_stuck(worker->watching, true));
    set_doubts(worker);
    metrics_print(metrics, body);
    return 200;
}

/* A turn that takes half of what the watchdog allows is reported. */
static void turned(void *context, const struct loop_turn *turn)
{
    struct status *status = context;
    int64_t alarm_us = status->worker->settings->watchdog_ms * 1000 / 4;
    bool counts = status->joined;

    status->joined = status->worker->settlement_thread != NULL;
    if (!counts)
        return;
    metrics_count_turn(status->worker->metrics, turn->took_us);
    if (turn->took_us > status->longest.took_us)
        status->longest = *turn;
    if (alarm_us > 0 && turn->took_us > alarm_us)
        LOG(LOG_WARN, "a turn of the loop took more than a quarter of watchdog.ms",
            log_int("took_ms", turn->took_us / 1000), log_text("cause", turn->cause),
            log_int("cause_ms", turn->cause_us / 1000));
}

static int live_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    (void)ask;
    (void)context; /* a loop that answers turns */
    buffer_add_text(body, "live\n");
    return 200;
}

static int ready_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    struct status *status = context;
    const char *why = health_not_ready(status->worker);

    if (*why == '\0' && ask->all)
        why = health_bt(status->worker);
    buffer_print(body, "%s\n", *why == '\0' ? "ready" : ask->trusted ? why : "not ready");
    return *why == '\0' ? 200 : 503;
}

static int status_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    struct status *status = context;
    CLEANUP(tree_release)
    struct json_object *tree = status_tree(status->worker, health_not_ready(status->worker),
                                           health_bt(status->worker), &status->longest);

    (void)ask;
    tree_write(tree, body);
    buffer_add_byte(body, '\n');
    return 200;
}

static const struct server_page pages[] = {
    {"/metrics", "text/plain; version=0.0.4", metrics_page, false},
    {"/health/live", "text/plain", live_page, true},
    {"/health/ready", "text/plain", ready_page, true},
    {"/status", "application/json", status_page, false},
    {NULL, NULL, NULL, false},
};

bool status_new(struct worker *worker, struct status **out, struct fault *why)
{
    struct status *status = memory_new(1, sizeof *status);

    status->worker = worker;
    if (!server_new(worker->loop, worker->settings, pages, status, &status->server, why)) {
        status_free(status);
        return false;
    }
    loop_watch_turns(worker->loop, turned, status);
    LOG(LOG_INFO, "listening for operators", log_text("address", worker->settings->admin_address),
        log_int("port", server_port(status->server)));
    *out = status;
    return true;
}

bool status_renew(struct status *status, struct fault *why)
{
    return server_renew(status->server, why);
}

void *status_free(struct status *status)
{
    if (status == NULL)
        return NULL;
    server_free(status->server);
    return memory_free(status);
}
