/* Reads the operations and channels of an AsyncAPI description, and finds them again. */
#include "asyncapi_inside.h"

#include "memory.h"

#include <ctype.h>
#include <string.h>

enum { REFERENCES_MAX = 8, POINTER_MAX_BYTES = 1024 };

struct json_object *asyncapi_resolve(struct json_object *root, struct json_object *tree)
{
    for (size_t i = 0; i < REFERENCES_MAX; i++) {
        const char *reference = tree_text_of(tree, "$ref");
        if (reference == NULL)
            return tree;
        tree = reference[0] == '#' ? tree_at(root, reference + 1) : NULL;
    }
    return NULL;
}

/* The pointer to which the references lead, "" where the object has none; null: to nothing. */
static const char *place_of(struct json_object *root, struct json_object *tree)
{
    const char *place = "";

    for (size_t i = 0; i < REFERENCES_MAX && tree != NULL; i++) {
        const char *reference = tree_text_of(tree, "$ref");
        if (reference == NULL)
            return place;
        if (reference[0] != '#')
            return NULL;
        place = reference + 1;
        tree = tree_at(root, place);
    }
    return NULL;
}

static bool is_version_3(const char *version)
{
    return version != NULL && strncmp(version, "3.", 2) == 0 && isdigit((unsigned char)version[2]);
}

static void add_message(struct asyncapi *asyncapi, struct event_message *message)
{
    asyncapi->messages = memory_resize(asyncapi->messages, asyncapi->message_count + 1, sizeof message);
    asyncapi->messages[asyncapi->message_count++] = message;
}

static void read_components(struct json_object *root, struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    size_t components = json_cursor_enter(cursor, "components");
    size_t messages = json_cursor_enter(cursor, "messages");

    TREE_EACH(tree_member(tree_member(root, "components"), "messages"), name, tree)
    {
        size_t mark = json_cursor_enter(cursor, name);
        struct event_message *message = asyncapi_message_read(root, tree, name, cursor);
        if (message != NULL)
            add_message(asyncapi, message);
        json_cursor_leave(cursor, mark);
    }
    json_cursor_leave(cursor, messages);
    json_cursor_leave(cursor, components);
}

static struct event_message *message_at(const struct asyncapi *asyncapi, const char *place)
{
    for (size_t i = 0; i < asyncapi->message_count; i++)
        if (strcmp(asyncapi->messages[i]->place, place) == 0)
            return asyncapi->messages[i];
    return NULL;
}

/* A payload must be one message of its channel, and only one. */
static void check_one_only(const struct event_channel *channel, const struct event_message *message,
                           struct json_cursor *cursor)
{
    for (size_t i = 0; i < channel->message_count; i++) {
        const struct event_message *other = channel->messages[i];
        if (message->type == NULL && other->type == NULL)
            json_cursor_problem(cursor, "give one of them the event type that it is for, as \"const\"",
                                "messages '%s' and '%s' of channel '%s' both take every event type",
                                other->name, message->name, channel->name);
        else if (message->type != NULL && other->type != NULL && strcmp(message->type, other->type) == 0)
            json_cursor_problem(cursor, "one message for one event type",
                                "messages '%s' and '%s' of channel '%s' are both for the event type '%s'",
                                other->name, message->name, channel->name, message->type);
    }
}

static void read_channel_message(struct json_object *root, const char *name, struct json_object *tree,
                                 struct json_cursor *cursor, struct asyncapi *asyncapi,
                                 struct event_channel *channel)
{
    const char *place = place_of(root, tree);
    struct event_message *message = NULL;

    if (place == NULL) {
        json_cursor_problem(cursor, "{\"$ref\": \"#/components/messages/<name>\"}",
                            "message '%s' of channel '%s' is not in this file", name, channel->name);
        return;
    }
    if (*place != '\0') {
        message = message_at(asyncapi, place);
    } else {
        message = asyncapi_message_read(root, tree, name, cursor);
        if (message != NULL)
            add_message(asyncapi, message);
    }
    if (message == NULL)
        return;
    check_one_only(channel, message, cursor);
    channel->messages = memory_resize(channel->messages, channel->message_count + 1, sizeof message);
    channel->messages[channel->message_count++] = message;
}

/* The tokenUrl of the first server that has one. */
static const char *token_url_of(struct json_object *root, struct json_object *channel)
{
    struct json_object *servers = tree_member(channel, "servers");

    for (size_t i = 0; json_object_is_type(servers, json_type_array) && i < json_object_array_length(servers);
         i++) {
        struct json_object *server = asyncapi_resolve(root, json_object_array_get_idx(servers, i));
        struct json_object *list = tree_member(server, "security");
        for (size_t k = 0; json_object_is_type(list, json_type_array) && k < json_object_array_length(list);
             k++) {
            struct json_object *scheme = asyncapi_resolve(root, json_object_array_get_idx(list, k));
            const char *url =
                tree_text_of(tree_member(tree_member(scheme, "flows"), "clientCredentials"), "tokenUrl");
            if (url != NULL)
                return url;
        }
    }
    return NULL;
}

