/* What may happen next, and the passing of time. */
#ifndef SIM_MOVES_H
#define SIM_MOVES_H

#include "sim.h"

enum move_kind {
    MOVE_TURN,
    MOVE_THREAD,
    MOVE_JOIN,
    MOVE_NOTICE,
    MOVE_SYNC,
    MOVE_LEARN,
    MOVE_CRASH,
    MOVE_PAUSE,
    MOVE_RESUME,
    MOVE_LEAVE,
    MOVE_START,
    MOVE_PERMIT,
    MOVE_LEFT,
    MOVE_DECIDE,
    MOVE_ANSWER,
    MOVE_ANSWER_LOST,
    MOVE_MARKER,
    MOVE_TRANSACTION_TIMEOUT,
    MOVE_LATE,
    MOVE_COMPLETE,
    MOVE_EXPIRE,
    MOVE_COMPACT,
    MOVE_STRANGER,
    MOVE_GROW,
    MOVE_PUBLISH,
    MOVE_REPEAT,
    MOVE_MISPLACE,
    MOVE_PERSON,
    MOVE_EVENT,
    MOVE_TIME,
};

enum { MOVE_KINDS = MOVE_TIME + 1 };

/* A move, and whom it concerns: a process, a call, a slot, a log, an order, as its kind has it. */
struct move {
    enum move_kind kind;
    int one, other, weight;
};

/* Its name in scripts, and back; false: there is none such. */
const char *moves_kind_name(enum move_kind kind);
bool moves_kind(const char *name, enum move_kind *kind);

void moves_reset(void);

/*
 * Does one thing that may happen now, chosen by chance, or the next of the script. False: nothing but time is left, and
 * no timer runs; the script has no more before the next calm.
 */
bool moves_step(bool by_script);

#endif
