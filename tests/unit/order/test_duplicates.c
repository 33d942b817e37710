/* The duplicate window: by age and by number, oldest first, a queue for each partition. */
#include "duplicates.h"

#include "../codec/given.h"

#define ID(n) "605c9599-4ab1-488f-8129-00000000000" n

static void add(struct duplicates *duplicates, int32_t partition, const char *id, int64_t done_at_ms,
                const char *value)
{
    duplicates_add(duplicates, partition, id, done_at_ms, memory_text(value), strlen(value));
}

/* What falls out now, as text: "<last letter of the id>@<partition>", with "!" where it is by number. */
static const char *evicted(struct duplicates *duplicates, int64_t now_ms)
{
    static char text[400];
    char id[37];
    int32_t partition;
    bool by_number;
    size_t length = 0;

    text[0] = '\0';
    while (duplicates_evict(duplicates, now_ms, id, &partition, &by_number))
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%c@%d%s", length > 0 ? " " : "",
                                   id[35], (int)partition, by_number ? "!" : "");
    return text;
}

static void by_age(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 100});

    CU_ASSERT_PTR_NULL(duplicates_find(duplicates, ID("1")));
    add(duplicates, 0, ID("1"), 100, "one");
    add(duplicates, 0, ID("3"), 300, "three");
    add(duplicates, 0, ID("2"), 200, "two"); /* told late: it is older all the same */
    add(duplicates, 0, ID("0"), 50, "zero");
    given_same("none is old", evicted(duplicates, 1049), "");
    given_same("one is", evicted(duplicates, 1050), "0@0");
    given_same("two more", evicted(duplicates, 1299), "1@0 2@0");
    CU_ASSERT(duplicates_find(duplicates, ID("2")) == NULL && duplicates_count(duplicates) == 1);
    const struct duplicate *three = duplicates_find(duplicates, ID("3"));
    CU_ASSERT_FATAL(three != NULL && three->partition == 0 && three->done_at_ms == 300 && three->length == 5);
    given_same("its value", three->value, "three");
    given_same("the last", evicted(duplicates, INT64_MAX), "3@0");
    add(duplicates, 0, ID("4"), 0, "four"); /* the queue was empty */
    given_same("again", evicted(duplicates, 1000), "4@0");
    duplicates_free(duplicates);
    CU_ASSERT_PTR_NULL(duplicates_free(NULL));
}

static void by_number(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 2});

    add(duplicates, 0, ID("1"), 100, "x");
    add(duplicates, 0, ID("2"), 200, "x");
    add(duplicates, 1, ID("3"), 10, "x"); /* another partition has room of its own */
    given_same("within", evicted(duplicates, 500), "");
    add(duplicates, 0, ID("4"), 300, "x");
    add(duplicates, 0, ID("5"), 150, "x");
    given_same("the oldest of the partition", evicted(duplicates, 500), "1@0! 5@0!");
    add(duplicates, 0, ID("6"), 900, "x");
    given_same("old, and too many", evicted(duplicates, 1200), "2@0 3@1");
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 2);
    duplicates_free(duplicates);
}

/* The record of an order that is done changes when a person decides too late: its place does not. */
static void replaced(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 2});

    add(duplicates, 0, ID("1"), 100, "first");
    add(duplicates, 0, ID("2"), 200, "x");
    add(duplicates, 0, ID("1"), 999, "second one");
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 2);
    const struct duplicate *one = duplicates_find(duplicates, ID("1"));
    CU_ASSERT_FATAL(one != NULL && one->length == 10 && one->done_at_ms == 100);
    given_same("value", one->value, "second one");
    given_same("none too many", evicted(duplicates, 500), "");
    given_same("still the oldest", evicted(duplicates, 1100), "1@0");
    duplicates_free(duplicates);
}

static void leave(void)
{
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){1000, 100});

    add(duplicates, 0, ID("1"), 100, "x");
    add(duplicates, 7, ID("2"), 100, "x");
    add(duplicates, 0, ID("3"), 100, "x");
    duplicates_leave(duplicates, 0);
    duplicates_leave(duplicates, 0);
    duplicates_leave(duplicates, 5);
    CU_ASSERT(duplicates_count(duplicates) == 1 && duplicates_find(duplicates, ID("1")) == NULL &&
              duplicates_find(duplicates, ID("2")) != NULL);
    add(duplicates, 0, ID("1"), 100, "y"); /* it came back */
    given_same("all", evicted(duplicates, 5000), "1@0 2@7");
    duplicates_free(duplicates);
}

static void many(void)
{
    enum { MANY = 20000 };
    struct duplicates *duplicates = duplicates_new((struct duplicates_window){MANY, MANY});
    char id[37], want[37];
    int32_t partition;
    bool number;
    size_t found = 0;

    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", i);
        add(duplicates, 0, id, i, id);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "605c9599-4ab1-488f-8129-%012d", i);
        const struct duplicate *one = duplicates_find(duplicates, id);
        found += one != NULL && strcmp(one->value, id) == 0;
    }
    CU_ASSERT_EQUAL(found, MANY);
    for (int i = 0; i < MANY; i++) {
        snprintf(want, sizeof want, "605c9599-4ab1-488f-8129-%012d", i);
        CU_ASSERT_FATAL(duplicates_evict(duplicates, 2 * MANY, id, &partition, &number));
        CU_ASSERT_FATAL(strcmp(id, want) == 0 && !number);
    }
    CU_ASSERT_EQUAL(duplicates_count(duplicates), 0);
    duplicates_free(duplicates);
}

CU_TestInfo test_duplicates[] = {{"by age", by_age}, {"by number", by_number}, {"replaced", replaced},
                                 {"leave", leave},   {"many", many},           CU_TEST_INFO_NULL};
