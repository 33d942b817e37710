/* The families of metrics of whc-worker listen. */
#include "figures.h"

#include "memory.h"
#include "metric_table.h"

#include <stdio.h>

enum { SERIES_MAX = 200, ANSWERS = FIGURE_CERTIFICATE_ENDS + 1, EVENTS, AHEAD, WAIT_SECONDS };

#define SECONDS                                                                                              \
    {                                                                                                        \
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10                               \
    }

static const struct metric_family families[] = {
    [FIGURE_WAITING] = {"whc_listen_waiting",
                        "Notifications that Kafka has not acknowledged yet.",
                        METRIC_GAUGE,
                        {NULL},
                        {0}},
    [FIGURE_CONNECTIONS] = {"whc_listen_connections", "Open connections.", METRIC_GAUGE, {NULL}, {0}},
    [FIGURE_READY] = {"whc_ready", "1: ready; /health/ready says why not.", METRIC_GAUGE, {NULL}, {0}},
    [FIGURE_LOG_DROPPED] =
        {"whc_log_lines_dropped_total", "Log lines that nobody read.", METRIC_COUNTER, {NULL}, {0}},
    [FIGURE_CERTIFICATE_ENDS] = {"whc_certificate_expiry_timestamp_seconds",
                                 "When the certificate that the listener shows ends, Unix time.",
                                 METRIC_GAUGE,
                                 {"file"},
                                 {0}},
    [ANSWERS] = {"whc_listen_answers_total", "Requests answered.", METRIC_COUNTER, {"door", "status"}, {0}},
    [EVENTS] = {"whc_listen_events_total",
                "Notifications written: event, or a dead letter by its reason.",
                METRIC_COUNTER,
                {"kind"},
                {0}},
    [AHEAD] = {"whc_listen_time_ahead_total",
               "Notifications that BT dates more than a day ahead of our clock.",
               METRIC_COUNTER,
               {NULL},
               {0}},
    [WAIT_SECONDS] = {"whc_listen_wait_seconds",
                      "From a whole notification to Kafka's acknowledgement.",
                      METRIC_HISTOGRAM,
                      {NULL},
                      SECONDS},
};

struct figures {
    struct metric_table *table;
};

struct figures *figures_new(void)
{
    struct figures *figures = memory_new(1, sizeof *figures);

    figures->table = metric_table_new(families, COUNT_OF(families), SERIES_MAX);
    return figures;
}

void *figures_free(struct figures *figures)
{
    if (figures == NULL)
        return NULL;
    metric_table_free(figures->table);
    return memory_free(figures);
}

void figures_answer(struct figures *figures, const char *door, int status)
{
    char number[16];

    snprintf(number, sizeof number, "%d", status);
    series_add(metric_table_series(figures->table, ANSWERS, (const char *[]){door, number}), 1);
}

void figures_written(struct figures *figures, const char *kind, int64_t took_ms)
{
    series_add(metric_table_series(figures->table, EVENTS, (const char *[]){kind}), 1);
    series_observe(metric_table_series(figures->table, WAIT_SECONDS, NULL), (double)took_ms / 1000);
}

void figures_ahead(struct figures *figures)
{
    series_add(metric_table_series(figures->table, AHEAD, NULL), 1);
}

void figures_set(struct figures *figures, enum figure_gauge gauge, const char *label, double value)
{
    series_set(metric_table_series(figures->table, (size_t)gauge,
                                   gauge == FIGURE_CERTIFICATE_ENDS ? (const char *[]){label} : NULL),
               value);
}

void figures_print(const struct figures *figures, struct buffer *page)
{
    metric_table_print(figures->table, page);
}
