/* AsyncAPI descriptions: what may be received by, which message a payload is, and what is refused. */
#include "asyncapi.h"

#include "settings.h"

#include "given_catalogue.h"

#include <dirent.h>

#define CHANNEL(messages) "'channels':{'c':{'address':'/in','messages':{" messages "}}}"
#define MESSAGE(members) "{'asyncapi':'3.0.0'," CHANNEL("'m':{" members "}") "}"
#define STATES(entry)                                                                                        \
    MESSAGE("'payload':{'properties':{'s':{'type':'string'},'t':{'type':'string'}}},'x-states':[" entry "]")
#define OF_TYPE(type) "{'payload':{'properties':{'eventType':{'const':'" type "'}}}}"

static const struct {
    const char *name, *text, *what; /* what: of the one problem; null: none */
} cases[] = {
    {"good",
     "{'asyncapi':'3.0.0','channels':{'c':{}},'operations':{'in':{'action':'receive','channel':{'$ref':"
     "'#/channels/c'}},'out':{'action':'send','channel':{'$ref':'#/channels/c'}}}}",
     NULL},
    {"3.1", "{'asyncapi':'3.1.0','operations':{}}", NULL},
    {"version", "{'asyncapi':'2.6.0','operations':{}}", "this is not an AsyncAPI 3 description"},
    {"no version", "{'asyncapi':'3.','operations':{}}", "this is not an AsyncAPI 3 description"},
    {"no action",
     "{'asyncapi':'3.0.0','channels':{'c':{}},'operations':{'in':{'channel':{'$ref':'#/channels/c'}}}}",
     "operation 'in' has no action"},
    {"no such channel",
     "{'asyncapi':'3.0.0','operations':{'in':{'action':'receive','channel':{'$ref':'#/channels/c'}}}}",
     "operation 'in' has no channel of this file"},
    {"no such message", "{'asyncapi':'3.0.0'," CHANNEL("'m':{'$ref':'#/components/messages/m'}") "}",
     "message 'm' of channel 'c' is not in this file"},
    {"message in a circle", "{'asyncapi':'3.0.0'," CHANNEL("'m':{'$ref':'#/channels/c/messages/m'}") "}",
     "message 'm' of channel 'c' is not in this file"},
    {"message elsewhere", "{'asyncapi':'3.0.0'," CHANNEL("'m':{'$ref':'other.json#/m'}") "}",
     "message 'm' of channel 'c' is not in this file"},
    {"one type twice", "{'asyncapi':'3.0.0'," CHANNEL("'m':" OF_TYPE("a") ",'n':" OF_TYPE("a")) "}",
     "messages 'm' and 'n' of channel 'c' are both for the event type 'a'"},
    {"two for the rest", "{'asyncapi':'3.0.0'," CHANNEL("'m':{'payload':{}},'n':{'payload':{}}") "}",
     "messages 'm' and 'n' of channel 'c' both take every event type"},
    {"types of Avro are not ours to tell apart",
     "{'asyncapi':'3.0.0'," CHANNEL(
         "'m':{'payload':{'schemaFormat':'application/vnd.apache.avro;version=1.9.0',"
         "'schema':{}}},'n':{'title':'no payload'}") "}",
     NULL},
    {"payload of nothing", MESSAGE("'payload':{'$ref':'#/none'}"),
     "the reference of 'payload' leads to nothing in this file"},
    {"no pointer", MESSAGE("'payload':{},'x-order-id':'event/id'"), "'x-order-id' is not a JSON pointer"},
    {"bad escape", MESSAGE("'payload':{},'x-event-id':'/a~2b'"), "'x-event-id' is not a JSON pointer"},
    {"escape at the end", MESSAGE("'payload':{},'x-event-id':'/a~'"), "'x-event-id' is not a JSON pointer"},
    {"pointer of another kind", MESSAGE("'payload':{},'x-event-time':5"),
     "'x-event-time' is not a JSON pointer"},
    {"not in the schema", MESSAGE("'payload':{'properties':{'id':{}}},'x-order-id':'/ID'"),
     "'x-order-id' names /ID, which the payload's schema does not have"},
    {"below the schema",
     MESSAGE("'payload':{'properties':{'a/b':{'items':{'properties':{'c':{}}}}}},'x-order-id':'/a~1b/0/c'"),
     NULL},
    {"a schema in a circle",
     "{'asyncapi':'3.0.0','s':{'allOf':[{'$ref':'#/s'},{'$ref':'#/s'},{'$ref':'#/s'},{'$ref':'#/s'}]}," CHANNEL(
         "'m':{'payload':{'$ref':'#/s'},'x-order-id':'/id'}") "}",
     "'x-order-id' names /id, which the payload's schema does not have"},
    {"reference in a header", MESSAGE("'payload':{},'correlationId':{'location':'$message.header#/id'}"),
     "the correlationId does not say where in the payload the reference stands"},
    {"reference that is no pointer",
     MESSAGE("'payload':{},'correlationId':{'location':'$message.payload#id'}"),
     "'correlationId' is not a JSON pointer"},
    {"states", STATES("{'at':'/s','ranks':{'a':1,'b':2},'final':['b'],'failed':['B']}"), NULL},
    {"states are no list", MESSAGE("'payload':{},'x-states':{'at':'/s'}"), "a list is expected here"},
    {"states of nothing", STATES("{'ranks':{'a':1}}"), "'at' is not a JSON pointer"},
    {"states twice", STATES("{'at':'/s','ranks':{'a':1}},{'at':'/s','ranks':{'a':1}}"),
     "/s has states already"},
    {"unknown member of states", STATES("{'at':'/s','ranks':{'a':1},'fail':[]}"), "'fail' is not known here"},
    {"no ranks", STATES("{'at':'/s'}"), "these states have no words with ranks"},
    {"empty ranks", STATES("{'at':'/s','ranks':{}}"), "these states have no words with ranks"},
    {"rank of text", STATES("{'at':'/s','ranks':{'a':'1'}}"), "the rank of 'a' is not a rank"},
    {"rank with a fraction", STATES("{'at':'/s','ranks':{'a':1.5}}"), "the rank of 'a' is not a rank"},
    {"rank below 0", STATES("{'at':'/s','ranks':{'a':-1}}"), "the rank of 'a' is not a rank"},
    {"rank too large", STATES("{'at':'/s','ranks':{'a':4294967297}}"), "the rank of 'a' is not a rank"},
    {"two ranks", STATES("{'at':'/s','ranks':{'done':1,'Done':2}}"), "the word 'Done' has two ranks"},
    {"final without a rank", STATES("{'at':'/s','ranks':{'a':1},'final':['b']}"),
     "'b' in 'final' has no rank"},
    {"failed without a rank", STATES("{'at':'/s','ranks':{'a':1},'failed':['b']}"),
     "'b' in 'failed' has no rank"},
    {"failed is no list", STATES("{'at':'/s','ranks':{'a':1},'failed':'a'}"), "a list is expected here"},
    {"failed of numbers", STATES("{'at':'/s','ranks':{'a':1},'failed':[1]}"),
     "item 0 of 'failed' is not a word"},
    {"final twice", STATES("{'at':'/s','ranks':{'a':1},'final':['a','A']}"), "'A' stands twice in 'final'"},
};

