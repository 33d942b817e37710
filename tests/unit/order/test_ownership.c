/* From the assignment to the drain, as a table: what it learns, and what is asked for and done (PROMISE.md R2, R4). */
#include "ownership.h"

#include "given_batch.h"

enum { DRAIN_MS = 500, OWNER_WAIT_MS = 300, READ_AGAIN_MS = 20, FENCED_MS = 700 };

/*
 * One event each: "a" partitions 0 and 1 are assigned, "a0" none, "r" they are revoked, "l" lost, "f" fenced, "s" the
 * process stops. "p" the positions were read, "pO" with 10 committed and no owner in the ledger, "pM" with a mark, "p?"
 * there was no answer, "p-" an answer to the question before. "y" the probe was refused, as it must, "n" it was not. "m"
 * the mark's record is still that, "m!" it is another. "S" what is gathered is settled, "X" it is not. "o" an order is
 * taken, "c" its call ends. "+N" so many milliseconds pass. "." goes on.
 */
static const struct {
    const char *name, *script, *says;
    bool probes, must_have_all;
} cases[] = {
    {"a first start", "a p . S . . . .", "read load barrier take unload", false, false},
    {"the fence is tested once", "a p y . S . . . . r . a p",
     "read probe load barrier take unload forget forget unload "
     "forget forget unload let_go read load",
     true, false},
    {"the broker does not fence", "a p n", "read probe end", true, false},
    {"no answer, asked again", "a p? . +19 . +1 . p", "read unanswered read load", false, false},
    {"an answer to another question is none", "a l a p- p", "read lost forget forget unload let_go read load",
     false, false},
    {"no partition for us", "a0 . r .", "take unload unload let_go", false, false},
    {"it must have all", "a0", "end", false, true},
    {"the barrier is tried again", "a p . X . S . . . .", "read load barrier take unload", false, false},
    {"no owner yet", "a pO . +299 .", "read load", false, false},
    {"no owner at all", "a pO . +300 .", "read load end", false, false},
    {"a mark", "a pM . m . S . . . .", "read load peek barrier take unload", false, false},
    {"another log, twice", "a pM . m! . pM . m! .", "read load peek refused read load peek end", false,
     false},
    {"it stops during the take-over", "a p s r .",
     "read load unload take forget forget unload forget forget unload let_go", false, false},
    {"it stops while it takes", "a p . S . . . . s", "read load barrier take unload", false, false},
    {"a drain waits for the call", "a p . S . . . . o r . c . S .",
     "read load barrier take unload forget forget unload forget forget unload let_go", false, false},
    {"a drain ends", "a p . S . . . . o r . +499 . +1 . c",
     "read load barrier take unload forget forget unload too_long lost forget forget unload let_go", false,
     false},
    {"fenced", "a p . S . . . . f . +699 . +1 .",
     "read load barrier take unload lost forget forget unload let_go end", false, false},
};

struct told {
    struct given_batch given;
    struct ownership *ownership;
    struct bt_ids *bt_ids;
    char said[1000];
    unsigned question, before; /* the latest two */
    bool owners, loaded;
    struct order *order;
};

static void say(void *context, const char *what)
{
    struct told *told = context;
    size_t length = strlen(told->said);

    snprintf(told->said + length, sizeof told->said - length, "%s%s", length > 0 ? " " : "", what);
}

static void note_question(struct told *told, unsigned question)
{
    told->before = told->question;
    told->question = question;
}

static void port_read(void *context, unsigned question)
{
    say(context, "read");
    note_question(context, question);
}

static void port_probe(void *context, unsigned question)
{
    say(context, "probe");
    note_question(context, question);
}

static void port_peek(void *context, unsigned question)
{
    say(context, "peek");
    note_question(context, question);
}

static bool port_load(void *context, const int32_t partitions[], size_t count, struct fault *why)
{
    struct told *told = context;

    (void)partitions, (void)count, (void)why;
    say(told, "load");
    told->loaded = false;
    return true;
}

