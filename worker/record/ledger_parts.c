/* Reads the parts of a ledger record that are records themselves, field by field in the order of their schemas. */
#include "ledger_parts.h"

#include "memory.h"

#include <stdio.h>

static char *text_of(const struct datum_leaf *leaf)
{
    return leaf->bytes == NULL ? NULL : memory_text_of(leaf->bytes, leaf->length);
}

static void copy(const struct datum_leaf *leaf, char text[UUID_TEXT_SIZE])
{
    snprintf(text, UUID_TEXT_SIZE, "%.*s", (int)leaf->length, leaf->bytes == NULL ? "" : leaf->bytes);
}

bool ledger_parts_wait(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                       struct ledger_wait *wait, struct fault *why)
{
    enum { STEP, SINCE, UNTIL, LOOK_AT, REFERENCE, EXPECTED_AT, LATE, FIELDS };
    struct datum_leaf fields[FIELDS];

    *wait = (struct ledger_wait){0};
    if (leaf->bytes == NULL)
        return true;
    TRY(datum_read_leaves(schemas->wait, leaf->bytes, leaf->length, &datum_limits_own, fields, FIELDS, why));
    *wait = (struct ledger_wait){.step = text_of(&fields[STEP]),
                                 .since_ms = fields[SINCE].number,
                                 .until_ms = fields[UNTIL].number,
                                 .look_at_ms = fields[LOOK_AT].number,
                                 .expected_ms = fields[EXPECTED_AT].number,
                                 .late = fields[LATE].number != 0};
    copy(&fields[REFERENCE], wait->reference);
    return true;
}

enum { STEP, REFERENCE, ORDER_ID, REFERENCE_FIELDS };

static void add_reference(void *context, const struct datum_leaf fields[])
{
    struct ledger_references *references = context;
    CLEANUP(memory_release) char *step = text_of(&fields[STEP]);
    char reference[UUID_TEXT_SIZE];

    copy(&fields[REFERENCE], reference);
    struct ledger_reference *one = ledger_references_add(references, step, reference);
    memory_free(one->order_id);
    one->order_id = text_of(&fields[ORDER_ID]);
    one->told = one->order_id != NULL;
}

bool ledger_parts_references(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                             struct ledger_references *references, struct fault *why)
{
    *references = (struct ledger_references){0};
    return leaf->length <= 1 || /* an empty list is one byte */
           datum_read_items(schemas->references, leaf->bytes, leaf->length, REFERENCE_FIELDS, add_reference,
                            references, why);
}

/* Behind the offset; what no log reaches is as good as its end. */
static int64_t end_after(int64_t offset)
{
    return offset == INT64_MAX ? offset : offset + 1;
}

bool ledger_parts_heard(const struct ledger_schemas *schemas, const struct datum_leaf *leaf,
                        struct ledger_heard *heard, struct fault *why)
{
    enum { EVENTS, SIGNALS, FIELDS };
    struct datum_leaf fields[FIELDS];

    *heard = (struct ledger_heard){0};
    if (leaf->bytes == NULL)
        return true;
    TRY(datum_read_leaves(schemas->heard, leaf->bytes, leaf->length, &datum_limits_own, fields, FIELDS, why));
    *heard = (struct ledger_heard){end_after(fields[EVENTS].number), end_after(fields[SIGNALS].number)};
    return true;
}
