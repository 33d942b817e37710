/*
 * Simple conditions of Arazzo 1.1 ("Criterion Object"), compiled once.
 *
 * Literals, runtime expressions, == != < <= > >=, !, &&, ||, ( ). As the 1.1 text says: text compares without case;
 * numeric text (digits, perhaps with '-' before and decimals; no exponent) counts as a number where a number is compared
 * and for < <= > >=; null equals only null. Numbers compare by their digits, exactly. Where it is
 * silent: `!=` is the opposite of `==`; booleans, lists and objects equal only their like; only `true` and what
 * compares true passes. A comparison that has no answer ('abc' < 5, or anything < null) is false.
 */
#ifndef CATALOGUE_CONDITION_H
#define CATALOGUE_CONDITION_H

#include "expression.h"

struct condition;

MUST_USE bool condition_parse(const char *text, const struct naming *naming, struct condition **condition,
                              struct fault *why);
void *condition_free(struct condition *condition);

/* Whether it holds. */
bool condition_holds(const struct condition *condition, const struct scope *scope);

#endif
