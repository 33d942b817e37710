/*
 * Turns Kafka messages into orders or dead letters.
 *
 * A message whose schema is not known yet, or whose partition's map is full, holds its partition: what comes after it
 * waits, in order. Other partitions go on.
 */
#ifndef RUN_INTAKE_H
#define RUN_INTAKE_H

#include "worker.h"

struct intake *intake_new(struct worker *worker);
void *intake_free(struct intake *intake);

/* Takes messages while there is room. A chore. */
void intake_chore(struct intake *intake);

/* Drops what is held of the partition: it is given away, or nothing of it was taken. */
void intake_forget(struct intake *intake, int32_t partition);

/* How many partitions are held, and why the first one is; "" when none is. */
size_t intake_held(const struct intake *intake, const char **why);

#endif
