/* The table of numbers and who holds each. */
#include "number_store.h"

#include "memory.h"
#include "number_form.h"
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct number_row built_in[] = {
    {"01632960300", "NEW", "RESERVED", "700300", false, "", "", "WHC-C-1001", NULL, INT64_MAX, 0, 0},
    {"01632960301", "NEW", "AVAILABLE", "", false, "", "", "WHC-C-1001", NULL, INT64_MAX, 0, 0},
    {"01632960302", "NEW", "ALLOCATED", "", false, "", "", "WHC-C-1001", "WHC-S-2001", INT64_MAX, 0, 0},
    {"01632960200", "PORTED", "RESERVED", "PR-200", true, "2027-03-02", "", "WHC-C-1001", NULL, INT64_MAX, 0,
     0},
};

static const struct {
    const char *begin;
    const char *prefix;
} blocks[] = {{"01632960", "01632"}, {"02079460", "020"}};

enum { BLOCK = 1000 };

void numbers_init(struct number_store *store)
{
    store->rows = memory_new(DRAMA_NUMBERS, sizeof *store->rows);
    store->count = COUNT_OF(built_in);
    memcpy(store->rows, built_in, sizeof built_in);
}

void numbers_release(struct number_store *store)
{
    store->rows = memory_free(store->rows);
    store->count = 0;
}

struct number_row *numbers_find(const struct number_store *store, const char *number)
{
    for (size_t i = 0; i < store->count; i++)
        if (strcmp(number_significant(store->rows[i].number), number_significant(number)) == 0)
            return &store->rows[i];
    return NULL;
}

struct number_row *numbers_open(struct number_store *store, const char *number)
{
    struct number_row *row = numbers_find(store, number);

    if (row != NULL)
        return row;
    row = &store->rows[store->count++];
    drama_number(drama_place(number), row->number);
    return row;
}

bool number_held(const struct number_row *row, int64_t wall_ms)
{
    return row != NULL && wall_ms < row->ends_ms && strcmp(row->status, "AVAILABLE") != 0;
}

bool number_seen(const struct number_row *row, int64_t wall_ms, int64_t loop_ms)
{
    return row->shown_ms <= loop_ms && (wall_ms < row->ends_ms || loop_ms < row->gone_ms);
}

int drama_place(const char *number)
{
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        const char *begin = number_significant(blocks[i].begin);
        const char *last = number_significant(number) + strlen(begin);
        if (strncmp(number_significant(number), begin, strlen(begin)) == 0 && strlen(last) == 3 &&
            strspn(last, DIGITS) == 3)
            return (int)i * BLOCK + (int)strtol(last, NULL, 10);
    }
    return -1;
}

void drama_number(int place, char number[NUMBER_SIZE])
{
    snprintf(number, NUMBER_SIZE, "%s%03d", blocks[place / BLOCK].begin, place % BLOCK);
}

const char *number_prefix(const char *number)
{
    return blocks[drama_place(number) / BLOCK].prefix;
}
