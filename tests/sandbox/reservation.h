/* A reservation as JSON: {"reservationKey", "reservationStatus", "numbers": [...], ...}. */
#ifndef SANDBOX_RESERVATION_H
#define SANDBOX_RESERVATION_H

#include "buffer.h"
#include "number_store.h"

/* Text or a number, null where the row has no key. */
void reservation_write_key(const struct number_row *row, struct buffer *out);

/* Up to the first number; and one number, as BT sends it: without its leading zero. */
void reservation_begin(const struct number_row *row, struct buffer *out);
void reservation_write_number(const struct number_row *row, bool first, struct buffer *out);

#endif
