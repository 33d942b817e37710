/* See status.h. */
#include "status.h"

#include "calling.h"
#include "intake.h"
#include "memory.h"
#include "owning.h"
#include "server.h"
#include "settling.h"
#include "signals.h"
#include "status_tree.h"
#include "watching.h"

#include <stdio.h>
#include <string.h>

enum { SERIES_MAX = 2000, RESTARTS_ALARM = 3 };

enum family {
    REQUESTS,
    OUTCOMES,
    DEAD_LETTERS,
    ORDER_SECONDS,
    CALLS,
    CALL_SECONDS,
    SETTLEMENTS,
    SETTLEMENT_SECONDS,
    ORDERS,
    CALLS_RUNNING,
    API_WINDOW,
    API_HALTED,
    PARTITIONS,
    PARTITIONS_HELD,
    READY,
    BT_READY,
    TURN_SECONDS,
    LOG_DROPPED,
    REPEATS,
    FORGOTTEN,
    DECISIONS,
    LEASES,
    LEDGER_ORDERS,
    REMEMBERED,
    REMEMBERED_MOST,
    DOUBTS,
    DOUBTS_RESTARTED,
    ORDER_BYTES,
    LOGS_UNSTABLE,
    CERTIFICATE_ENDS,
};

#define SECONDS                                                                                              \
    {                                                                                                        \
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60                       \
    }

static const struct stats_family families[] = {
    [REQUESTS] = {"whc_requests_total", "Request messages taken from Kafka.", STATS_COUNTER, {NULL}, {0}},
    [OUTCOMES] =
        {"whc_outcomes_total", "Outcomes made.", STATS_COUNTER, {"order_type", "status", "reason"}, {0}},
    [DEAD_LETTERS] = {"whc_dead_letters_total",
                      "Messages that no request can be read in.",
                      STATS_COUNTER,
                      {"reason"},
                      {0}},
    [ORDER_SECONDS] = {"whc_order_duration_seconds",
                       "From first call to outcome.",
                       STATS_HISTOGRAM,
                       {"order_type"},
                       SECONDS},
    [CALLS] =
        {"whc_calls_total", "Calls of BT; status 0: no reply came.", STATS_COUNTER, {"api", "status"}, {0}},
    [CALL_SECONDS] = {"whc_call_duration_seconds", "Duration of calls.", STATS_HISTOGRAM, {"api"}, SECONDS},
    [SETTLEMENTS] = {"whc_settlements_total", "Settlements by how they ended.", STATS_COUNTER, {"end"}, {0}},
    [SETTLEMENT_SECONDS] =
        {"whc_settlement_duration_seconds", "Duration of settlements.", STATS_HISTOGRAM, {NULL}, SECONDS},
    [ORDERS] = {"whc_orders", "Orders held, by state.", STATS_GAUGE, {"state"}, {0}},
    [CALLS_RUNNING] = {"whc_calls_running", "Calls on their way.", STATS_GAUGE, {"api"}, {0}},
    [API_WINDOW] = {"whc_api_window", "Calls allowed at once just now.", STATS_GAUGE, {"api"}, {0}},
    [API_HALTED] =
        {"whc_api_halted", "1: BT refuses or blocks the account; orders wait.", STATS_GAUGE, {"api"}, {0}},
    [PARTITIONS] = {"whc_partitions", "Partitions owned.", STATS_GAUGE, {NULL}, {0}},
    [PARTITIONS_HELD] = {"whc_partitions_held", "Partitions that stand still.", STATS_GAUGE, {NULL}, {0}},
    [TURN_SECONDS] = {"whc_turn_seconds",
                      "Turns of the loop; half of watchdog.ms kills.",
                      STATS_HISTOGRAM,
                      {NULL},
                      SECONDS},
    [READY] = {"whc_ready", "1: ready; /health/ready says why not.", STATS_GAUGE, {NULL}, {0}},
    [BT_READY] = {"whc_bt_ready",
                  "1: there is a token and no API is halted; /health/ready?all says why not.",
                  STATS_GAUGE,
                  {NULL},
                  {0}},
    [LOG_DROPPED] =
        {"whc_log_lines_dropped_total", "Log lines that nobody read.", STATS_COUNTER, {NULL}, {0}},
    [REPEATS] = {"whc_repeats_total",
                 "Repeated requests answered with the stored outcome.",
                 STATS_COUNTER,
                 {NULL},
                 {0}},
    [FORGOTTEN] =
        {"whc_forgotten_total",
         "Finished orders that left the duplicate window; by number: too early, raise duplicates.max.",
         STATS_COUNTER,
         {"by"},
         {0}},
    [DECISIONS] = {"whc_decisions_total", "People's decisions.", STATS_COUNTER, {"result"}, {0}},
    [LEASES] = {"whc_leases_run_out_total",
                "Attempts that could not be sent in time after they were settled.",
                STATS_COUNTER,
                {NULL},
                {0}},
    [LEDGER_ORDERS] = {"whc_ledger_orders", "Orders owned through the ledger.", STATS_GAUGE, {NULL}, {0}},
    [REMEMBERED] =
        {"whc_remembered_orders", "Finished orders in the duplicate window.", STATS_GAUGE, {NULL}, {0}},
    [REMEMBERED_MOST] =
        {"whc_remembered_share",
         "Finished orders of the partition with most, as a share of duplicates.max; alarm from 0.8 on.",
         STATS_GAUGE,
         {NULL},
         {0}},
    [DOUBTS] = {"whc_orders_in_doubt", "Orders that BT may have carried out.", STATS_GAUGE, {NULL}, {0}},
    [DOUBTS_RESTARTED] =
        {"whc_doubts_restarted",
         "Orders in doubt whose clock began anew at three take-overs or more: they may never end.",
         STATS_GAUGE,
         {NULL},
         {0}},
    [ORDER_BYTES] =
        {"whc_orders_bytes", "What all orders take of the memory, roughly.", STATS_GAUGE, {NULL}, {0}},
    [LOGS_UNSTABLE] = {"whc_logs_unstable",
                       "Partitions that cannot be read on in because another producer's transaction hangs.",
                       STATS_GAUGE,
                       {"topic"},
                       {0}},
    [CERTIFICATE_ENDS] = {"whc_certificate_expiry_timestamp_seconds",
                          "When a certificate that the worker shows ends, Unix time.",
                          STATS_GAUGE,
                          {"file"},
                          {0}},
};

