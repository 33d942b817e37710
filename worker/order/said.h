/*
 * What an error reply says, wherever its sender has put it: BT's three shapes (schemas/README.md), problem details
 * (RFC 9457), OAuth's and Apigee's errors, a list `errors`, a list as the whole body; of a page its title, of a redirect
 * where it leads.
 */
#ifndef ORDER_SAID_H
#define ORDER_SAID_H

#include "buffer.h"
#include "outcome.h"

/* BT's code, as text: `code` as text or number; "" when there is none. */
void said_code(struct json_object *body, char code[BT_CODE_SIZE]);

/* Adds its words to `out`, each part after a ": ", cut between characters; nothing when it says nothing. */
void said_words(struct json_object *body, struct buffer *out);

/* The title of an HTML page, as text for people; "" when it has none. */
void said_title(const char *page, size_t length, char *title, size_t size);

#endif
