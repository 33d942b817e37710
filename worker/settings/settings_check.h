/*
 * What is wrong with the values of settings, each by itself and between them: addresses, URLs, files, names. Times are
 * in deadlines.h, what needs the catalogue is in readiness.h.
 */
#ifndef SETTINGS_SETTINGS_CHECK_H
#define SETTINGS_SETTINGS_CHECK_H

#include "config.h"

/* What every command needs: the group, the topics and Kafka's files. */
void settings_check_kafka(const struct settings *settings, struct problems *problems);

/* What the worker itself needs, too: its own address, BT and the registry. */
void settings_check_values(const struct settings *settings, struct problems *problems);

/* What is allowed and hardly meant in production: nothing that is checked against, or encrypted. */
void settings_warn(const struct settings *settings, struct problems *warnings);

/* FAULT_INPUT: not an http or https URL with a host, or one with a part that a `base` may not have: query or fragment. */
MUST_USE bool settings_check_url(const char *url, bool base, struct fault *why);

/* Whether its traffic leaves this machine in the clear. */
bool settings_is_in_the_clear(const char *url);

#endif