struct status {
    struct worker *worker;
    struct stats *stats;
    struct server *server;
    struct loop_turn longest;
    bool joined; /* before that a turn may wait for Kafka: nothing can be sent, and no watchdog runs */
};

enum { CLOSED_TOLD_MS = 2000 }; /* a gateway that stumbles closes it for a second */

/*
 * What keeps orders from BT, in words; "" when nothing does. It is no reason to be not ready: a roll-out that brings the
 * corrected secret would wait for it for ever.
 */
static const char *bt_trouble(const struct worker *worker)
{
    static const char halted[] =
        "an API is halted because BT refuses or blocks the account; it is tried again by itself";
    static const char closed[] =
        "an API is closed for a while because BT has asked for a pause (Retry-After)";
    const struct pace *pace;
    const char *tag;

    if (*token_trouble(worker->token) != '\0')
        return token_trouble(worker->token);
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++)
        if (pace->halted)
            return halted;
        else if (pace->closed_until_ms >= loop_clock_ms() + CLOSED_TOLD_MS)
            return closed;
    return "";
}

/* Why the worker is not ready, in words; "" when it is. It is about us, Kafka and the registry. */
static const char *not_ready(const struct worker *worker)
{
    const char *why;

    if (worker->stopping)
        return *worker->ending != '\0' ? worker->ending : "the worker is stopping";
    if (*owning_state(worker->owning) != '\0')
        return owning_state(worker->owning);
    if (*settling_trouble(worker->settling) != '\0')
        return settling_trouble(worker->settling);
    if (*registry_trouble(worker->registry) != '\0')
        return registry_trouble(worker->registry);
    if (!registry_registered(worker->registry))
        return "outcome schemas are not registered yet";
    if (*signals_trouble(worker->signals) != '\0')
        return signals_trouble(worker->signals);
    if (intake_held(worker->intake, &why) > 0)
        return why;
    if (intake_memory_full(worker->intake))
        return "the orders take orders.max.bytes of memory: no more requests are taken until some end";
    if (orders_owned_count(worker->orders) >= (size_t)worker->settings->ledger_orders_max)
        return "the ledger holds ledger.orders.max orders: no more requests are taken until some end";
    if (worker->settings->watchdog_ms == 0)
        return "watchdog.ms is 0: a stopped process would not be ended";
    return "";
}

static void set_gauge(struct status *status, enum family family, const char *label, double value)
{
    series_set(stats_series(status->stats, family, (const char *const[]){label}), value);
}

static void set_doubts(struct status *status)
{
    size_t open = 0, restarted = 0;

    for (const struct order *order = NULL; (order = orders_each(status->worker->orders, order)) != NULL;) {
        open += order->doubt.open;
        restarted += order->doubt.open && order->doubt.restarts >= RESTARTS_ALARM;
    }
    set_gauge(status, DOUBTS, "", (double)open);
    set_gauge(status, DOUBTS_RESTARTED, "", (double)restarted);
}

