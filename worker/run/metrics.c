/* Every figure that the worker shows, by name, and what is counted into it. */
#include "metrics.h"

#include "memory.h"

#include <stdio.h>

enum { SERIES_MAX = 2000 };

#define SECONDS                                                                                              \
    {                                                                                                        \
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60                       \
    }

static const struct metric_family families[] = {
    [METRIC_REQUESTS] =
        {"whc_requests_total", "Request messages taken from Kafka.", METRIC_COUNTER, {NULL}, {0}},
    [METRIC_OUTCOMES] =
        {"whc_outcomes_total", "Outcomes made.", METRIC_COUNTER, {"order_type", "status", "reason"}, {0}},
    [METRIC_DEAD_LETTERS] = {"whc_dead_letters_total",
                             "Messages that no request can be read in.",
                             METRIC_COUNTER,
                             {"reason"},
                             {0}},
    [METRIC_EVENTS] =
        {"whc_events_total", "Notifications of BT, by what became of them.", METRIC_COUNTER, {"end"}, {0}},
    [METRIC_EVENTS_BY_ID] =
        {"whc_events_by_id_total",
         "What was done with BT's ids: notifications that bear one only, and orders that tell theirs.",
         METRIC_COUNTER,
         {"what"},
         {0}},
    [METRIC_ORDER_SECONDS] = {"whc_order_duration_seconds",
                              "From first call to outcome.",
                              METRIC_HISTOGRAM,
                              {"order_type"},
                              SECONDS},
    [METRIC_CALLS] =
        {"whc_calls_total", "Calls of BT; status 0: no reply came.", METRIC_COUNTER, {"api", "status"}, {0}},
    [METRIC_CALL_SECONDS] =
        {"whc_call_duration_seconds", "Duration of calls.", METRIC_HISTOGRAM, {"api"}, SECONDS},
    [METRIC_SETTLEMENTS] =
        {"whc_settlements_total", "Settlements by how they ended.", METRIC_COUNTER, {"end"}, {0}},
    [METRIC_SETTLEMENT_SECONDS] =
        {"whc_settlement_duration_seconds", "Duration of settlements.", METRIC_HISTOGRAM, {NULL}, SECONDS},
    [METRIC_ORDERS] = {"whc_orders", "Orders held, by state.", METRIC_GAUGE, {"state"}, {0}},
    [METRIC_ORDERS_LATE] = {"whc_orders_late",
                            "Orders that wait for a message which was expected before now.",
                            METRIC_GAUGE,
                            {NULL},
                            {0}},
    [METRIC_BT_IDS] = {"whc_bt_ids", "Ids of BT whose order is known here.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_EVENTS_HELD] = {"whc_events_held",
                            "Notifications held until an order tells that their id is its own.",
                            METRIC_GAUGE,
                            {NULL},
                            {0}},
    [METRIC_DECIDE_BY] =
        {"whc_decide_by_timestamp_seconds",
         "The earliest moment by which a person must decide about a parked order, Unix time; "
         "absent: none has one.",
         METRIC_GAUGE,
         {NULL},
         {0}},
    [METRIC_CALLS_RUNNING] = {"whc_calls_running", "Calls on their way.", METRIC_GAUGE, {"api"}, {0}},
    [METRIC_API_WINDOW] = {"whc_api_window", "Calls allowed at once just now.", METRIC_GAUGE, {"api"}, {0}},
    [METRIC_API_HALTED] =
        {"whc_api_halted", "1: BT refuses or blocks the account; orders wait.", METRIC_GAUGE, {"api"}, {0}},
    [METRIC_PARTITIONS] = {"whc_partitions", "Partitions owned.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_PARTITIONS_HELD] =
        {"whc_partitions_held", "Partitions that stand still.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_TURN_SECONDS] = {"whc_turn_seconds",
                             "Turns of the loop; half of watchdog.ms kills.",
                             METRIC_HISTOGRAM,
                             {NULL},
                             SECONDS},
    [METRIC_READY] = {"whc_ready", "1: ready; /health/ready says why not.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_BT_READY] = {"whc_bt_ready",
                         "1: there is a token and no API is halted; /health/ready?all says why not.",
                         METRIC_GAUGE,
                         {NULL},
                         {0}},
    [METRIC_LOG_DROPPED] =
        {"whc_log_lines_dropped_total", "Log lines that nobody read.", METRIC_COUNTER, {NULL}, {0}},
    [METRIC_REPEATS] = {"whc_repeats_total",
                        "Repeated requests answered with the stored outcome.",
                        METRIC_COUNTER,
                        {NULL},
                        {0}},
    [METRIC_FORGOTTEN] =
        {"whc_forgotten_total",
         "Finished orders that left the duplicate window; by number: too early, raise duplicates.max.",
         METRIC_COUNTER,
         {"by"},
         {0}},
    [METRIC_DECISIONS] = {"whc_decisions_total", "People's decisions.", METRIC_COUNTER, {"result"}, {0}},
    [METRIC_LEASES] = {"whc_leases_run_out_total",
                       "Attempts that could not be sent in time after they were settled.",
                       METRIC_COUNTER,
                       {NULL},
                       {0}},
    [METRIC_LEDGER_ORDERS] =
        {"whc_ledger_orders", "Orders owned through the ledger.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_REMEMBERED] =
        {"whc_remembered_orders", "Finished orders in the duplicate window.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_REMEMBERED_MOST] =
        {"whc_remembered_share",
         "Finished orders of the partition with most, as a share of duplicates.max; alarm from 0.8 on.",
         METRIC_GAUGE,
         {NULL},
         {0}},
    [METRIC_DOUBTS] =
        {"whc_orders_in_doubt", "Orders that BT may have carried out.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_DOUBTS_RESTARTED] =
        {"whc_doubts_restarted",
         "Orders in doubt whose clock started again at three take-overs or more: they may never end.",
         METRIC_GAUGE,
         {NULL},
         {0}},
    [METRIC_ORDER_BYTES] =
        {"whc_orders_bytes", "How much memory all orders take, roughly.", METRIC_GAUGE, {NULL}, {0}},
    [METRIC_LOGS_UNSTABLE] =
        {"whc_logs_unstable",
         "Partitions that cannot be read further because another producer's transaction hangs.",
         METRIC_GAUGE,
         {"topic"},
         {0}},
    [METRIC_CERTIFICATE_ENDS] = {"whc_certificate_expiry_timestamp_seconds",
                                 "When a certificate that the worker shows ends, Unix time.",
                                 METRIC_GAUGE,
                                 {"file"},
                                 {0}},
};

_Static_assert(COUNT_OF(families) == METRICS, "a family for each metric");

struct metrics {
    struct metric_table *table;
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = memory_new(1, sizeof *metrics);

    metrics->table = metric_table_new(families, COUNT_OF(families), SERIES_MAX);
    return metrics;
}

void *metrics_free(struct metrics *metrics)
{
    if (metrics != NULL)
        metric_table_free(metrics->table);
    return memory_free(metrics);
}

void metrics_print(const struct metrics *metrics, struct buffer *page)
{
    metric_table_print(metrics->table, page);
}

static void add(struct metrics *metrics, enum metric metric, const char *const labels[])
{
    series_add(metric_table_series(metrics->table, metric, labels), 1);
}

static void observe(struct metrics *metrics, enum metric metric, const char *const labels[], double seconds)
{
    series_observe(metric_table_series(metrics->table, metric, labels), seconds);
}

void metrics_set(struct metrics *metrics, enum metric metric, const char *label, double value)
{
    series_set(metric_table_series(metrics->table, metric, (const char *const[]){label}), value);
}

void metrics_count_taken(struct metrics *metrics)
{
    add(metrics, METRIC_REQUESTS, NULL);
}

void metrics_count_order(struct metrics *metrics, const struct order *order)
{
    const char *labels[] = {order->type->name, outcome_status_name(order->status),
                            reason_kind_name(order->reason.kind)};

    add(metrics, METRIC_OUTCOMES, labels);
    if (order->started_at_ms != 0)
        observe(metrics, METRIC_ORDER_SECONDS, labels,
                (double)(order->finished_at_ms - order->started_at_ms) / 1000);
}

void metrics_count_repeat(struct metrics *metrics)
{
    add(metrics, METRIC_REPEATS, NULL);
}

void metrics_count_forgotten(struct metrics *metrics, bool by_number)
{
    add(metrics, METRIC_FORGOTTEN, (const char *const[]){by_number ? "number" : "age"});
}

void metrics_count_decision(struct metrics *metrics, const char *result)
{
    add(metrics, METRIC_DECISIONS, &result);
}

void metrics_count_event(struct metrics *metrics, const char *end)
{
    add(metrics, METRIC_EVENTS, &end);
}

void metrics_count_by_id(struct metrics *metrics, const char *what)
{
    add(metrics, METRIC_EVENTS_BY_ID, &what);
}

void metrics_count_dead(struct metrics *metrics, const char *reason)
{
    add(metrics, METRIC_DEAD_LETTERS, &reason);
}

void metrics_count_turn(struct metrics *metrics, int64_t took_us)
{
    observe(metrics, METRIC_TURN_SECONDS, NULL, (double)took_us / 1e6);
}

void metrics_count_call(struct metrics *metrics, const char *api, int status, int64_t took_ms)
{
    char code[16];
    const char *labels[] = {api, code};

    snprintf(code, sizeof code, "%d", status);
    add(metrics, METRIC_CALLS, labels);
    observe(metrics, METRIC_CALL_SECONDS, labels, (double)took_ms / 1000);
}

void metrics_count_settlement(struct metrics *metrics, const struct settlement_job *job, bool happened)
{
    const char *end = job->answer == JOB_CLEAN   ? "clean"
                      : job->answer == JOB_DIRTY ? "dirty"
                      : happened                 ? "unclear-happened"
                                                 : "unclear-repeated";

    add(metrics, METRIC_SETTLEMENTS, &end);
    observe(metrics, METRIC_SETTLEMENT_SECONDS, NULL, (double)job->took_ms / 1000);
}
