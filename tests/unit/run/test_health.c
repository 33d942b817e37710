/* Why the worker is not ready, and what keeps orders from BT: each reason in its words, the first one of several. */
#include "health.h"

#include "decisions.h"
#include "intake.h"
#include "membership.h"
#include "settlement.h"

#include "given_worker.h"

struct given {
    struct given_worker worker;
    size_t troubled;
};

static void nothing(void *context)
{
    (void)context;
}

static void begin(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    struct fault why;

    *given = (struct given){.troubled = 0};
    given_worker(&given->worker, GIVEN_ONE_READ);
    given->worker.world.time = worker_time(worker); /* pauses are counted by the clock */
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why))
        abort();
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    worker->intake = intake_new(worker);
    worker->settlement = settlement_new(worker);
    worker->decisions = decisions_new(worker);
}

static void end(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    token_free(worker->token);
    http_client_free(worker->http);
    registry_free(worker->registry);
    membership_free(worker->membership);
    decisions_free(worker->decisions);
    settlement_free(worker->settlement);
    intake_free(worker->intake);
    given_worker_end(&given->worker);
}

/* A settlement of one record ends so. */
static void settle(struct given *given, enum job_answer answer)
{
    struct worker *worker = &given->worker.worker;
    struct settlement_job *job = settlement_job_new(JOB_SETTLE);
    struct kafka_record *record = memory_new(1, sizeof *record);
    struct partition_commit *positions;

    *record = (struct kafka_record){.topic = worker->settings->topic_dead};
    batch_add(worker->batch, 0, record);
    size_t count = batch_begin(worker->batch, 0, &positions);
    partition_commits_free(positions, count);
    job->records = memory_new(batch_sent_count(worker->batch), sizeof(struct kafka_record *));
    while (job->record_count < batch_sent_count(worker->batch)) {
        job->records[job->record_count] = batch_sent(worker->batch, job->record_count);
        job->record_count++;
    }
    job->answer = answer;
    settlement_returned(worker->settlement, job);
}

static void expect(const struct given *given, const char *want)
{
    given_same("not ready", health_not_ready(&given->worker.worker), want);
}

static void look_at_registry(void *context)
{
    struct given *given = context;

    given->troubled = *registry_trouble(given->worker.worker.registry) != '\0';
}

/* Nobody listens there. */
static void register_in_vain(struct given *given)
{
    struct worker *worker = &given->worker.worker;
    const char *topic = worker->settings->topic_outcomes;

    memory_free(worker->settings->registry_url);
    worker->settings->registry_url = memory_text("http://127.0.0.1:1/");
    registry_free(worker->registry);
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    registry_register(worker->registry, topic, worker->catalogue->types[0]->outcome);
}

static void the_registry(struct given *given)
{
    struct worker *worker = &given->worker.worker;

    register_in_vain(given);
    expect(given, "outcome schemas are not registered yet");
    loop_add_chore(worker->loop, "registry", look_at_registry, given);
    given_until(worker->loop, &given->troubled, 1);
    loop_remove_chore(worker->loop, given);
    expect(given, registry_trouble(worker->registry));
    CU_ASSERT_STRING_NOT_EQUAL(health_not_ready(worker), "");
    registry_free(worker->registry);
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
}

/* From the most important one on: each is what is said until it is mended. */
static void why_it_is_not_ready(void)
{
    struct given given;
    struct worker *worker = &given.worker.worker;

    begin(&given);
    worker->settings->watchdog_ms = 0;
    worker->gate.bytes_max = worker->gate.owned_max = 0;
    settle(&given, JOB_FAILED);
    worker->stopping = true;
    snprintf(worker->ending, sizeof worker->ending, "the topics are not as they must be");
    expect(&given, "the topics are not as they must be");
    worker->ending[0] = '\0';
    expect(&given, "the worker is stopping");
    worker->stopping = false;
    expect(&given, "Kafka is waited for");
    worker->membership = membership_new(worker);
    expect(&given, "no partition is assigned");
    given_takes(worker);
    expect(&given, "Kafka does not take settlements: nothing that is not owned is sent, it is tried again");
    settle(&given, JOB_CLEAN);
    the_registry(&given);
    expect(&given, "the orders take orders.max.bytes of memory: no more requests are taken until some end");
    worker->gate.bytes_max = 1;
    expect(
        &given,
        "the ledger holds ledger.orders.max orders, or journeys.max that wait: no more are taken until some end");
    worker->gate.owned_max = 1;
    expect(&given, "watchdog.ms is 0: a stopped process would not be ended");
    worker->settings->watchdog_ms = 1;
    expect(&given, "");
    end(&given);
}

/* A call ends with this status, and BT asks for a pause of so long. */
static void call(struct given *given, int status, const char *body, int64_t retry_after_ms)
{
    struct world *world = &given->worker.world;
    struct order *order = given_named(world, NULL, '1');
    struct evidence evidence = {.end = CALL_REPLIED,
                                .status = status,
                                .body = given_tree(body),
                                .unreadable = "",
                                .retry_after_ms = retry_after_ms,
                                .what = ""};
    struct verdict verdict;

    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    orders_answer(world->orders, order, &evidence, world->time, &verdict);
    json_object_put(evidence.body);
}

static const struct {
    const char *name;
    int status;
    const char *body;
    int64_t retry_after_ms;
    const char *says;
} replies[] = {
    {"all is well", 200, "{}", -1, ""},
    {"a gateway that stumbles", 429, "{}", 1000, ""},
    {"a pause", 429, "{}", 60000,
     "an API is closed for a while because BT has asked for a pause (Retry-After)"},
    {"blocked", 403, "{'code': '53'}", -1,
     "an API is halted because BT refuses or blocks the account; it is tried again by itself"},
};

static void look_at_token(void *context)
{
    struct given *given = context;

    given->troubled = *token_trouble(given->worker.worker.token) != '\0';
}

/* The worker is ready all the same: what mends it may be a roll-out that waits for it. */
static void what_keeps_orders_from_bt(void)
{
    struct given given;
    struct worker *worker = &given.worker.worker;
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        begin(&given);
        if (!token_new(worker->settings, "http://127.0.0.1:1/token", worker->loop, worker->http, nothing,
                       NULL, &worker->token, &why))
            abort();
        worker->membership = membership_new(worker);
        given_takes(worker);
        given_same(replies[i].name, health_bt(worker), "");
        call(&given, replies[i].status, replies[i].body, replies[i].retry_after_ms);
        given_same(replies[i].name, health_bt(worker), replies[i].says);
        given_same(replies[i].name, health_not_ready(worker), "");
        loop_add_chore(worker->loop, "token", look_at_token, &given);
        given_until(worker->loop, &given.troubled, 1);
        loop_remove_chore(worker->loop, &given);
        given_same(replies[i].name, health_bt(worker), token_trouble(worker->token));
        given_same(replies[i].name, health_not_ready(worker), "");
        end(&given);
    }
}

CU_TestInfo test_health[] = {{"why it is not ready", why_it_is_not_ready},
                             {"what keeps orders from BT", what_keeps_orders_from_bt},
                             CU_TEST_INFO_NULL};
