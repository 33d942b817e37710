/* Builds a reservation's JSON. */
#include "reservation.h"

#include "reply.h"

void reservation_write_key(const struct number_row *row, struct buffer *out)
{
    if (row->key[0] == '\0')
        buffer_add_text(out, "null");
    else if (row->key_is_text)
        write_text(out, row->key);
    else
        buffer_add_text(out, row->key);
}

void reservation_begin(const struct number_row *row, struct buffer *out)
{
    buffer_add_text(out, "{\"reservationKey\":");
    reservation_write_key(row, out);
    buffer_add_text(out, ",\"reservationStatus\":\"SUCCESS\",\"numbers\":[");
}

void reservation_write_number(const struct number_row *row, bool first, struct buffer *out)
{
    buffer_print(out, "%s{\"number\":\"%s\",\"status\":\"%s\",\"prefix\":\"%s\"}", first ? "" : ",",
                 row->number + 1, row->status, number_prefix(row->number) + 1);
}
