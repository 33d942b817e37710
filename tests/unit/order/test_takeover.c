/* Taking partitions over, as a table: what was read and settled, and what is wanted next (PROMISE.md R4). */
#include "takeover.h"

#include "../codec/given.h"

#define ID(n) "605c9599-4ab1-488f-8129-00000000000" n

enum { PARTITIONS = 6 };

/*
 * One event each: "pP@O" position O of partition P is committed (none: "pP-"; the log begins at 3), "oP@O" an owner
 * record of the position, "o!P" the same for 7 partitions, "b" own barrier settled, "n" not settled, "BP" the own
 * barrier of the partition was read, "eP" the ledger's end. "?" asks what is wanted and appends it to the answer.
 * "fP@O" a position that somebody else has committed, "mP@O" one of ours whose mark is the record at 9 of the time 500,
 * "tP@T" what the log has there ("tP-": nothing any more), "rP@O" a position in a log that begins at 20 and ends at 30.
 * The log of the others ends at 1,000.
 */
static const struct {
    const char *name, *script, *wants, *says;
    bool trust;
    const char *accept;
} cases[] = {
    {"a first start", "? p0- ? p1- ? e0 ? e1 ? b ? B0 ? B1 ?",
     "positions positions ledger ledger barrier return return ready", "", false, ""},
    {"after a good worker", "p0@10 p1@10 ? o0@5 o1@10 e0 e1 ? b B0 B1 ?", "ledger barrier ready", "", false,
     ""},
    {"the barrier is not settled", "p0- p1- e0 e1 ? n ? b ? B0 B1 ?", "barrier barrier return ready", "",
     false, ""},
    {"a barrier of another does not count", "p0- p1- e0 e1 ? b o0@3 o1@3 ? B0 B1 ?", "barrier return ready",
     "", false, ""},
    {"expired", "p0- p1@10 o0@7 o1@7 e0 e1 ?", "refused",
     "partition 0: the group's position has expired or was deleted; the ledger remembers 7", false, ""},
    {"set back", "p0@10 p1@6 o0@7 o1@7 e0 e1 ?", "refused",
     "partition 1: the group's position 6 was set back to before the ledger's 7", false, ""},
    {"no owner, yet", "p0@10 p1@10 o1@5 e0 e1 ? o0@5 ?", "ledger barrier", "", false, ""},
    {"no owner at all", "p0@10 p1- e0 e1 ?", "ledger",
     "partition 0: the group has the position 10, and the ledger knows of no owner", false, ""},
    {"another number of partitions", "p0@10 p1@10 o!0@5 o1@5 e0 e1 ?", "refused",
     "the request topic has 6 partitions, and the ledger was written for 7", false, ""},
    {"another number of partitions is never trusted", "p0@10 p1@10 o!0@5 o1@5 e0 e1 ?", "refused", "7", true,
     ""},
    {"expired, and trusted", "p0- p1@10 o0@7 o1@7 e0 e1 ? b B0 B1 ?", "barrier ready", "", true, ""},
    {"set back, and trusted", "p0@10 p1@6 o0@7 o1@7 e0 e1 ? b B0 B1 ?", "barrier ready", "", true, ""},
    {"no owner, and trusted", "p0@10 p1- e0 e1 ? b B0 B1 ?", "barrier ready", "", true, ""},
    {"the dead owner's last settlement was ahead of us", "p0@10 p1@10 o0@5 o1@5 e0 e1 ? b B0 B1 o1@11 ?",
     "barrier refused", "partition 1: another owner has settled 11 while 10 was taken over", false, ""},
    {"expired, and accepted", "p0- p1@10 o0@7 o1@7 e0 e1 ? b B0 B1 ?", "barrier ready", "", false, "r/0@7"},
    {"another position is accepted", "p0- p1@10 o0@7 o1@7 e0 e1 ?", "refused", "takeover.accept=r/0@7", false,
     "r/0@8"},
    {"a stranger's", "f0@50 p1@10 o0@7 o1@7 e0 e1 ?", "refused",
     "partition 0: the group's position 50 was committed by somebody else (a consumer that uses our group.id, or a "
     "reset); the ledger remembers 7; to go on at 7: takeover.accept=r/0@7",
     false, ""},
    {"a stranger's, and accepted", "f0@50 p1@10 o0@7 o1@7 e0 e1 ? b B0 B1 ?", "barrier ready", "", false,
     "r/0@7"},
    {"a stranger's before the first start", "f0@50 p1- e0 e1 ?", "ledger", "takeover.accept=r/0@50", false,
     ""},
    {"that is accepted", "f0@50 p1- e0 e1 ? b B0 B1 ?", "barrier ready", "", false, "r/0@50"},
    {"the same log", "m0@10 p1@10 o0@5 o1@5 e0 e1 ? t0@500 ? b B0 B1 ?", "marks barrier ready", "", false,
     ""},
    {"the mark's record is gone", "m0@10 p1@10 o0@5 o1@5 e0 e1 ? t0- ?", "marks barrier", "", false, ""},
    {"made anew, and longer by now", "m0@10 p1@10 o0@5 o1@5 e0 e1 ? t0@501 ?", "marks refused",
     "partition 0: the record at 9 is not the one that was settled there: the topic was created again, and its first "
     "records would be skipped; to go on at 3: takeover.accept=r/0@3",
     false, ""},
    {"made anew, and accepted", "m0@10 p1@10 o0@5 o1@5 e0 e1 ? t0@501 ? b B0 B1 ?", "marks barrier ready", "",
     false, "r/0@3"},
    {"made anew, and shorter", "r0@40 p1@10 o0@7 o1@7 e0 e1 ?", "refused",
     "partition 0: the log was settled up to 40 and ends at 30: the topic was created again, or lost its end; to go on "
     "at 20: takeover.accept=r/0@20",
     false, ""},
    {"made anew, and its position deleted", "r0- p1@10 o0@40 o1@7 e0 e1 ?", "refused",
     "the log was settled up to 40 and ends at 30", false, ""},
    {"made anew is never trusted", "r0@40 p1@10 o0@7 o1@7 e0 e1 ?", "refused", "created again", true, ""},
    {"retention has passed it", "r0@12 p1@10 o0@7 o1@7 e0 e1 ?", "refused",
     "partition 0: retention has deleted 8 offsets from the position 12 on that were not read: look for requests "
     "without an outcome; to go on at 20: takeover.accept=r/0@20",
     false, ""},
    {"that is accepted, too", "r0@12 p1@10 o0@7 o1@7 e0 e1 ? b B0 B1 ?", "barrier ready", "", false,
     "r/0@20"},
    {"the ledger's position is gone from the log", "r0- p1@10 o0@7 o1@7 e0 e1 ?", "refused",
     "takeover.accept=r/0@20", false, ""},
};

