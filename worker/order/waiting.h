/*
 * What an order waits for without holding its key, and what BT has reported about it meanwhile: a part of struct order,
 * of workflows that receive messages or start a step at a date (schemas/README.md).
 */
#ifndef ORDER_WAITING_H
#define ORDER_WAITING_H

#include "ledger_wait.h"
#include "mailbox.h"
#include "progress.h"

enum { MESSAGES_MAX = 1000 /* an order takes in; no way of BT's has as many */ };
enum { EVENT_IDS_MAX = 32 /* of the latest events: the same id is the same event */ };

struct waiting {
    struct ledger_wait wait;             /* step null: it does not wait */
    struct ledger_references references; /* what BT may name it by */
    struct ledger_heard heard;
    struct mailbox mailbox;
    unsigned messages_taken;
    unsigned
        taken_before_call; /* of these, when the latest step that writes was first intended: no proof of it */
    struct message message;    /* taken out of the mailbox, until it is judged; of one turn */
    char *shown;               /* what the latest look of this wait has shown; owned; null: nothing */
    bool looks_last, is_late;  /* the look that comes before a time-out has begun; has been answered */
    struct json_object *marks; /* how far BT's words were, see marks.h; owned; null: none yet */
    char *event_ids[EVENT_IDS_MAX];
    size_t event_id_count;
    struct progress *progress, **progress_end; /* not published yet, oldest first */
    struct progress *latest;                   /* that was published, for repeats; owned; null: none was */
};

void waiting_init(struct waiting *waiting);
void waiting_release(struct waiting *waiting);

/* Frees what is only needed when a message is judged: it stands in the ledger's record. */
void waiting_unload(struct waiting *waiting);

/* Whether it waits, and for a message about this reference. */
bool waiting_for(const struct waiting *waiting, const char *reference);

/* Whether this is one of the latest events, again; and notes that it is. Null: it has no id, and is another one. */
bool waiting_has_event(const struct waiting *waiting, const char *event_id);
void waiting_note_event(struct waiting *waiting, const char *event_id);

/* One more piece of news, at the end; the reason is copied. */
struct progress *waiting_add_progress(struct waiting *waiting, const char *step, const struct reason *reason,
                                      int64_t wall_ms);
/* The oldest piece, which becomes the caller's; null: there is none. */
struct progress *waiting_take_progress(struct waiting *waiting);

/* All news are being published: the latest is what repeats are answered with until there are others. */
void waiting_published(struct waiting *waiting);
/* What that will be, also while it is not published yet; null: there are no news. */
const struct progress *waiting_latest(const struct waiting *waiting);
/* The latest news once more, for a repeat; nothing where there are none. */
void waiting_repeat_progress(struct waiting *waiting);

#endif
