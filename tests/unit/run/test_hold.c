/* Partitions that stand still: who waits for whom, and what goes on when it can. */
#include "hold.h"

#include "given_worker.h"

enum { FEW = 9, BATCH = 150, HELD_MOST = 100, TICK_MS = 50, NO_HURRY_MS = 1000000 };

struct given {
    struct given_worker worker;
    struct holds *holds;
    const char *held, *put_by; /* values that are answered so; any other is taken */
    int room;
    char asked[200]; /* the values in the order of asking, a space after each */
    size_t taken, done;
    struct loop_timer tick;
};

static bool is_among(const char *values, const rd_kafka_message_t *message)
{
    return strchr(values, *(const char *)message->payload) != NULL;
}

static enum intake_answer handle(void *context, rd_kafka_message_t *message, struct fault *why)
{
    struct given *given = context;
    size_t length = strlen(given->asked);

    snprintf(given->asked + length, sizeof given->asked - length, "%.*s ", (int)message->len,
             (const char *)message->payload);
    fault_set(why, FAULT_EXHAUSTED, "it waits");
    if (is_among(given->held, message))
        return INTAKE_HELD;
    if (is_among(given->put_by, message))
        return INTAKE_PUT_BY;
    rd_kafka_message_destroy(message);
    given->taken++;
    return INTAKE_OPEN;
}

static bool has_room(void *context)
{
    const struct given *given = context;

    return given->taken < (size_t)given->room;
}

static void go_on(struct given *given, const char *held, const char *put_by, int room)
{
    given->held = held;
    given->put_by = put_by;
    given->room = room;
    given->taken = 0;
    given->asked[0] = '\0';
    holds_go_on(given->holds, handle, has_room, given);
}

static void begin(struct given *given)
{
    *given = (struct given){.taken = 0};
    given_worker_member(&given->worker, GIVEN_ONE_READ);
    loop_set_budget(given->worker.worker.loop, NO_HURRY_MS);
    given->holds = holds_new(&given->worker.worker);
}

static void end(struct given *given)
{
    holds_free(given->holds);
    given_worker_end(&given->worker);
    CU_ASSERT_PTR_NULL(holds_free(NULL));
}

static const struct {
    const char *name;
    const char *keys[4];       /* null: none. Their values are 1, 2, ... */
    int count, aside;          /* so many of them are put aside from the beginning */
    const char *held, *put_by; /* at first; then all are taken */
    int room;
    const char *asked, *asked_then;
} rows[] = {
    {"they go on in their order", {"a", "b", "a"}, 3, 0, "", "", FEW, "1 2 3 ", ""},
    {"one that must wait stops all behind it", {"a", "b", "c"}, 3, 0, "2", "", FEW, "1 2 ", "2 3 "},
    {"no more than there is room for", {"a", "b", "c"}, 3, 0, "", "", 2, "1 2 ", "3 "},
    {"no room at all", {"a", "b"}, 2, 0, "", "", 0, "", "1 2 "},
    {"one that is put aside lets others pass", {"a", "b", "c"}, 3, 1, "", "", FEW, "2 3 ", "1 "},
    {"but not those of its key", {"a", "a", "b", "a"}, 4, 1, "", "", FEW, "3 ", "1 2 4 "},
    {"a key that goes on is another one", {"a", "ab", "b"}, 3, 1, "", "", FEW, "2 3 ", "1 "},
    {"what has no key has no order", {NULL, NULL, NULL}, 3, 1, "", "", FEW, "2 3 ", "1 "},
    {"one is put aside later", {"a", "b", "a"}, 3, 0, "", "1", FEW, "1 2 ", "1 3 "},
    {"it must wait behind one that is put aside", {"a", "b", "c"}, 3, 1, "2", "", FEW, "2 ", "2 3 1 "},
    {"several are put aside", {"a", "b", "b", "c"}, 4, 0, "", "12", FEW, "1 2 4 ", "1 2 3 "},
};

static void nothing(void *context)
{
    (void)context; /* the turn that it causes runs the chore */
}

/* Those that are put aside are tried again a little later; the worker never stands still for longer than that. */
static void until_all_go_on(void *context)
{
    struct given *given = context;
    struct loop *loop = given->worker.worker.loop;

    holds_go_on(given->holds, handle, has_room, given);
    given->done = !holds_has(given->holds, 0);
    loop_set_timer(loop, &given->tick, loop_now_ms(loop) + TICK_MS);
}