static const struct takeover_terms usual = {
    .topic = "r", .partition_count = PARTITIONS, .partitioner = "murmur2_random", .accept = ""};

/* Where finished orders go: of one test at a time. */
static struct duplicates *remembered(void)
{
    static struct duplicates *duplicates;

    duplicates_free(duplicates);
    duplicates = duplicates_new((struct duplicates_window){INT64_MAX / 2, 1000000, false});
    return duplicates;
}

static struct takeover *two(bool trust, const char *accept)
{
    struct takeover_terms terms = usual;

    terms.trust_ledger = trust;
    terms.accept = accept;
    return takeover_new((const int32_t[]){0, 1}, 2, &terms, remembered());
}

static void tell_owner(struct takeover *takeover, const char *word, int count)
{
    struct ledger_owner owner = {
        .token = "other:1", .partition_count = count, .partitioner = "murmur2_random", .last_offset = -1};
    long long position = 0;

    if (sscanf(word, "%d@%lld", &owner.partition, &position) != 2)
        abort();
    owner.position = position;
    takeover_owner(takeover, owner.partition, &owner);
}

static void tell_barrier(struct takeover *takeover, int32_t partition)
{
    size_t count;
    const struct takeover_partition *all = takeover_partitions(takeover, &count);
    const struct ledger_owner owner = {.token = "own:1",
                                       .partition = partition,
                                       .partition_count = PARTITIONS,
                                       .partitioner = "murmur2_random",
                                       .last_offset = -1,
                                       .position = all[partition].position};

    takeover_owner(takeover, partition, &owner);
}

