/* What each figure counts, under the names that operators have in their alarms. */
#include "metrics.h"

#include "given_worker.h"

static void take(struct metrics *metrics)
{
    metrics_count_taken(metrics);
    metrics_count_taken(metrics);
}

static void decisions(struct metrics *metrics)
{
    metrics_count_decision(metrics, "applied");
    metrics_count_decision(metrics, "refused");
    metrics_count_decision(metrics, "refused");
}

static void forgotten(struct metrics *metrics)
{
    metrics_count_forgotten(metrics, true);
    metrics_count_forgotten(metrics, false);
    metrics_count_forgotten(metrics, false);
}

static void dead(struct metrics *metrics)
{
    metrics_count_dead(metrics, "partition");
}

static void events(struct metrics *metrics)
{
    metrics_count_event(metrics, "taken");
    metrics_count_by_id(metrics, "held");
    metrics_count_by_id(metrics, "forwarded");
}

static void turns(struct metrics *metrics)
{
    metrics_count_turn(metrics, 1500);
    metrics_count_turn(metrics, 2000000);
}

static void calls(struct metrics *metrics)
{
    metrics_count_call(metrics, "ordering", 201, 120);
    metrics_count_call(metrics, "ordering", 0, 8000);
}

static void settlements(struct metrics *metrics)
{
    static const struct {
        enum job_answer answer;
        bool happened;
    } ends[] = {
        {JOB_CLEAN, true}, {JOB_DIRTY, true}, {JOB_UNCLEAR, true}, {JOB_UNCLEAR, false}, {JOB_FAILED, false}};

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        const struct settlement_job job = {.answer = ends[i].answer, .took_ms = 20};
        metrics_count_settlement(metrics, &job, ends[i].happened);
    }
}

/* One that was never called has no duration. */
static void orders(struct metrics *metrics)
{
    const struct order_type type = {.name = "place-order"};
    struct order order = {.type = &type,
                          .status = OUTCOME_COMPLETED,
                          .started_at_ms = 1772445600000,
                          .finished_at_ms = 1772445600600};

    metrics_count_order(metrics, &order);
    order.status = OUTCOME_REJECTED;
    order.started_at_ms = 0;
    reason_set(&order.reason, REASON_EXPIRED, "expired", "it came too late");
    metrics_count_order(metrics, &order);
}

static void gauges(struct metrics *metrics)
{
    metrics_set(metrics, METRIC_ORDERS, "parked", 3);
    metrics_set(metrics, METRIC_ORDERS, "parked", 2);
    metrics_set(metrics, METRIC_READY, "", 1);
}

