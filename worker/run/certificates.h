/*
 * When our own certificates end: a metric, and a warning from 30 days ahead. They are looked at when the worker starts,
 * after SIGHUP, and some times a day.
 */
#ifndef RUN_CERTIFICATES_H
#define RUN_CERTIFICATES_H

#include "worker.h"

struct certificates *certificates_new(struct worker *worker);
void *certificates_free(struct certificates *certificates);

/* Checks all of them now. */
void certificates_look(struct certificates *certificates);

#endif
