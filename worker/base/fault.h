/*
 * Why something failed, as a value.
 *
 * A function that can fail returns bool, is MUST_USE, and takes `struct fault *why` as its last argument. It
 * writes its results only on success and *why only on failure. Lower floors never log: the caller that knows the
 * order does.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* Whose fault it is. It decides what happens next, so a new kind needs a row in order/verdict.c. */
enum fault_kind {
    FAULT_INPUT,     /* what we were given is wrong; repeating it is pointless */
    FAULT_REFUSED,   /* the other side understood and said no */
    FAULT_PEER,      /* the other side or the way to it failed; it may work later */
    FAULT_EXHAUSTED, /* a limit of ours was reached */
    FAULT_LOCAL,     /* this machine: memory, files, descriptors */
};

struct fault {
    enum fault_kind kind;
    char text[400]; /* one sentence: what happened, then the thing in quotes */
};

/*
 * Fills *why and returns false, so that a failure is one line: return fault_set(why, FAULT_INPUT, "...", ...).
 * Longer text is cut. Untrusted parts must be printable already.
 */
bool fault_set(struct fault *why, enum fault_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

#ifdef __clang_analyzer__ /* which does not see into fault.c that it gives false */
#define fault_set(...) (fault_set(__VA_ARGS__), false)
#endif

/* The only macro that returns: passes a failure on, unchanged. Needs `why` in scope. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        if (!(call))                                                                                         \
            return false;                                                                                    \
    } while (0)

#endif
