/* Orders that make no progress move to the ledger (PROMISE.md R11), while messages are taken and it has room. */
#include "sweep.h"

#include "given_worker.h"

enum { LONG_AGO_MS = 500000, AFTER_MS = 1000 };

static void nothing(void *context)
{
    (void)context;
}

static void begin(struct given_worker *given)
{
    struct worker *worker = &given->worker;
    struct fault why;

    given_worker(given, GIVEN_ONE_READ);
    worker->settings->ledger_after_ms = AFTER_MS;
    if (!http_client_new(worker->settings, worker->loop, &worker->http, &why))
        abort();
    worker->registry = registry_new(worker->settings, worker->loop, worker->http, nothing, NULL);
    worker->sweep = sweep_new(worker);
    given->world.time = worker_time(worker);
}

static void end(struct given_worker *given)
{
    struct worker *worker = &given->worker;

    sweep_free(worker->sweep);
    ownership_free(worker->ownership);
    registry_free(worker->registry);
    http_client_free(worker->http);
    given_worker_end(given);
    CU_ASSERT_PTR_NULL(sweep_free(NULL));
}

/* An order that was taken then, and waits to be tried again. */
static struct order *waiting(struct given_worker *given, char last, int64_t ago_ms)
{
    struct world *world = &given->world;

    world->time.now_ms = loop_clock_ms() - ago_ms;
    struct order *order = given_named(world, NULL, last);
    CU_ASSERT_PTR_EQUAL_FATAL(orders_next_call(world->orders, world->time), order);
    given_answer(world, order, 503, "");
    CU_ASSERT_EQUAL(order->state, ORDER_WAITING);
    return order;
}

static const struct {
    const char *name;
    int64_t ago_ms;
    size_t owned_max;
    bool takes, stopping, moves;
} rows[] = {
    {"one that makes no progress", LONG_AGO_MS, 10, true, false, true},
    {"one that was taken just now", 0, 10, true, false, false},
    {"the ledger is full", LONG_AGO_MS, 0, true, false, false},
    {"no message is taken yet", LONG_AGO_MS, 10, false, false, false},
    {"the worker stops", LONG_AGO_MS, 10, true, true, false},
};

static void what_moves_to_the_ledger(void)
{
    struct given_worker given;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(&given);
        const struct order *order = waiting(&given, '1', rows[i].ago_ms);
        given.worker.gate.owned_max = rows[i].owned_max;
        given.worker.stopping = rows[i].stopping;
        if (rows[i].takes)
            given_takes(&given.worker);
        sweep_chore(given.worker.sweep);
        if (order->ledger.changed != rows[i].moves) {
            printf("\n  %s", rows[i].name);
            CU_FAIL("case above");
        }
        end(&given);
    }
}

struct waited {
    const struct order *order;
    size_t moved;
};

static void look(void *context)
{
    struct waited *waited = context;

    waited->moved = waited->order->ledger.changed;
}

/* It goes on by itself. */
static void one_that_becomes_slow_later(void)
{
    struct given_worker given;
    struct waited waited = {.moved = 0};

    begin(&given);
    given.worker.settings->ledger_after_ms = 20;
    given_takes(&given.worker);
    sweep_chore(given.worker.sweep);
    waited.order = waiting(&given, '1', 0);
    CU_ASSERT_FALSE(waited.order->ledger.changed);
    loop_add_chore(given.worker.loop, "look", look, &waited);
    given_until(given.worker.loop, &waited.moved, 1);
    loop_remove_chore(given.worker.loop, &waited);
    end(&given);
}

CU_TestInfo test_sweep[] = {{"what moves to the ledger", what_moves_to_the_ledger},
                            {"one that becomes slow later", one_that_becomes_slow_later},
                            CU_TEST_INFO_NULL};
