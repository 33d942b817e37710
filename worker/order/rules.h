/*
 * The rules of promise.md that a test may switch off, to show that each is needed (tests/sim). The program never does.
 */
#ifndef ORDER_RULES_H
#define ORDER_RULES_H

enum rule {
    RULE_ATTEMPTS = 1 << 0,  /* R1: a write waits until its attempt is settled, and for its lease */
    RULE_EVIDENCE = 1 << 1,  /* R6: a refusal after a doubt is evidence only */
    RULE_DECISIONS = 1 << 2, /* R8: a decision names its attempt, and waits for the deadline */
    RULE_LANES = 1 << 3,     /* R11: what moves to the ledger does so in the order of its lane */
    RULE_STEPS = 1 << 4,     /* R12: a step's result and what comes next are one settlement */
    RULE_FENCE = 1 << 5,     /* R2: the pair of the assignment fences, and nothing else is settled */
    RULE_UNCLEAR = 1 << 6,   /* R3: an unclear settlement is found out by its token */
    RULE_BARRIER = 1 << 7,   /* R4: a take-over reads on until its own barrier */
};

#endif
