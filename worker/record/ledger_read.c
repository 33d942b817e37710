/* Reads the values of the ledger's records, field by field in the order of their schemas. */
#include "ledger_head.h"

#include "framing.h"
#include "ledger_parts.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A record holds a request, its outputs and its outcome: more than one event may. */
static const struct datum_limits limits = {.bytes_max = 64 << 20, .values_max = 1000, .depth_max = 8};

/* The fields of each format, whose later ones only add some; those that it lacks are null, which is their default. */
static bool read_framed(const struct schema *const formats[LEDGER_FORMATS],
                        const size_t fields[LEDGER_FORMATS], const void *value, size_t length,
                        struct datum_leaf leaves[], unsigned *format, struct fault *why)
{
    struct frame frame;
    unsigned i = 0;

    TRY(framing_read(value, length, NULL, 0, &frame, why));
    while (i < LEDGER_FORMATS &&
           (frame.framing != FRAMING_SINGLE_OBJECT || frame.fingerprint != schema_fingerprint(formats[i])))
        i++;
    if (i == LEDGER_FORMATS)
        return fault_set(
            why, FAULT_INPUT,
            "it is not a '%s' of a format that this worker reads, which are 1 to %d (its schema has the "
            "fingerprint %016" PRIx64 "); start a worker that knows it",
            schema_name(formats[0]), LEDGER_FORMATS, frame.fingerprint);
    *format = i + 1;
    memset(leaves, 0, fields[LEDGER_FORMATS - 1] * sizeof *leaves);
    return datum_read_leaves(formats[i], (const char *)value + frame.start, length - frame.start, &limits,
                             leaves, fields[i], why);
}

static char *take(const struct datum_leaf *leaf)
{
    return leaf->bytes == NULL ? NULL : memory_text_of(leaf->bytes, leaf->length);
}

static void copy(const struct datum_leaf *leaf, char *text, size_t size)
{
    snprintf(text, size, "%.*s", (int)leaf->length, leaf->bytes);
}

/* clang-format off */
enum { STATE, REQUEST_ID, ORDER_TYPE, STEP, KEY, OFFSET, TURN, ATTEMPT, REQUESTED_AT, WROTE_AT, INPUTS, PROGRESS,
       OUTCOME, OUTCOME_HEADERS, LAST_DECISION, SETTLEMENT, ORDER_FIELDS_1, DECISIONS = ORDER_FIELDS_1, ORDER_FIELDS_2,
       WORKFLOW = ORDER_FIELDS_2, PLACE, WAIT, REFERENCES, HEARD, ORDER_FIELDS_3 };
/* clang-format on */
_Static_assert((int)LEDGER_FIELDS == (int)ORDER_FIELDS_3, "a head has room for all fields");

bool ledger_read_head(const struct ledger_schemas *schemas, const void *value, size_t length,
                      struct ledger_head *head, struct fault *why)
{
    const struct datum_leaf *fields = head->fields;
    unsigned format;
    char text[UUID_TEXT_SIZE + 1]; /* so that a longer one shows */
    struct uuid id;

    TRY(read_framed(schemas->orders, (const size_t[]){ORDER_FIELDS_1, ORDER_FIELDS_2, ORDER_FIELDS_3}, value,
                    length, head->fields, &format, why));
    copy(&fields[REQUEST_ID], text, sizeof text);
    TRY(uuid_parse(text, &id, why));
    memcpy(head->request_id, text, sizeof head->request_id);
    head->state = (enum ledger_state)fields[STATE].number;
    head->written_at_ms = fields[WROTE_AT].number;
    head->settlement = fields[SETTLEMENT].bytes;
    head->settlement_length = fields[SETTLEMENT].length;
    head->has_references = fields[REFERENCES].length > 1; /* an empty list is one byte */
    head->has_content = fields[INPUTS].bytes != NULL && fields[PROGRESS].bytes != NULL;
    return true;
}

bool ledger_read_bare(const struct ledger_schemas *schemas, const struct ledger_head *head,
                      struct ledger_record *record, struct fault *why)
{
    const struct datum_leaf *fields = head->fields;

    *record = (struct ledger_record){.state = head->state,
                                     .order_type = take(&fields[ORDER_TYPE]),
                                     .step = take(&fields[STEP]),
                                     .key = take(&fields[KEY]),
                                     .key_length = fields[KEY].length,
                                     .offset = fields[OFFSET].number,
                                     .turn = fields[TURN].number,
                                     .attempt = (unsigned)fields[ATTEMPT].number,
                                     .requested_at_ms = fields[REQUESTED_AT].number,
                                     .written_at_ms = head->written_at_ms,
                                     .workflow = take(&fields[WORKFLOW]),
                                     .place = fields[PLACE].number};
    memcpy(record->request_id, head->request_id, sizeof record->request_id);
    if (ledger_parts_wait(schemas, &fields[WAIT], &record->wait, why) &&
        ledger_parts_references(schemas, &fields[REFERENCES], &record->references, why) &&
        ledger_parts_heard(schemas, &fields[HEARD], &record->heard, why))
        return true;
    ledger_release(record);
    return false;
}

void ledger_add_content(const struct ledger_head *head, struct ledger_record *record)
{
    const struct datum_leaf *fields = head->fields;

    ledger_drop_content(record);
    record->inputs = take(&fields[INPUTS]);
    record->progress = take(&fields[PROGRESS]);
    record->outcome = take(&fields[OUTCOME]);
    record->outcome_length = fields[OUTCOME].length;
    record->outcome_headers = take(&fields[OUTCOME_HEADERS]);
    record->last_decision = take(&fields[LAST_DECISION]);
    record->settlement = take(&fields[SETTLEMENT]);
    record->decisions = take(&fields[DECISIONS]);
}

bool ledger_read(const struct ledger_schemas *schemas, const void *value, size_t length,
                 struct ledger_record *record, struct fault *why)
{
    struct ledger_head head;

    TRY(ledger_read_head(schemas, value, length, &head, why) &&
        ledger_read_bare(schemas, &head, record, why));
    ledger_add_content(&head, record);
    return true;
}

bool ledger_read_owner(const struct ledger_schemas *schemas, const void *value, size_t length,
                       struct ledger_owner *owner, struct fault *why)
{
    enum {
        TOKEN,
        PARTITION,
        PARTITION_COUNT,
        POSITION,
        SIGNALS,
        WRITTEN_AT,
        FIELDS_1,
        PARTITIONER = FIELDS_1,
        LAST_OFFSET,
        LAST_APPENDED_AT,
        FIELDS_2,
        EVENTS = FIELDS_2,
        FIELDS_3
    };
    struct datum_leaf leaves[FIELDS_3];
    unsigned format;

    TRY(read_framed(schemas->owners, (const size_t[]){FIELDS_1, FIELDS_2, FIELDS_3}, value, length, leaves,
                    &format, why));
    *owner = (struct ledger_owner){.partition = (int32_t)leaves[PARTITION].number,
                                   .partition_count = (int32_t)leaves[PARTITION_COUNT].number,
                                   .position = leaves[POSITION].number,
                                   .signals = leaves[SIGNALS].number,
                                   .written_at_ms = leaves[WRITTEN_AT].number,
                                   .last_offset = format < 2 ? -1 : leaves[LAST_OFFSET].number,
                                   .last_appended_ms = leaves[LAST_APPENDED_AT].number,
                                   .events = format < 3 ? -1 : leaves[EVENTS].number};
    copy(&leaves[TOKEN], owner->token, sizeof owner->token);
    copy(&leaves[PARTITIONER], owner->partitioner, sizeof owner->partitioner);
    return true;
}
