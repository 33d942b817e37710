/*
 * One order, two workers, Kafka and BT, without time (PROMISE.md; what is left out is in README.md).
 *
 * Time comes in as one fact only: OUT_OF_THE_WAY, "every earlier attempt has reached BT or never will". time.pml shows
 * that absent_after makes it true. -DNO_R1 and so on switch rules off, -DCLASS_NEVER and -DCLASS_UNIQUE choose the class.
 */
#define W 2 /* slots: a transactional.id each */
#ifndef TRIES
#define TRIES 2 /* attempts_max */
#endif
#ifndef CRASHES
#define CRASHES 1 /* kill -9, then the slot starts again */
#endif
#ifndef MOVES
#define MOVES 1 /* the partition is given to the other slot, and nobody is told */
#endif
#ifndef DRAINS
#define DRAINS 1 /* the partition moves with a REVOKE that the owner answers */
#endif
#ifndef TROUBLES
#define TROUBLES 1 /* commits whose answer is lost, late or unclean; transactions that time out */
#endif
#define OTHER (1 - me)

/*
 * TWINS: both workers are processes of one slot, under static membership (kafka/README.md section 5). They share one
 * transactional.id, so one's init_transactions fences the other's producer. A move is the other process that joins with
 * the same instance id: nobody is told, the group's generation stays and the member id changes; `generation` stands for both.
 */
#ifdef TWINS
#define SLOT 0
#define FENCED (tx[SLOT].fenced || tx[SLOT].producer != me)
#define IS_PRODUCER (tx[SLOT].producer == me)
#else
#define SLOT me
#define FENCED tx[me].fenced
#define IS_PRODUCER true
#endif

/* --- workers, as far as others see them --- */
bool dead[W];
bool lease[W];   /* of the latest attempt; time.pml says for how long */
bool sending[W]; /* the permission was checked, the bytes are not written */

/* --- BT --- */
mtype:reply = { no_reply, accepted_reply, refused_reply, again_reply };
byte accepted;
bool wire[W];                 /* a request whose sender waits */
mtype:reply reply[W] = no_reply;
byte orphans;                 /* requests whose sender gave up or died: bounded by delivery_max */
byte buffered;                /* in the socket buffer of a killed process: bounded by nothing (R7) */

#include "kafka.pml"

inline accept()
{
    assert(accepted == 0); /* BT does not accept the same order twice */
    assert(!denied);       /* nor after an outcome that says it did nothing */
    accepted++
}

#ifdef CLASS_UNIQUE
#define IS_REPEATED (accepted > 0) /* x-reference-unique: BT refuses it */
#else
#define IS_REPEATED false
#endif

proctype bt()
{
    byte s;

end:
    do
    :: atomic {
        if
        :: wire[0] -> s = 0
        :: wire[1] -> s = 1
        fi;
        wire[s] = false;
        if
        :: !IS_REPEATED -> accept(); reply[s] = accepted_reply
        :: !IS_REPEATED -> accept() /* and the answer is lost */
        :: reply[s] = refused_reply
        :: reply[s] = again_reply   /* 429, or no byte left the worker */
        :: skip                     /* lost on the way */
        fi;
        s = 0
    }
    :: atomic {
        orphans > 0 -> orphans--;
        if
        :: !IS_REPEATED -> accept()
        :: skip
        fi
    }
    :: atomic { buffered > 0 && !IS_REPEATED -> buffered--; accept() }
    od
}

/* Crashes and rebalances. The group knows of a death only later; nothing depends on when. */
proctype world()
{
    byte s;

end:
    do
    :: d_step {
        moves > 0 -> moves--;
        generation++;
        owner = 1 - owner;
        revoking = false
    }
    :: d_step { drains > 0 && !revoking -> drains--; revoking = true }
    :: atomic {
        crashes > 0 -> crashes--;
        if
        :: !dead[0] -> s = 0
        :: !dead[1] -> s = 1
        fi;
        dead[s] = true;
        sending[s] = false;
        lease[s] = false;
        reply[s] = no_reply;
        if
        :: wire[s] ->
            wire[s] = false;
#ifdef NO_R7_LINGER
            buffered++
#else
            orphans++
#endif
        :: else
        fi;
        if
        :: owner == s -> generation++; revoking = false
        :: owner == s -> generation++; revoking = false; owner = 1 - owner
        :: owner != s
        fi;
        s = 0
    }
    od
}

/* What the deadline of R5 stands for. A stopped process that would go on sending is what R7 rules out. */
#ifdef NO_R7
#define OUT_OF_THE_WAY (orphans == 0 && !wire[OTHER])
#else
#define OUT_OF_THE_WAY (orphans == 0 && !wire[OTHER] && !sending[OTHER])
#endif

#if defined(NO_R2) || defined(NO_R2_INSTANCE)
#define FENCE true /* fresh group metadata: the broker never asks who owns; or without member id and instance id */
#else
#define FENCE (generation == held)
#endif

#ifdef NO_R2_OFFSETS
#define CARRIES_OFFSET (at == 0 || kind == barrier) /* an unchanged position is left out */
#else
#define CARRIES_OFFSET true
#endif

