/* Names of rules, as the options and stories have them. */
#include "rules_named.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned rule;
} rules[] = {{"R1", R1},
             {"R2", R2},
             {"R3", R3},
             {"R4", R4},
             {"R5", R5},
             {"R6", R6},
             {"R8", R8},
             {"R9", R9},
             {"R11", R11},
             {"R12", R12},
             {"R11-lanes", R11_LANES},
             {"R14", R14},
             {"R16", R16},
             {"R17", R17},
             {"R2-instance", R2_INSTANCE},
             {"R4-foreign", R4_FOREIGN},
             {"R8-position", R8_POSITION},
             {"R18", R18},
             {"R19", R19},
             {"R20", R20},
             {"R21", R21}};

unsigned rule_named(const char *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].rule;
    return 0;
}

void rules_print(unsigned off)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if ((off & rules[i].rule) != 0)
            printf("off %s\n", rules[i].name);
}