/* The ledger has what the last barrier left there, and ends. */
static bool port_read_on(void *context, struct takeover *takeover, struct fault *why)
{
    struct told *told = context;
    const char *token;

    (void)why;
    for (int32_t p = 0; p < 2; p++) {
        struct ledger_owner owner = {.partition = p,
                                     .partition_count = 2,
                                     .partitioner = "murmur2_random",
                                     .last_offset = -1,
                                     .signals = -1};
        if (told->owners && !told->loaded) {
            owner.position = 10;
            snprintf(owner.token, sizeof owner.token, "before:1");
            takeover_owner(takeover, p, &owner);
        }
        if (batch_barrier_settled(told->given.batch, &token)) {
            snprintf(owner.token, sizeof owner.token, "%s", token);
            takeover_owner(takeover, p, &owner);
        }
        takeover_end(takeover, p);
    }
    told->loaded = true;
    return true;
}

static void port_unload(void *context)
{
    say(context, "unload");
}

static void port_barrier(void *context, struct takeover *takeover)
{
    (void)takeover;
    say(context, "barrier");
}

static bool port_take(void *context, struct takeover *takeover, struct fault *why)
{
    (void)takeover, (void)why;
    say(context, "take");
    return true;
}

static void port_forget(void *context, int32_t partition)
{
    (void)partition;
    say(context, "forget");
}

static void port_let_go(void *context)
{
    say(context, "let_go");
}

static void port_end(void *context, const struct fault *why)
{
    (void)why;
    say(context, "end");
}

static void port_news(void *context, enum ownership_news news, int32_t partition, const struct fault *why)
{
    static const char *const words[] = {"map", "unanswered", "refused", "too_long", "lost"};

    (void)partition, (void)why;
    say(context, words[news]);
}

static const struct ownership_port port = {port_read,   port_probe,   port_peek, port_load,   port_read_on,
                                           port_unload, port_barrier, port_take, port_forget, port_let_go,
                                           port_end,    port_news,    NULL};

static void begin(struct told *told, size_t i)
{
    given_batch(&told->given, GIVEN_ONE_READ);
    for (int32_t p = 0; p < 2; p++)
        partitions_disown(told->given.partitions, p);
    told->bt_ids = bt_ids_new(&(const struct bt_ids_setup){.hold_ms = 0});
    const struct ownership_setup setup = {
        .orders = told->given.world.orders,
        .partitions = told->given.partitions,
        .duplicates = told->given.duplicates,
        .bt_ids = told->bt_ids,
        .batch = told->given.batch,
        .catalogue = told->given.world.catalogue,
        .terms = {.topic = "r", .partition_count = 2, .partitioner = "murmur2_random", .accept = ""},
        .port = &port,
        .context = told,
        .probes = cases[i].probes,
        .must_have_all = cases[i].must_have_all,
        .read_again_ms = READ_AGAIN_MS,
        .drain_ms = DRAIN_MS,
        .fenced_ms = FENCED_MS,
        .owner_wait_ms = OWNER_WAIT_MS};
    told->ownership = ownership_new(&setup);
}

static void tell_positions(struct told *told, char how)
{
    static const char marked[] = "2;before:1;;9:500", none[] = "1;before:1;";
    const struct fault why = {.text = "no answer"};
    struct takeover_read reads[2];

    for (int32_t p = 0; p < 2; p++)
        reads[p] = (struct takeover_read){.partition = p,
                                          .offset = how == 'O' || how == 'M' ? 10 : -1,
                                          .others = {-1, -1},
                                          .low = 0,
                                          .high = 100,
                                          .metadata = how == 'M' ? marked : none,
                                          .length = how == 'M'   ? sizeof marked - 1
                                                    : how == 'O' ? sizeof none - 1
                                                                 : 0};
    told->owners = how == 'M';
    if (how == '?')
        ownership_unanswered(told->ownership, told->question, &why, told->given.world.time.now_ms);
    else
        ownership_positions(told->ownership, how == '-' ? told->before : told->question, reads, 2);
}

