/* What is reported of orders that have ended: late, contradicting, or of none that is remembered. */
#include "last_words.h"

#include "given_snapshot.h"

#define REF "605c9599-4ab1-8001-8129-00000000000"

/* An order with these two names, of whose first this was heard ("": nothing). */
static void ended(struct last_words *words, int32_t partition, char first, char second, const char *heard,
                  int64_t at_ms)
{
    struct ledger_references references = {0};
    char name[UUID_TEXT_SIZE], marks[300];

    snprintf(name, sizeof name, REF "%c", first);
    snprintf(marks, sizeof marks, *heard == '\0' ? "{}" : "{'%s': {'/state': {'rank': 3, 'word': '%s'}}}",
             name, heard);
    ledger_references_add(&references, "a", name);
    snprintf(name, sizeof name, REF "%c", second);
    ledger_references_add(&references, "b", name);
    struct json_object *tree = given_tree(marks);
    last_words_add(words, partition, &(struct last_order){&references, tree, {.events_end = 5}, at_ms});
    json_object_put(tree);
    ledger_references_release(&references);
}

static enum last_word said_at(const struct world *world, const struct last_words *words, int32_t partition,
                              char name, const char *state, struct last_report place)
{
    char reference[UUID_TEXT_SIZE], payload[100];

    snprintf(reference, sizeof reference, REF "%c", name);
    snprintf(payload, sizeof payload, "{'state': '%s'}", state);
    struct json_object *tree = given_tree(payload);
    const struct last_report report = {reference,    world->catalogue->asyncapi.messages[0],
                                       tree,         place.forwarded,
                                       place.offset, place.written_at_ms};
    enum last_word word = last_words_compare(words, partition, &report);
    json_object_put(tree);
    return word;
}

/* Where none of them has heard of it before its end. */
static enum last_word said(const struct world *world, const struct last_words *words, int32_t partition,
                           char name, const char *state)
{
    return said_at(world, words, partition, name, state, (struct last_report){.offset = 5});
}

/* What an order has heard before its end is not told of again, though BT contradicted itself since. */
static void what_is_read_again(void)
{
    struct world world;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_NEVER, 10);
    struct last_words *words = last_words_new(&world.catalogue->asyncapi);
    ended(words, 0, '1', '2', "done", 100);
    const struct last_report heard = {.offset = 4, .written_at_ms = 100},
                             of_another_log = {.offset = 4, .written_at_ms = 101},
                             forwarded = {.forwarded = true, .offset = 4, .written_at_ms = 100};
    CU_ASSERT_EQUAL(said_at(&world, words, 0, '1', "dead", heard), LAST_WORD_LATE);
    CU_ASSERT_EQUAL(said_at(&world, words, 0, '1', "dead", of_another_log), LAST_WORD_CONTRADICTS);
    CU_ASSERT_EQUAL(said_at(&world, words, 0, '1', "dead", forwarded), LAST_WORD_CONTRADICTS);
    last_words_free(words);
    given_world_end(&world);
}

static void what_is_said(void)
{
    struct world world;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_NEVER, 10);
    struct last_words *words = last_words_new(&world.catalogue->asyncapi);
    ended(words, 0, '1', '2', "done", 100);
    ended(words, 0, '3', '4', "working", 100);
    CU_ASSERT_EQUAL(last_words_count(words), 4);
    CU_ASSERT_EQUAL(said(&world, words, 0, '1', "done"), LAST_WORD_LATE);
    CU_ASSERT_EQUAL(said(&world, words, 0, '1', "working"), LAST_WORD_LATE); /* an older one */
    CU_ASSERT_EQUAL(said(&world, words, 0, '1', "strange"), LAST_WORD_LATE);
    CU_ASSERT_EQUAL(said(&world, words, 0, '1', "dead"), LAST_WORD_CONTRADICTS);
    CU_ASSERT_EQUAL(said(&world, words, 0, '2', "dead"), LAST_WORD_LATE); /* nothing was said of it before */
    CU_ASSERT_EQUAL(said(&world, words, 0, '3', "dead"), LAST_WORD_LATE); /* nothing final was */
    CU_ASSERT_EQUAL(said(&world, words, 1, '1', "dead"), LAST_WORD_UNKNOWN);
    CU_ASSERT_EQUAL(said(&world, words, 0, '9', "dead"), LAST_WORD_UNKNOWN);
    last_words_free(words);
    CU_ASSERT_PTR_NULL(last_words_free(NULL));
    given_world_end(&world);
}

static void what_is_forgotten(void)
{
    struct world world;

    given_world(&world, GIVEN_OUTCOME(GIVEN_O), GIVEN_NEVER, 10);
    struct last_words *words = last_words_new(&world.catalogue->asyncapi);
    last_words_leave(words, 0);
    ended(words, 0, '1', '2', "done", 100);
    ended(words, 1, '3', '4', "done", 100);
    ended(words, 0, '5', '6', "done", 200);
    ended(words, 0, '1', '2', "dead", 300); /* written again: it keeps its time */
    last_words_expire(words, 100);
    CU_ASSERT_EQUAL(last_words_count(words), 6);
    last_words_expire(words, 101);
    CU_ASSERT(last_words_count(words) == 2 && said(&world, words, 0, '5', "dead") == LAST_WORD_CONTRADICTS);
    ended(words, 2, '7', '8', "done", 200);
    last_words_leave(words, 0);
    CU_ASSERT(last_words_count(words) == 2 && said(&world, words, 2, '7', "done") == LAST_WORD_LATE);
    last_words_free(words);
    given_world_end(&world);
}

CU_TestInfo test_last_words[] = {{"what is said", what_is_said},
                                 {"what is read again", what_is_read_again},
                                 {"what is forgotten", what_is_forgotten},
                                 CU_TEST_INFO_NULL};
