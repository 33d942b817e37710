/*
 * Metrics: counters, gauges and histograms, written as Prometheus text (exposition format 0.0.4).
 *
 * Families are one static table; a series is a family with values for its labels, made on first use and kept. The
 * number of series is capped: past it one shared series with "other" labels takes the rest, so that no input can
 * grow memory. One thread uses a registry.
 */
#ifndef BASE_METRIC_TABLE_H
#define BASE_METRIC_TABLE_H

#include "buffer.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum { METRIC_LABELS_MAX = 3, METRIC_BUCKETS_MAX = 16 };

struct metric_family {
    const char
        *name; /* with unit and _total as Prometheus asks: whc_calls_total, whc_call_duration_seconds */
    const char *help;
    enum metric_kind kind;
    const char *labels[METRIC_LABELS_MAX]; /* null after the last */
    double buckets[METRIC_BUCKETS_MAX];    /* upper bounds of a histogram, ascending, 0 after the last */
};

struct metric_table;
struct series;

/* `families` must outlive the registry. */
struct metric_table *metric_table_new(const struct metric_family *families, size_t count, size_t series_max);
void *metric_table_free(struct metric_table *table);

/* The series of family `family` (its index) with these label values (as many as it has labels; null for none). */
struct series *metric_table_series(struct metric_table *table, size_t family, const char *const values[]);

void series_add(struct series *series, double by);
void series_set(struct series *series, double value); /* NAN: a gauge that has no value now is not printed */
void series_observe(struct series *series, double value);
double series_value(const struct series *series);

/* Adds all series as text, families in the table's order. */
void metric_table_print(const struct metric_table *table, struct buffer *out);

#endif
