/* Prometheus text: families in the table's order, labels escaped, the number of series capped. */
#include "stats.h"

#include "same.h"

static const struct stats_family families[] = {
    {.name = "calls_total", .help = "Calls.", .kind = STATS_COUNTER, .labels = {"api", "status"}},
    {.name = "in_flight", .help = "Now.", .kind = STATS_GAUGE},
    {.name = "seconds", .help = "Time.", .kind = STATS_HISTOGRAM, .labels = {"api"}, .buckets = {0.5, 1}},
};

static void expect(struct stats *stats, const char *name, const char *want)
{
    CLEANUP(buffer_release) struct buffer out = {0};

    buffer_init(&out, 65536);
    stats_print(stats, &out);
    given_same(name, buffer_text(&out), want);
}

static void printing(void)
{
    struct stats *stats = stats_new(families, COUNT_OF(families), 10);
    struct series *calls = stats_series(stats, 0, (const char *[]){"a\"\\\n", "200"});
    struct series *time = stats_series(stats, 2, (const char *[]){"x"});

    series_add(calls, 1);
    series_add(stats_series(stats, 0, (const char *[]){"a\"\\\n", "200"}), 2);
    series_set(stats_series(stats, 1, NULL), 7);
    series_observe(time, 0.25);
    series_observe(time, 1); /* a bound belongs to its bucket */
    series_observe(time, 9);
    CU_ASSERT_EQUAL(series_value(calls), 3);
    expect(stats, "all",
           "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
           "calls_total{api=\"a\\\"\\\\ \",status=\"200\"} 3\n"
           "# HELP in_flight Now.\n# TYPE in_flight gauge\nin_flight 7\n"
           "# HELP seconds Time.\n# TYPE seconds histogram\n"
           "seconds_bucket{api=\"x\",le=\"0.5\"} 1\nseconds_bucket{api=\"x\",le=\"1\"} 2\n"
           "seconds_bucket{api=\"x\",le=\"+Inf\"} 3\nseconds_sum{api=\"x\"} 10.25\n"
           "seconds_count{api=\"x\"} 3\n");
    stats_free(stats);
}

static void capped(void)
{
    struct stats *stats = stats_new(families, 1, 1);
    char label[3000];

    memset(label, 'a', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    series_add(stats_series(stats, 0, (const char *[]){"one", "1"}), 1);
    series_add(stats_series(stats, 0, (const char *[]){"two", "2"}), 1);
    series_add(stats_series(stats, 0, (const char *[]){label, "3"}), 1);
    series_add(stats_series(stats, 0, (const char *[]){"one", "1"}), 1);
    expect(stats, "past the cap",
           "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
           "calls_total{api=\"one\",status=\"1\"} 2\n"
           "calls_total{api=\"other\",status=\"other\"} 2\n");
    stats_free(stats);
    stats = stats_new(families, 1, 10);
    stats_series(stats, 0, (const char *[]){label, "3"});
    CLEANUP(buffer_release) struct buffer out = {0};
    buffer_init(&out, 65536);
    stats_print(stats, &out);
    CU_ASSERT(strstr(buffer_text(&out), "aa\",status=\"3\"} 0\n") !=
              NULL); /* a long label is cut, not broken */
    stats_free(stats);
}

CU_TestInfo test_stats[] = {{"printing", printing}, {"capped", capped}, CU_TEST_INFO_NULL};