static void tell_position(struct takeover *takeover, char kind, int32_t partition, int64_t offset)
{
    struct takeover_read read = {.partition = partition,
                                 .offset = offset,
                                 .low = kind == 'r' ? 20 : 3,
                                 .high = kind == 'r' ? 30 : 1000,
                                 .metadata = kind == 'm' ? "2;x:1;;9:500" : "1;x:1;Ag=="};

    if (offset >= 0 && kind != 'f')
        read.length = strlen(read.metadata);
    takeover_position(takeover, &read);
}

static void tell(struct takeover *takeover, const char *word)
{
    int partition = word[1] == '\0' ? 0 : word[1] - '0';

    int64_t number = word[1] != '\0' && word[2] == '@' ? strtoll(word + 3, NULL, 10) : -1;

    if (strchr("pfmr", *word) != NULL)
        tell_position(takeover, *word, partition, number);
    else if (*word == 't')
        takeover_marked(takeover, &(struct takeover_found){partition, number});
    else if (*word == 'o')
        tell_owner(takeover, word + (word[1] == '!' ? 2 : 1), word[1] == '!' ? 7 : PARTITIONS);
    else if (*word == 'e')
        takeover_end(takeover, partition);
    else if (*word == 'B')
        tell_barrier(takeover, partition);
    else if (*word == 'b' || *word == 'n')
        takeover_settled(takeover, *word == 'b' ? "own:1" : NULL);
    else
        abort();
}

/* Runs a script; `wants` becomes what was wanted. */
static void run(struct takeover *takeover, const char *script, char *wants, size_t size, struct fault *why)
{
    static const char *const names[] = {
        [TAKEOVER_POSITIONS] = "positions", [TAKEOVER_LEDGER] = "ledger", [TAKEOVER_BARRIER] = "barrier",
        [TAKEOVER_RETURN] = "return",       [TAKEOVER_MARKS] = "marks",   [TAKEOVER_READY] = "ready",
        [TAKEOVER_REFUSED] = "refused"};
    char *words = memory_text(script), *rest;
    size_t length = 0;

    wants[0] = '\0';
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (*word == '?')
            length += (size_t)snprintf(wants + length, size - length, "%s%s", length > 0 ? " " : "",
                                       names[takeover_next(takeover, why)]);
        else
            tell(takeover, word);
    }
    memory_free(words);
}

static void protocol(void)
{
    char wants[400];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fault why = {.text = ""};
        struct takeover *takeover = two(cases[i].trust, cases[i].accept);
        run(takeover, cases[i].script, wants, sizeof wants, &why);
        given_same(cases[i].name, wants, cases[i].wants);
        if (strstr(why.text, cases[i].says) == NULL)
            given_same(cases[i].name, why.text, cases[i].says);
        CU_ASSERT(*cases[i].says == '\0' || why.kind == FAULT_LOCAL);
        takeover_free(takeover);
    }
    CU_ASSERT_PTR_NULL(takeover_free(NULL));
}

