/* Which events an order that is taken over has heard: of a log that was made anew, none. */
#include "takeover.h"

#include "../codec/given.h"

#include "memory.h"

#include <string.h>

static const struct {
    const char *name;
    bool accepted;     /* a person has, as for a log that was made anew */
    int64_t events;    /* the position in the events; -1: there is none */
    int64_t heard_end; /* of an order that had heard those below 500 */
} rows[] = {
    {"the same log", false, 600, 500},
    {"a position that is not known", false, -1, 500},
    {"another position of the requests", true, 600, 500},
    {"made anew", true, -1, 0},
};

static void heard(void)
{
    static const struct takeover_terms terms = {
        .topic = "r", .partition_count = 1, .partitioner = "murmur2_random", .accept = ""};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct duplicates *duplicates =
            duplicates_new((struct duplicates_window){INT64_MAX / 2, 1000000, false});
        struct takeover *takeover = takeover_new((const int32_t[]){0}, 1, &terms, duplicates);
        struct ledger_record record = {.request_id = "605c9599-4ab1-488f-8129-000000000001",
                                       .order_type = memory_text("w"),
                                       .heard = {.events_end = 500}};
        size_t count;
        takeover_live(takeover, 0, 0, takeover_lets_sleep(takeover, &record), &record);
        struct takeover_partition *one = takeover_partitions(takeover, &count);
        one->accepted = rows[i].accepted;
        one->others.events = rows[i].events;
        takeover_end(takeover, 0);
        const struct takeover_entry *entry = takeover_next_order(takeover);
        CU_ASSERT_FATAL(entry != NULL);
        if (entry->record.heard.events_end != rows[i].heard_end)
            printf("\n  %s", rows[i].name);
        CU_ASSERT_EQUAL(entry->record.heard.events_end, rows[i].heard_end);
        takeover_free(takeover);
        duplicates_free(duplicates);
    }
}

CU_TestInfo test_takeover_events[] = {{"heard", heard}, CU_TEST_INFO_NULL};