static void descriptions(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tree_release) struct json_object *tree = given_tree(cases[i].text);
        struct asyncapi asyncapi;
        struct problems problems = {0};
        struct json_cursor cursor;

        json_cursor_init(&cursor, "f", &problems);
        asyncapi_read(tree, &cursor, &asyncapi);
        bool right = cases[i].what == NULL
                         ? problems.count == 0
                         : problems.count == 1 && strcmp(problems.list[0].what, cases[i].what) == 0;
        if (!right) {
            printf("\n  %s: %zu problems, %s", cases[i].name, problems.count,
                   problems.count > 0 ? problems.list[0].what : "");
            CU_FAIL("case above");
        }
        if (i == 0) {
            CU_ASSERT(asyncapi_receives(&asyncapi, "in"));
            CU_ASSERT_FALSE(asyncapi_receives(&asyncapi, "out"));
            CU_ASSERT_FALSE(asyncapi_receives(&asyncapi, "none"));
            CU_ASSERT_PTR_EQUAL(asyncapi_operation_channel(&asyncapi, "out"),
                                asyncapi_channel(&asyncapi, "c"));
            CU_ASSERT_PTR_NULL(asyncapi_operation_channel(&asyncapi, "none"));
            CU_ASSERT_PTR_NULL(asyncapi_channel(&asyncapi, "none"));
        }
        asyncapi_release(&asyncapi);
        json_cursor_release(&cursor);
        problems_release(&problems);
    }
}

