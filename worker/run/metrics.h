/*
 * What is counted and shown as metrics, under the names that operators know. Whoever does a thing counts it here; this
 * file calls nobody.
 */
#ifndef RUN_METRICS_H
#define RUN_METRICS_H

#include "metric_table.h"
#include "order.h"
#include "settlement_thread.h"

struct metrics;

/* The families, in the order of the page. Those that are set, not counted, are set when the page is asked for. */
enum metric {
    METRIC_REQUESTS,
    METRIC_OUTCOMES,
    METRIC_DEAD_LETTERS,
    METRIC_EVENTS,
    METRIC_EVENTS_BY_ID,
    METRIC_ORDER_SECONDS,
    METRIC_CALLS,
    METRIC_CALL_SECONDS,
    METRIC_SETTLEMENTS,
    METRIC_SETTLEMENT_SECONDS,
    METRIC_ORDERS,
    METRIC_ORDERS_LATE,
    METRIC_BT_IDS,
    METRIC_EVENTS_HELD,
    METRIC_DECIDE_BY,
    METRIC_CALLS_RUNNING,
    METRIC_API_WINDOW,
    METRIC_API_HALTED,
    METRIC_PARTITIONS,
    METRIC_PARTITIONS_HELD,
    METRIC_READY,
    METRIC_BT_READY,
    METRIC_TURN_SECONDS,
    METRIC_LOG_DROPPED,
    METRIC_REPEATS,
    METRIC_FORGOTTEN,
    METRIC_DECISIONS,
    METRIC_LEASES,
    METRIC_LEDGER_ORDERS,
    METRIC_REMEMBERED,
    METRIC_REMEMBERED_MOST,
    METRIC_DOUBTS,
    METRIC_DOUBTS_RESTARTED,
    METRIC_ORDER_BYTES,
    METRIC_LOGS_UNSTABLE,
    METRIC_CERTIFICATE_ENDS,
};

enum { METRICS = METRIC_CERTIFICATE_ENDS + 1 };

struct metrics *metrics_new(void);
void *metrics_free(struct metrics *metrics); /* null does nothing */

/* Prints them all, in Prometheus' text format. */
void metrics_print(const struct metrics *metrics, struct buffer *page);

/* Sets a gauge of one label; "" where it has none. */
void metrics_set(struct metrics *metrics, enum metric metric, const char *label, double value);

void metrics_count_taken(struct metrics *metrics);
void metrics_count_order(struct metrics *metrics, const struct order *order); /* an outcome of it was made */
void metrics_count_repeat(struct metrics *metrics);
void metrics_count_forgotten(struct metrics *metrics, bool by_number);
void metrics_count_decision(struct metrics *metrics, const char *result);
void metrics_count_event(struct metrics *metrics, const char *end);
void metrics_count_by_id(struct metrics *metrics, const char *what);
void metrics_count_dead(struct metrics *metrics, const char *reason);
void metrics_count_turn(struct metrics *metrics, int64_t took_us);
void metrics_count_call(struct metrics *metrics, const char *api, int status,
                        int64_t took_ms); /* 0: no reply */
void metrics_count_settlement(struct metrics *metrics, const struct settlement_job *job, bool happened);

#endif