/* The caller ends it with this fault when it stays so. */
static void misses_owner(void)
{
    struct takeover *takeover = two(false, "");
    struct fault why = {.text = ""};
    char wants[100];

    run(takeover, "p0@10 p1-", wants, sizeof wants, &why);
    CU_ASSERT_FALSE(takeover_misses_owner(takeover, &why)); /* not before the end was read */
    run(takeover, "e0 e1", wants, sizeof wants, &why);
    CU_ASSERT(takeover_misses_owner(takeover, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "takeover.accept=r/0@10"));
    run(takeover, "o0@10", wants, sizeof wants, &why);
    CU_ASSERT_FALSE(takeover_misses_owner(takeover, &why));
    takeover_free(takeover);
}

/* A topic that was created again and has no record yet: its first ones would be skipped (R4). */
static void an_empty_log_of_the_same_name(void)
{
    const struct takeover_read empty = {.partition = 0,
                                        .offset = 10,
                                        .low = 0,
                                        .high = 0,
                                        .metadata = "1;x:1;Ag==",
                                        .length = strlen("1;x:1;Ag==")};
    struct takeover *takeover = takeover_new((const int32_t[]){0}, 1, &usual, remembered());
    struct fault why = {.text = ""};
    char wants[100];

    takeover_position(takeover, &empty);
    run(takeover, "o0@10 e0 ?", wants, sizeof wants, &why);
    given_same("an empty log", wants, "refused");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(why.text, "the log was settled up to 10 and ends at 0: the topic was created again"));
    takeover_free(takeover);
}

/* The partitioner is the ledger's; one that does not say asks for it explicitly (R14). */
static void partitioners(void)
{
    static const struct {
        const char *pinned, *set, *says;
        bool given;
    } rows[] = {
        {"murmur2_random", "murmur2_random", "", false},
        {"none", "none", "", true},
        {"murmur2_random", "consistent_random",
         "requests.partitioner is 'consistent_random', and the ledger was written for "
         "'murmur2_random'",
         true},
        {"", "murmur2_random",
         "the ledger does not say how upstream places its keys: set requests.partitioner", false},
        {"", "murmur2_random", "", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct takeover_terms terms = usual;
        struct ledger_owner owner = {.token = "other:1", .partition_count = PARTITIONS, .last_offset = -1};
        struct fault why = {.text = ""};
        char wants[100];
        terms.partitioner = rows[i].set;
        terms.partitioner_given = rows[i].given;
        snprintf(owner.partitioner, sizeof owner.partitioner, "%s", rows[i].pinned);
        struct takeover *takeover = takeover_new((const int32_t[]){0}, 1, &terms, remembered());
        run(takeover, "p0@10 e0", wants, sizeof wants, &why);
        takeover_owner(takeover, 0, &owner);
        run(takeover, "?", wants, sizeof wants, &why);
        given_same(rows[i].says, wants, *rows[i].says == '\0' ? "barrier" : "refused");
        CU_ASSERT_PTR_NOT_NULL(strstr(why.text, rows[i].says));
        takeover_free(takeover);
    }
}

/* Where it goes on: positions and the maps that belong to them. */
static void positions(void)
{
    static const struct {
        const char *name, *script;
        bool trust;
        int64_t position;
        size_t metadata;
    } rows[] = {
        {"first start: the earliest", "p0- p1- e0 e1 ?", false, 3, 0},
        {"as committed", "p0@10 p1- o0@7 e0 e1 ?", false, 10, 10},
        {"trusted, not needed", "p0@10 p1- o0@7 e0 e1 ?", true, 10, 10},
        {"trusted, expired", "p0- p1- o0@7 e0 e1 ?", true, 7, 0},
        {"trusted, expired, the ledger's is gone from the log", "p0- p1- o0@2 e0 e1 ?", true, 3, 0},
        {"trusted, set back: its map is of another position", "p0@5 p1- o0@7 e0 e1 ?", true, 7, 0},
        {"trusted, no owner", "p0@10 p1- e0 e1 ?", true, 10, 10},
    };
    char wants[100];
    size_t count;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct takeover *takeover = two(rows[i].trust, "");
        struct fault why;
        run(takeover, rows[i].script, wants, sizeof wants, &why);
        given_same(rows[i].name, wants, "barrier");
        const struct takeover_partition *one = takeover_partitions(takeover, &count);
        if (count != 2 || one->position != rows[i].position || one->metadata_length != rows[i].metadata) {
            printf("\n  %s: %lld, %zu", rows[i].name, (long long)one->position, one->metadata_length);
            CU_FAIL("case above");
        }
        takeover_free(takeover);
    }
}