static void all_go_on(struct given *given)
{
    struct loop *loop = given->worker.worker.loop;

    go_on(given, "", "", FEW);
    given->tick = (struct loop_timer){.fire = nothing};
    loop_add_chore(loop, "go on", until_all_go_on, given);
    given->done = 0;
    given_until(loop, &given->done, 1);
    loop_remove_chore(loop, given);
    loop_clear_timer(loop, &given->tick);
}

/* The time of the loop stands still here: whoever is put aside is not tried again meanwhile. */
static void who_waits(struct given *given, size_t row)
{
    rd_kafka_message_t *messages[4];

    for (int i = 0; i < rows[row].count; i++)
        messages[i] = given_message(&given->worker);
    for (int i = 0; i < rows[row].count; i++)
        holds_add(given->holds, messages[i], i < rows[row].aside, "it waits");
    CU_ASSERT(holds_has(given->holds, 0) && !holds_has(given->holds, 1));
    go_on(given, rows[row].held, rows[row].put_by, rows[row].room);
    given_same(rows[row].name, given->asked, rows[row].asked);
    CU_ASSERT_EQUAL(holds_has(given->holds, 0), *rows[row].asked_then != '\0');
    all_go_on(given);
    given_same(rows[row].name, given->asked, rows[row].asked_then);
    CU_ASSERT_FALSE(holds_has(given->holds, 0));
}

static void who_waits_for_whom(struct given *given)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int m = 0; m < rows[i].count; m++)
            given_put(&given->worker, 0, rows[i].keys[m], (char[]){(char)('1' + m), '\0'});
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        who_waits(given, i);
}

static void add(struct given *given, int32_t partition, const char *value, const char *why)
{
    given_put(&given->worker, partition, "a", value);
    holds_add(given->holds, given_message(&given->worker), false, why);
}

/* One that waits holds its partition only, and what is forgotten never comes again. */
static void partitions_are_apart(struct given *given)
{
    const char *why;

    CU_ASSERT_EQUAL(holds_count(given->holds, &why), 0);
    CU_ASSERT_STRING_EQUAL(why, "");
    holds_forget(given->holds, 1); /* nothing is held of it */
    add(given, 1, "1", "its schema is not here yet");
    add(given, 0, "2", "the window is full");
    add(given, 0, "3", "");
    CU_ASSERT_EQUAL(holds_count(given->holds, &why), 2);
    given_same("why", why, "partition 1 stands still: its schema is not here yet");
    go_on(given, "1", "", FEW);
    given_same("the other goes on", given->asked, "1 2 3 ");
    CU_ASSERT(holds_count(given->holds, &why) == 1 && holds_has(given->holds, 1));
    add(given, 0, "4", "its schema is not here yet");
    holds_forget(given->holds, 1);
    CU_ASSERT(holds_count(given->holds, &why) == 1 && holds_has(given->holds, 0));
    given_same("why", why, "partition 0 stands still: its schema is not here yet");
    go_on(given, "", "", FEW);
    given_same("what is forgotten", given->asked, "4 ");
}

/* What is read ahead of it is thrown away then, and comes once more when it goes on. */
static void take_and_hold(void *context)
{
    struct given *given = context;
    rd_kafka_message_t *message;

    while ((message = consumer_next(given->worker.worker.consumer)) != NULL) {
        if (given->done == 0)
            holds_add(given->holds, message, false, "it waits");
        else
            rd_kafka_message_destroy(message);
        given->taken++;
    }
}

static void a_long_stand_stops_the_reading(struct given *given)
{
    struct loop *loop = given->worker.worker.loop;

    given->taken = given->done = 0;
    given_broker_fill(&given->worker.broker, given->worker.worker.settings->topic_requests, BATCH);
    loop_add_chore(loop, "take", take_and_hold, given);
    given_until(loop, &given->taken, HELD_MOST);
    for (int i = 0; i < FEW; i++)
        given_turn(loop);
    CU_ASSERT_EQUAL(given->taken, HELD_MOST);
    given->done = 1;
    holds_forget(given->holds, 0);
    given_until(loop, &given->taken, BATCH);
    CU_ASSERT_EQUAL(given->taken, BATCH);
    loop_remove_chore(loop, given);
}

/* One member for all of them: to join takes seconds. */
static void all_of_a_partition(void)
{
    struct given given;

    begin(&given);
    who_waits_for_whom(&given);
    partitions_are_apart(&given);
    a_long_stand_stops_the_reading(&given);
    add(&given, 0, "1", "the end frees it");
    end(&given);
}

CU_TestInfo test_hold[] = {{"who waits, who goes on, and when nothing more is read", all_of_a_partition},
                           CU_TEST_INFO_NULL};
