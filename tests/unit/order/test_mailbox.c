/* Messages wait for their step: the oldest first, within a bound, and out of the ledger again. */
#include "mailbox.h"
#include "memory.h"
#include "tree.h"

#include "../codec/given.h"

#define ONE "3f1c2d7e-0000-8000-8000-000000000003"
#define TWO "3f1c2d7e-0000-8000-8000-000000000004"

static struct message given_message(const char *reference, const char *event_id, const char *payload)
{
    struct message message = {.event_id = memory_text(event_id),
                              .payload = given_tree(payload),
                              .offset = 7,
                              .time_ms = 1772445600001};

    memcpy(message.reference, reference, sizeof message.reference);
    return message;
}

static void add(struct mailbox *mailbox, const char *reference, const char *event_id)
{
    struct message message = given_message(reference, event_id, "{'s': 'x'}");

    CU_ASSERT(mailbox_add(mailbox, &message));
    CU_ASSERT_PTR_NULL(message.payload); /* taken over */
}

static void taken(struct mailbox *mailbox, const char *reference, const char *want)
{
    struct message message = {0};
    bool found = mailbox_take(mailbox, reference, &message);

    CU_ASSERT_EQUAL(found, want != NULL);
    if (want != NULL)
        given_same("taken", message.event_id, want);
    message_release(&message);
}

static void in_their_order(void)
{
    struct mailbox mailbox = {0}, again;

    add(&mailbox, ONE, "a");
    add(&mailbox, TWO, "b");
    add(&mailbox, ONE, "c");
    CLEANUP(tree_release) struct json_object *tree = mailbox_tree(&mailbox);
    mailbox_of_tree(tree, &again);
    CU_ASSERT(again.count == 3 && again.bytes == mailbox.bytes && again.list[2].offset == 7 &&
              again.list[2].time_ms == 1772445600001);
    mailbox_release(&mailbox);
    taken(&again, ONE, "a");
    taken(&again, ONE, "c");
    taken(&again, ONE, NULL);
    taken(&again, TWO, "b");
    CU_ASSERT(again.count == 0 && again.bytes == 0);
    CU_ASSERT_PTR_NULL(mailbox_tree(&again));
    mailbox_release(&again);
}

static void full(void)
{
    struct mailbox mailbox = {0};
    char large[MAILBOX_BYTES_MAX + 20];

    for (int i = 0; i < MAILBOX_MESSAGES_MAX; i++)
        add(&mailbox, ONE, "a");
    struct message message = given_message(ONE, "b", "{}");
    CU_ASSERT_FALSE(mailbox_has_room(&mailbox, &message));
    CU_ASSERT_FALSE(mailbox_add(&mailbox, &message));
    CU_ASSERT_PTR_NOT_NULL(message.payload); /* it stays the caller's */
    message_release(&message);
    mailbox_release(&mailbox);
    memset(large, 'x', sizeof large);
    memcpy(large, "{'s': '", 7);
    memcpy(large + sizeof large - 3, "'}", 3);
    message = given_message(ONE, "c", large);
    CU_ASSERT_FALSE(mailbox_add(&mailbox, &message));
    message_release(&message);
    mailbox_release(&mailbox);
}

CU_TestInfo test_mailbox[] = {{"in their order", in_their_order}, {"full", full}, CU_TEST_INFO_NULL};
