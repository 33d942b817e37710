/*
 * Metrics: counters, gauges and histograms, written as Prometheus text (exposition format 0.0.4).
 *
 * Families are one static table; a series is a family with values for its labels, made on first use and kept. The
 * number of series is capped: past it one shared series with "other" labels takes the rest, so that no input can
 * grow memory. One thread uses a registry.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include "buffer.h"

enum stats_kind { STATS_COUNTER, STATS_GAUGE, STATS_HISTOGRAM };

enum { STATS_LABELS_MAX = 3, STATS_BUCKETS_MAX = 16 };

struct stats_family {
    const char
        *name; /* with unit and _total as Prometheus asks: whc_calls_total, whc_call_duration_seconds */
    const char *help;
    enum stats_kind kind;
    const char *labels[STATS_LABELS_MAX]; /* null behind the last */
    double buckets[STATS_BUCKETS_MAX];    /* upper bounds of a histogram, ascending, 0 behind the last */
};

struct stats;
struct series;

/* `families` must outlive the registry. */
struct stats *stats_new(const struct stats_family *families, size_t count, size_t series_max);
void *stats_free(struct stats *stats);

/* The series of family `family` (its index) with these label values (as many as it has labels; null for none). */
struct series *stats_series(struct stats *stats, size_t family, const char *const values[]);

void series_add(struct series *series, double by);
void series_set(struct series *series, double value);
void series_observe(struct series *series, double value);
double series_value(const struct series *series);

/* Adds all series as text, families in the table's order. */
void stats_print(const struct stats *stats, struct buffer *out);

#endif