static const struct {
    void (*count)(struct metrics *metrics);
    const char *series[8][2]; /* and their values */
} rows[] = {
    {take, {{"whc_requests_total", "2"}}},
    {metrics_count_repeat, {{"whc_repeats_total", "1"}}},
    {decisions,
     {{"whc_decisions_total{result=\"applied\"}", "1"}, {"whc_decisions_total{result=\"refused\"}", "2"}}},
    {forgotten, {{"whc_forgotten_total{by=\"number\"}", "1"}, {"whc_forgotten_total{by=\"age\"}", "2"}}},
    {dead, {{"whc_dead_letters_total{reason=\"partition\"}", "1"}}},
    {events,
     {{"whc_events_total{end=\"taken\"}", "1"},
      {"whc_events_by_id_total{what=\"held\"}", "1"},
      {"whc_events_by_id_total{what=\"forwarded\"}", "1"}}},
    {turns,
     {{"whc_turn_seconds_count{}", "2"},
      {"whc_turn_seconds_sum{}", "2.0015"},
      {"whc_turn_seconds_bucket{le=\"0.001\"}", "0"},
      {"whc_turn_seconds_bucket{le=\"0.0025\"}", "1"},
      {"whc_turn_seconds_bucket{le=\"1\"}", "1"},
      {"whc_turn_seconds_bucket{le=\"2.5\"}", "2"},
      {"whc_turn_seconds_bucket{le=\"+Inf\"}", "2"}}},
    {calls,
     {{"whc_calls_total{api=\"ordering\",status=\"201\"}", "1"},
      {"whc_calls_total{api=\"ordering\",status=\"0\"}", "1"},
      {"whc_call_duration_seconds_count{api=\"ordering\"}", "2"},
      {"whc_call_duration_seconds_sum{api=\"ordering\"}", "8.12"}}},
    {settlements,
     {{"whc_settlements_total{end=\"clean\"}", "1"},
      {"whc_settlements_total{end=\"dirty\"}", "1"},
      {"whc_settlements_total{end=\"unclear-happened\"}", "1"},
      {"whc_settlements_total{end=\"unclear-repeated\"}", "2"},
      {"whc_settlement_duration_seconds_count{}", "5"},
      {"whc_settlement_duration_seconds_sum{}", "0.1"}}},
    {orders,
     {{"whc_outcomes_total{order_type=\"place-order\",status=\"COMPLETED\",reason=\"\"}", "1"},
      {"whc_outcomes_total{order_type=\"place-order\",status=\"REJECTED\",reason=\"EXPIRED\"}", "1"},
      {"whc_order_duration_seconds_count{order_type=\"place-order\"}", "1"},
      {"whc_order_duration_seconds_sum{order_type=\"place-order\"}", "0.6"}}},
    {gauges, {{"whc_orders{state=\"parked\"}", "2"}, {"whc_ready", "1"}}},
};

/* Each counts what it names, and nothing else. */
static void what_each_counts(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct worker worker = {.metrics = metrics_new()};
        rows[i].count(worker.metrics);
        for (size_t s = 0; s < COUNT_OF(rows[i].series) && rows[i].series[s][0] != NULL; s++)
            given_same(rows[i].series[s][0], given_metric(&worker, rows[i].series[s][0]),
                       rows[i].series[s][1]);
        for (size_t other = 0; other < COUNT_OF(rows); other++)
            if (other != i)
                given_same(rows[other].series[0][0], given_metric(&worker, rows[other].series[0][0]), "");
        metrics_free(worker.metrics);
    }
    CU_ASSERT_PTR_NULL(metrics_free(NULL));
}

static void read_file(const char *path, struct buffer *text)
{
    char line[4096];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        abort();
    buffer_init(text, 1 << 20);
    while (fgets(line, sizeof line, file) != NULL)
        buffer_add_text(text, line);
    fclose(file);
}

/* A name, or a name with its first label, as documents quote it. */
static void expect_on_page(const char *page, const char *at)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    char name[200];
    size_t length = strspn(at, letters);

    if (strncmp(at, "whc_listen_", strlen("whc_listen_")) == 0)
        return; /* of another program: tests/unit/listen/test_figures.c */
    if (at[length] == '{')
        snprintf(name, sizeof name, "\n%.*s=", (int)(length + 1 + strspn(at + length + 1, letters)), at);
    else
        snprintf(name, sizeof name, "# TYPE %.*s ", (int)length, at);
    if (strstr(page, name) == NULL) {
        printf("\n  %s", name);
        CU_FAIL("a document names a metric that there is not");
    }
}

/* An alarm on a name that is not there never goes off. */
static void the_names_of_the_documents(void)
{
    CLEANUP(buffer_release) struct buffer text, page;
    struct metrics *metrics = metrics_new();
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        rows[i].count(metrics);
    buffer_init(&page, 1 << 20);
    metrics_print(metrics, &page);
    read_file(SOURCE_DIR "/deploy/README.md", &text);
    for (const char *at = buffer_text(&text); (at = strstr(at, "`whc_")) != NULL; count++)
        expect_on_page(buffer_text(&page), ++at);
    CU_ASSERT(count >= 10);
    metrics_free(metrics);
}

CU_TestInfo test_metrics[] = {{"what each counts", what_each_counts},
                              {"the names of the documents", the_names_of_the_documents},
                              CU_TEST_INFO_NULL};
