/*
 * Messages that came for an order and are not used yet: an event may be earlier than the reply, or than the step that
 * waits for it (schemas/README.md). Oldest first.
 *
 * Of its payload a message has only what steps look at (reach.h). What the description of BT's events points to (id,
 * time, reference, words) was taken out before, and stands beside it.
 *
 * Kept in the order's ledger record, so its size is bounded: what is over is refused, and is the caller's to put aside.
 */
#ifndef ORDER_MAILBOX_H
#define ORDER_MAILBOX_H

#include "fault.h"
#include "uuid.h"

#include <stdbool.h>
#include <stddef.h>

struct json_object;

enum { MAILBOX_MESSAGES_MAX = 64, MAILBOX_BYTES_MAX = 256 << 10 };

/* What was reported about one of an order's references. All texts and the payload are owned; null: not given. */
struct message {
    char reference[UUID_TEXT_SIZE];
    char *event_id, *type;
    char *word, *said; /* the word of BT that tells most, and a sentence for people */
    struct json_object *payload;
    bool failed;     /* BT has given it up, or a part of it */
    bool forwarded;  /* it came through the signals topic, from the owner of BT's id */
    unsigned number; /* how many messages the order had taken in before it */
    int64_t offset;  /* in the events topic, or that of signals; -1: it came from neither */
    int64_t time_ms; /* when it happened, since the epoch; 0: not known */
};

struct mailbox {
    struct message *list;
    size_t count, bytes;
};

void message_release(struct message *message);
void mailbox_release(struct mailbox *mailbox);

bool mailbox_has_room(const struct mailbox *mailbox, const struct message *message);

/* Puts the message in, and takes it over. False: there is no room, and it stays the caller's. */
MUST_USE bool mailbox_add(struct mailbox *mailbox, struct message *message);

/* Takes the oldest message about this reference out; it becomes the caller's. False: there is none. */
bool mailbox_take(struct mailbox *mailbox, const char *reference, struct message *message);
/* The same of the one at this place of the list. */
void mailbox_take_at(struct mailbox *mailbox, size_t place, struct message *message);

/* As JSON for the ledger, owned by the caller; null: it is empty. And back: what is damaged is left out. */
struct json_object *mailbox_tree(const struct mailbox *mailbox);
void mailbox_of_tree(const struct json_object *tree, struct mailbox *mailbox);

#endif
