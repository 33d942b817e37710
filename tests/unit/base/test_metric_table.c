/* Prometheus text: families in the table's order, labels escaped, the number of series capped. */
#include "metric_table.h"

#include "same.h"

#include <math.h>

static const struct metric_family families[] = {
    {.name = "calls_total", .help = "Calls.", .kind = METRIC_COUNTER, .labels = {"api", "status"}},
    {.name = "in_flight", .help = "Now.", .kind = METRIC_GAUGE},
    {.name = "seconds", .help = "Time.", .kind = METRIC_HISTOGRAM, .labels = {"api"}, .buckets = {0.5, 1}},
};

static void expect(struct metric_table *table, const char *name, const char *want)
{
    CLEANUP(buffer_release) struct buffer out = {0};

    buffer_init(&out, 65536);
    metric_table_print(table, &out);
    given_same(name, buffer_text(&out), want);
}

static void printing(void)
{
    struct metric_table *table = metric_table_new(families, COUNT_OF(families), 10);
    struct series *calls = metric_table_series(table, 0, (const char *[]){"a\"\\\n", "200"});
    struct series *time = metric_table_series(table, 2, (const char *[]){"x"});

    series_add(calls, 1);
    series_add(metric_table_series(table, 0, (const char *[]){"a\"\\\n", "200"}), 2);
    series_set(metric_table_series(table, 1, NULL), 7);
    series_observe(time, 0.25);
    series_observe(time, 1); /* a bound belongs to its bucket */
    series_observe(time, 9);
    CU_ASSERT_EQUAL(series_value(calls), 3);
    expect(table, "all",
           "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
           "calls_total{api=\"a\\\"\\\\ \",status=\"200\"} 3\n"
           "# HELP in_flight Now.\n# TYPE in_flight gauge\nin_flight 7\n"
           "# HELP seconds Time.\n# TYPE seconds histogram\n"
           "seconds_bucket{api=\"x\",le=\"0.5\"} 1\nseconds_bucket{api=\"x\",le=\"1\"} 2\n"
           "seconds_bucket{api=\"x\",le=\"+Inf\"} 3\nseconds_sum{api=\"x\"} 10.25\n"
           "seconds_count{api=\"x\"} 3\n");
    metric_table_free(table);
}

/* A gauge without a value is not there, until it has one. */
static void without_a_value(void)
{
    struct metric_table *table = metric_table_new(&families[1], 1, 10);

    series_set(metric_table_series(table, 0, NULL), NAN);
    expect(table, "none", "# HELP in_flight Now.\n# TYPE in_flight gauge\n");
    series_set(metric_table_series(table, 0, NULL), 7);
    expect(table, "one", "# HELP in_flight Now.\n# TYPE in_flight gauge\nin_flight 7\n");
    metric_table_free(table);
}

static void capped(void)
{
    struct metric_table *table = metric_table_new(families, 1, 1);
    char label[3000];

    memset(label, 'a', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    series_add(metric_table_series(table, 0, (const char *[]){"one", "1"}), 1);
    series_add(metric_table_series(table, 0, (const char *[]){"two", "2"}), 1);
    series_add(metric_table_series(table, 0, (const char *[]){label, "3"}), 1);
    series_add(metric_table_series(table, 0, (const char *[]){"one", "1"}), 1);
    expect(table, "past the cap",
           "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
           "calls_total{api=\"one\",status=\"1\"} 2\n"
           "calls_total{api=\"other\",status=\"other\"} 2\n");
    metric_table_free(table);
    table = metric_table_new(families, 1, 10);
    metric_table_series(table, 0, (const char *[]){label, "3"});
    CLEANUP(buffer_release) struct buffer out = {0};
    buffer_init(&out, 65536);
    metric_table_print(table, &out);
    CU_ASSERT(strstr(buffer_text(&out), "aa\",status=\"3\"} 0\n") !=
              NULL); /* a long label is cut, not broken */
    metric_table_free(table);
}

CU_TestInfo test_metric_table[] = {
    {"without a value", without_a_value}, {"printing", printing}, {"capped", capped}, CU_TEST_INFO_NULL};
