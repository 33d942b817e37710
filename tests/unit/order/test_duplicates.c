/* The duplicate window: by age, and by number where that is wanted; oldest first, a shelf for each partition. */
#include "duplicates.h"

#include "../codec/given.h"

#define ID(n) "605c9599-4ab1-488f-8129-00000000000" n

static void add(struct duplicates *duplicates, int32_t partition, const char *id, int64_t done_at_ms,
                int64_t offset)
{
    struct duplicate done = {.partition = partition, .done_at_ms = done_at_ms, .offset = offset};

    snprintf(done.request_id, sizeof done.request_id, "%s", id);
    duplicates_add(duplicates, &done);
}

/* Where the record of the order stands; -1: it is not remembered. */
static int64_t place_of(const struct duplicates *duplicates, const char *id)
{
    struct duplicate found;

    return duplicates_find(duplicates, id, &found) ? found.offset : -1;
}

/* What falls out now, as text: "<last letter of the id>@<partition>", with "!" where it is by number. */
static const char *evicted(struct duplicates *duplicates, int64_t now_ms)
{
    static char text[400];
    struct duplicate old;
    bool by_number;
    size_t length = 0;

    text[0] = '\0';
    while (duplicates_evict(duplicates, now_ms, &old, &by_number))
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%c@%d%s", length > 0 ? " " : "",
                                   old.request_id[35], (int)old.partition, by_number ? "!" : "");
    return text;
}

static void by_age(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 2, false});
    struct duplicate three;

    CU_ASSERT_FALSE(duplicates_find(duplicates, ID("1"), &three));
    add(duplicates, 0, ID("1"), 100, 11);
    add(duplicates, 0, ID("3"), 300, 13);
    add(duplicates, 0, ID("2"), 200, 12); /* told late: it is older all the same */
    add(duplicates, 0, ID("0"), 50, 10);
    given_same("none is old, however many", evicted(duplicates, 1049), "");
    given_same("one is", evicted(duplicates, 1050), "0@0");
    given_same("two more", evicted(duplicates, 1299), "1@0 2@0");
    CU_ASSERT(place_of(duplicates, ID("2")) == -1 && duplicates_count(duplicates) == 1);
    CU_ASSERT_FATAL(duplicates_find(duplicates, ID("3"), &three));
    CU_ASSERT(three.partition == 0 && three.done_at_ms == 300 && three.offset == 13);
    given_same("its id", three.request_id, ID("3"));
    given_same("the last", evicted(duplicates, INT64_MAX), "3@0");
    add(duplicates, 0, ID("4"), 0, 14); /* nothing was there any more */
    given_same("again", evicted(duplicates, 1000), "4@0");
    add(duplicates, 0, "no uuid", 0, 15);
    CU_ASSERT(duplicates_count(duplicates) == 0 && place_of(duplicates, "no uuid") == -1);
    duplicates_free(duplicates);
    CU_ASSERT_PTR_NULL(duplicates_free(NULL));
}

/* Nothing is forgotten inside the window, unless a person has said so. */
static void by_number(void)
{
    struct duplicates *stops = duplicates_new((struct duplicates_window){1000, 2, false});
    struct duplicates *forgets = duplicates_new((struct duplicates_window){1000, 2, true});

    for (int i = 0; i < 2; i++) {
        struct duplicates *duplicates = i == 0 ? stops : forgets;
        add(duplicates, 0, ID("1"), 100, 1);
        CU_ASSERT_FALSE(duplicates_full(duplicates, 0));
        add(duplicates, 0, ID("2"), 200, 1);
        add(duplicates, 1, ID("3"), 10, 1); /* another partition has room of its own */
        given_same("within", evicted(duplicates, 500), "");
        CU_ASSERT(duplicates_full(duplicates, 0) == (duplicates == stops) &&
                  !duplicates_full(duplicates, 1) && !duplicates_full(duplicates, 7));
        add(duplicates, 0, ID("4"), 300, 1);
        add(duplicates, 0, ID("5"), 150, 1); /* of a take-over, say: it is remembered whatever the number */
        CU_ASSERT(duplicates_most(duplicates) == 4 && duplicates_count(duplicates) == 5);
    }
    given_same("nothing", evicted(stops, 500), "");
    given_same("the oldest of the partition", evicted(forgets, 500), "1@0! 5@0!");
    add(forgets, 0, ID("6"), 900, 1);
    given_same("old, and too many", evicted(forgets, 1200), "2@0 3@1");
    CU_ASSERT_EQUAL(duplicates_count(forgets), 2);
    duplicates_free(stops);
    duplicates_free(forgets);
}

