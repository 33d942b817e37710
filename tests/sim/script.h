/*
 * Schedules as lists of events: what a seed chose is recorded, replayed, shortened, kept as a story.
 *
 * A line is "<move> <one> <other> <calm> <random>": the move, whom it concerns, whether faults were off, and the state of
 * chance with which it was made, so that it does the same whatever was left out before it. "calm <random>" begins a time
 * without faults, whose moves follow from chance. What is not possible when it is its turn is left out. A story is such a
 * file with "seed N" first (what else the schedule has: workers, orders, BT) and the rules that it is about, "off R5".
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "moves.h"

enum { SCRIPT_MAX = 4096 };

struct script {
    uint64_t seed;
    unsigned off;
    struct script_event {
        bool marks_calm; /* the rest is of a move */
        bool calm;
        struct move move;
        uint64_t random;
    } events[SCRIPT_MAX];
    int count;
};

/* What schedule_run() does with chance: keep what it chooses in a script, or do what one says. Null: neither. */
void script_record(struct script *script);
void script_replay(const struct script *script);

/* --- asked by the schedule --- */

bool script_replays(void);
bool script_has_moves(void); /* before the next calm */
/* The next move; false: there is none before the next calm. */
bool script_next(struct script_event *event);
void script_note(const struct move *move);
void script_calm(void); /* a time without faults begins, whose moves are not noted, */
void script_calm_over(void);

/* --- files --- */

/* False: it cannot be read, and why was printed. */
bool script_read(const char *path, struct script *script);
void script_print(const struct script *script);

/* Leaves out what is not needed for the schedule to break the promise in the same way. */
void script_shrink(struct script *script);

#endif
