/* What the tests of the lowest floor share; floors above have codec/given.h. */
#ifndef TESTS_BASE_SAME_H
#define TESTS_BASE_SAME_H

#include "memory.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Compares and says which case it was. */
static inline void given_same(const char *name, const char *got, const char *want)
{
    if (strcmp(got, want) == 0)
        return;
    printf("\n  %s:\n    got  %s\n    want %s", name, got, want);
    CU_FAIL("case above");
}

#endif
