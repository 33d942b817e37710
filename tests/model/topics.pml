/*
 * What the topics must be like (R10), and the memory of what is done (R9): which records are there, and who reads them.
 *
 * Settlements are atomic here, a call and its outcome are one step: settle.pml is about those. Two orders of one key,
 * X and Y, then X once more. -DNO_R10_DELETE and so on switch rules off.
 */
#define X 0
#define Y 1
#define MESSAGES 3 /* X, Y, X: upstream repeats it */
#define NOWHERE 255
#ifndef CRASHES
#define CRASHES 1
#endif

byte order_of[MESSAGES];
byte partition_of[MESSAGES] = NOWHERE; /* of the request topic */
bool removed[MESSAGES];                /* by compaction of it */
byte published, read_to[2];            /* committed positions */
byte partitions = 1, pinned[2];        /* of the topics; in the owner records, 0: there is none */
byte crashes = CRASHES;
bool grows;

/* The ledger, per partition and order: three records in this order, of which compaction removes what is superseded. */
mtype = { nothing, queued, done };
#define QUEUED 0
#define DONE 1
#define TOMBSTONE 2
#define RECORD(p, o, kind) ((p) * 6 + (o) * 3 + (kind))
bool written[12], there[12];
bool reading[2]; /* a take-over reads this partition */

byte accepted[2], outcomes[2];
bool refused; /* a worker does not start, and says why: visible */

#define ALL_PUBLISHED (published == MESSAGES)

/* Upstream publishes under one key, in order; the key's partition follows from their number. */
proctype upstream()
{
end:
    do
    :: d_step {
        published < MESSAGES ->
        partition_of[published] = partitions - 1;
        published++
    }
    od
}

#define HAS(kind) there[RECORD(p, X, kind)]
#define HAD(kind) written[RECORD(p, X, kind)]

/* The broker's cleaner at the ledger of partition p. A tombstone goes last. */
proctype cleaner(byte p)
{
end:
    do
    :: d_step { HAS(QUEUED) && (HAD(DONE) || HAD(TOMBSTONE)) -> HAS(QUEUED) = false }
    :: d_step { HAS(DONE) && HAD(TOMBSTONE) -> HAS(DONE) = false }
#ifdef NO_R10_RETENTION
    :: d_step { HAS(TOMBSTONE) && !HAS(QUEUED) && !HAS(DONE) -> HAS(TOMBSTONE) = false }
#else
    :: d_step { HAS(TOMBSTONE) && !HAS(QUEUED) && !HAS(DONE) && !reading[p] -> HAS(TOMBSTONE) = false }
#endif
#ifdef NO_R10_DELETE
    :: d_step { HAS(QUEUED) -> HAS(QUEUED) = false } /* compact,delete: it is old enough */
#endif
    od
}

/* Whoever changes topics. Before a first start nobody can know that it happened. */
proctype change()
{
end:
    do
    :: d_step { grows && partitions == 1 && pinned[0] != 0 -> partitions = 2 } /* of all topics alike */
#ifdef NO_R10_REQUESTS
    :: d_step { published > 1 && !removed[0] -> removed[0] = true } /* compacted: Y has the key of X, */
    :: d_step { published > 2 && !removed[1] -> removed[1] = true } /* and X again that of Y */
#endif
    od
}

inline write(o, kind)
{
    written[RECORD(me, o, kind)] = true;
    there[RECORD(me, o, kind)] = true
}

/* The pin is compared with the one of every partition: a new partition has none of its own. */
#ifdef NO_R10_COUNT
#define IS_REPARTITIONED false
#else
#ifdef NO_R10_COUNT_ALL
#define IS_REPARTITIONED (pinned[me] != 0 && pinned[me] != partitions)
#else
#define IS_REPARTITIONED ((pinned[0] != 0 && pinned[0] != partitions) || (pinned[1] != 0 && pinned[1] != partitions))
#endif
#endif

/* The one who owns partition `me`, over all its lives. */
proctype owner(byte me)
{
    mtype known[2] = nothing;
    byte i, m;

end_life:
    atomic {
        partitions > me;
        if
        :: IS_REPARTITIONED -> refused = true; goto end_refused
        :: else -> pinned[me] = partitions; reading[me] = true; i = 0; known[0] = nothing; known[1] = nothing
        fi
    }
    do /* the ledger from its beginning: the latest of a key counts */
    :: atomic {
        i < 6 ->
        if
        :: there[me * 6 + i] && i % 3 == QUEUED -> known[i / 3] = queued
        :: there[me * 6 + i] && i % 3 == DONE -> known[i / 3] = done
        :: there[me * 6 + i] && i % 3 == TOMBSTONE -> known[i / 3] = nothing
        :: else
        fi;
        i++
    }
    :: atomic { i == 6 -> i = 0; reading[me] = false; break }
    od;

end_work:
    do
    :: atomic { /* the next request of the partition */
        read_to[me] < published ->
        m = read_to[me];
        read_to[me]++;
        if
        :: partition_of[m] != me || removed[m]
#ifndef NO_R9
        :: partition_of[m] == me && !removed[m] && known[order_of[m]] != nothing /* a repeat: the stored answer again */
#endif
        :: else -> known[order_of[m]] = queued; write(order_of[m], QUEUED)
        fi;
        m = 0
    }
    :: atomic {
        if
        :: known[X] == queued -> m = X
        :: known[Y] == queued -> m = Y
        fi;
        accepted[m]++;
        assert(accepted[m] <= 1); /* BT does not accept the same order twice */
        outcomes[m]++;
        known[m] = done;
        write(m, DONE);
        m = 0
    }
    :: atomic { /* the duplicate window is over */
#ifdef NO_R9_WINDOW
        known[X] == done ->
#else
        known[X] == done && ALL_PUBLISHED && read_to[me] == MESSAGES ->
#endif
        known[X] = nothing;
        write(X, TOMBSTONE)
    }
    :: atomic { crashes > 0 -> crashes--; goto end_life }
    :: atomic { partitions == 2 && pinned[me] == 1 -> goto end_life } /* a rebalance: all partitions are taken anew */
    od;

end_refused:
    false
}

proctype judge()
{
    timeout -> assert(refused || (outcomes[X] == 1 && outcomes[Y] == 1)) /* nothing lost */
}

init {
    atomic {
        order_of[1] = Y;
        if
        :: grows = true
        :: skip
        fi;
        run upstream();
        run cleaner(0);
        run cleaner(1);
        run change();
        run owner(0);
        run owner(1);
        run judge()
    }
}
