/* The kinds of moves, by their names in scripts. */
#include "moves.h"

#include <string.h>

static const char *const kind_names[] = {
    [MOVE_TURN] = "turn",         [MOVE_THREAD] = "thread",
    [MOVE_JOIN] = "join",         [MOVE_NOTICE] = "notice",
    [MOVE_SYNC] = "sync",         [MOVE_LEARN] = "learn",
    [MOVE_CRASH] = "crash",       [MOVE_PAUSE] = "pause",
    [MOVE_RESUME] = "resume",     [MOVE_LEAVE] = "leave",
    [MOVE_START] = "start",       [MOVE_PERMIT] = "permit",
    [MOVE_LEFT] = "left",         [MOVE_DECIDE] = "decide",
    [MOVE_ANSWER] = "answer",     [MOVE_ANSWER_LOST] = "answer-lost",
    [MOVE_MARKER] = "marker",     [MOVE_TRANSACTION_TIMEOUT] = "transaction-timeout",
    [MOVE_LATE] = "late",         [MOVE_COMPLETE] = "complete",
    [MOVE_EXPIRE] = "expire",     [MOVE_COMPACT] = "compact",
    [MOVE_STRANGER] = "stranger", [MOVE_GROW] = "grow",
    [MOVE_PUBLISH] = "publish",   [MOVE_REPEAT] = "repeat",
    [MOVE_MISPLACE] = "misplace", [MOVE_PERSON] = "person",
    [MOVE_EVENT] = "event",       [MOVE_TIME] = "time"};
_Static_assert(sizeof kind_names / sizeof *kind_names == MOVE_KINDS, "a name for each kind");

const char *moves_kind_name(enum move_kind kind)
{
    return kind_names[kind];
}

bool moves_kind(const char *name, enum move_kind *kind)
{
    for (int i = 0; i < MOVE_KINDS; i++) {
        if (strcmp(kind_names[i], name) != 0)
            continue;
        *kind = (enum move_kind)i;
        return true;
    }
    return false;
}
