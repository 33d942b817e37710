/* Metric series by their labels, and how they are printed for Prometheus. */
#include "metric_table.h"

#include "invariant.h"
#include "memory.h"
#include "names.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LABEL_MAX = 200, LABELS_BYTES = 2048 }; /* characters of a value; of all labels, escaped */
_Static_assert(METRIC_LABELS_MAX *(2 * LABEL_MAX + 64) < LABELS_BYTES, "all labels fit, their names too");

struct series {
    const struct metric_family *family;
    char *labels; /* api="portability",status="200" */
    double value; /* the sum, of a histogram */
    uint64_t count;
    uint64_t buckets[METRIC_BUCKETS_MAX];
    struct series *next;
};

struct metric_table {
    const struct metric_family *families;
    size_t family_count;
    size_t series_count, series_max;
    struct series **first; /* a list per family */
};

struct metric_table *metric_table_new(const struct metric_family *families, size_t count, size_t series_max)
{
    struct metric_table *table = memory_new(1, sizeof *table);

    table->families = families;
    table->family_count = count;
    table->series_max = series_max;
    table->first = memory_new(count, sizeof(struct series *));
    return table;
}

void *metric_table_free(struct metric_table *table)
{
    if (table == NULL)
        return NULL;
    for (size_t i = 0; i < table->family_count; i++) {
        for (struct series *next, *series = table->first[i]; series != NULL; series = next) {
            next = series->next;
            memory_free(series->labels);
            memory_free(series);
        }
    }
    memory_free(table->first);
    return memory_free(table);
}

static char *label_text(const struct metric_family *family, const char *const values[], bool other)
{
    struct buffer text;

    buffer_init(&text, LABELS_BYTES);
    for (size_t i = 0; i < METRIC_LABELS_MAX && family->labels[i] != NULL; i++) {
        buffer_print(&text, "%s%s=\"", i > 0 ? "," : "", family->labels[i]);
        const char *value = other ? "other" : values[i];
        for (const char *at = value; *at != '\0' && at < value + LABEL_MAX; at++) {
            if (*at == '"' || *at == '\\')
                buffer_add_byte(&text, '\\');
            buffer_add_byte(&text, *at == '\n' ? ' ' : (uint8_t)*at);
        }
        buffer_add_byte(&text, '"');
    }
    REQUIRE(!text.full); /* a cut label would make all of the page unreadable */
    return buffer_take(&text, NULL);
}

/* The place of the series in its list, or the end of the list. */
static struct series **find(struct metric_table *table, size_t family, const char *labels)
{
    struct series **at = &table->first[family];

    while (*at != NULL && strcmp((*at)->labels, labels) != 0)
        at = &(*at)->next;
    return at;
}

struct series *metric_table_series(struct metric_table *table, size_t family, const char *const values[])
{
    REQUIRE(family < table->family_count);
    CLEANUP(memory_release) char *labels = label_text(&table->families[family], values, false);
    struct series **at = find(table, family, labels);

    if (*at == NULL && table->series_count >= table->series_max) {
        memory_free(labels);
        labels = label_text(&table->families[family], values, true);
        at = find(table, family, labels);
    }
    if (*at != NULL)
        return *at;
    *at = memory_new(1, sizeof **at);
    (*at)->family = &table->families[family];
    (*at)->labels = TAKE(labels);
    table->series_count++;
    REQUIRE(table->series_count <= table->series_max + table->family_count); /* and one "other" for each */
    return *at;
}

void series_add(struct series *series, double by)
{
    REQUIRE(series->family->kind == METRIC_GAUGE || (series->family->kind == METRIC_COUNTER && by >= 0));
    series->value += by;
}

void series_set(struct series *series, double value)
{
    REQUIRE(series->family->kind != METRIC_HISTOGRAM);
    series->value = value;
}

void series_observe(struct series *series, double value)
{
    REQUIRE(series->family->kind == METRIC_HISTOGRAM);
    series->value += value;
    series->count++;
    for (size_t i = 0; i < METRIC_BUCKETS_MAX && series->family->buckets[i] > 0; i++)
        if (value <= series->family->buckets[i])
            series->buckets[i]++;
}

double series_value(const struct series *series)
{
    return series->value;
}

static void print_histogram(const struct series *series, struct buffer *out)
{
    const char *name = series->family->name, *comma = *series->labels != '\0' ? "," : "";

    for (size_t i = 0; i < METRIC_BUCKETS_MAX && series->family->buckets[i] > 0; i++)
        buffer_print(out, "%s_bucket{%s%sle=\"%g\"} %" PRIu64 "\n", name, series->labels, comma,
                     series->family->buckets[i], series->buckets[i]);
    buffer_print(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, series->labels, comma, series->count);
    buffer_print(out, "%s_sum{%s} %.9g\n", name, series->labels, series->value);
    buffer_print(out, "%s_count{%s} %" PRIu64 "\n", name, series->labels, series->count);
}

void metric_table_print(const struct metric_table *table, struct buffer *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    NAMES_COMPLETE(kinds, METRIC_HISTOGRAM);

    for (size_t i = 0; i < table->family_count; i++) {
        const struct metric_family *family = &table->families[i];
        buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
                     kinds[family->kind]);
        for (const struct series *series = table->first[i]; series != NULL; series = series->next) {
            if (isnan(series->value))
                continue;
            if (family->kind == METRIC_HISTOGRAM)
                print_histogram(series, out);
            else if (*series->labels != '\0')
                buffer_print(out, "%s{%s} %.17g\n", family->name, series->labels, series->value);
            else
                buffer_print(out, "%s %.17g\n", family->name, series->value);
        }
    }
}
