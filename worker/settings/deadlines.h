/*
 * What the time settings come to, and the inequalities between them (PROMISE.md section 4).
 */
#ifndef SETTINGS_DEADLINES_H
#define SETTINGS_DEADLINES_H

#include "config.h"

/*
 * The inequalities that must hold between the time settings (PROMISE.md section 4), with the numbers in the message.
 */
void deadlines_check(const struct settings *settings, struct problems *problems);

/* Those of them that name an API's settings, for the API with this tag; "" : the values for all. */
void deadlines_check_api(const struct settings *settings, const char *tag, const struct api_settings *api,
                         struct problems *problems);

/* What delivery.max and read.lag come to where they are not set: PROMISE.md section 4. */
int64_t deadlines_delivery_max_ms(const struct api_settings *api);
int64_t deadlines_read_lag_ms(const struct api_settings *api);

/*
 * From when on a look-up may answer "absent": after a take-over, and after closing one's own call. What is set, or the
 * least that PROMISE.md section 4 allows.
 */
int64_t deadlines_absent_after_ms(const struct settings *settings, const struct api_settings *api);
int64_t deadlines_absent_after_own_ms(const struct settings *settings, const struct api_settings *api);

#endif
