/* Joins the parts and turns the loop. */
#include "run.h"

#include "batch_port.h"
#include "bt_ids_port.h"
#include "calls.h"
#include "certificates.h"
#include "credentials.h"
#include "deadlines.h"
#include "decisions.h"
#include "events.h"
#include "fetcher.h"
#include "instance_lock.h"
#include "intake.h"
#include "invariant.h"
#include "last_words.h"
#include "ledger_growth.h"
#include "log.h"
#include "membership.h"
#include "memory.h"
#include "metrics.h"
#include "overdue.h"
#include "reload.h"
#include "remembered.h"
#include "repeats.h"
#include "settlement.h"
#include "status.h"
#include "surplus.h"
#include "sweep.h"
#include "topics.h"
#include "tree_build.h"
#include "waking.h"
#include "watchdog.h"
#include "watching.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum {
    TOPICS_TIMEOUT_MS = 1000,
    KAFKA_AGAIN_MS = 1000,
    PASSWORDS_LOOK_MS = 1000,
    CONNECTIONS_EXTRA = 16,
    STOP_MARGIN_MS = 1000
};

static void turn_needed(void *context)
{
    struct worker *worker = context;

    loop_hurry(worker->loop);
}

static void signalled(void *context, int signal)
{
    struct worker *worker = context;

    if (signal == SIGHUP) {
        reload(worker);
        return;
    }
    if (worker->stopping) {
        struct fault why;
        fault_set(&why, FAULT_LOCAL, "a second signal came: what is not settled is the next owner's");
        worker_fail(worker, &why);
        return;
    }
    LOG(LOG_INFO, "stopping: running calls end and all is settled first", log_int("signal", signal));
    worker_stop(worker);
}

static void heart_beats(void *context)
{
    (void)context; /* the turn that this causes feeds the watchdog */
}

static void look_at_passwords(void *context)
{
    struct worker *worker = context;

    (void)credentials_look(worker->settings);
    loop_set_timer(worker->loop, &worker->passwords, loop_now_ms(worker->loop) + PASSWORDS_LOOK_MS);
}

static void feed_watchdog(void *context)
{
    struct worker *worker = context;

    watchdog_feed(worker->watchdog);
    /* A turn at least every sixth of the limit, so that an idle worker is not a dead one. */
    if (worker->watchdog != NULL)
        loop_set_timer(worker->loop, &worker->heartbeat,
                       loop_now_ms(worker->loop) + worker->settings->watchdog_ms / 6);
}

/* The chores of a turn, in this order: what came in, what goes out, what is settled, what is let go. */
static void read_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer == NULL)
        return;
    remembered_chore(worker->remembered);
    consumer_serve(worker->consumer);
}

static void decisions_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer == NULL)
        return;
    /* Of one turn: messages, then decisions, then time (PROMISE.md R18). */
    events_chore(worker->events);
    decisions_chore(worker->decisions);
    overdue_chore(worker->overdue);
    bt_ids_port_chore(worker);
}

static void intake_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer == NULL)
        return;
    sweep_chore(worker->sweep);
    intake_chore(worker->intake);
}

static void calling_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer == NULL)
        return;
    calls_chore(worker->calls);
    waking_chore(worker->waking); /* of what came, and of what is due */
}

static void settling_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer != NULL)
        settlement_chore(worker->settlement);
}

static void membership_turn(void *context)
{
    struct worker *worker = context;

    if (worker->consumer != NULL)
        membership_chore(worker->membership);
}

static void leavers_turn(void *context)
{
    struct worker *worker = context;
    int64_t share = loop_share(worker->loop);

    while (!orders_sweep(worker->orders))
        if (loop_share_over(worker->loop, share))
            return;
}

static void read_apis(struct worker *worker, struct problems *problems)
{
    const struct openapi *openapi = &worker->catalogue->openapi;

    worker->apis = memory_new(openapi->tag_count, sizeof *worker->apis);
    worker->api_count = openapi->tag_count;
    for (size_t i = 0; i < openapi->tag_count; i++) {
        struct worker_api *api = &worker->apis[i];
        api->tag = openapi->tags[i];
        settings_of_api(worker->settings, api->tag, &api->settings, problems);
        api->base_url = *api->settings.base_url != '\0' ? api->settings.base_url : openapi->servers[0].url;
    }
}

