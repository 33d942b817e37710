/* Collects problems, each with what is wrong and what would be right. */
#include "problems.h"

#include "invariant.h"
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>

void problems_release(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        memory_free(problems->list[i].where);
        memory_free(problems->list[i].what);
        memory_free(problems->list[i].remedy);
    }
    memory_free(problems->list);
    *problems = (struct problems){0};
}

void problems_add(struct problems *problems, const char *where, const char *remedy, const char *format, ...)
{
    char what[600];
    va_list args;

    REQUIRE(where != NULL && remedy != NULL);
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    problems->list = memory_resize(problems->list, problems->count + 1, sizeof *problems->list);
    problems->list[problems->count++] =
        (struct problem){memory_text(where), memory_text(what), memory_text(remedy)};
}
