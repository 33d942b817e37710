/* Lists what may happen next, picks by chance or by the script, and moves the clock. */
#include "moves.h"

#include "edges.h"
#include "events.h"
#include "oracle.h"
#include "people.h"
#include "process.h"
#include "script.h"

enum { MOVES = 256, LAG_US = 1000, FAULT_WEIGHT = 3, WORK = 12 };

static struct {
    struct move list[MOVES];
    int count, weight;
    int work; /* the weight of those that are not faults */
} moves;

/* A move that is seldom thought of; a script thinks of it. */
static bool seldom(int one_of)
{
    return script_replays() || one_in(one_of);
}

static void may(bool possible, enum move_kind kind, int one, int other, int weight)
{
    if (!possible || weight == 0 || moves.count == MOVES - 1)
        return;
    if (weight > FAULT_WEIGHT)
        moves.work += weight *= WORK;
    moves.list[moves.count++] = (struct move){kind, one, other, weight};
    moves.weight += weight;
}

/* --- time --- */

static int64_t due_us(const struct process *worker)
{
    return worker->due_ms == INT64_MAX ? INT64_MAX : process_moment(worker, worker->due_ms);
}

static int64_t least(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static int64_t dirty_since_us[PROCESSES];

void moves_reset(void)
{
    for (int i = 0; i < PROCESSES; i++)
        dirty_since_us[i] = 0;
}

/* Time does not pass this before something else has happened. */
static int64_t time_limit(void)
{
    int64_t limit_us = INT64_MAX;

    for (int i = 0; i < sim.processes; i++) {
        const struct process *worker = &workers[i];
        if (worker->up && worker->end_us != 0)
            limit_us = least(limit_us, worker->end_us);
        if (worker->up && worker->look_us != 0 && !process_stands(worker))
            limit_us = least(limit_us, worker->look_us);
        if (worker->up && process_stands(worker))
            limit_us = least(limit_us, worker->kill_us);
        else if (worker->up && worker->dirty)
            limit_us = least(limit_us, dirty_since_us[i] + LAG_US);
        else if (worker->up)
            limit_us = least(limit_us, due_us(worker));
    }
    for (int i = 0; i < bt.call_count; i++)
        if (bt.calls[i].state == CALL_LEAVING || bt.calls[i].state == CALL_LEFT)
            limit_us = least(limit_us, bt.calls[i].until_us);
    return limit_us;
}

/* Moments from which on more may happen. */
static int64_t next_wake(void)
{
    int64_t wake_us = INT64_MAX;

    for (int i = 0; i < sim.processes; i++)
        if (workers[i].up && workers[i].job.stage != STAGE_IDLE && workers[i].job.wait_us > sim.now_us)
            wake_us = least(wake_us, workers[i].job.wait_us);
    for (int i = 0; i < sim.slots; i++) {
        const struct coordinator *coordinator = &kafka.coordinators[i];
        if (coordinator->state == TX_ONGOING)
            wake_us = least(wake_us, coordinator->began_us + TRANSACTION_TIMEOUT * 1000 + 1);
    }
    return wake_us > sim.now_us ? wake_us : INT64_MAX;
}

/* False: nobody waits for anything. */
static bool pass_time(void)
{
    int64_t limit_us = time_limit(), next_us = least(limit_us, next_wake());
    int64_t to_us = sim.now_us + 1 + chance(500);

    if (sim.calm || one_in(2)) {
        if (next_us == INT64_MAX)
            return !sim.calm;
        to_us = next_us;
    } else if (one_in(4)) {
        to_us = sim.now_us + chance(30000);
    }
    sim.now_us = least(to_us, limit_us);
    return true;
}

/* What comes to a process at its time, whatever its loop does. */
static bool is_due(struct process *worker)
{
    if (process_stands(worker) && sim.now_us >= worker->kill_us) {
        process_crash(worker, "is killed by its watchdog");
        return true;
    }
    if (worker->end_us != 0 && sim.now_us >= worker->end_us) {
        process_crash(worker, "ends, another process has its slot");
        return true;
    }
    if (worker->look_us == 0 || sim.now_us < worker->look_us || process_stands(worker))
        return false;
    worker->look_us = 0;
    if (edges_number_fits() || worker->stopping)
        return false;
    TRACE("w%d      sees that the topic has grown, and ends", worker->process);
    library_leave(worker);
    return true;
}

/* What cannot be put off any longer; true: it was done. */
static bool forced(void)
{
    for (int i = 0; i < sim.processes; i++) {
        struct process *worker = &workers[i];
        if (!worker->up)
            continue;
        if (is_due(worker))
            return true;
        if (process_stands(worker))
            continue;
        if (!worker->dirty && sim.now_us >= due_us(worker))
            worker->dirty = true;
        if (!worker->dirty) {
            dirty_since_us[i] = sim.now_us;
        } else if (sim.now_us >= dirty_since_us[i] + LAG_US) {
            dirty_since_us[i] = sim.now_us;
            process_turn(worker);
            return true;
        }
    }
    for (int i = 0; i < bt.call_count; i++) {
        struct call_model *call = &bt.calls[i];
        if (call->state == CALL_LEAVING && sim.now_us >= call->until_us) {
            call->state = call->for_order != NULL ? CALL_LOST : CALL_NONE;
            return true;
        }
        if (call->state == CALL_LEFT && sim.now_us >= call->until_us) {
            bt_decide(call);
            return true;
        }
    }
    return false;
}

/* --- what is possible --- */

static void add_worker(int i)
{
    const struct process *worker = &workers[i];
    bool runs = worker->up && !worker->paused;
    bool faults = !sim.calm, stands = process_stands(worker), twin = process_has_twin(worker);

    /* While one of its slot is alive nobody starts another, but by mistake. */
    may(!worker->up && edges_may_start() && (!twin || faults), MOVE_START, i, 0, twin ? 1 : 4);
    if (!worker->up)
        return;
    may(!stands && worker->dirty, MOVE_TURN, i, 0, 20);
    may(thread_can_step(worker), MOVE_THREAD, i, 0, 20);
    may(runs && worker->library.joins, MOVE_JOIN, i, 0, 10);
    may(runs && library_can_notice(worker), MOVE_NOTICE, i, 0, 10);
    may(runs && library_can_sync(worker), MOVE_SYNC, i, 0, 10);
    may(runs && library_can_learn(worker), MOVE_LEARN, i, 0, sim.calm ? 10 : 3);
    may(faults, MOVE_CRASH, i, 0, sim.deaths);
    may(faults && !stands, MOVE_PAUSE, i, 0, sim.deaths);
    may(stands, MOVE_RESUME, i, 0, 5);
    may(faults && !stands && !worker->stopping && !worker->library.fenced && seldom(4), MOVE_LEAVE, i, 0,
        sim.deaths);
}

static void add_calls(void)
{
    for (int i = 0; i < bt.call_count; i++) {
        const struct call_model *call = &bt.calls[i];
        bool waits = call->for_order != NULL && !process_stands(&workers[call->process]);
        may(call->state == CALL_BEGUN && waits, MOVE_PERMIT, i, 0, 10);
        may(call->state == CALL_LEAVING && call->for_order != NULL, MOVE_LEFT, i, 0, 10);
        may(call->state == CALL_LEFT && sim.now_us >= call->from_us, MOVE_DECIDE, i, 0, 5);
        may(call->state == CALL_DECIDED && waits, MOVE_ANSWER, i, 0, 10);
        may(call->state == CALL_DECIDED && !sim.calm, MOVE_ANSWER_LOST, i, 0, 1);
    }
}

static bool is_alive(const struct member *member)
{
    const struct process *worker = &workers[member->process == STRANGER ? 0 : member->process];

    return member->process == STRANGER ||
           (worker->up && worker->life == member->life && worker->library.assignment.member == member->id);
}

static void add_stranger(void)
{
    static const int weights[STRANGER_ACTS] = {1, 10, 3, 1};

    if (!sim.edges.foreign)
        return;
    for (int act = 0; act < STRANGER_ACTS; act++)
        may(stranger_can((enum stranger_act)act) &&
                (!sim.calm || act == STRANGER_REJOINS || act == STRANGER_LEAVES),
            MOVE_STRANGER, act, 0, weights[act]);
}

static void add_kafka(void)
{
    for (int slot = 0; slot < sim.slots; slot++) {
        const struct coordinator *coordinator = &kafka.coordinators[slot];
        bool decided = coordinator->state == TX_COMMITTING || coordinator->state == TX_ABORTING;
        for (int log = 0; decided && log < LOGS; log++)
            may((coordinator->markers >> log & 1) != 0, MOVE_MARKER, slot, log, 8);
        may(coordinator->state == TX_ONGOING &&
                sim.now_us > coordinator->began_us + TRANSACTION_TIMEOUT * 1000,
            MOVE_TRANSACTION_TIMEOUT, slot, 0, 3);
    }
    for (int i = 0; i < kafka.late_count; i++)
        may(true, MOVE_LATE, i, 0, 2);
    may(group_is_complete(), MOVE_COMPLETE, 0, 0, 8);
    for (int i = 0; i < MEMBERS; i++) {
        const struct member *member = &kafka.group.members[i];
        bool dead = member->id != 0 && !is_alive(member);
        may(member->id != 0 && (dead || !sim.calm), MOVE_EXPIRE, i, 0, dead ? 8 : sim.removals);
    }
    may(!sim.calm, MOVE_COMPACT, chance(sim.partitions), 0, 1);
    add_stranger();
    may(!sim.calm && edges_can_grow(), MOVE_GROW, 0, 0, 1);
}

static void add_people(void)
{
    for (int i = 0; i < sim.orders && !edges_upstream_stands(); i++)
        if (!sim.upstream[i].published) {
            may(true, MOVE_PUBLISH, i, 0, 6);
            break;
        }
    may(!sim.calm && people_can_repeat() && seldom(4), MOVE_REPEAT, 0, 0, 1);
    may(!sim.calm && sim.edges.misplaces && people_can_misplace(), MOVE_MISPLACE, 0, 0, 1);
    may(!sim.calm, MOVE_PERSON, chance(sim.orders), 0, 3);
    for (int i = 0; sim.seed >= WAITS_FROM && i < sim.orders; i++)
        may(events_possible(i), MOVE_EVENT, i, 0, 4);
}

/* --- doing it --- */

static void do_worker(const struct move *move)
{
    struct process *worker = &workers[move->one];

    switch (move->kind) {
    case MOVE_TURN:
        process_turn(worker);
        return;
    case MOVE_THREAD:
        thread_step(worker);
        return;
    case MOVE_JOIN:
        library_join(worker);
        return;
    case MOVE_NOTICE:
        library_notice(worker);
        return;
    case MOVE_SYNC:
        library_sync(worker);
        return;
    case MOVE_LEARN:
        library_learn(worker);
        return;
    case MOVE_CRASH:
        process_crash(worker, "crashes");
        return;
    case MOVE_PAUSE:
        TRACE("w%d      is paused", move->one);
        worker->paused = true;
        worker->kill_us = sim.now_us + 1 + chance(WATCHDOG * 1000);
        return;
    case MOVE_RESUME:
        TRACE("w%d      is resumed", move->one);
        worker->paused = worker->stalled = false;
        worker->dirty = true;
        return;
    case MOVE_LEAVE:
        library_leave(worker);
        return;
    default:
        process_start(worker);
    }
}

static void do_call(const struct move *move)
{
    struct call_model *call = &bt.calls[move->one];

    switch (move->kind) {
    case MOVE_PERMIT:
        process_calls_permit(call);
        return;
    case MOVE_LEFT:
        call->state = CALL_LEFT;
        call->until_us = sim.now_us + DELIVERY_MAX * 1000;
        call->from_us = sim.slow && trouble(2) ? sim.now_us + chance(DELIVERY_MAX * 1000) : 0;
        return;
    case MOVE_DECIDE:
        bt_decide(call);
        return;
    case MOVE_ANSWER:
        process_calls_answer(call);
        return;
    default:
        call->state = call->for_order != NULL ? CALL_LOST : CALL_NONE;
    }
}

static void do_marker(const struct move *move)
{
    TRACE("kafka   writes the marker of w%d in log %d: %s", move->one, move->other,
          kafka.coordinators[move->one].state == TX_COMMITTING ? "commit" : "abort");
    kafka_write_marker(move->one, move->other);
    if (move->other == LOG_OUTCOMES)
        oracle_outcomes();
    if (move->other == LOG_DEAD)
        oracle_dead();
    for (int i = 0; i < sim.processes; i++)
        workers[i].dirty =
            workers[i].dirty || process_reads_ledger(&workers[i]) || move->other >= LOG_SIGNALS;
}

static void do_kafka(const struct move *move)
{
    switch (move->kind) {
    case MOVE_MARKER:
        do_marker(move);
        return;
    case MOVE_TRANSACTION_TIMEOUT:
        TRACE("kafka   times the transaction of w%d out", move->one);
        kafka_time_out(move->one);
        return;
    case MOVE_LATE:
        TRACE("kafka   gets a late EndTxn of w%d", kafka.late[move->one].slot);
        kafka_deliver_late(move->one);
        return;
    case MOVE_COMPLETE:
        group_complete();
        TRACE("kafka   begins generation %d", kafka.group.generation);
        return;
    case MOVE_STRANGER:
        stranger_do((enum stranger_act)move->one);
        return;
    case MOVE_GROW:
        edges_grow();
        return;
    case MOVE_EXPIRE:
        TRACE("kafka   removes m%d from the group", kafka.group.members[move->one].id);
        group_remove(kafka.group.members[move->one].id);
        return;
    default:
        kafka_compact(move->one);
    }
}

static void perform(const struct move *move)
{
    if (move->kind <= MOVE_START)
        do_worker(move);
    else if (move->kind <= MOVE_ANSWER_LOST)
        do_call(move);
    else if (move->kind <= MOVE_GROW)
        do_kafka(move);
    else if (move->kind == MOVE_PUBLISH)
        people_publish(move->one);
    else if (move->kind == MOVE_REPEAT)
        people_repeat();
    else if (move->kind == MOVE_MISPLACE)
        people_misplace();
    else if (move->kind == MOVE_EVENT)
        events_report(move->one);
    else
        people_decide(move->one);
}

static void list_moves(void)
{
    moves.count = moves.weight = moves.work = 0;
    for (int i = 0; i < sim.processes; i++)
        add_worker(i);
    add_calls();
    add_kafka();
    add_people();
}

static const struct move time_move = {.kind = MOVE_TIME};

/* By chance; null: nothing but time is left. */
static const struct move *choose_move(void)
{
    list_moves();
    if (sim.calm && moves.count == 0)
        return &time_move;
    int weight = moves.work == 0 ? 16 * moves.weight : moves.weight / 4;
    if (!sim.calm) {
        moves.list[moves.count++] = (struct move){MOVE_TIME, 0, 0, weight + 1};
        moves.weight += weight + 1;
    }
    int at = chance(moves.weight), i = 0;
    while (at >= moves.list[i].weight)
        at -= moves.list[i++].weight;
    return &moves.list[i];
}

/* Whether the script's move is possible now. Whom it concerns is chance for some, so that theirs is not compared. */
static bool is_possible(const struct move *move)
{
    bool any = move->kind == MOVE_COMPACT || move->kind == MOVE_PERSON;

    if (move->kind == MOVE_TIME)
        return true;
    list_moves();
    for (int i = 0; i < moves.count; i++)
        if (moves.list[i].kind == move->kind &&
            (any || (moves.list[i].one == move->one && moves.list[i].other == move->other)))
            return true;
    return false;
}

/* The script's next move that is possible; null: there is none before the next calm. */
static const struct move *script_move(void)
{
    static struct script_event event;

    while (script_next(&event)) {
        sim.calm = event.calm;
        if (!is_possible(&event.move))
            continue;
        sim.random = event.random;
        return &event.move;
    }
    return NULL;
}

bool moves_step(bool by_script)
{
    sim.events++;
    if (forced())
        return true;
    const struct move *move = by_script ? script_move() : choose_move();
    if (move == NULL)
        return false;
    if (!by_script)
        script_note(move);
    if (move->kind == MOVE_TIME)
        return pass_time();
    perform(move);
    if (kafka.decided)
        oracle_places();
    kafka.decided = false;
    return true;
}