static void tell_marks(struct told *told, bool other)
{
    const struct takeover_found marks[] = {{0, other ? 501 : 500}, {1, 500}};

    ownership_marked(told->ownership, told->question, marks, 2);
}

static void by_the_group(struct told *told, const char *event)
{
    static const int32_t both[] = {0, 1};
    const struct fault why = {.text = "another"};
    int64_t now_ms = told->given.world.time.now_ms;

    if (*event == 'a')
        ownership_assigned(told->ownership, both, event[1] == '0' ? 0 : 2, now_ms);
    else if (*event == 'f')
        ownership_fenced(told->ownership, &why, now_ms);
    else if (*event == 's')
        ownership_stop(told->ownership);
    else
        ownership_revoked(told->ownership, *event == 'l', now_ms);
}

static void tell(struct told *told, const char *event)
{
    struct world *world = &told->given.world;

    if (strchr("afsrl", *event) != NULL)
        by_the_group(told, event);
    else if (*event == 'p')
        tell_positions(told, event[1]);
    else if (*event == 'y' || *event == 'n')
        ownership_probed(told->ownership, told->question, *event == 'y');
    else if (*event == 'm')
        tell_marks(told, event[1] == '!');
    else if (*event == '+')
        world->time.now_ms += strtol(event + 1, NULL, 10);
    else if (*event == '.')
        (void)ownership_go_on(told->ownership, world->time);
    else if (*event == 'o') {
        given_named(world, "k", '1');
        told->order = orders_next_call(world->orders, world->time);
    } else if (*event == 'c')
        given_answer(world, told->order, 200, "{}");
    else {
        (void)given_begun(&told->given);
        given_ended(&told->given, *event == 'S' ? SETTLEMENT_CLEAN : SETTLEMENT_FAILED, 0);
    }
}

static void life(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct told told = {.question = 0};
        char script[200], *rest;
        begin(&told, i);
        snprintf(script, sizeof script, "%s", cases[i].script);
        for (char *event = strtok_r(script, " ", &rest); event != NULL; event = strtok_r(NULL, " ", &rest))
            tell(&told, event);
        given_same(cases[i].name, told.said, cases[i].says);
        ownership_free(told.ownership);
        bt_ids_free(told.bt_ids);
        given_batch_end(&told.given);
    }
    CU_ASSERT_PTR_NULL(ownership_free(NULL));
}

/* The orders of the ledger go on before the first message is taken; a write may be sent while its partition is ours. */
static void permits(void)
{
    struct told told = {.question = 0};

    begin(&told, 0);
    struct order *order = given_named(&told.given.world, "k", '1');
    CU_ASSERT_PTR_EQUAL(orders_next_call(told.given.world.orders, told.given.world.time), order);
    CU_ASSERT_FALSE(ownership_permits(told.ownership, order, 0));
    tell(&told, "a");
    tell(&told, "p");
    tell(&told, ".");
    CU_ASSERT(ownership_permits(told.ownership, order, 0) && ownership_takeover(told.ownership) != NULL);
    tell(&told, "l");
    CU_ASSERT_FALSE(ownership_permits(told.ownership, order, 0));
    given_answer(&told.given.world, order, 200, "{}");
    CU_ASSERT_PTR_NULL(ownership_takeover(told.ownership));
    CU_ASSERT_EQUAL(ownership_phase(told.ownership), OWNERSHIP_NONE);
    CU_ASSERT_EQUAL(ownership_due_ms(told.ownership), INT64_MAX);
    ownership_free(told.ownership);
    bt_ids_free(told.bt_ids);
    given_batch_end(&told.given);
}

CU_TestInfo test_ownership[] = {{"life", life}, {"permits", permits}, CU_TEST_INFO_NULL};
