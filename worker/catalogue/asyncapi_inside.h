/* What the files of asyncapi share. */
#ifndef CATALOGUE_ASYNCAPI_INSIDE_H
#define CATALOGUE_ASYNCAPI_INSIDE_H

#include "asyncapi.h"

/* What the object's $ref names in this file, from reference to reference; the object itself where it has none. */
struct json_object *asyncapi_resolve(struct json_object *root, struct json_object *tree);

/*
 * Reads the message at the cursor's place. Null: its payload is not described by JSON Schema. Mistakes go to the cursor.
 * Free it with asyncapi_message_free().
 */
struct event_message *asyncapi_message_read(struct json_object *root, struct json_object *tree,
                                            const char *name, struct json_cursor *cursor);
void *asyncapi_message_free(struct event_message *message);

/* The list of x-states of a message. */
void asyncapi_states_read(struct json_object *root, struct json_object *payload, struct json_object *list,
                          struct json_cursor *cursor, struct event_message *message);
void asyncapi_states_release(struct event_message *message);

/*
 * Whether the payload's schema describes what stands at the JSON pointer; a schema that lists no members describes any.
 * *only becomes the one text that may stand there, and is left as it is where there is none.
 */
bool asyncapi_schema_at(struct json_object *root, struct json_object *schema, const char *pointer,
                        const char **only);

/* A copy of the pointer, or null with a mistake noted: it is none, or names nothing that the schema describes. */
char *asyncapi_pointer(struct json_object *root, struct json_object *schema, const char *what,
                       const char *pointer, struct json_cursor *cursor);

#endif
