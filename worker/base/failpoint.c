/* Counts how often a failpoint is reached and sends the process the signal that the environment asks for. */
#include "failpoint.h"

#ifdef FAILPOINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void failpoint_reached(const char *name)
{
    static atomic_long reached; /* more than one thread comes here */
    const char *wish = getenv("TEST_FAILPOINT");
    size_t length = strlen(name);

    if (wish == NULL || strncmp(wish, name, length) != 0 || wish[length] != ':')
        return;
    char *end;
    long wanted = strtol(wish + length + 1, &end, 10);
    if (atomic_fetch_add(&reached, 1) + 1 == wanted)
        kill(getpid(), strcmp(end, ":STOP") == 0 ? SIGSTOP : SIGKILL);
}

#else

typedef int point_is_not_built; /* ISO C wants something in every file */

#endif
