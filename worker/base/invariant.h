/*
 * What must hold, whatever comes from outside.
 *
 * Only about what this process itself has made since it took its partitions over. What was read, from Kafka, from BT,
 * from files, is refused by name and never by this.
 */
#ifndef BASE_INVARIANT_H
#define BASE_INVARIANT_H

/* Ends the process where the condition does not hold: a crash is a case that is handled, a wrong order is not. */
#define REQUIRE(condition)                                                                                   \
    (__builtin_expect(!!(condition), 1) ? (void)0 : invariant_broken(__FILE__, __LINE__, #condition))

/* Logs the place and the expression, and aborts. */
_Noreturn void invariant_broken(const char *file, int line, const char *condition);

#endif
