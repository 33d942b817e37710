/* See decided.h. */
#include "decided.h"

#include "memory.h"

#include <stdio.h>
#include <string.h>

char *decided_add(char *list, const char *decision, bool applied)
{
    size_t length = list == NULL ? 0 : strlen(list), more = strlen(decision);

    if (!applied && length + more > DECIDED_MAX)
        return list;
    char *longer = memory_new(length + more + 4, 1);
    if (length < 3)
        snprintf(longer, more + 4, "[%s]", decision);
    else
        snprintf(longer, length + more + 4, "%.*s,%s]", (int)length - 1, list, decision);
    memory_free(list);
    return longer;
}

bool decided_has(const char *list, const char *signal_id)
{
    char quoted[64];

    snprintf(quoted, sizeof quoted, "\"%s\"", signal_id);
    return list != NULL && strstr(list, quoted) != NULL;
}