/* The record of an order that is done changes when a person decides too late: its time does not. */
static void replaced(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 2, false});
    struct duplicate one;

    add(duplicates, 0, ID("1"), 100, 1);
    add(duplicates, 0, ID("2"), 200, 2);
    add(duplicates, 0, ID("1"), 999, 3);
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 2);
    CU_ASSERT(duplicates_find(duplicates, ID("1"), &one) && one.offset == 3 && one.done_at_ms == 100);
    given_same("still the oldest", evicted(duplicates, 1100), "1@0");
    duplicates_free(duplicates);
}

static void removed(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 2, false});

    for (int64_t i = 0; i < 10; i++) {
        char id[37];
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-00000000000%d", (int)i);
        add(duplicates, 0, id, 100 + i, i);
    }
    duplicates_remove(duplicates, 0, ID("4"));
    duplicates_remove(duplicates, 0, ID("0"));
    duplicates_remove(duplicates, 0, ID("0"));
    duplicates_remove(duplicates, 7, ID("1"));
    duplicates_remove(duplicates, 0, "no uuid");
    CU_ASSERT(duplicates_count(duplicates) == 8 && place_of(duplicates, ID("4")) == -1 &&
              place_of(duplicates, ID("5")) == 5);
    add(duplicates, 0, ID("4"), 500, 44); /* once more, as another */
    given_same("each once, and in order", evicted(duplicates, 5000), "1@0 2@0 3@0 5@0 6@0 7@0 8@0 9@0 4@0");
    duplicates_free(duplicates);
}

static void leave(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 100, false});

    add(duplicates, 0, ID("1"), 100, 1);
    add(duplicates, 7, ID("2"), 100, 2);
    add(duplicates, 0, ID("3"), 100, 3);
    duplicates_leave(duplicates, 0);
    duplicates_leave(duplicates, 0);
    duplicates_leave(duplicates, 5);
    CU_ASSERT(duplicates_count(duplicates) == 1 && place_of(duplicates, ID("1")) == -1 &&
              place_of(duplicates, ID("2")) == 2);
    add(duplicates, 0, ID("1"), 100, 9); /* it came back */
    given_same("all", evicted(duplicates, 5000), "2@7 1@0");
    duplicates_free(duplicates);
}

enum { MANY = 300000 };

/* Ids in no order, times backwards, forwards and alike: the shape of the table must not matter. */
static void fill(struct duplicates *duplicates)
{
    char id[37];

    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", i);
        add(duplicates, 0, id, i % 3 == 0 ? MANY - i : i % 3 == 1 ? i : MANY / 2, i);
    }
}

static void many(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){MANY, MANY, false});
    char id[37];
    struct duplicate old;
    bool by_number;
    size_t found = 0;
    int64_t latest_ms = 0;

    fill(duplicates);
    CU_ASSERT(duplicates_bytes(duplicates) <= (size_t)MANY * 64);
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", i);
        found += place_of(duplicates, id) == i;
    }
    CU_ASSERT_EQUAL(found, MANY);
    for (int i = 0; i < MANY; i++) {
        CU_ASSERT_FATAL(duplicates_evict(duplicates, 3 * MANY, &old, &by_number));
        CU_ASSERT_FATAL(!by_number && old.done_at_ms >= latest_ms);
        latest_ms = old.done_at_ms;
    }
    CU_ASSERT(duplicates_count(duplicates) == 0 && place_of(duplicates, id) == -1);
    size_t bytes = duplicates_bytes(duplicates);
    fill(duplicates);
    CU_ASSERT_EQUAL(duplicates_bytes(duplicates), bytes); /* what was forgotten makes room */
    duplicates_free(duplicates);
}

CU_TestInfo test_duplicates[] = {{"by age", by_age},   {"by number", by_number}, {"replaced", replaced},
                                 {"removed", removed}, {"leave", leave},         {"many", many},
                                 CU_TEST_INFO_NULL};
