/* A process begins, turns its loop and dies. */
#include "process.h"

#include "await.h"
#include "by_id.h"
#include "edges.h"
#include "ended.h"
#include "last_words.h"
#include "memory.h"
#include "oracle.h"
#include "types.h"

#include <math.h>
#include <stdio.h>

struct process workers[PROCESSES];

enum { WALL_BEGAN_MS = 1772445600 };

int64_t process_clock(const struct process *worker)
{
    return (worker->offset_us + (int64_t)((double)sim.now_us * worker->rate)) / 1000;
}

struct orders_time process_time(const struct process *worker)
{
    /* The loop's clock stands still within a turn. */
    return (struct orders_time){worker->chore > 0 ? worker->turn_ms : process_clock(worker),
                                workers_wall_ms()};
}

int64_t workers_wall_ms(void)
{
    return WALL_BEGAN_MS * 1000LL + sim.now_us / 1000;
}

int64_t process_moment(const struct process *worker, int64_t ms)
{
    return (int64_t)ceil(((double)(ms * 1000 - worker->offset_us) + 1) / worker->rate) + 1;
}

static struct orders *new_orders(const struct process *worker)
{
    const struct orders_api api = {
        .tag = "api",
        .pace = {10, 0, 100},
        .backoff = {.first_ms = 5, .cap_ms = 40, .give_up_ms = LOOKUP_GIVE_UP, .attempts_max = 3},
        .doubt = {is_off(R5) ? 0 : ABSENT_AFTER, is_off(R5) ? 0 : ABSENT_AFTER_OWN, LOOKUP_GIVE_UP, true}};
    const struct orders_setup setup = {
        .openapi = &types_catalogue->openapi,
        .apis = &api,
        .api_count = 1,
        .steps_max = 50,
        .seed = chance_word(),
        .rules_off = (is_off(R1) ? RULE_ATTEMPTS : 0u) | (is_off(R6) ? RULE_EVIDENCE : 0u) |
                     (is_off(R8) ? RULE_DECISIONS : 0u) | (is_off(R11_LANES) ? RULE_LANES : 0u) |
                     (is_off(R17) ? RULE_PROOF : 0u) | (is_off(R4) ? RULE_BARRIER : 0u) |
                     (is_off(R9) ? RULE_REPEATS : 0u) | (is_off(R8_POSITION) ? RULE_SIGNALS : 0u) |
                     (is_off(R18) ? RULE_WAITS : 0u) | (is_off(R19) ? RULE_HEARD : 0u) |
                     (is_off(R20) ? RULE_KNOWN : 0u),
        .may_wait = true,
        .may_sleep = sim.seed >= SLEEPS_FROM};

    return orders_new(&setup, process_time(worker));
}

static struct batch *make_batch(struct process *worker)
{
    const struct batch_setup setup = {.orders = worker->orders,
                                      .partitions = worker->partitions,
                                      .duplicates = worker->duplicates,
                                      .records = &process_records_port,
                                      .last_words = worker->last_words,
                                      .context = worker,
                                      .most = (size_t)sim.records_max,
                                      .lease_ms = LEASE};

    return batch_new(&setup);
}

void process_start(struct process *worker)
{
    char owner[16];
    unsigned life = worker->life + 1;
    int slot = worker->slot, process = worker->process;

    *worker = (struct process){
        .process = process, .slot = slot, .life = life, .up = true, .dirty = true, .epoch = -1};
    worker->offset_us = 1000000 + chance(50000);
    worker->rate = 1 + (chance(9801) - 4900) / 1e6;
    worker->due_ms = INT64_MAX;
    worker->orders = new_orders(worker);
    worker->duplicates = duplicates_new((struct duplicates_window){INT32_MAX, 1000, false});
    snprintf(owner, sizeof owner, "w%d.%u", process, life);
    worker->partitions = partitions_new(owner, 2);
    worker->last_words = ended_words();
    worker->batch = make_batch(worker);
    worker->bt_ids = by_id_new(worker);
    worker->gate = (struct intake_gate){.orders = worker->orders,
                                        .partitions = worker->partitions,
                                        .duplicates = worker->duplicates,
                                        .batch = worker->batch,
                                        .orders_max = INT32_MAX,
                                        .bytes_max = INT32_MAX,
                                        .owned_max = INT32_MAX,
                                        .waiting_max = INT32_MAX};
    worker->library.joins = true;
    edges_settings(worker);
    process_membership_begin(worker);
    TRACE("w%d      starts, life %u", process, life);
}