#define MY_TOKEN (2 * held + parity)

/* A new producer with the same transactional.id, and init_transactions. */
inline end_open()
{
    tx[SLOT].late = false;
    tx[SLOT].fenced = false;
    if
    :: tx[SLOT].state == open -> tx[SLOT].state = aborting
    :: else
    fi;
    end_when_marked(SLOT)
}

#ifdef TWINS
inline new_producer() /* the other process may do the same meanwhile, and begin a transaction */
{
    d_step { !DECIDED(SLOT) -> tx[SLOT].producer = me; end_open() }
    do
    :: atomic { tx[SLOT].state == idle && IS_PRODUCER -> break }
    :: d_step { !DECIDED(SLOT) && !IS_PRODUCER -> tx[SLOT].producer = me; end_open() }
    od
}
#else
inline new_producer()
{
    d_step { end_open() }
    tx[SLOT].state == idle
}
#endif

inline want_record(how)
{
    want.state = how;
    want.attempt = own.attempt;
    want.doubted = own.doubted;
    want.ownership = 0;
    say = silent
}

inline forget()
{
    at = 0;
    parity = 0;
    refused = 0;
    kind = barrier;
    answer = no_reply;
    say = silent;
    clear_kept(own);
    clear_kept(want)
}

mtype:settlement = { barrier, intend, finish };

