/* Orders that write, wait for a message about what they wrote, and read: and what BT reports about them. */
#ifndef TESTS_ORDER_GIVEN_WAITS_H
#define TESTS_ORDER_GIVEN_WAITS_H

#include "await.h"

#include "lane.h"
#include "memory.h"
#include "order_links.h"
#include "timestamp.h"

#include "given_snapshot.h"

#define GIVEN_STATE "'context': '$message.payload#/state', 'type': 'regex', 'condition': "
#define GIVEN_RECEIVE(members)                                                                               \
    "{'stepId': 'm', 'operationId': '$sourceDescriptions.events.in', 'action': 'receive', 'correlationId':"  \
    " '$inputs.aReference', 'timeout': 1000000, 'successCriteria': [{" GIVEN_STATE "'^done$'}], 'outputs':"  \
    " {'s': '$message.payload#/state'}" members "}"
#define GIVEN_DEAD                                                                                           \
    ", 'onFailure': [{'name': 'dead', 'type': 'end', 'criteria': [{" GIVEN_STATE "'^dead$'}], 'x-outcome': " \
    "{'status': 'REJECTED', 'reason': 'it is dead'}}]"
#define GIVEN_WAITS_WITH(members)                                                                            \
    GIVEN_ARAZZO("{'workflowId': 'w', 'steps': [" GIVEN_WRITE_A "," GIVEN_RECEIVE(                           \
        members) ", {'stepId': 'r', " GIVEN_READ "}], 'outputs': {'o': '$steps.a.outputs.o'}}" GIVEN_FIND)
#define GIVEN_WAITS GIVEN_WAITS_WITH(GIVEN_DEAD)

#define GIVEN_LOOKS                                                                                          \
    GIVEN_WAITS_WITH(GIVEN_DEAD ", 'x-look': {'workflowId': 'find', 'every': 100000, 'payload': {'state':"   \
                                " '$outputs.o'}}")

#define GIVEN_WRITTEN "{'orderId': '7', 'o': 'x'}"

/* A world in which order '1' of key k waits for its message; its reference. */
static inline struct order *given_waiting(struct world *world, const char *workflow, const char **reference)
{
    given_world_of(world, GIVEN_OUTCOME(GIVEN_O), workflow, 10, true);
    struct order *order = given_named(world, "k", '1');
    CU_ASSERT_PTR_EQUAL_FATAL(given_call(world), order);
    given_answer(world, order, 201, GIVEN_WRITTEN);
    CU_ASSERT_EQUAL_FATAL(order->state, ORDER_AWAITING);
    *reference = order->waiting.references.list[0].reference;
    return order;
}

/* BT reports such a payload, taken over, by way of the owner of its id or not; the event has this id (null: none). */
static inline enum orders_told given_told_all(struct world *world, struct order *order, bool forwarded,
                                              int64_t offset, const char *id, const char *time,
                                              struct json_object *payload)
{
    const struct event_message *what = world->catalogue->asyncapi.messages[0];
    const char *state = tree_text_of(payload, "state");
    struct fault why;
    char said[100];

    snprintf(said, sizeof said, "BT reported state %.40s", state);
    struct message message = {.event_id = memory_text(id),
                              .word = memory_text(state),
                              .said = memory_text(said),
                              .payload = payload,
                              .failed = strcmp(state, "dead") == 0,
                              .forwarded = forwarded,
                              .offset = offset};
    if (time != NULL)
        CU_ASSERT(timestamp_parse(time, &message.time_ms, &why));
    snprintf(message.reference, sizeof message.reference, "%s", order->waiting.references.list[0].reference);
    enum orders_told told = orders_tell(world->orders, order, what, &message, world->time);
    if (told == TOLD_FULL) /* it is as it was */
        CU_ASSERT(message.payload == payload && tree_text_of(payload, "state") != NULL);
    message_release(&message);
    return told;
}

/* It reports a state, and at such a time (null: none is said). */
static inline enum orders_told given_told_by(struct world *world, struct order *order, bool forwarded,
                                             int64_t offset, const char *id, const char *time,
                                             const char *state)
{
    struct json_object *payload = json_object_new_object();

    json_object_object_add(payload, "state", json_object_new_string(state));
    return given_told_all(world, order, forwarded, offset, id, time, payload);
}

static inline enum orders_told given_told(struct world *world, struct order *order, int64_t offset,
                                          const char *id, const char *time, const char *state)
{
    return given_told_by(world, order, false, offset, id, time, state);
}

/* The reasons of the news that are not published yet, as "a,b"; they are taken. */
static inline void given_news(struct order *order, char *text, size_t size)
{
    struct progress *progress;

    text[0] = '\0';
    while ((progress = waiting_take_progress(&order->waiting)) != NULL) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s:%s", length == 0 ? "" : ",", progress->step,
                 progress->reason.kind == REASON_NONE ? "" : progress->reason.code);
        progress_free(progress);
    }
}

#endif
