/* What whc-worker listen counts and shows as metrics; those that are set are set when the page is asked for. */
#ifndef LISTEN_FIGURES_H
#define LISTEN_FIGURES_H

#include "buffer.h"

#include <stdint.h>

enum figure_gauge {
    FIGURE_WAITING,
    FIGURE_CONNECTIONS,
    FIGURE_READY,
    FIGURE_LOG_DROPPED,
    FIGURE_CERTIFICATE_ENDS
};

struct figures;

struct figures *figures_new(void);
void *figures_free(struct figures *figures); /* null does nothing */

/* A request was answered; `door`: "token", "events" or "other". */
void figures_answer(struct figures *figures, const char *door, int status);

/* A notification was written; `kind`: a word of notification_words. */
void figures_written(struct figures *figures, const char *kind, int64_t took_ms);

/* It was dated more than a day ahead. */
void figures_ahead(struct figures *figures);

/* `label`: the file of FIGURE_CERTIFICATE_ENDS, "" elsewhere. */
void figures_set(struct figures *figures, enum figure_gauge gauge, const char *label, double value);

void figures_print(const struct figures *figures, struct buffer *page);

#endif
