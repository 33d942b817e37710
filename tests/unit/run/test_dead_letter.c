/* What a dead letter leaves out when it is too large: its largest part, named. */
#include "dead_letter.h"

#include "memory.h"

#include <CUnit/Basic.h>
#include <string.h>

/* A letter with parts of these sizes: value, key, and a header of the message. */
static struct kafka_record letter(size_t value, size_t key, size_t header)
{
    struct kafka_record record = {
        .value = memory_new(value + 1, 1), .length = value, .key = memory_new(key + 1, 1), .key_length = key};
    char *bytes = memory_new(header + 1, 1);

    kafka_record_header(&record, "own", bytes, header);
    kafka_record_header(&record, "null", NULL, 0);
    kafka_record_header(&record, DEAD_FIRST_HEADER, "requests", 8);
    kafka_record_header(&record, DEAD_REASON_HEADER, "size", 4);
    memory_free(bytes);
    return record;
}

static const char *left_out(const struct kafka_record *record)
{
    const struct kafka_header *last = &record->headers[record->header_count - 1];

    return strcmp(last->name, DEAD_LEFT_OUT_HEADER) == 0 ? last->value : "";
}

static void the_largest_part_goes(void)
{
    static const struct {
        size_t value, key, header;
        const char *says;
    } rows[] = {{100, 10, 10, "value: 100 bytes, sha256 "},
                {10, 100, 10, "key: 100 bytes, sha256 "},
                {10, 10, 500, "headers: 2 with "}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kafka_record record = letter(rows[i].value, rows[i].key, rows[i].header);
        CU_ASSERT(dead_letter_reduce(&record));
        CU_ASSERT_EQUAL(strncmp(left_out(&record), rows[i].says, strlen(rows[i].says)), 0);
        /* The message's headers go as one; ours stay. */
        CU_ASSERT_EQUAL(record.header_count, i == 2 ? 3 : 5);
        kafka_record_release(&record);
    }
}

static void until_nothing_is_left(void)
{
    struct kafka_record record = letter(30, 20, 10);
    int parts = 0;

    while (dead_letter_reduce(&record))
        parts++;
    CU_ASSERT(parts == 3 && record.value == NULL && record.key == NULL && record.header_count == 5);
    CU_ASSERT_EQUAL(strcmp(record.headers[0].name, DEAD_FIRST_HEADER), 0);
    kafka_record_release(&record);
}

/* Null values are null, and room grows with the number. */
static void headers(void)
{
    struct kafka_record record = {.key = NULL};

    for (int i = 0; i < 1000; i++)
        kafka_record_header(&record, "h", i % 2 == 0 ? NULL : "v", i % 2 == 0 ? 0 : 1);
    CU_ASSERT(record.header_count == 1000 && record.headers[998].value == NULL &&
              strcmp(record.headers[999].value, "v") == 0);
    kafka_record_release(&record);
}

CU_TestInfo test_dead_letter[] = {{"the largest part goes", the_largest_part_goes},
                                  {"until nothing is left", until_nothing_is_left},
                                  {"headers", headers},
                                  CU_TEST_INFO_NULL};