/* A mistake is shown where it stands. */
static void places(void)
{
    CLEANUP(tree_release)
    struct json_object *tree =
        given_tree("{'asyncapi':'3.0.0','components':{'messages':{'m':{'payload':{},'x-states':[{'at':'/s',"
                   "'ranks':{'a':'x'}}]}}}}");
    struct asyncapi asyncapi;
    struct problems problems = {0};
    struct json_cursor cursor;

    json_cursor_init(&cursor, "f", &problems);
    asyncapi_read(tree, &cursor, &asyncapi);
    CU_ASSERT_EQUAL_FATAL(problems.count, 1);
    CU_ASSERT_STRING_EQUAL(problems.list[0].where, "f#/components/messages/m/x-states/0/ranks");
    asyncapi_release(&asyncapi);
    json_cursor_release(&cursor);
    problems_release(&problems);
}

/* The description of schemas/. */
static struct json_object *read_ours_tree(struct asyncapi *asyncapi)
{
    struct json_object *tree = NULL;
    struct problems problems = {0};
    struct json_cursor cursor;
    struct fault why;

    if (!tree_read_file(SOURCE_DIR "/schemas/order-events.asyncapi.json", 1048576, &tree, &why))
        abort();
    json_cursor_init(&cursor, "f", &problems);
    asyncapi_read(tree, &cursor, asyncapi);
    CU_ASSERT_EQUAL(problems.count, 0);
    json_cursor_release(&cursor);
    problems_release(&problems);
    return tree;
}

static void read_ours(struct asyncapi *asyncapi)
{
    json_object_put(read_ours_tree(asyncapi));
}

static const struct event_message *message_of(const struct event_channel *channel, const char *text)
{
    CLEANUP(tree_release) struct json_object *payload = given_tree(text);

    return event_channel_message(channel, payload);
}

static void messages(void)
{
    struct asyncapi asyncapi;

    read_ours(&asyncapi);
    const struct event_channel *channel = asyncapi_operation_channel(&asyncapi, "receiveOrderNotification");

    CU_ASSERT_PTR_NOT_NULL_FATAL(channel);
    CU_ASSERT_STRING_EQUAL(channel->address, "/bt/events");
    CU_ASSERT_STRING_EQUAL(channel->token_url, "https://localhost:8443/oauth/token");
    CU_ASSERT_EQUAL(channel->message_count, 3);
    const struct event_message *created = message_of(channel, "{'eventType':'ProductOrderCreateEvent'}");
    CU_ASSERT_STRING_EQUAL(created->name, "ProductOrderCreateEvent");
    CU_ASSERT_STRING_EQUAL(created->type, "ProductOrderCreateEvent");
    CU_ASSERT_STRING_EQUAL(created->reference_at, "/event/productOrder/externalId");
    CU_ASSERT_STRING_EQUAL(created->order_id_at, "/event/productOrder/id");
    CU_ASSERT_STRING_EQUAL(created->event_id_at, "/eventId");
    CU_ASSERT_STRING_EQUAL(created->event_time_at, "/eventTime");
    CU_ASSERT_STRING_EQUAL(message_of(channel, "{'eventType':'ProductOrderStateChangeEvent'}")->name,
                           "ProductOrderStateChangeEvent");
    static const char *const others[] = {"{'eventType':'productOrderInformationRequiredEvent'}",
                                         "{}",
                                         "{'eventType':7}",
                                         "[]",
                                         "'text'",
                                         "null"};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        CU_ASSERT_STRING_EQUAL(message_of(channel, others[i])->name, "OtherEvent");
    asyncapi_release(&asyncapi);
}

static void no_message(void)
{
    struct event_message one = {.type = "a", .type_at = "/eventType"};
    struct event_message *list[] = {&one};
    const struct event_channel channel = {.messages = list, .message_count = 1};

    CU_ASSERT_PTR_EQUAL(message_of(&channel, "{'eventType':'a'}"), &one);
    CU_ASSERT_PTR_NULL(message_of(&channel, "{'eventType':'A'}"));
    CU_ASSERT_PTR_NULL(message_of(&channel, "{}"));
}