static struct orders *make_orders(const struct worker *worker)
{
    struct orders_api *apis = memory_new(worker->api_count, sizeof *apis);
    struct orders_setup setup = {.openapi = &worker->catalogue->openapi,
                                 .apis = apis,
                                 .api_count = worker->api_count,
                                 .steps_max = (unsigned)worker->settings->steps_max,
                                 .may_wait = worker->ledger_schemas.writes >= LEDGER_FORMAT_WAITS,
                                 .may_sleep = worker->settings->settlement_transactions != 0,
                                 .calendar = &worker->catalogue->calendar,
                                 .asyncapi = &worker->catalogue->asyncapi};

    if (getrandom(&setup.seed, sizeof setup.seed, 0) < 0)
        setup.seed = 1;
    for (size_t i = 0; i < worker->api_count; i++) {
        const struct api_settings *s = &worker->apis[i].settings;
        apis[i] = (struct orders_api){
            .tag = worker->apis[i].tag,
            .pace = {s->window, s->rate, s->probe_ms},
            .backoff = {s->backoff_first_ms, s->backoff_cap_ms, s->give_up_ms, (unsigned)s->attempts_max},
            .doubt = {deadlines_absent_after_ms(worker->settings, s),
                      deadlines_absent_after_own_ms(worker->settings, s), s->lookup_give_up_ms,
                      s->delivery_max_ms >= 0 && s->read_lag_ms >= 0}};
    }
    struct orders *orders = orders_new(&setup, worker_time(worker));
    memory_free(apis);
    return orders;
}

static bool check_topics(struct worker *worker, const struct topic_state states[TOPIC_COUNT],
                         struct fault *why)
{
    struct problems problems = {0};

    topics_check(worker->settings, states, ledger_growth_most(worker->catalogue, worker->settings),
                 &problems);
    size_t count = problems.count;
    for (size_t i = 0; i < count; i++)
        LOG(LOG_ERROR, "a topic is not as it must be", log_text("topic", problems.list[i].where),
            log_text("what", problems.list[i].what), log_text("right_would_be", problems.list[i].remedy));
    problems_release(&problems);
    if (count > 0)
        return fault_set(why, FAULT_LOCAL, "the topics are not as they must be: %zu mistakes, see above",
                         count);
    worker->partition_total = (size_t)states[TOPIC_REQUESTS].partitions;
    if (worker->settings->requests_partitions > 0)
        worker->partition_total = (size_t)worker->settings->requests_partitions;
    worker->outcome_max_bytes = topics_room(&states[TOPIC_OUTCOMES], TOPIC_OUTCOMES);
    worker->ledger_max_bytes = topics_room(&states[TOPIC_LEDGER], TOPIC_LEDGER);
    worker->dead_max_bytes = topics_room(&states[TOPIC_DEAD], TOPIC_DEAD) + TOPIC_HEADER_BYTES;
    return true;
}

static void register_outcomes(struct worker *worker)
{
    if (worker->settings->outcome_framing == FRAME_SINGLE_OBJECT)
        return;
    for (size_t i = 0; i < worker->catalogue->type_count; i++)
        registry_register(worker->registry, worker->settings->topic_outcomes,
                          worker->catalogue->types[i]->outcome);
}

static bool start_http(struct worker *worker, struct fault *why)
{
    const char *url = *worker->settings->token_url != '\0' ? worker->settings->token_url
                                                           : worker->catalogue->openapi.token_url;
    long connections = CONNECTIONS_EXTRA;

    TRY(http_client_new(worker->settings, worker->loop, &worker->http, why));
    for (size_t i = 0; i < worker->api_count; i++)
        connections += (long)worker->apis[i].settings.window;
    http_client_limit(worker->http, connections);
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, turn_needed, worker);
    register_outcomes(worker);
    return token_new(worker->settings, url == NULL ? "" : url, worker->loop, worker->http, turn_needed,
                     worker, &worker->token, why);
}