proctype worker(byte me)
{
    byte held;      /* generation of the pair (assignment, group metadata) */
    byte at;        /* position */
    bool parity, refused;
    mtype:settlement kind = barrier;
    mtype:reply answer = no_reply;
    mtype:final say = silent;
    Kept own, want;

    do
    :: {
#ifdef TWINS
        skip;
#else
        new_producer();
#endif

end_assign:
        atomic {
            owner == me && generation != held ->
            held = generation
        }
#ifdef TWINS
        new_producer(); /* only now, and before the positions are read: it ends what the dead one has left open */
#endif
        atomic { POSITION_IS_STABLE -> at = position }
#ifdef NO_R4
        d_step { copy_kept(own, stable); own.ownership = 0 }
        goto recover;
#else
        d_step { kind = barrier; clear_kept(want); want.ownership = held; say = silent }
        goto settle;
#endif
barrier_settled:
        atomic {
            if
            :: stable.ownership > held -> goto lost /* a later owner's */
            :: stable.ownership == held -> copy_kept(own, stable); own.ownership = 0
            fi
        }
recover:
        atomic {
            if
            :: own.state == nothing && at == 0 -> own.attempt = 1; goto intending
            :: own.state == nothing && at > 0 -> assert(own.state != nothing) /* the order is in no place */
            :: own.state == queued -> own.attempt++; goto intending
            :: own.state == intended -> own.doubted = true; goto doubt
            :: own.state == parked || own.state == done -> goto end_rest
            fi
        }

intending:
        atomic {
            kind = intend;
            want_record(intended);
#ifdef NO_R1
            sending[me] = true;
            goto send /* and the record when there is time */
#endif
        }

settle:
        atomic {
            tx[SLOT].state == idle ->
            lease[me] = (kind == intend); /* R1: it begins before the settlement */
            parity = 1 - parity;
            if
#ifdef TWINS
            :: tx[SLOT].producer != me -> goto unclear
#endif
            :: IS_PRODUCER && CARRIES_OFFSET && FENCE ->
                tx[SLOT].state = open;
                tx[SLOT].has_position = true;
                tx[SLOT].position = (kind == barrier -> at : 1);
                tx[SLOT].token = MY_TOKEN
            :: IS_PRODUCER && CARRIES_OFFSET && !FENCE -> lease[me] = false; goto lost
            :: IS_PRODUCER && !CARRIES_OFFSET
            fi
        }
        atomic {
            if
            :: FENCED -> goto unclear
            :: !FENCED && !DECIDED(SLOT) && above_count < LOG ->
                tx[SLOT].state = open;
                tx[SLOT].has_record = true;
                tx[SLOT].outcome = say;
                copy_kept(above[above_count].kept, want);
                above[above_count].of_slot = SLOT;
                above[above_count].fate = open;
                above_count++
            fi
        }
        atomic {
            if
            :: FENCED -> goto unclear
            :: !FENCED && tx[SLOT].state == open -> tx[SLOT].state = committing
            :: !FENCED && tx[SLOT].state != open /* a late EndTxn was faster; the answer is the same */
            :: !FENCED && tx[SLOT].state == open && troubles > 0 ->
                troubles--;
                if
                :: tx[SLOT].state = committing                     /* the answer is lost */
                :: tx[SLOT].state = committing; tx[SLOT].late = true /* and repeated */
                :: tx[SLOT].late = true                            /* the request is late */
                :: skip                                          /* the request is lost */
                fi;
                goto unclear
            :: !FENCED && tx[SLOT].state == open && troubles > 0 ->
                troubles--;
                tx[SLOT].state = committing;
                tx[SLOT].late = true;
                goto unclean
            fi
        }
        goto settled;

unclean: /* success, but the library repeated something unseen */
#ifndef NO_R3_PRODUCER
        new_producer();
#endif
        goto settled;

unclear:
#ifndef NO_R3_PRODUCER
        new_producer();
#else
        atomic {
            tx[SLOT].fenced = false;
            if
            :: tx[SLOT].state == open -> tx[SLOT].state = aborting
            :: else
            fi
        }
#endif
#ifdef NO_R3
        goto settle; /* an error is taken for "it did not happen" */
#else
        atomic {
            POSITION_IS_STABLE ->
            if
            :: token == MY_TOKEN -> goto settled
            :: token != MY_TOKEN && generation == held -> parity = 1 - parity; goto settle
            :: token != MY_TOKEN && generation != held -> goto lost
#ifdef TWINS
            :: token != MY_TOKEN && generation != held -> parity = 1 - parity; goto settle /* it has not heard of it */
#endif
            fi
        }
#endif

settled:
        atomic {
            if
            :: kind == barrier -> clear_kept(want); goto barrier_settled
            :: else -> copy_kept(own, want); clear_kept(want); say = silent; at = 1
            fi;
            if
            :: own.state != intended -> goto end_rest
            :: else
            fi
        }

        /* ORDER_PERMITTED */
        atomic {
            if
            :: generation != held -> lease[me] = false; goto lost
            :: revoking && owner == me -> /* intended and unsent: back to queued */
                lease[me] = false;
                kind = finish;
                own.attempt--;
                want_record(queued);
                goto settle
#ifdef NO_R1_LEASE
            :: sending[me] = true
#else
            :: lease[me] -> sending[me] = true
            :: !lease[me] -> goto intending /* it is known unsent */
#endif
            fi
        }

send:
        atomic { wire[me] = true; sending[me] = false; lease[me] = false }

        atomic {
            if
            :: reply[me] != no_reply -> answer = reply[me]
            :: answer = no_reply /* time-out, cut */
#ifdef NO_R7_RESEND
            :: !wire[me] && reply[me] == no_reply -> goto send /* libcurl by itself */
#endif
            fi;
            reply[me] = no_reply;
            if
            :: wire[me] -> wire[me] = false; orphans++
            :: else
            fi;
            if
            :: answer == accepted_reply -> goto completing
            :: answer == refused_reply ->
                if
#ifndef NO_R6_REFUSAL
                :: own.doubted -> refused = true
#endif
                :: else -> say = rejected; goto ending
                fi
            :: answer == again_reply && own.attempt < TRIES ->
                answer = no_reply;
                own.attempt++;
                goto intending
            :: answer == again_reply && own.attempt == TRIES && own.doubted -> goto parking
            :: answer == again_reply && own.attempt == TRIES && !own.doubted -> say = failed; goto ending
#ifdef NO_R6
            :: answer == no_reply && own.attempt == TRIES -> say = failed; goto ending
            :: answer == no_reply && own.attempt < TRIES -> own.doubted = true
#else
            :: answer == no_reply -> own.doubted = true
#endif
            fi
        }

doubt:
        answer = no_reply;
#ifdef CLASS_NEVER
        goto parking;
#endif
        atomic {
            if
            :: generation != held -> goto lost
            :: revoking && owner == me && generation == held -> goto release
            :: accepted > 0 -> goto completing /* a look-up finds it */
#ifdef NO_R5
            :: true
#else
            :: OUT_OF_THE_WAY -> lease[OTHER] = false
#endif
            fi
        }
        atomic { /* the look-up sent after that */
            if
            :: accepted > 0 -> goto completing
            :: accepted == 0 && !refused && own.attempt < TRIES -> own.attempt++; goto intending
            :: else -> goto parking
            fi
        }

completing:
        atomic { say = completed; goto ending }
parking:
        atomic { answer = no_reply; kind = finish; want_record(parked); goto settle }
ending:
        atomic {
            answer = no_reply;
            kind = finish;
            want.state = done;
            want.attempt = own.attempt;
            want.doubted = own.doubted;
            want.ownership = 0;
            goto settle
        }

end_rest:
        atomic {
            if
            :: generation != held -> goto lost
            :: revoking && owner == me && generation == held
            fi
        }
release: /* unassign; then the group goes on */
        atomic {
            if
            :: revoking && owner == me && generation == held ->
                revoking = false;
                generation++;
                owner = OTHER
            :: else
            fi
        }

lost: /* the pair is dropped; what it settled is the next owner's */
        atomic { forget(); goto end_assign }
    } unless {
        atomic {
            dead[me] ->
            dead[me] = false;
            held = 0;
            forget()
        }
    }
    od
}

/* Nothing lost: when nothing moves any more, there is an outcome, or a human knows of it. */
#define PARKED (stable.state == parked)
proctype judge()
{
    timeout -> assert(outcomes == 1 || PARKED)
}

init {
    atomic {
        run coordinator(0);
        run coordinator(1);
        run bt();
        run worker(0);
        run worker(1);
        run world();
        run judge()
    }
}
