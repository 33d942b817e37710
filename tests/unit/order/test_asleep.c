/* Those that sleep: found by id and by name, woken in their turn, and forgotten with their partition. */
#include "asleep.h"

#include "memory.h"

#include "../catalogue/given_catalogue.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name_of(char text[UUID_TEXT_SIZE], const char *kind, int number)
{
    snprintf(text, UUID_TEXT_SIZE, "605c9599-4ab1-%s-8129-%012d", kind, number);
}

/* The order of this number, with two names, due at so many ms. */
static void add(struct asleep *asleep, int32_t partition, int number, int64_t due_ms)
{
    struct ledger_references names = {0};
    char id[UUID_TEXT_SIZE], name[UUID_TEXT_SIZE];
    const struct sleeper sleeper = {.partition = partition,
                                    .workflow = 3,
                                    .offset = number * 10,
                                    .due_ms = due_ms,
                                    .late = number % 2 == 1};

    name_of(id, "488f", number);
    name_of(name, "8001", number);
    ledger_references_add(&names, "a", name);
    name_of(name, "8002", number);
    ledger_references_add(&names, "b", name);
    asleep_add(asleep, id, &sleeper, &names);
    ledger_references_release(&names);
}

static bool wakes(struct asleep *asleep, int number)
{
    char id[UUID_TEXT_SIZE];

    name_of(id, "488f", number);
    return asleep_wake(asleep, id);
}

static bool wakes_named(struct asleep *asleep, int32_t partition, const char *kind, int number)
{
    char name[UUID_TEXT_SIZE];

    name_of(name, kind, number);
    return asleep_wake_named(asleep, partition, name);
}

/* The numbers of those whose records are to be read now, as "1 2 ". */
static const char *to_read(struct asleep *asleep)
{
    static char text[200];
    char id[UUID_TEXT_SIZE];
    struct sleeper sleeper;

    text[0] = '\0';
    while (asleep_next(asleep, id, &sleeper)) {
        size_t length = strlen(text);
        long number = strtol(id + 24, NULL, 10);
        CU_ASSERT_EQUAL(sleeper.offset, number * 10);
        snprintf(text + length, sizeof text - length, "%ld ", number);
    }
    return text;
}

static bool ends(struct asleep *asleep, int32_t partition, int number, int64_t offset)
{
    char id[UUID_TEXT_SIZE];
    struct sleeper sleeper;

    name_of(id, "488f", number);
    if (!asleep_end(asleep, partition, id, offset, &sleeper))
        return false;
    CU_ASSERT(sleeper.workflow == 3 && sleeper.late == (number % 2 == 1));
    return true;
}

static void they_wake(void)
{
    struct asleep *asleep = asleep_new();

    for (int i = 1; i <= 5; i++)
        add(asleep, i % 2, i, 100 * i);
    CU_ASSERT(asleep_count(asleep) == 5 && asleep_late_count(asleep) == 3 && asleep_due_ms(asleep) == 100);
    CU_ASSERT(wakes(asleep, 2) && wakes_named(asleep, 1, "8002", 5) && wakes(asleep, 2)); /* once */
    CU_ASSERT(!wakes(asleep, 7) && !wakes_named(asleep, 0, "8001", 5) && !asleep_wake(asleep, "no id"));
    given_same("woken", to_read(asleep), "2 5 ");
    asleep_wake_due(asleep, 400, 2);
    given_same("due", to_read(asleep), "1 3 ");
    CU_ASSERT_EQUAL(asleep_due_ms(asleep), 400);
    CU_ASSERT(!ends(asleep, 0, 4, 40)); /* it was not woken */
    CU_ASSERT(!ends(asleep, 0, 2, 30)); /* another record than the one that was asked for */
    CU_ASSERT(ends(asleep, 0, 2, 20) && !ends(asleep, 0, 2, 20));
    CU_ASSERT(!wakes(asleep, 2) && asleep_count(asleep) == 4);
    add(asleep, 0, 2, 50);
    CU_ASSERT(wakes(asleep, 2) && asleep_due_ms(asleep) == 400);
    add(asleep, 0, 7, 60);
    add(asleep, 0, 9, 70);
    asleep_wake_due(asleep, 70, 10);
    CU_ASSERT(wakes(asleep, 9));
    given_same("for whom somebody waits comes first", to_read(asleep), "9 2 7 ");
    asleep_free(asleep);
    CU_ASSERT_PTR_NULL(asleep_free(NULL));
}

static size_t freed;

static void count(void *context, unsigned workflow)
{
    (void)context;
    CU_ASSERT_EQUAL(workflow, 3);
    freed++;
}

/* What another worker has now is found no more, though it is freed later; the partition may come back meanwhile. */
static void they_leave(void)
{
    struct asleep *asleep = asleep_new();

    for (int i = 1; i <= 5000; i++)
        add(asleep, 0, i, 100 + i);
    add(asleep, 1, 9999, 9000);
    CU_ASSERT(wakes(asleep, 1) && wakes(asleep, 2));
    asleep_leave(asleep, 0);
    asleep_leave(asleep, 7);
    CU_ASSERT(asleep_count(asleep) == 1 && asleep_late_count(asleep) == 1);
    CU_ASSERT(!wakes(asleep, 3) && !ends(asleep, 0, 1, 10));
    given_same("of the one that left", to_read(asleep), "");
    add(asleep, 0, 3, 8000);
    asleep_wake_due(asleep, 8500, 10000);
    given_same("of the one that came back", to_read(asleep), "3 ");
    freed = 0;
    CU_ASSERT(!asleep_sweep(asleep, count, NULL)); /* no turn pays for all */
    while (!asleep_sweep(asleep, count, NULL))
        continue;
    CU_ASSERT(freed == 5000 && asleep_count(asleep) == 2 && wakes(asleep, 3) && wakes(asleep, 9999));
    asleep_leave(asleep, 1);
    asleep_free(asleep);
}

CU_TestInfo test_asleep[] = {{"they wake", they_wake}, {"they leave", they_leave}, CU_TEST_INFO_NULL};
