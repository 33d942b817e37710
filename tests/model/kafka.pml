/*
 * Kafka as it is (PROMISE.md R2 to R4 lean on every part of this): one partition of the request log and its ledger,
 * one transaction per slot. The coordinator decides at once; each partition learns of it by a marker of its own.
 */
/* What a ledger record says of the order, with the attempt; nothing: no record. */
mtype:kept = { nothing, queued, intended, parked, done };
mtype:final = { silent, completed, failed, rejected };
mtype:coordinator = { idle, open, committing, aborting };

/* --- the group --- */
byte generation = 1, owner = 0;
bool revoking;
byte moves = MOVES, crashes = CRASHES, drains = DRAINS, troubles = TROUBLES;

/* --- what is committed and visible --- */
byte position; /* of the request log; the order's request is record 0 */
byte token;    /* in the metadata of that position */
byte outcomes; /* final ones that a read_committed reader sees */
bool denied;   /* one of them says that BT did nothing */

/* The ledger partition: what lies below the last stable offset, compacted, and what lies above it in offset order. */
typedef Kept {
    mtype:kept state = nothing;
    byte attempt;
    bool doubted; /* doubt.was: an earlier attempt was in doubt */
    byte ownership /* generation of the latest owner record */
};
Kept stable;
#define LOG 4 /* records above the last stable offset; nothing here needs more */
typedef Entry {
    Kept kept;
    bool of_slot;
    mtype:coordinator fate = idle
};
Entry above[LOG];
byte above_count;

/* --- one transaction per slot; each partition gets its marker on its own --- */
typedef Transaction {
    mtype:coordinator state = idle;
    bool fenced; /* the coordinator gave up on this producer */
#ifdef TWINS
    bool producer; /* which of the slot's processes has made the latest producer: the epoch */
#endif
    bool late;   /* an EndTxn (commit) of this producer is still on its way */
    bool has_position, has_record;
    byte position, token;
    mtype:final outcome = silent
};
Transaction tx[W];

#define POSITION_IS_STABLE (!tx[0].has_position && !tx[1].has_position)

inline copy_kept(to, from)
{
    to.state = from.state;
    to.attempt = from.attempt;
    to.doubted = from.doubted;
    to.ownership = from.ownership
}

inline clear_kept(it)
{
    it.state = nothing;
    it.attempt = 0;
    it.doubted = false;
    it.ownership = 0
}

/* Compaction keeps the latest per key: the order's record and the owner record are two keys. */
inline apply_kept(it)
{
    if
    :: it.ownership > 0 -> stable.ownership = it.ownership
    :: else ->
        stable.state = it.state;
        stable.attempt = it.attempt;
        stable.doubted = it.doubted
    fi
}

/* The marker of slot s reaches the ledger partition: the last stable offset moves up to the next open transaction. */
inline mark_ledger(s)
{
    i = 0;
    do
    :: i < above_count ->
        if
        :: above[i].of_slot == s && above[i].fate == open -> above[i].fate = tx[s].state
        :: else
        fi;
        i++
    :: else -> break
    od;
    do
    :: above_count > 0 && above[0].fate != open ->
        if
        :: above[0].fate == committing -> apply_kept(above[0].kept)
        :: else
        fi;
        i = 0;
        do
        :: i + 1 < above_count ->
            copy_kept(above[i].kept, above[i + 1].kept);
            above[i].of_slot = above[i + 1].of_slot;
            above[i].fate = above[i + 1].fate;
            i++
        :: else -> break
        od;
        above_count--;
        clear_kept(above[above_count].kept);
        above[above_count].of_slot = 0;
        above[above_count].fate = idle
    :: else -> break
    od;
    i = 0
}

inline publish(what)
{
    outcomes++;
    assert(outcomes <= 1);                              /* one final outcome */
    assert(what != completed || accepted == 1);         /* that tells the truth */
    assert(what == completed || accepted == 0);
    denied = what != completed
}

#define DECIDED(s) (tx[s].state == committing || tx[s].state == aborting)

inline end_when_marked(s)
{
    if
    :: !tx[s].has_position && !tx[s].has_record && tx[s].outcome == silent -> tx[s].state = idle
    :: else
    fi
}

/* The coordinator of a slot's transactions. */
proctype coordinator(byte s)
{
    byte i;

end:
    do
    :: d_step {
        DECIDED(s) && tx[s].has_position ->
        if
        :: tx[s].state == committing -> position = tx[s].position; token = tx[s].token
        :: else
        fi;
        tx[s].has_position = false;
        tx[s].position = 0;
        tx[s].token = 0;
        end_when_marked(s)
    }
    :: d_step {
        DECIDED(s) && tx[s].has_record ->
        mark_ledger(s);
        tx[s].has_record = false;
        end_when_marked(s)
    }
    :: d_step {
        DECIDED(s) && tx[s].outcome != silent ->
        if
        :: tx[s].state == committing -> publish(tx[s].outcome)
        :: else
        fi;
        tx[s].outcome = silent;
        end_when_marked(s)
    }
    :: d_step { tx[s].late && tx[s].state == open -> tx[s].late = false; tx[s].state = committing }
    :: d_step { tx[s].late -> tx[s].late = false } /* it finds nothing open, or never arrives */
    :: d_step {
        troubles > 0 && tx[s].state == open -> /* transaction.timeout */
        troubles--;
        tx[s].state = aborting;
        tx[s].fenced = true
    }
#ifdef TWINS
    :: d_step { /* what the other process has left open, and nobody ends: as often as it must be */
        tx[s].state == open && tx[s].producer != owner ->
        tx[s].state = aborting;
        tx[s].fenced = true
    }
#endif
    od
}