/* The watchdog begins here: what came before may wait for Kafka on this thread, and nothing could be sent. */
static bool join_group(struct worker *worker, const struct topic_state states[TOPIC_COUNT], struct fault *why)
{
    REQUIRE(worker->membership == NULL && worker->consumer == NULL);
    TRY(check_topics(worker, states, why));
    worker->membership = membership_new(worker);
    TRY(ledger_reader_new(worker->settings, worker->loop, &worker->ledger_reader, why));
    TRY(fetcher_new(worker->settings, worker->loop, &worker->fetcher, why));
    TRY(consumer_new(worker->settings, worker->loop, &membership_calls, worker->membership, &worker->consumer,
                     why));
    TRY(settlement_thread_new(worker->settings, worker->loop, consumer_handle(worker->consumer),
                              settlement_returned, worker->settlement, &worker->settlement_thread, why));
    TRY(!worker->settings->settlement_transactions ||
        watch_new(worker->settings, worker->loop, consumer_handle(worker->consumer), watching_told,
                  worker->watching, &worker->watch, why));
    return watchdog_new(worker->settings->watchdog_ms, &worker->watchdog, why);
}

/* A broker that is away is asked again, with turns of the loop in between: operators see why nothing happens yet. */
static void begin_with_kafka(void *context)
{
    struct worker *worker = context;
    struct topic_state states[TOPIC_COUNT];
    struct fault why;

    if (topics_read(worker->settings, TOPICS_TIMEOUT_MS, states, &why)) {
        if (!join_group(worker, states, &why))
            worker_fail(worker, &why);
    } else if (why.kind != FAULT_PEER) {
        worker_fail(worker, &why);
    } else {
        LOG(LOG_WARN, "waiting for Kafka, nothing is lost meanwhile", log_fault(&why));
        loop_set_timer(worker->loop, &worker->kafka, loop_clock_ms() + KAFKA_AGAIN_MS);
    }
}

_Static_assert((int)LEDGER_LATEST == (int)LEDGER_FORMATS, "ledger.format has a choice for each format");

/* What of order/ the worker has, as empty as it begins. */
static void make_orders_and_ledger(struct worker *worker)
{
    char owner[UUID_TEXT_SIZE];

    worker->ledger_schemas = ledger_schemas_new(worker->settings->ledger_format == LEDGER_LATEST
                                                    ? LEDGER_FORMATS
                                                    : (unsigned)worker->settings->ledger_format + 1);
    worker->orders = make_orders(worker);
    worker->last_words = last_words_new(&worker->catalogue->asyncapi);
    worker->duplicates = duplicates_new((struct duplicates_window){
        worker->settings->duplicates_window_ms, (size_t)worker->settings->duplicates_max,
        worker->settings->duplicates_full == FULL_FORGET});
    REQUIRE(worker->ledger_schemas.writes >= 1 && worker->ledger_schemas.writes <= LEDGER_FORMATS);
    uuid_print(uuid_random(), owner);
    worker->partitions = partitions_new(owner, worker->ledger_schemas.writes);
    worker->batch = batch_port_new(worker);
    worker->bt_ids = bt_ids_port_new(worker);
    worker->gate = (struct intake_gate){.orders = worker->orders,
                                        .partitions = worker->partitions,
                                        .duplicates = worker->duplicates,
                                        .batch = worker->batch,
                                        .orders_max = (size_t)worker->settings->orders_max,
                                        .bytes_max = (size_t)worker->settings->orders_max_bytes,
                                        .owned_max = (size_t)worker->settings->ledger_orders_max,
                                        .waiting_max = (size_t)worker->settings->journeys_max};
}

static void make_parts(struct worker *worker)
{
    make_orders_and_ledger(worker);
    worker->metrics = metrics_new();
    worker->intake = intake_new(worker);
    worker->calls = calls_new(worker);
    worker->settlement = settlement_new(worker);
    worker->decisions = decisions_new(worker);
    worker->events = events_new(worker);
    worker->overdue = overdue_new(worker);
    worker->sweep = sweep_new(worker);
    worker->surplus = surplus_new(worker);
    worker->remembered = remembered_new(worker);
    worker->waking = waking_new(worker);
    worker->repeats = repeats_new(worker);
    worker->watching = watching_new(worker);
}

