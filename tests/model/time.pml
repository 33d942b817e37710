/*
 * The deadline of R5, to the tick: an old owner whose attempt may be on its way, a new owner that looks for it.
 *
 * Every bound is closed: what must happen within N ticks may still happen at the Nth. ABSENT is the threshold under
 * test: absent_after, with -DOWN absent_after_own, for the owner itself after it closed its call; -DSHORT=1 makes it one
 * tick too short. -DNO_R7 and so on switch rules off.
 */
#ifndef LEASE
#define LEASE 3
#endif
#ifndef CALL
#define CALL 2 /* call_timeout */
#endif
#ifndef WATCHDOG
#define WATCHDOG 2
#endif
#ifndef ARMED /* A loop that is fed once a turn can be late twice in a row: so half of it kills. */
#define ARMED (WATCHDOG / 2)
#endif
#ifndef DELIVERY
#define DELIVERY 2 /* delivery_max */
#endif
#ifndef LAG
#define LAG 2 /* read_lag */
#endif
#ifndef DRIFT
#define DRIFT 0 /* ticks that the new owner's clock may gain on the others meanwhile */
#endif
#ifndef SHORT
#define SHORT 0 /* ticks by which the threshold under test is too short */
#endif
#ifdef OWN
#define ABSENT (DELIVERY + LAG + DRIFT + 1 - (SHORT))
#define UNTIL (LEASE + CALL + WATCHDOG + ABSENT + 3) /* nothing happens later */
#else
#define ABSENT (LEASE + CALL + WATCHDOG + DELIVERY + LAG + DRIFT + 1 - (SHORT))
#define UNTIL (ABSENT + 3)
#endif

mtype = { settling, permitted, calling, written, closed };

byte now;             /* true time */
byte gained;          /* by the clock of the one who looks */
byte fed, began;      /* the watchdog; the call */
mtype step = settling; /* of the old owner; its lease began at 0, before the settlement */
bool killed;
bool buffered;        /* in the kernel's socket buffer */
bool on_wire, accepted, visible;
byte left_at, accepted_at;
bool waits, absent;   /* the deadline runs; a look-up sent after it answered "absent" */
byte waits_since;

inline reset_socket() /* SO_LINGER{1,0}: what the kernel still has is dropped */
{
#ifndef NO_R7_LINGER
    buffered = false
#else
    skip
#endif
}

/* The kernel's own timer: it kills a process that has not turned its loop. */
#ifdef NO_R7
#define IS_LATE false
#else
#define IS_LATE (!killed && now > fed + ARMED)
#endif

#define MUST_DECIDE (on_wire && now >= left_at + DELIVERY)
#define MUST_SHOW (accepted && !visible && now >= accepted_at + LAG)

proctype clock()
{
end:
    do
    :: d_step {
        now < UNTIL && !MUST_DECIDE && !MUST_SHOW && !absent ->
        now++;
        if
        :: IS_LATE -> killed = true; reset_socket()
        :: else
        fi
    }
    :: d_step { waits && gained < DRIFT -> gained++ }
    od
}

/* What has left us, BT decides in time, and shows in time. */
proctype bt()
{
end:
    do
    :: d_step { buffered -> buffered = false; on_wire = true; left_at = now }
    :: atomic { on_wire -> on_wire = false; assert(!absent); accepted = true; accepted_at = now }
    :: d_step { on_wire -> on_wire = false } /* or it refuses, or never sees it */
    :: d_step { accepted && !visible -> visible = true }
    od
}

/* The old owner's loop: one turn is timers and sockets, then the watchdog is fed. It may stand still anywhere. */
proctype old_owner()
{
    {
        fed = 0;

end_turn: /* libcurl looks at its timers first; so does the write that follows within the turn */
        atomic {
            if
            :: step == settling -> step = permitted /* the commit has come back, at whatever time */
            :: step == settling || step == closed
            :: step == permitted && now <= LEASE -> step = calling; began = now; goto write
            :: step == permitted && now > LEASE -> step = closed
            :: step == calling && now <= began + CALL -> goto write
            :: step == written && now <= began + CALL
            :: (step == calling || step == written) && now > began + CALL ->
                step = closed;
                reset_socket();
#ifdef OWN
                waits = true;
                waits_since = now
#endif
            fi
        }
        goto feed;
write: /* the last byte of the request, now or in a later turn */
        atomic {
            if
            :: step = written; buffered = true
            :: skip
            fi
        }
feed:
        atomic { fed = now; goto end_turn }
    } unless { killed }
}

/* The new owner; after its barrier the old one settles nothing. */
proctype one_who_looks()
{
#ifndef OWN
    d_step { waits = true; waits_since = now }
#endif
    atomic {
        waits && now + gained >= waits_since + ABSENT;
        if
        :: visible /* found */
        :: !visible -> absent = true; assert(!accepted)
        fi
    }
}

init { atomic { run clock(); run bt(); run old_owner(); run one_who_looks() } }
