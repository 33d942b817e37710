/* Runs one schedule from its seed to its end. */
#include "schedule.h"

#include "edges.h"
#include "ended.h"
#include "events.h"
#include "memory.h"
#include "moves.h"
#include "oracle.h"
#include "people.h"
#include "process.h"
#include "script.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WARM_EVENTS = 100, FAULTY_EVENTS = 250, AGAIN_EVENTS = 120, CALM_EVENTS = 20000, DECISIONS = 60 };

struct sim sim;

uint64_t chance_word(void)
{
    sim.random ^= sim.random >> 12;
    sim.random ^= sim.random << 25;
    sim.random ^= sim.random >> 27;
    return sim.random * 2685821657736338717u;
}

void trace_print(const char *format, ...)
{
    va_list arguments;

    printf("%10.3f  ", (double)sim.now_us / 1000);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void violated(const char *format, ...)
{
    va_list arguments;

    if (*sim.violation != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(sim.violation, sizeof sim.violation, format, arguments);
    va_end(arguments);
    TRACE("VIOLATED: %s", sim.violation);
}

struct payload *payload_new(enum payload_kind kind, int32_t partition, int order)
{
    if (sim.payload_count == PAYLOADS) {
        violated("the model has no place for a record's content");
        sim.payload_count--;
        ledger_release(&sim.payloads[sim.payload_count].record);
        ledger_index_release(&sim.payloads[sim.payload_count].index);
    }
    struct payload *payload = &sim.payloads[sim.payload_count++];
    *payload = (struct payload){.kind = kind, .partition = partition, .order = order};
    return payload;
}

static void release_schedule(void)
{
    for (int i = 0; i < sim.payload_count; i++) {
        ledger_release(&sim.payloads[i].record);
        ledger_index_release(&sim.payloads[i].index);
    }
    sim.payload_count = 0;
    for (int i = 0; i < PROCESSES; i++)
        if (workers[i].up)
            process_crash(&workers[i], "is over");
}

/* splitmix64: neighbouring seeds have nothing in common. */
static uint64_t scatter(uint64_t seed)
{
    uint64_t word = seed + 0x9e3779b97f4a7c15u;

    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    return (word ^ word >> 31) | 1;
}

/* No schedule has all faults at once: some are only found where others are rare. */
static void choose_faults(void)
{
    static const int weights[] = {0, 1, 1, 3}, losses[] = {6, 12, 40, 1000};

    sim.deaths = weights[chance(COUNT_OF(weights))];
    sim.removals = weights[chance(COUNT_OF(weights))];
    sim.losses = losses[chance(COUNT_OF(losses))];
    sim.slow = one_in(2);
}

void sim_reset(uint64_t seed, unsigned off, bool trace)
{
    static const int sizes[] = {1, 2, 4, 40};

    sim.seed = seed;
    sim.random = scatter(seed);
    sim.off = off;
    sim.trace = trace;
    sim.calm = false;
    sim.now_us = 0;
    sim.events = 0;
    *sim.violation = '\0';
    kafka_reset();
    bt_reset();
    events_reset();
    ended_reset();
    oracle_reset();
    moves_reset();
    sim.slots = 2 + chance(SLOTS - 1);
    sim.orders = 1 + chance(ORDERS);
    sim.partitions = 1 + chance(PARTITIONS);
    sim.records_max = sizes[chance(COUNT_OF(sizes))];
    sim.bt_refuses = one_in(3);
    choose_faults();
    int types = seed < READS_FROM   ? TYPE_READ
                : seed < WAITS_FROM ? TYPE_WAITS
                : seed < ENDED_FROM ? TYPE_DATED
                                    : TYPES;
    enum sim_type type = (enum sim_type)chance(types);
    bool same = one_in(2);
    for (int i = 0; i < ORDERS; i++) {
        struct upstream *upstream = &sim.upstream[i];
        *upstream =
            (struct upstream){.type = same ? type : (enum sim_type)chance(types), .key = chance(KEYS)};
        upstream->partition = upstream->key % sim.partitions;
        upstream->dies = upstream->type == TYPE_UNDONE && one_in(2);
    }
    sim.published = sim.accepted = 0;
    edges_choose();
    for (int i = 0; i < PROCESSES; i++) /* the one too many is of slot 0 */
        workers[i] = (struct process){
            .process = i, .slot = i < sim.slots ? i : i - sim.slots, .library.assignment = {0, -1, 0}};
}

static bool has_failed(void)
{
    return *sim.violation != '\0';
}

/* Runs on without faults until nothing moves any more. */
static void run_calm(void)
{
    unsigned until = sim.events + CALM_EVENTS;

    sim.calm = true;
    script_calm();
    while (!has_failed() && moves_step(false))
        if (sim.events > until)
            violated("it does not come to rest");
    script_calm_over();
}

/* Retention has deleted all requests that there were, and every process dies. */
static void lose_memory(void)
{
    TRACE("----    retention deletes the requests, all processes die");
    for (int i = 0; i < sim.processes; i++)
        process_crash(&workers[i], "dies");
    for (int p = 0; p < sim.partitions; p++)
        kafka.requests[p].start = kafka.requests[p].count;
}

/* People decide one by one whatever is parked. */
static void decide_all(void)
{
    for (int round = 0; round < DECISIONS && !has_failed(); round++) {
        bool any = false;
        for (int i = 0; i < sim.orders; i++)
            any = (!oracle_is_final(i) && people_decide(i)) || any;
        if (!any)
            return;
        run_calm();
        /* What was too early is decided again later. */
        sim.now_us += ABSENT_AFTER * 1000;
    }
}

/* The topic has grown: all end by themselves, and then a person does what their last words say. */
static void finish_growth(void)
{
    run_calm();
    if (has_failed())
        return;
    edges_old_number();
    run_calm();
    decide_all();
    edges_stop_workers();
    run_calm();
    if (!has_failed())
        edges_repartition();
}

/* Until so many events, or to the end of what the script has. */
static bool goes_on(unsigned until)
{
    return !has_failed() && (script_replays() ? script_has_moves() : sim.events < until);
}

/* So many events with faults; a topic that grows meanwhile is mended, and faults go on. */
static void run_faulty(void)
{
    while (goes_on(FAULTY_EVENTS) && !edges_wait_for_person())
        moves_step(script_replays());
    if (has_failed() || sim.topic_partitions == sim.partitions)
        return;
    finish_growth();
    sim.calm = false;
    for (unsigned until = sim.events + AGAIN_EVENTS; goes_on(until);)
        moves_step(script_replays());
}

bool schedule_run(uint64_t seed, unsigned off, bool trace)
{
    sim_reset(seed, off, trace);
    TRACE("seed %llu: %d workers, %d orders, %d partitions, %d records a settlement%s",
          (unsigned long long)seed, sim.slots, sim.orders, sim.partitions, sim.records_max,
          sim.bt_refuses ? ", BT refuses repeats" : "");
    sim.calm = one_in(2); /* a good start gets further than one with faults */
    for (int warm = chance(WARM_EVENTS); sim.calm && !has_failed() && warm > 0 && !script_replays(); warm--)
        moves_step(false);
    sim.calm = false;
    run_faulty();
    TRACE("----    calm");
    if (!has_failed())
        run_calm();
    if (!has_failed())
        oracle_rest(false);
    if (!has_failed()) {
        lose_memory();
        ended_report();
        run_calm();
    }
    if (!has_failed())
        oracle_rest(false);
    if (!has_failed())
        decide_all();
    if (!has_failed()) {
        ended_report();
        run_calm();
    }
    if (!has_failed())
        oracle_rest(true);
    bool good = !has_failed();
    bool traces = sim.trace;
    sim.trace = false;
    release_schedule();
    sim.trace = traces;
    return good;
}
