/* Which names are in use: all that begin with `taken`, in any case of letters (DATA.md). */
#ifndef SANDBOX_NAMES_H
#define SANDBOX_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

static inline bool name_in_use(const char *name)
{
    return name != NULL && strncasecmp(name, "taken", 5) == 0;
}

#endif
