/*
 * Regexes of criteria: PCRE2 over UTF-8, compiled once, matched within a budget.
 *
 * A match may stand anywhere in the text. `.` is one character, but no line feed; `$` is the very end; \d, \s and \w are
 * ASCII. How much work a match takes is counted, not timed, so that it gives the same answer on every machine: what
 * goes over the budget does not match (PROMISE.md R15).
 */
#ifndef CATALOGUE_PATTERN_H
#define CATALOGUE_PATTERN_H

#include "buffer.h"

#include <stddef.h>
#include <stdint.h>

struct pattern;

/* FAULT_INPUT: PCRE2 does not take it; the text says why and where. */
MUST_USE bool pattern_compile(const char *text, size_t length, struct pattern **pattern, struct fault *why);
void *pattern_free(struct pattern *pattern);

/* False also for text that is not UTF-8, and for a match that takes too much. */
bool pattern_matches(const struct pattern *pattern, const char *text, size_t length);

/* How many groups it captures. */
unsigned pattern_groups(const struct pattern *pattern);

/*
 * FAULT_INPUT where a short text can use up the budget, as 40 times `a` with "(a+)+$". Only tried out with texts made
 * from `text`, the pattern itself: what passes can still be slow with others.
 */
MUST_USE bool pattern_is_quick(const struct pattern *pattern, const char *text, struct fault *why);

/*
 * Adds to `out`, the pattern as far as it is made, a value that stands for itself: as a group, or as its digits where a
 * count is due, "{" before it. False: a count that is not a number of at most three digits.
 */
bool pattern_embed(const char *value, size_t length, struct buffer *out);

/* The same with a group that captures, so that pattern_groups() shows whether it is a group there. */
bool pattern_embed_captured(const char *value, size_t length, struct buffer *out);

#endif
