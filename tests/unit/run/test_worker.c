/* What every part asks of the worker: its time, an API, whether messages are taken, and an end. */
#include "worker.h"

#include "given_worker.h"

#include <time.h>

enum { GRACE_MARGIN_MS = 1000, SHORT_MS = 20 };

static void nothing(void *context)
{
    (void)context;
}

static void an_api_by_its_tag(void)
{
    struct worker_api apis[] = {{.tag = "ordering"}, {.tag = "numbers"}, {.tag = "number"}};
    const struct worker worker = {.apis = apis, .api_count = COUNT_OF(apis)};

    for (size_t i = 0; i < COUNT_OF(apis); i++)
        CU_ASSERT_PTR_EQUAL(worker_api(&worker, apis[i].tag), &apis[i]);
}

/* Both clocks of one moment: that of the turn, and the calendar's. */
static void the_time_of_a_turn(void)
{
    struct given_worker given;

    given_worker(&given, GIVEN_ONE_READ);
    int64_t before_ms = (int64_t)time(NULL) * 1000;
    struct orders_time now = worker_time(&given.worker);
    CU_ASSERT_EQUAL(now.now_ms, loop_now_ms(given.worker.loop));
    CU_ASSERT(now.wall_ms >= before_ms && now.wall_ms < ((int64_t)time(NULL) + 2) * 1000);
    given_worker_end(&given);
}

static void messages_are_taken_when_all_is_ready(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why))
        abort();
    memory_free(worker->settings->registry_url);
    worker->settings->registry_url = memory_text("http://127.0.0.1:1/"); /* nobody listens there */
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    CU_ASSERT_FALSE(worker_takes(worker)); /* the group is not joined yet */
    given_takes(worker);
    CU_ASSERT(worker_takes(worker));
    worker->stopping = true;
    CU_ASSERT_FALSE(worker_takes(worker));
    worker->stopping = false;
    registry_register(worker->registry, worker->settings->topic_outcomes,
                      worker->catalogue->types[0]->outcome);
    CU_ASSERT_FALSE(worker_takes(worker)); /* an outcome could not be framed */
    http_client_free(worker->http);
    registry_free(worker->registry);
    ownership_free(worker->ownership);
    given_worker_end(&given);
}

/* It ends of itself: with its first reason, after all is settled. */
static void an_end_with_a_reason(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    fault_set(&why, FAULT_LOCAL, "the ledger was made anew");
    worker_end(worker, &why);
    CU_ASSERT(worker->stopping && worker->exit_code == 1);
    given_same("why", worker->ending, "the ledger was made anew");
    fault_set(&why, FAULT_LOCAL, "and something else");
    worker_end(worker, &why);
    given_same("why", worker->ending, "the ledger was made anew");
    if (!loop_run(worker->loop, &why)) /* without a consumer there is nothing to settle: the loop ends */
        abort();
    loop_clear_timer(worker->loop, &worker->grace);
    given_worker_end(&given);
}

static void asked_to_stop(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    worker_stop(worker);
    CU_ASSERT(worker->stopping && worker->exit_code == 0 && *worker->ending == '\0');
    fault_set(&why, FAULT_LOCAL, "too late to be a reason");
    worker_end(worker, &why);
    CU_ASSERT(worker->exit_code == 0 && *worker->ending == '\0');
    if (!loop_run(worker->loop, &why))
        abort();
    CU_ASSERT_EQUAL(worker->exit_code, 0);
    loop_clear_timer(worker->loop, &worker->grace);
    given_worker_end(&given);
}

/* Kafka does not let it go in time: it ends by itself, before it would be killed. */
static void the_grace_is_over(void)
{
    struct given_worker given;
    struct worker *worker = &given.worker;
    struct fault why;

    given_worker(&given, GIVEN_ONE_READ);
    worker->settings->stop_grace_ms = GRACE_MARGIN_MS + SHORT_MS;
    worker->consumer = (struct consumer *)&given; /* there is one, which nobody asks */
    worker_stop(worker);
    CU_ASSERT_EQUAL(worker->exit_code, 0);
    if (!loop_run(worker->loop, &why))
        abort();
    CU_ASSERT_EQUAL(worker->exit_code, 1);
    worker->consumer = NULL;
    given_worker_end(&given);
}

CU_TestInfo test_worker[] = {{"an API by its tag", an_api_by_its_tag},
                             {"the time of a turn", the_time_of_a_turn},
                             {"messages are taken when all is ready", messages_are_taken_when_all_is_ready},
                             {"an end with a reason", an_end_with_a_reason},
                             {"asked to stop", asked_to_stop},
                             {"the grace is over", the_grace_is_over},
                             CU_TEST_INFO_NULL};
