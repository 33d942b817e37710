/* See status.h. */
#include "status.h"

#include "calling.h"
#include "intake.h"
#include "memory.h"
#include "owning.h"
#include "server.h"
#include "settling.h"

#include <stdio.h>
#include <string.h>

enum { SERIES_MAX = 2000 };

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
    LOG_DROPPED,
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
    [READY] = {"whc_ready", "1: ready; /health/ready says why not.", STATS_GAUGE, {NULL}, {0}},
    [LOG_DROPPED] =
        {"whc_log_lines_dropped_total", "Log lines that nobody read.", STATS_COUNTER, {NULL}, {0}},
};

static const char *const state_names[] = {
    [ORDER_QUEUED] = "queued",   [ORDER_READY] = "ready", [ORDER_CALLING] = "calling",
    [ORDER_WAITING] = "waiting", [ORDER_DONE] = "done",   [ORDER_SETTLING] = "settling",
};

struct status {
    struct worker *worker;
    struct stats *stats;
    struct server *server;
};

/* Why the worker is not ready, in words; "" when it is. */
static const char *not_ready(const struct worker *worker)
{
    static const char halted[] =
        "an API is halted because BT refuses or blocks the account; it is tried again by itself";
    const char *why, *tag;

    if (worker->stopping)
        return "the worker is stopping";
    if (*owning_state(worker->owning) != '\0')
        return owning_state(worker->owning);
    if (*token_trouble(worker->token) != '\0')
        return token_trouble(worker->token);
    if (!registry_registered(worker->registry))
        return "outcome schemas are not registered yet";
    if (*registry_trouble(worker->registry) != '\0')
        return registry_trouble(worker->registry);
    if (intake_held(worker->intake, &why) > 0)
        return why;
    const struct pace *pace;
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++)
        if (pace->halted)
            return halted;
    if (worker->settings->watchdog_ms == 0)
        return "watchdog.ms is 0: a stopped process would not be ended";
    return "";
}

static void set_gauge(struct status *status, enum family family, const char *label, double value)
{
    series_set(stats_series(status->stats, family, (const char *const[]){label}), value);
}

static int metrics_page(void *context, struct buffer *body)
{
    struct status *status = context;
    const struct worker *worker = status->worker;
    const char *why, *tag;
    const struct pace *pace;

    for (size_t i = 0; i < COUNT_OF(state_names); i++)
        set_gauge(status, ORDERS, state_names[i],
                  (double)orders_state_count(worker->orders, (enum order_state)i));
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++) {
        set_gauge(status, CALLS_RUNNING, tag, (double)pace->in_flight);
        set_gauge(status, API_WINDOW, tag, pace->open);
        set_gauge(status, API_HALTED, tag, pace->halted);
    }
    set_gauge(status, PARTITIONS, "", (double)owning_count(worker->owning));
    set_gauge(status, PARTITIONS_HELD, "", (double)intake_held(worker->intake, &why));
    set_gauge(status, READY, "", *not_ready(worker) == '\0');
    set_gauge(status, LOG_DROPPED, "", (double)log_dropped());
    stats_print(status->stats, body);
    return 200;
}

static int live_page(void *context, struct buffer *body)
{
    (void)context; /* a loop that answers turns */
    buffer_add_text(body, "live\n");
    return 200;
}

static int ready_page(void *context, struct buffer *body)
{
    struct status *status = context;
    const char *why = not_ready(status->worker);

    buffer_print(body, "%s\n", *why == '\0' ? "ready" : why);
    return *why == '\0' ? 200 : 503;
}

static struct json_object *partitions_tree(const struct worker *worker)
{
    struct json_object *list = json_object_new_array();

