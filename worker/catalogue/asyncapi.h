/*
 * Our topics and BT's notifications: the operations, channels and messages of an AsyncAPI 3 description.
 *
 * A workflow receives by an operation; its channel says which messages may come, and a message says where in its payload
 * stand the type, the reference, BT's id and the states with their ranks (schemas/README.md). Only messages that JSON
 * Schema describes count: those are BT's; what is Avro is ours and found by its record's name.
 */
#ifndef CATALOGUE_ASYNCAPI_H
#define CATALOGUE_ASYNCAPI_H

#include "json_cursor.h"

/* How far a word of BT is. */
struct event_word {
    char *word;
    int rank;    /* of two words the one with the lower rank is the older one */
    bool final;  /* nothing comes after it */
    bool failed; /* what was ordered will not come, or not whole */
};

/* x-states: the words of one member of a message (BT's state, portStatus). A word without a rank is not in the list. */
struct event_states {
    char *at; /* JSON pointer in the payload */
    struct event_word *words;
    size_t word_count;
};

struct event_message {
    char *name;
    char *type; /* the one value (const) of the payload schema's event type; null: this one takes the rest */
    char *reference_at; /* JSON pointer of correlationId.location in the payload; null: none */
    char *order_id_at, *event_id_at, *event_time_at; /* JSON pointers; null: none */
    char *type_at;                                   /* "/eventType" unless x-event-type says otherwise */
    struct event_states *states;
    size_t state_count;
    char *place; /* JSON pointer of the message in the description */
};

struct event_channel {
    char *name;
    char *address;   /* a topic, or a path; null: none */
    char *token_url; /* where its server's clients get tokens (OAuth client credentials); null: none */
    struct event_message **messages; /* borrowed from the description; none: nothing of JSON Schema */
    size_t message_count;
};

struct event_operation {
    char *id;
    bool receives; /* else it sends */
    const struct event_channel *channel;
};

struct asyncapi {
    struct event_message **messages;
    struct event_channel *channels;
    struct event_operation *operations;
    size_t message_count, channel_count, operation_count;
};

/*
 * Reads the description and checks it: each operation has an action and a channel that exists; no two messages of a
 * channel have one type, and one at most takes the rest; pointers are pointers, and name what the payload's schema has;
 * states are words with ranks. Mistakes go to the cursor. Release it in any case.
 */
void asyncapi_read(struct json_object *tree, struct json_cursor *cursor, struct asyncapi *asyncapi);
void asyncapi_release(struct asyncapi *asyncapi);

bool asyncapi_receives(const struct asyncapi *asyncapi, const char *operation_id);

/* The channel of an operation, whatever its action; the one of a name. Null: there is none. Borrowed. */
const struct event_channel *asyncapi_operation_channel(const struct asyncapi *asyncapi,
                                                       const char *operation_id);
const struct event_channel *asyncapi_channel(const struct asyncapi *asyncapi, const char *name);

/* The one message that the payload is: by its type, else the one that takes the rest; null: neither. Borrowed. */
const struct event_message *event_channel_message(const struct event_channel *channel,
                                                  struct json_object *payload);

/* The same in whatever channel has such a message. */
const struct event_message *asyncapi_message(const struct asyncapi *asyncapi, struct json_object *payload);

/* What is known of a word, without regard to the case of A to Z, as criteria compare; null: it has no rank. */
const struct event_word *event_states_word(const struct event_states *states, const char *word);

#endif
