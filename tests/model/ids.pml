/*
 * An event that bears BT's id only (R21): the owner of the order tells whose the id is, one owner of the id holds the event or
 * passes it on. Settlements are atomic here; that they are fenced by the positions that they carry is what settle.pml
 * shows. Either message may come first; owners die, and lose partitions without being told. -DNO_R21 and so on switch
 * the rule off.
 */
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef MOVES
#define MOVES 2
#endif

byte crashes = CRASHES, moves = MOVES;

/* The partition of the id: who has it, its committed positions in events and signals, its ledger's latest record. */
byte owner; /* the worker's number */
byte generation;
bool event_read, index_read;
bool event_there, index_there; /* published in its events, in its signals */
bool known, held;

/* The order: its ledger has BT's id; what stands in the signals of its partition. */
bool has_id;
byte passed_on;

#define FORGET mine = false
#ifdef NO_R21
#define IS_FENCED false /* the record goes without the id's position: nobody asks who has the partition */
#else
#define IS_FENCED (owner != me || generation != at)
#endif

inline pass_on()
{
    passed_on++;
    assert(passed_on <= 1)
}

/* A worker while it has, or believes that it has, the partition of the id. */
proctype worker(byte me)
{
    bool mine = false, knows, holds, took_event, took_index;
    byte at;

end_of_turn:
    do
    :: atomic { !mine && owner == me -> /* a take-over: what is committed, behind its barrier */
        mine = true; at = generation;
        knows = known; holds = held; took_event = event_read; took_index = index_read
    }
    :: atomic { mine && event_there && !took_event -> /* the event is in the batch */
        took_event = true
    }
    :: atomic { mine && took_event && !event_read && !holds -> /* and is settled */
        if
        :: owner != me || generation != at ->
            if
            :: IS_FENCED -> FORGET
            :: !IS_FENCED && knows -> pass_on(); FORGET
            :: else -> FORGET
            fi
        :: else ->
            if
            :: knows -> pass_on()
            :: else -> holds = true; held = true
            fi;
            event_read = true
        fi
    }
    :: atomic { mine && index_there && !took_index ->
        took_index = true
    }
    :: atomic { mine && took_index && !index_read ->
        if
        :: owner != me || generation != at -> FORGET
        :: else ->
            if
            :: holds -> pass_on(); holds = false; held = false
            :: else
            fi;
            knows = true; known = true; index_read = true
        fi
    }
    :: atomic { mine && crashes > 0 -> crashes--; FORGET; generation++ }
    :: atomic { owner == me && moves > 0 -> moves--; owner = 1 - me; generation++ } /* and nobody tells it */
    :: atomic { mine && (owner != me || generation != at) -> FORGET } /* it hears of that after all */
    od
}

/* The owner of the order, over all its lives: BT has answered, and the reply has the id. */
proctype order()
{
#ifdef NO_R21_TOLD
    atomic { has_id = true } /* and told in another settlement: after a crash between them the id looks as if it was */
    if
    :: atomic { crashes > 0 -> crashes-- }
    :: index_there = true
    fi
#else
    atomic { has_id = true; index_there = true }
#endif
}

proctype bt()
{
    event_there = true
}

/* When nothing can move any more the event is where its order reads it, once. */
proctype judge()
{
    timeout -> assert(passed_on == 1 && known && !held)
}

init {
    atomic { run worker(0); run worker(1); run order(); run bt(); run judge() }
}
