/* Before a wait ends by time, the ends of its partition's logs are asked for, and are reached (PROMISE.md R18). */
#include "overdue.h"

#include "settlement.h"

#include "../order/given_waits.h"
#include "given_worker.h"

/* The numbers of the questions: giving partitions away takes one, too. */
enum { FIRST_QUESTION = 1, NEXT_QUESTION = 3 };

static void nothing(void *context)
{
    (void)context;
}

static void unheard(void *context, const struct settlement_job *job, unsigned question)
{
    (void)context;
    (void)job;
    (void)question;
}

/* An order whose time is up. */
static struct order *begin(struct given_worker *given)
{
    struct worker *worker = &given->worker;
    struct world *world = &given->world;
    struct fault why;

    given_worker(given, GIVEN_WAITS);
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why))
        abort();
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    worker->settlement = settlement_new(worker);
    settlement_answers_to(worker->settlement, unheard, NULL);
    worker->overdue = overdue_new(worker);
    given_takes(worker);
    world->time = worker_time(worker);
    world->time.wall_ms -= 2000000;
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    world->time = worker_time(worker);
    CU_ASSERT_PTR_NULL(orders_next_call(world->orders, world->time));
    CU_ASSERT(order->state == ORDER_AWAITING && orders_overdue(world->orders, -1) == 0);
    return order;
}

static void end(struct given_worker *given)
{
    struct worker *worker = &given->worker;

    overdue_free(worker->overdue);
    settlement_free(worker->settlement);
    ownership_free(worker->ownership);
    registry_free(worker->registry);
    http_client_free(worker->http);
    given_worker_end(given);
    CU_ASSERT_PTR_NULL(overdue_free(NULL));
}

/* Where the logs of partition 0 end; and what becomes of the order when that is known. */
static enum order_state answered(struct given_worker *given, struct order *order, int64_t events,
                                 unsigned question)
{
    struct worker *worker = &given->worker;
    struct settlement_job *job = settlement_job_new(JOB_ENDS);

    job->answer = JOB_CLEAN;
    job->position_count = 1;
    job->positions = memory_new(1, sizeof *job->positions);
    job->positions[0].events = events;
    overdue_answered(worker->overdue, job, question);
    settlement_job_free(job);
    overdue_chore(worker->overdue);
    CU_ASSERT_PTR_NULL(orders_next_call(worker->orders, given->world.time));
    return order->state;
}

static void the_ends_are_reached(void)
{
    struct given_worker given;
    struct order *order = begin(&given);
    struct worker *worker = &given.worker;

    overdue_chore(worker->overdue);
    CU_ASSERT_EQUAL(answered(&given, order, 1, FIRST_QUESTION), ORDER_AWAITING);
    CU_ASSERT(partitions_take(worker->partitions, PARTITION_EVENTS, 0, 0));
    partitions_finish_of(worker->partitions, PARTITION_EVENTS, 0, 0);
    overdue_chore(worker->overdue);
    CU_ASSERT_PTR_NULL(orders_next_call(worker->orders, given.world.time));
    CU_ASSERT_EQUAL(order->state, ORDER_PARKED);
    end(&given);
}

/* An answer that was on its way when the partitions were given away says nothing of what is asked since. */
static void a_late_answer(void)
{
    struct given_worker given;
    struct order *order = begin(&given);

    overdue_chore(given.worker.overdue);
    overdue_forget(given.worker.overdue);
    overdue_chore(given.worker.overdue);
    CU_ASSERT_EQUAL(answered(&given, order, 0, FIRST_QUESTION), ORDER_AWAITING);
    CU_ASSERT_EQUAL(answered(&given, order, 0, NEXT_QUESTION), ORDER_PARKED);
    end(&given);
}

CU_TestInfo test_overdue[] = {
    {"the ends are reached", the_ends_are_reached}, {"a late answer", a_late_answer}, CU_TEST_INFO_NULL};
