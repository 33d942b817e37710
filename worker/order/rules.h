/*
 * The rules of PROMISE.md that a test may switch off, to show that each is needed (tests/sim). The program never does.
 * R2, R3 and R14 are kept outside of order/, so the simulator switches them off in its stand-in for run/ and kafka/;
 * R5 is a matter of the deadlines that it sets, R11 and R16 of what it does not ask for.
 */
#ifndef ORDER_RULES_H
#define ORDER_RULES_H

enum rule {
    RULE_ATTEMPTS = 1 << 0,   /* R1: a write waits until its attempt is settled, and for its lease */
    RULE_EVIDENCE = 1 << 1,   /* R6: a refusal after a doubt is evidence only */
    RULE_DECISIONS = 1 << 2,  /* R8: a decision names its attempt, and waits for the deadline */
    RULE_LANES = 1 << 3,      /* R11: what moves to the ledger does so in the order of its lane */
    RULE_PROOF = 1 << 4,      /* R17: what is not found is not absent until that is proven */
    RULE_BARRIER = 1 << 5,    /* R4: the ledger is read on until the barrier of the take-over appears */
    RULE_REPEATS = 1 << 6,    /* R9: a request whose order is known is not a new order */
    RULE_SIGNALS = 1 << 7,    /* R8: a signal's position moves with the effect of the signal */
    RULE_WAITS = 1 << 8,      /* R18: a wait ends by time only when what came before is read */
    RULE_HEARD = 1 << 9,      /* R19: an event's position moves with the effect of the event */
    RULE_KNOWN = 1 << 10,     /* R20: a reference is known in the settlement that intends its step */
    RULE_FORWARDED = 1 << 11, /* R21: what goes to another owner goes with the position of what it is about */
};

#endif
