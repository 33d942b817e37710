/*
 * Our topics and BT's notifications: which operations of an AsyncAPI 3.0 description a workflow may receive by.
 *
 * Only checked so far: this worker does not receive messages in a workflow yet.
 */
#ifndef CATALOGUE_ASYNCAPI_H
#define CATALOGUE_ASYNCAPI_H

#include "json_cursor.h"

struct asyncapi {
    char **receives; /* operationIds whose action is receive */
    size_t receive_count;
};

/*
 * Reads the description and checks that each operation has an action and a channel that exists; mistakes go to the
 * cursor. Release it in any case.
 */
void asyncapi_read(struct json_object *tree, struct json_cursor *cursor, struct asyncapi *asyncapi);
void asyncapi_release(struct asyncapi *asyncapi);

bool asyncapi_receives(const struct asyncapi *asyncapi, const char *operation_id);

#endif