static int metrics_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    struct status *status = context;
    const struct worker *worker = status->worker;
    const char *why, *tag;
    const struct pace *pace;

    (void)ask;
    for (size_t i = 0; i < ORDER_STATES; i++)
        set_gauge(status, ORDERS, status_state_names[i],
                  (double)orders_state_count(worker->orders, (enum order_state)i));
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++) {
        set_gauge(status, CALLS_RUNNING, tag, (double)pace->in_flight);
        set_gauge(status, API_WINDOW, tag, pace->open);
        set_gauge(status, API_HALTED, tag, pace->halted);
    }
    set_gauge(status, PARTITIONS, "", (double)owning_count(worker->owning));
    set_gauge(status, PARTITIONS_HELD, "", (double)intake_held(worker->intake, &why));
    set_gauge(status, READY, "", *not_ready(worker) == '\0');
    set_gauge(status, BT_READY, "", *bt_trouble(worker) == '\0');
    set_gauge(status, LOG_DROPPED, "", (double)log_dropped());
    set_gauge(status, ORDER_BYTES, "", (double)orders_bytes(worker->orders));
    set_gauge(status, LEDGER_ORDERS, "", (double)orders_owned_count(worker->orders));
    set_gauge(status, REMEMBERED, "", (double)duplicates_count(worker->duplicates));
    set_gauge(status, REMEMBERED_MOST, "",
              (double)duplicates_most(worker->duplicates) / (double)worker->settings->duplicates_max);
    set_gauge(status, LEASES, "", (double)orders_lease_count(worker->orders));
    set_gauge(status, LOGS_UNSTABLE, "requests", (double)watching_stuck(worker->watching, false));
    set_gauge(status, LOGS_UNSTABLE, "ledger", (double)watching_stuck(worker->watching, true));
    set_doubts(status);
    stats_print(status->stats, body);
    return 200;
}

/* One that is half of what kills is said. */
static void turned(void *context, const struct loop_turn *turn)
{
    struct status *status = context;
    int64_t alarm_us = status->worker->settings->watchdog_ms * 1000 / 4;
    bool counts = status->joined;

    status->joined = status->worker->settler != NULL;
    if (!counts)
        return;
    series_observe(stats_series(status->stats, TURN_SECONDS, NULL), (double)turn->took_us / 1e6);
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
    const char *why = not_ready(status->worker);

    if (*why == '\0' && ask->all)
        why = bt_trouble(status->worker);
    buffer_print(body, "%s\n", *why == '\0' ? "ready" : ask->trusted ? why : "not ready");
    return *why == '\0' ? 200 : 503;
}

static int status_page(void *context, const struct server_ask *ask, struct buffer *body)
{
    struct status *status = context;
    CLEANUP(tree_release)
    struct json_object *tree =
        status_tree(status->worker, not_ready(status->worker), bt_trouble(status->worker), &status->longest);

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
    status->stats = stats_new(families, COUNT_OF(families), SERIES_MAX);
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
    stats_free(status->stats);
    return memory_free(status);
}

void status_count_taken(struct status *status)
{
    series_add(stats_series(status->stats, REQUESTS, NULL), 1);
}

void status_count_order(struct status *status, const struct order *order)
{
    const char *labels[] = {order->type->name, outcome_status_name(order->status),
                            reason_kind_name(order->reason.kind)};

    series_add(stats_series(status->stats, OUTCOMES, labels), 1);
    if (order->started_at_ms != 0)
        series_observe(stats_series(status->stats, ORDER_SECONDS, labels),
                       (double)(order->finished_at_ms - order->started_at_ms) / 1000);
}

void status_count_repeat(struct status *status)
{
    series_add(stats_series(status->stats, REPEATS, NULL), 1);
}

void status_count_forgotten(struct status *status, bool by_number)
{
    const char *by = by_number ? "number" : "age";

    series_add(stats_series(status->stats, FORGOTTEN, &by), 1);
    if (by_number)
        LOG(LOG_WARN,
            "a finished order was forgotten before its time: more than duplicates.max of a partition");
}

void status_count_decision(struct status *status, const char *result)
{
    series_add(stats_series(status->stats, DECISIONS, &result), 1);
}

void status_count_dead(struct status *status, const char *reason)
{
    series_add(stats_series(status->stats, DEAD_LETTERS, &reason), 1);
}

void status_count_call(struct status *status, const char *api, const struct evidence *evidence,
                       int64_t took_ms)
{
    char code[16];
    const char *labels[] = {api, code};

    snprintf(code, sizeof code, "%d", evidence->status);
    series_add(stats_series(status->stats, CALLS, labels), 1);
    series_observe(stats_series(status->stats, CALL_SECONDS, labels), (double)took_ms / 1000);
}

void status_certificate(struct status *status, const char *file, int64_t end_s)
{
    set_gauge(status, CERTIFICATE_ENDS, file, (double)end_s);
}

void status_count_settlement(struct status *status, const struct settler_job *job, bool happened)
{
    const char *end = job->answer == SETTLER_CLEAN   ? "clean"
                      : job->answer == SETTLER_DIRTY ? "dirty"
                      : happened                     ? "unclear-happened"
                                                     : "unclear-repeated";

    series_add(stats_series(status->stats, SETTLEMENTS, &end), 1);
    series_observe(stats_series(status->stats, SETTLEMENT_SECONDS, NULL), (double)job->took_ms / 1000);
}