static void live(struct takeover *takeover, int32_t partition, const char *id, int64_t turn, const char *type)
{
    struct ledger_record record = {.state = LEDGER_QUEUED, .turn = turn, .order_type = memory_text(type)};

    snprintf(record.request_id, sizeof record.request_id, "%s", id);
    takeover_live(takeover, partition, 0, takeover_lets_sleep(takeover, &record), &record);
    CU_ASSERT_PTR_NULL(record.order_type); /* taken over */
}

static const char *listed(struct takeover *takeover)
{
    static char text[400];
    size_t length = 0;

    text[0] = '\0';
    for (struct takeover_entry *entry; (entry = takeover_next_order(takeover)) != NULL;)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%c%s", length > 0 ? " " : "",
                                   entry->request_id[35], entry->record.order_type);
    return text;
}

static void done(struct takeover *takeover, int32_t partition, const char *id, int64_t done_at_ms,
                 int64_t offset)
{
    struct duplicate one = {.partition = partition, .done_at_ms = done_at_ms, .offset = offset};

    snprintf(one.request_id, sizeof one.request_id, "%s", id);
    takeover_done(takeover, &one);
}

/* The latest record of an order counts, whichever way it changed. */
static void latest(void)
{
    struct duplicates *duplicates = remembered();
    struct takeover *takeover = takeover_new((const int32_t[]){0}, 1, &usual, duplicates);
    struct duplicate found;

    live(takeover, 0, ID("1"), 1, "a");
    live(takeover, 0, ID("1"), 1, "b");
    live(takeover, 0, ID("2"), 2, "a");
    done(takeover, 0, ID("2"), 77, 5);
    done(takeover, 0, ID("3"), 78, 6);
    done(takeover, 0, ID("3"), 79, 7);
    done(takeover, 0, ID("4"), 80, 8);
    takeover_forgotten(takeover, 0, ID("4"));
    takeover_forgotten(takeover, 0, ID("5"));
    live(takeover, 0, ID("6"), 9, "a");
    takeover_forgotten(takeover, 0, ID("6"));
    live(takeover, 0, ID("6"), 3, "new"); /* forgotten, and sent once more */
    done(takeover, 0, ID("7"), 81, 9);
    live(takeover, 0, ID("7"), 4, "again"); /* its window was over in between */
    given_same("live", listed(takeover), "1b 6new 7again");
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 2);
    CU_ASSERT(duplicates_find(duplicates, ID("2"), &found) && found.offset == 5 && found.done_at_ms == 77);
    CU_ASSERT(duplicates_find(duplicates, ID("3"), &found) && found.offset == 7);
    CU_ASSERT_FALSE(duplicates_find(duplicates, ID("4"), &found) ||
                    duplicates_find(duplicates, ID("7"), &found));
    takeover_free(takeover);
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 2); /* they stay */
    takeover_free(takeover_new((const int32_t[]){0}, 1, &usual, duplicates));
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 0); /* all is read again */
}

static void none(void)
{
    struct takeover *takeover = two(false, "");

    given_same("none", listed(takeover), "");
    takeover_free(takeover);
}

static void placed(struct takeover *takeover, const char *id, enum ledger_state state, int64_t turn,
                   int64_t place, const char *type)
{
    struct ledger_record record = {
        .state = state, .turn = turn, .place = place, .order_type = memory_text(type)};

    snprintf(record.request_id, sizeof record.request_id, "%s", id);
    takeover_live(takeover, 0, 0, takeover_lets_sleep(takeover, &record), &record);
}

