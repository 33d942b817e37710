/* The rules that can be switched off, by their names. */
#ifndef SIM_RULES_NAMED_H
#define SIM_RULES_NAMED_H

#include "sim.h"

/* The bit of the rule; 0: there is none of this name. */
unsigned rule_named(const char *name);

/* Prints "off <rule>" for each. */
void rules_print(unsigned rules);

#endif