void process_crash(struct process *worker, const char *why)
{
    TRACE("w%d      %s", worker->process, why);
    process_calls_abandon(worker);
    if (one_in(2))
        thread_sends(worker); /* it had just been sent */
    worker->ownership = ownership_free(worker->ownership);
    worker->bt_ids = bt_ids_free(worker->bt_ids);
    worker->batch = batch_free(worker->batch);
    worker->last_words = last_words_free(worker->last_words);
    worker->orders = orders_free(worker->orders);
    worker->duplicates = duplicates_free(worker->duplicates);
    worker->partitions = partitions_free(worker->partitions);
    for (int i = 0; i < ORDERS; i++)
        worker->kept[i].progress = memory_free(worker->kept[i].progress);
    worker->up = worker->paused = worker->stalled = false;
}

bool process_has_twin(const struct process *worker)
{
    for (int i = 0; i < sim.processes; i++)
        if (&workers[i] != worker && workers[i].up && workers[i].slot == worker->slot)
            return true;
    return false;
}

bool process_stands(const struct process *worker)
{
    return worker->paused || worker->stalled;
}

bool process_takes(const struct process *worker)
{
    return ownership_phase(worker->ownership) == OWNERSHIP_TAKING && !worker->stopping &&
           !worker->library.fenced;
}

bool process_reads_ledger(const struct process *worker)
{
    return worker->up && (ownership_phase(worker->ownership) == OWNERSHIP_LOADING ||
                          ownership_phase(worker->ownership) == OWNERSHIP_RETURNING);
}

static void set_due(struct process *worker, int64_t ms)
{
    if (ms < worker->due_ms)
        worker->due_ms = ms;
}

static void find_due(struct process *worker)
{
    worker->due_ms = INT64_MAX;
    if (orders_count(worker->orders) > 0)
        set_due(worker, orders_due_ms(worker->orders));
    set_due(worker, process_calls_due_ms(worker));
    set_due(worker, ownership_due_ms(worker->ownership));
    if (sim.seed >= ENDED_FROM && orders_overdue(worker->orders, -1) >= 0) /* is its partition read by now? */
        set_due(worker, process_clock(worker) + 1);
    if (!is_off(R11) && process_takes(worker) &&
        orders_count(worker->orders) > orders_owned_count(worker->orders))
        set_due(worker, worker->sweep_ms);
}

static void take_answer(struct process *worker)
{
    if (worker->job.stage == STAGE_DONE)
        process_settlement_returned(worker);
}

/* A long turn: time passes between two things that it does, until the watchdog at latest (half of it is armed). */
static bool stands_still(struct process *worker)
{
    if (worker->chore == 0 || sim.edges.stalls == 0 || !trouble(sim.edges.stalls))
        return false;
    TRACE("w%d      stands still within a turn, before chore %d", worker->process, worker->chore);
    worker->stalled = true;
    worker->kill_us = worker->turn_us + WATCHDOG * 1000 / 2;
    return true;
}

static void call(struct process *worker)
{
    process_calls_chore(worker);
    if (worker->up)
        process_waking_chore(worker);
}

/* The events that the loop would tell, then the chores in run.c's order. It goes on where it stood still. */
void process_turn(struct process *worker)
{
    static void (*const chores[])(struct process *) = {
        take_answer, process_calls_time_out,   process_intake_chore,
        call,        process_settlement_chore, process_membership_chore};

    if (worker->chore == 0) {
        worker->dirty = false;
        worker->turn_ms = process_clock(worker);
        worker->turn_us = sim.now_us;
    }
    while (worker->chore < (int)COUNT_OF(chores)) {
        if (stands_still(worker))
            return;
        chores[worker->chore++](worker);
        if (!worker->up)
            return; /* it has left, or gave up */
    }
    worker->chore = 0;
    oracle_keys(worker);
    find_due(worker);
}