/* What has queued again stands behind what came before it; what may have an attempt out stands before all (R20). */
static void queued_again(void)
{
    struct takeover *takeover = two(false, "");

    placed(takeover, ID("1"), LEDGER_QUEUED, 100, 2, "again");
    placed(takeover, ID("2"), LEDGER_QUEUED, 100, 1, "before");
    placed(takeover, ID("3"), LEDGER_QUEUED, 100, 0, "at");
    placed(takeover, ID("4"), LEDGER_QUEUED, 99, 7, "first");
    placed(takeover, ID("5"), LEDGER_INTENDED, 100, 3, "out");
    given_same("sorted", listed(takeover), "5out 4first 3at 2before 1again");
    takeover_free(takeover);
}

/* A lane is rebuilt in the order of (turn, request id), partition by partition. */
static void sorted(void)
{
    struct takeover *takeover = two(false, "");

    live(takeover, 1, ID("1"), 1, "x");
    live(takeover, 0, ID("5"), 7, "x");
    live(takeover, 0, ID("4"), 7, "x");
    live(takeover, 0, ID("9"), 1LL << 40, "x");
    live(takeover, 0, ID("3"), 3, "x");
    live(takeover, 1, ID("2"), 0, "x");
    given_same("sorted", listed(takeover), "3x 4x 5x 9x 2x 1x");
    takeover_free(takeover);
}

/* What the dead owner settled between the end that was read and the barrier belongs to it, too. */
static void late(void)
{
    struct takeover *takeover = two(false, "");
    struct fault why;
    char wants[100];

    run(takeover, "p0@10 p1@10 o0@5 o1@5", wants, sizeof wants, &why);
    live(takeover, 0, ID("1"), 1, "queued");
    run(takeover, "e0 e1 ? b", wants, sizeof wants, &why);
    live(takeover, 0, ID("1"), 1, "intended");
    live(takeover, 1, ID("2"), 1, "late");
    run(takeover, "B0 ? B1 ?", wants, sizeof wants, &why);
    given_same("wants", wants, "return ready");
    given_same("late", listed(takeover), "1intended 2late");
    takeover_free(takeover);
}

static void many(void)
{
    enum { MANY = 5000 };
    struct takeover *takeover = two(false, "");
    char id[UUID_TEXT_SIZE];
    size_t count = 0;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", i);
            live(takeover, i % 2, id, MANY - i, round == 0 ? "a" : "b");
        }
    }
    for (int i = 0; i < MANY;
         i += 2) { /* those of the first partition end, in another order than they came */
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", (i * 7) % MANY);
        done(takeover, 0, id, i, i);
    }
    struct takeover_entry *entry;
    for (int64_t before = -1; (entry = takeover_next_order(takeover)) != NULL; count++) {
        CU_ASSERT_FATAL(strcmp(entry->record.order_type, "b") == 0 && entry->partition == 1 &&
                        before < entry->record.turn);
        before = entry->record.turn;
    }
    CU_ASSERT_EQUAL(count, MANY / 2);
    takeover_free(takeover);
}

/* Nothing about a partition that was not asked for. */
static void strangers(void)
{
    struct takeover *takeover = takeover_new((const int32_t[]){0}, 1, &usual, remembered());
    struct fault why;
    char wants[100];

    run(takeover, "p1@1 e1 o1@9 ? p0- e0 ?", wants, sizeof wants, &why);
    given_same("wants", wants, "positions barrier");
    takeover_free(takeover);
}

CU_TestInfo test_takeover[] = {
    {"protocol", protocol},   {"misses owner", misses_owner},
    {"positions", positions}, {"latest", latest},
    {"none", none},           {"partitioners", partitioners},
    {"sorted", sorted},       {"queued again", queued_again},
    {"late", late},           {"many", many},
    {"strangers", strangers}, {"an empty log of the same name", an_empty_log_of_the_same_name},
    CU_TEST_INFO_NULL};