static void states(void)
{
    struct asyncapi asyncapi;

    read_ours(&asyncapi);
    const struct event_channel *channel = asyncapi_channel(&asyncapi, "orderNotifications");
    const struct event_message *message = message_of(channel, "{}");

    CU_ASSERT_EQUAL_FATAL(message->state_count, 2);
    const struct event_states *state = &message->states[0], *port = &message->states[1];
    CU_ASSERT_STRING_EQUAL(state->at, "/event/productOrder/state");
    CU_ASSERT_STRING_EQUAL(port->at, "/event/productOrder/portStatus");
    const struct event_word *taken = event_states_word(state, "acknowledged");
    const struct event_word *done = event_states_word(state, "COMPLETED");
    const struct event_word *partial = event_states_word(state, "partial");
    CU_ASSERT(taken->rank < event_states_word(state, "inProgress")->rank && taken->rank < done->rank);
    CU_ASSERT(!taken->final && !taken->failed && done->final && !done->failed);
    CU_ASSERT(partial->final && partial->failed && partial->rank == done->rank);
    CU_ASSERT(event_states_word(port, "LCP_ACCEPTED")->rank > event_states_word(port, "SUBMITTED")->rank);
    CU_ASSERT(event_states_word(port, "FAILED")->failed && !event_states_word(port, "LCP_REJECTED")->final);
    CU_ASSERT_PTR_NULL(event_states_word(state, "somethingNew"));
    CU_ASSERT_PTR_NULL(event_states_word(port, "completed"));
    asyncapi_release(&asyncapi);
}

/* "check-portability" to "CheckPortability". */
static void camel(const char *folder, char name[80])
{
    bool up = true;
    size_t length = 0;

    for (; *folder != '\0' && length < 79; folder++) {
        if (*folder != '-')
            name[length++] = (char)(up ? *folder - 'a' + 'A' : *folder);
        up = *folder == '-';
    }
    name[length] = '\0';
}

static bool has_message(struct json_object *tree, const char *channel, const char *name, const char *kind)
{
    char pointer[200], reference[200];

    snprintf(pointer, sizeof pointer, "/channels/%s/messages/%s%s/$ref", channel, name, kind);
    snprintf(reference, sizeof reference, "#/components/messages/%s%s", name, kind);
    const char *text = tree_text(tree_at(tree, pointer));
    return text != NULL && strcmp(text, reference) == 0 && tree_at(tree, reference + 1) != NULL;
}

/* Each folder with a request is in the description, and nothing else is. */
static void order_types(void)
{
    struct asyncapi asyncapi;
    CLEANUP(tree_release) struct json_object *tree = read_ours_tree(&asyncapi);
    DIR *folder = opendir(SOURCE_DIR "/schemas");
    int count = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[1024], name[80];
        struct stat status;
        snprintf(path, sizeof path, "%s/schemas/%s/request.avsc", SOURCE_DIR, entry->d_name);
        if (stat(path, &status) != 0)
            continue;
        count++;
        camel(entry->d_name, name);
        if (!has_message(tree, "orderRequests", name, "Request") ||
            !has_message(tree, "orderOutcomes", name, "Outcome")) {
            printf("\n  %s is not in schemas/order-events.asyncapi.json", entry->d_name);
            CU_FAIL("order type above");
        }
    }
    closedir(folder);
    CU_ASSERT_EQUAL(count, json_object_object_length(tree_at(tree, "/channels/orderRequests/messages")));
    CU_ASSERT_EQUAL(count, json_object_object_length(tree_at(tree, "/channels/orderOutcomes/messages")));
    asyncapi_release(&asyncapi);
}

/* Each topic.* setting has its channel, under the name that is the default. */
static void topics(void)
{
    struct asyncapi asyncapi;

    read_ours(&asyncapi);
    int count = 0;

    for (size_t i = 0; i < settings_table_count; i++) {
        bool found = false;
        if (strncmp(settings_table[i].name, "topic.", 6) != 0)
            continue;
        for (size_t c = 0; c < asyncapi.channel_count; c++)
            found |= strcmp(asyncapi.channels[c].address, settings_table[i].fallback) == 0;
        if (!found) {
            printf("\n  %s is not in schemas/order-events.asyncapi.json", settings_table[i].fallback);
            CU_FAIL("topic above");
        }
        count++;
    }
    CU_ASSERT_EQUAL(count, 7);
    asyncapi_release(&asyncapi);
}

CU_TestInfo test_asyncapi[] = {{"descriptions", descriptions},
                               {"places", places},
                               {"messages", messages},
                               {"no message for a payload", no_message},
                               {"states", states},
                               {"topics of the settings", topics},
                               {"order types of the folders", order_types},
                               CU_TEST_INFO_NULL};
