/* Looks every fifth of ledger.after.ms for orders that make no progress. */
#include "sweep.h"

#include "log.h"
#include "memory.h"

enum { SWEEPS = 5, WINDOW_ALARM_SHARE = 5 };

struct sweep {
    struct worker *worker;
    struct loop_timer timer;
    bool ledger_full;  /* as it was reported last */
    bool memory_full;  /* the same */
    bool window_fills; /* the same */
};

/* Reported once, early enough to do something about it. */
static void look_at_window(struct sweep *sweep)
{
    const struct worker *worker = sweep->worker;
    size_t most = duplicates_most(worker->duplicates), max = (size_t)worker->settings->duplicates_max;
    bool fills = most >= max - max / WINDOW_ALARM_SHARE;

    if (fills && !sweep->window_fills)
        LOG(LOG_ERROR,
            worker->settings->duplicates_full == FULL_FORGET
                ? "a partition's duplicate window is nearly full: then the oldest are forgotten early, and their "
                  "repeats are carried out again; raise duplicates.max"
                : "a partition's duplicate window is nearly full: then no more orders that change something are "
                  "taken from it; raise duplicates.max",
            log_int("orders", (int64_t)most), log_int("duplicates.max", (int64_t)max));
    sweep->window_fills = fills;
}

static void look_at_ledger(struct sweep *sweep)
{
    bool full = intake_gate_ledger_full(&sweep->worker->gate);

    if (full && !sweep->ledger_full)
        LOG(LOG_ERROR,
            "the ledger holds ledger.orders.max orders, or journeys.max that wait: no more are taken until some end",
            log_int("orders", sweep->worker->settings->ledger_orders_max));
    sweep->ledger_full = full;
}

static void look_at_memory(struct sweep *sweep)
{
    const struct worker *worker = sweep->worker;
    bool full = intake_gate_memory_full(&worker->gate);

    if (full && !sweep->memory_full)
        LOG(LOG_WARN, "the orders take orders.max.bytes of memory: no more requests are taken until some end",
            log_int("bytes", (int64_t)orders_bytes(worker->orders)),
            log_int("orders", (int64_t)orders_count(worker->orders)));
    sweep->memory_full = full;
}

static void look(void *context)
{
    struct sweep *sweep = context;
    struct worker *worker = sweep->worker;
    int64_t after_ms = worker->settings->ledger_after_ms;

    loop_set_timer(worker->loop, &sweep->timer, loop_clock_ms() + after_ms / SWEEPS);
    look_at_window(sweep);
    look_at_ledger(sweep);
    look_at_memory(sweep);
    if (worker_takes(worker) && !sweep->ledger_full &&
        !orders_own_slow(worker->orders, loop_now_ms(worker->loop) - after_ms))
        loop_set_timer(worker->loop, &sweep->timer, loop_clock_ms() + 1);
}

struct sweep *sweep_new(struct worker *worker)
{
    struct sweep *sweep = memory_new(1, sizeof *sweep);

    sweep->worker = worker;
    sweep->timer = (struct loop_timer){.fire = look, .context = sweep};
    return sweep;
}

void *sweep_free(struct sweep *sweep)
{
    if (sweep != NULL)
        loop_clear_timer(sweep->worker->loop, &sweep->timer);
    return memory_free(sweep);
}

void sweep_chore(struct sweep *sweep)
{
    if (!loop_timer_is_set(&sweep->timer) && worker_takes(sweep->worker))
        look(sweep);
}