    for (int32_t i = 0; i < (int32_t)worker->partition_total; i++) {
        const struct position *position = settlements_position(worker->settlements, i);
        if (position == NULL)
            continue;
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "partition", json_object_new_int(i));
        json_object_object_add(one, "position", json_object_new_int64(position->next));
        json_object_object_add(one, "open", json_object_new_int64(position_span(position)));
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *apis_tree(const struct worker *worker)
{
    struct json_object *tree = json_object_new_object();
    const struct pace *pace;
    const char *tag;

    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++) {
        struct json_object *one = json_object_new_object();
        int64_t closed_ms = pace->closed_until_ms - loop_now_ms(worker->loop);
        json_object_object_add(one, "baseUrl", json_object_new_string(worker_api(worker, tag)->base_url));
        json_object_object_add(one, "state",
                               json_object_new_string(pace->halted    ? "halted"
                                                      : closed_ms > 0 ? "closed"
                                                                      : "open"));
        json_object_object_add(one, "window", json_object_new_double(pace->open));
        json_object_object_add(one, "windowMax", json_object_new_double(pace_limit(pace)));
        json_object_object_add(one, "running", json_object_new_int64(pace->in_flight));
        json_object_object_add(one, "opensInMs", json_object_new_int64(closed_ms > 0 ? closed_ms : 0));
        json_object_object_add(tree, tag, one);
    }
    return tree;
}

static int status_page(void *context, struct buffer *body)
{
    struct status *status = context;
    const struct worker *worker = status->worker;
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    struct json_object *orders = json_object_new_object();
    const char *why = not_ready(worker);

    json_object_object_add(tree, "version", json_object_new_string(WORKER_VERSION));
    json_object_object_add(tree, "group", json_object_new_string(worker->settings->group_id));
    json_object_object_add(tree, "slot", json_object_new_string(worker->settings->worker_slot));
    json_object_object_add(tree, "ready", json_object_new_boolean(*why == '\0'));
    json_object_object_add(tree, "reason", json_object_new_string(why));
    json_object_object_add(tree, "transactions",
                           json_object_new_boolean(worker->settings->settlement_transactions != 0));
    json_object_object_add(
        tree, "fence",
        json_object_new_string(worker->settings->settlement_transactions
                                   ? "probed at start"
                                   : "not probed: without transactions an outcome may repeat"));
    for (size_t i = 0; i < COUNT_OF(state_names); i++)
        json_object_object_add(
            orders, state_names[i],
            json_object_new_int64((int64_t)orders_state_count(worker->orders, (enum order_state)i)));
    json_object_object_add(tree, "orders", orders);
    json_object_object_add(tree, "partitions", partitions_tree(worker));
    json_object_object_add(tree, "apis", apis_tree(worker));
    tree_write(tree, body);
    buffer_add_byte(body, '\n');
    return 200;
}

static const struct server_page pages[] = {
    {"/metrics", "text/plain; version=0.0.4", metrics_page},
    {"/health/live", "text/plain", live_page},
    {"/health/ready", "text/plain", ready_page},
    {"/status", "application/json", status_page},
    {NULL, NULL, NULL},
};

bool status_new(struct worker *worker, struct status **out, struct fault *why)
{
    struct status *status = memory_new(1, sizeof *status);

    status->worker = worker;
    status->stats = stats_new(families, COUNT_OF(families), SERIES_MAX);
    if (!server_new(worker->loop, worker->settings->admin_address, (int)worker->settings->admin_port, pages,
                    status, &status->server, why)) {
        status_free(status);
        return false;
    }
    LOG(LOG_INFO, "listening for operators", log_text("address", worker->settings->admin_address),
        log_int("port", server_port(status->server)));
    *out = status;
    return true;
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

void status_count_settlement(struct status *status, const struct settler_job *job, bool happened)
{
    const char *end = job->answer == SETTLER_CLEAN   ? "clean"
                      : job->answer == SETTLER_DIRTY ? "dirty"
                      : happened                     ? "unclear-happened"
                                                     : "unclear-repeated";

    series_add(stats_series(status->stats, SETTLEMENTS, &end), 1);
    series_observe(stats_series(status->stats, SETTLEMENT_SECONDS, NULL), (double)job->took_ms / 1000);
}
