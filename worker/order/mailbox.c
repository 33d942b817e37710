/* A list of messages that is never long. */
#include "mailbox.h"

#include "invariant.h"
#include "memory.h"
#include "text.h"
#include "tree_build.h"

#include <string.h>

void message_release(struct message *message)
{
    memory_free(message->event_id);
    memory_free(message->type);
    memory_free(message->word);
    memory_free(message->said);
    json_object_put(message->payload);
    *message = (struct message){0};
}

void mailbox_release(struct mailbox *mailbox)
{
    for (size_t i = 0; i < mailbox->count; i++)
        message_release(&mailbox->list[i]);
    memory_free(mailbox->list);
    *mailbox = (struct mailbox){0};
}

/* What it takes in the ledger's record, roughly. */
static size_t bytes_of(const struct message *message)
{
    const char *texts[] = {message->event_id, message->type, message->word, message->said,
                           message->payload == NULL ? NULL : json_object_to_json_string(message->payload)};
    size_t bytes = 120; /* names of members, numbers and the reference */

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        bytes += texts[i] == NULL ? 0 : strlen(texts[i]);
    return bytes;
}

bool mailbox_has_room(const struct mailbox *mailbox, const struct message *message)
{
    REQUIRE(mailbox->count <= MAILBOX_MESSAGES_MAX && mailbox->bytes <= MAILBOX_BYTES_MAX);
    return mailbox->count < MAILBOX_MESSAGES_MAX && bytes_of(message) <= MAILBOX_BYTES_MAX - mailbox->bytes;
}

bool mailbox_add(struct mailbox *mailbox, struct message *message)
{
    size_t bytes = bytes_of(message);

    if (!mailbox_has_room(mailbox, message))
        return false;
    mailbox->list = memory_resize(mailbox->list, mailbox->count + 1, sizeof *mailbox->list);
    mailbox->list[mailbox->count++] = *message;
    mailbox->bytes += bytes;
    *message = (struct message){0};
    return true;
}

void mailbox_take_at(struct mailbox *mailbox, size_t place, struct message *message)
{
    REQUIRE(place < mailbox->count);
    *message = mailbox->list[place];
    mailbox->count--;
    memmove(&mailbox->list[place], &mailbox->list[place + 1],
            (mailbox->count - place) * sizeof *mailbox->list);
    size_t bytes = bytes_of(message);
    REQUIRE(bytes <= mailbox->bytes);
    mailbox->bytes -= bytes;
}

bool mailbox_take(struct mailbox *mailbox, const char *reference, struct message *message)
{
    for (size_t i = 0; i < mailbox->count; i++) {
        if (strcmp(mailbox->list[i].reference, reference) != 0)
            continue;
        mailbox_take_at(mailbox, i, message);
        return true;
    }
    return false;
}

static struct json_object *message_tree(const struct message *message)
{
    struct json_object *tree = json_object_new_object();

    tree_add_integer(tree, "offset", message->offset);
    if (message->number != 0)
        tree_add_integer(tree, "number", message->number);
    tree_add_text(tree, "reference", message->reference);
    tree_add_known(tree, "eventId", message->event_id);
    tree_add_known(tree, "type", message->type);
    tree_add_known(tree, "word", message->word);
    tree_add_known(tree, "said", message->said);
    if (message->time_ms != 0)
        tree_add_integer(tree, "timeMs", message->time_ms);
    tree_add(tree, "payload", json_object_get(message->payload));
    return tree;
}

struct json_object *mailbox_tree(const struct mailbox *mailbox)
{
    struct json_object *list = mailbox->count == 0 ? NULL : json_object_new_array();

    for (size_t i = 0; i < mailbox->count; i++)
        json_object_array_add(list, message_tree(&mailbox->list[i]));
    return list;
}

void mailbox_of_tree(const struct json_object *tree, struct mailbox *mailbox)
{
    *mailbox = (struct mailbox){0};
    for (size_t i = 0; tree != NULL && i < json_object_array_length(tree); i++) {
        const struct json_object *item = json_object_array_get_idx(tree, i);
        const char *reference = tree_text_of(item, "reference");
        struct message message = {.event_id = memory_text(tree_text_of(item, "eventId")),
                                  .type = memory_text(tree_text_of(item, "type")),
                                  .word = memory_text(tree_text_of(item, "word")),
                                  .said = memory_text(tree_text_of(item, "said")),
                                  .payload = json_object_get(tree_member(item, "payload")),
                                  .number = (unsigned)json_object_get_int64(tree_member(item, "number")),
                                  .offset = json_object_get_int64(tree_member(item, "offset")),
                                  .time_ms = json_object_get_int64(tree_member(item, "timeMs"))};
        text_print(message.reference, sizeof message.reference, "%s", reference == NULL ? "" : reference);
        if (!mailbox_add(mailbox, &message))
            message_release(&message);
    }
}