static void read_channel(struct json_object *root, const char *name, struct json_object *tree,
                         struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    struct event_channel *channel = &asyncapi->channels[asyncapi->channel_count++];
    size_t mark = json_cursor_enter(cursor, "messages");

    *channel = (struct event_channel){.name = memory_text(name),
                                      .address = memory_text(tree_text_of(tree, "address")),
                                      .token_url = memory_text(token_url_of(root, tree))};
    TREE_EACH(tree_member(tree, "messages"), key, message)
    {
        size_t item = json_cursor_enter(cursor, key);
        read_channel_message(root, key, message, cursor, asyncapi, channel);
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
}

static void read_channels(struct json_object *root, struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    struct json_object *channels = tree_member(root, "channels");
    size_t mark = json_cursor_enter(cursor, "channels");

    if (json_object_is_type(channels, json_type_object) && json_object_object_length(channels) > 0)
        asyncapi->channels =
            memory_new((size_t)json_object_object_length(channels), sizeof *asyncapi->channels);
    TREE_EACH(channels, name, tree)
    {
        size_t item = json_cursor_enter(cursor, name);
        read_channel(root, name, tree, cursor, asyncapi);
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
}

static const struct event_channel *channel_at(const struct asyncapi *asyncapi, const char *reference)
{
    for (size_t i = 0; reference != NULL && i < asyncapi->channel_count; i++) {
        CLEANUP(buffer_release) struct buffer place = {0};
        buffer_init(&place, POINTER_MAX_BYTES);
        buffer_add_text(&place, "#/channels");
        tree_pointer_add(&place, asyncapi->channels[i].name);
        if (strcmp(buffer_text(&place), reference) == 0)
            return &asyncapi->channels[i];
    }
    return NULL;
}

static void read_operation(const char *id, struct json_object *tree, struct json_cursor *cursor,
                           struct asyncapi *asyncapi)
{
    const char *action = tree_text_of(tree, "action");
    struct event_operation operation = {
        .receives = action != NULL && strcmp(action, "receive") == 0,
        .channel = channel_at(asyncapi, tree_text_of(tree_member(tree, "channel"), "$ref"))};

    if (action == NULL || (!operation.receives && strcmp(action, "send") != 0))
        json_cursor_problem(cursor, "\"action\": \"receive\", or \"send\"", "operation '%s' has no action",
                            id);
    if (operation.channel == NULL)
        json_cursor_problem(cursor, "{\"$ref\": \"#/channels/<name>\"}",
                            "operation '%s' has no channel of this file", id);
    operation.id = memory_text(id);
    asyncapi->operations =
        memory_resize(asyncapi->operations, asyncapi->operation_count + 1, sizeof operation);
    asyncapi->operations[asyncapi->operation_count++] = operation;
}

void asyncapi_read(struct json_object *tree, struct json_cursor *cursor, struct asyncapi *asyncapi)
{
    *asyncapi = (struct asyncapi){0};
    read_components(tree, cursor, asyncapi);
    read_channels(tree, cursor, asyncapi);
    size_t mark = json_cursor_enter(cursor, "operations");
    TREE_EACH(tree_member(tree, "operations"), id, operation)
    {
        size_t item = json_cursor_enter(cursor, id);
        read_operation(id, operation, cursor, asyncapi);
        json_cursor_leave(cursor, item);
    }
    json_cursor_leave(cursor, mark);
    if (!is_version_3(tree_text_of(tree, "asyncapi")))
        json_cursor_problem(cursor, "\"asyncapi\": \"3.0.0\", or a later 3",
                            "this is not an AsyncAPI 3 description");
}

void asyncapi_release(struct asyncapi *asyncapi)
{
    for (size_t i = 0; i < asyncapi->operation_count; i++)
        memory_free(asyncapi->operations[i].id);
    for (size_t i = 0; i < asyncapi->channel_count; i++) {
        memory_free(asyncapi->channels[i].name);
        memory_free(asyncapi->channels[i].address);
        memory_free(asyncapi->channels[i].token_url);
        memory_free(asyncapi->channels[i].messages);
    }
    for (size_t i = 0; i < asyncapi->message_count; i++)
        asyncapi_message_free(asyncapi->messages[i]);
    memory_free(asyncapi->operations);
    memory_free(asyncapi->channels);
    memory_free(asyncapi->messages);
    *asyncapi = (struct asyncapi){0};
}

static const struct event_operation *operation_of(const struct asyncapi *asyncapi, const char *id)
{
    for (size_t i = 0; i < asyncapi->operation_count; i++)
        if (strcmp(asyncapi->operations[i].id, id) == 0)
            return &asyncapi->operations[i];
    return NULL;
}

bool asyncapi_receives(const struct asyncapi *asyncapi, const char *operation_id)
{
    const struct event_operation *operation = operation_of(asyncapi, operation_id);

    return operation != NULL && operation->receives;
}

const struct event_channel *asyncapi_operation_channel(const struct asyncapi *asyncapi,
                                                       const char *operation_id)
{
    const struct event_operation *operation = operation_of(asyncapi, operation_id);

    return operation != NULL ? operation->channel : NULL;
}

const struct event_channel *asyncapi_channel(const struct asyncapi *asyncapi, const char *name)
{
    for (size_t i = 0; i < asyncapi->channel_count; i++)
        if (strcmp(asyncapi->channels[i].name, name) == 0)
            return &asyncapi->channels[i];
    return NULL;
}

const struct event_message *asyncapi_message(const struct asyncapi *asyncapi, struct json_object *payload)
{
    const struct event_message *found = NULL;

    for (size_t i = 0; found == NULL && i < asyncapi->channel_count; i++)
        if (asyncapi->channels[i].message_count > 0)
            found = event_channel_message(&asyncapi->channels[i], payload);
    return found;
}
