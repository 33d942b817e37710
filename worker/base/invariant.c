/* Ends the process when an invariant does not hold. */
#include "invariant.h"

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path from the source tree's folder on, so that a message does not depend on where it was built. */
static const char *short_path(const char *file)
{
    const char *from = strstr(file, "worker/"), *next;

    while (from != NULL && (next = strstr(from + 1, "worker/")) != NULL)
        from = next;
    return from == NULL ? file : from;
}

void invariant_broken(const char *file, int line, const char *condition)
{
    if (!log_wanted(LOG_ERROR)) /* tests have no log */
        fprintf(stderr, "%s:%d: an invariant does not hold: %s\n", short_path(file), line, condition);
    LOG(LOG_ERROR,
        "an invariant does not hold: the process ends, and what is not settled is the next owner's",
        log_text("file", short_path(file)), log_int("line", line), log_text("condition", condition));
    abort();
}