static bool start(struct worker *worker, struct fault *why)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, 0};
    struct problems problems = {0};

    signal(SIGPIPE, SIG_IGN);
    TRY(loop_new(&worker->loop, why));
    loop_set_budget(worker->loop, worker->settings->turn_budget_ms);
    TRY(loop_catch(worker->loop, signals, signalled, worker,
                   why)); /* one that comes before the loop turns waits */
    read_apis(worker, &problems);
    problems_release(&problems); /* readiness_check() has reported them */
    worker->setting_inputs = json_object_new_object();
    for (size_t i = 0; i < worker->settings->input_count; i++)
        tree_add_text(worker->setting_inputs, worker->settings->inputs[i].name,
                      worker->settings->inputs[i].value);
    make_parts(worker);
    surplus_begin(worker->surplus);
    TRY(start_http(worker, why));
    TRY(status_new(worker, &worker->status, why));
    worker->certificates = certificates_new(worker);
    worker->kafka = (struct loop_timer){.fire = begin_with_kafka, .context = worker};
    loop_set_timer(worker->loop, &worker->kafka, 0);
    worker->passwords = (struct loop_timer){.fire = look_at_passwords, .context = worker};
    loop_set_timer(worker->loop, &worker->passwords, 0);
    loop_add_chore(worker->loop, "the consumer", read_turn, worker);
    loop_add_chore(worker->loop, "events and decisions", decisions_turn, worker);
    loop_add_chore(worker->loop, "intake", intake_turn, worker);
    loop_add_chore(worker->loop, "calling", calling_turn, worker);
    loop_add_chore(worker->loop, "settling", settling_turn, worker);
    loop_add_chore(worker->loop, "orders that leave", leavers_turn, worker);
    loop_add_chore(worker->loop, "membership", membership_turn, worker);
    loop_add_chore(worker->loop, "the watchdog", feed_watchdog, worker);
    worker->heartbeat = (struct loop_timer){.fire = heart_beats, .context = worker};
    return true;
}

static void stop(struct worker *worker)
{
    worker->watchdog = watchdog_free(worker->watchdog); /* from here on the loop does not turn */
    worker->settlement_thread = settlement_thread_free(worker->settlement_thread);
    worker->watch = watch_free(worker->watch);
    remembered_free(worker->remembered); /* those who wait have messages of the consumer */
    waking_free(worker->waking);
    repeats_free(worker->repeats);
    decisions_free(worker->decisions); /* its message is the consumer's */
    events_free(worker->events);
    intake_free(worker->intake); /* what it holds, too: librdkafka would wait for it for ever */
    worker->consumer = consumer_free(worker->consumer);
    worker->ledger_reader = ledger_reader_free(worker->ledger_reader);
    worker->fetcher = fetcher_free(worker->fetcher);
    status_free(worker->status);
    token_free(worker->token);
    http_client_free(worker->http);
    registry_free(worker->registry);
    membership_free(worker->membership);
    watching_free(worker->watching);
    certificates_free(worker->certificates);
    settlement_free(worker->settlement);
    calls_free(worker->calls);
    sweep_free(worker->sweep);
    surplus_free(worker->surplus);
    overdue_free(worker->overdue);
    bt_ids_free(worker->bt_ids);
    batch_free(worker->batch);
    metrics_free(worker->metrics);
    orders_free(worker->orders);
    last_words_free(worker->last_words);
    duplicates_free(worker->duplicates);
    partitions_free(worker->partitions);
    ledger_schemas_release(&worker->ledger_schemas);
    json_object_put(worker->setting_inputs);
    memory_free(worker->apis);
    loop_free(worker->loop);
}

int run_worker(struct settings *settings, struct catalogue *catalogue)
{
    struct worker worker = {.settings = settings, .catalogue = catalogue};
    int lock = -1;
    struct fault why;

    watchdog_leave_pid_one();
    if ((settings->settlement_transactions || instance_lock_take(settings->group_id, &lock, &why)) &&
        start(&worker, &why)) {
        if (settings->requests_partitioner == PARTITIONER_NONE)
            LOG(LOG_WARN,
                "requests.partitioner=none: nobody here checks that a key is always in one partition; a "
                "request that is repeated into another one is carried out twice");
        LOG(LOG_INFO, "started", log_text("version", WORKER_VERSION), log_text("group", settings->group_id),
            log_text("slot", settings->worker_slot), log_int("order_types", (int64_t)catalogue->type_count));
        if (!loop_run(worker.loop, &why))
            worker.exit_code = 1;
    } else {
        worker.exit_code = 1;
        LOG(LOG_ERROR, "the worker does not start", log_fault(&why));
    }
    stop(&worker);
    instance_lock_release(lock);
    LOG(LOG_INFO, "ended", log_int("exit_code", worker.exit_code));
    return worker.exit_code;
}
