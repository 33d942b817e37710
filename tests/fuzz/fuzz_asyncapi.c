/* An AsyncAPI description: whatever it says, it is read or refused, and then any payload is one message or none. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct problems problems = {0};
    struct json_cursor cursor;
    struct asyncapi asyncapi;
    struct fault why;

    if (!tree_read((const char *)data, size, &tree, &why))
        return 0;
    json_cursor_init(&cursor, "f", &problems);
    asyncapi_read(tree, &cursor, &asyncapi);
    for (size_t i = 0; i < asyncapi.channel_count; i++) {
        const struct event_channel *channel = &asyncapi.channels[i];
        const struct event_message *message = event_channel_message(channel, tree);
        HOLDS(asyncapi_channel(&asyncapi, channel->name) != NULL);
        for (size_t k = 0; message != NULL && k < message->state_count; k++)
            (void)event_states_word(&message->states[k], "completed");
    }
    for (size_t i = 0; i < asyncapi.operation_count; i++)
        (void)asyncapi_operation_channel(&asyncapi, asyncapi.operations[i].id);
    asyncapi_release(&asyncapi);
    json_cursor_release(&cursor);
    problems_release(&problems);
    return 0;
}
