/*
 * Kafka passwords that are in a file: changed there, they are used without a restart.
 *
 * A handle keeps the password that it was made with, and needs it again whenever it connects. So the living handles are
 * known here, and get the new password when the file has changed; a new one is made with what the file holds now. Kafka
 * takes PLAIN and SCRAM passwords only; certificates and their keys are read when a handle is made.
 */
#ifndef KAFKA_CREDENTIALS_H
#define KAFKA_CREDENTIALS_H

#include "client_config.h"

/* What the setting has now: its file's content where it names one. The caller releases it; it never reaches a log. */
struct secret credentials_value(const struct named_value *setting);

/* Handles made of this configuration get new passwords, until they are destroyed. On any thread. */
void credentials_follow(rd_kafka_conf_t *conf, enum client_kind kind);

/*
 * Checks whether a file has changed since the last time, and updates the handles; true: one was updated. Cheap, so that
 * it can be done every second. A file that cannot be read, or is empty, changes nothing and is logged.
 */
bool credentials_look(const struct settings *settings);

#endif
