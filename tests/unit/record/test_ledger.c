/* The ledger's records: what is written is read, and what cannot be read is refused. */
#include "given_schemas.h"
#include "ledger_head.h"

#define FIRST_FINGERPRINT "\xd8\xb6\x5b\xa5\xfa\xe5\xf1\x13"
#define REFERENCE "3f1c2d7e-0000-8000-8000-000000000003"
#define ID "605c9599-4ab1-488f-8129-5b8cde662c7d"

static void same_text(const char *name, const char *got, const char *want)
{
    given_same(name, got == NULL ? "(null)" : got, want == NULL ? "(null)" : want);
}

static void same_bytes(const char *name, const char *got, size_t got_length, const char *want, size_t length)
{
    if (got_length == length && (got == NULL) == (want == NULL) &&
        (want == NULL || memcmp(got, want, length) == 0))
        return;
    printf("\n  %s differs", name);
    CU_FAIL("case above");
}

static void same(const struct ledger_record *got, const struct ledger_record *want)
{
    CU_ASSERT(got->state == want->state && got->offset == want->offset && got->turn == want->turn);
    CU_ASSERT(got->attempt == want->attempt && got->requested_at_ms == want->requested_at_ms &&
              got->written_at_ms == want->written_at_ms);
    same_text("request id", got->request_id, want->request_id);
    same_text("order type", got->order_type, want->order_type);
    same_text("step", got->step, want->step);
    same_bytes("key", got->key, got->key_length, want->key, want->key_length);
    same_text("inputs", got->inputs, want->inputs);
    same_text("progress", got->progress, want->progress);
    same_bytes("outcome", got->outcome, got->outcome_length, want->outcome, want->outcome_length);
    same_text("outcome headers", got->outcome_headers, want->outcome_headers);
    same_text("last decision", got->last_decision, want->last_decision);
    same_text("settlement", got->settlement, want->settlement);
    same_text("decisions", got->decisions, want->decisions);
    same_text("workflow", got->workflow, want->workflow);
    CU_ASSERT(got->place == want->place);
    CU_ASSERT(got->heard.events_end == want->heard.events_end &&
              got->heard.signals_end == want->heard.signals_end);
    same_text("wait", got->wait.step, want->wait.step);
    same_text("its reference", got->wait.reference, want->wait.reference);
    CU_ASSERT(got->wait.since_ms == want->wait.since_ms && got->wait.until_ms == want->wait.until_ms &&
              got->wait.look_at_ms == want->wait.look_at_ms);
    CU_ASSERT_FATAL(got->references.count == want->references.count);
    for (size_t i = 0; i < got->references.count; i++) {
        same_text("step", got->references.list[i].step, want->references.list[i].step);
        same_text("reference", got->references.list[i].reference, want->references.list[i].reference);
        same_text("order id", got->references.list[i].order_id, want->references.list[i].order_id);
    }
}

static const struct ledger_record full = {
    .state = LEDGER_PARKED,
    .request_id = ID,
    .order_type = (char[]){"create-order"},
    .step = (char[]){"createOrder"},
    .key = (char[]){"\0k\xff\x80"},
    .key_length = 4,
    .offset = INT64_MAX,
    .turn = 1LL << 40,
    .attempt = UINT32_MAX,
    .requested_at_ms = 1772445600001,
    .written_at_ms = 1772445600999,
    .inputs = (char[]){"{\"requestId\":\"" ID "\"}"},
    .progress = (char[]){"{\"said\":\"\xc2\xa3 5\"}"},
    .outcome = (char[]){"\xc3\x01\0\xff"},
    .outcome_length = 4,
    .outcome_headers = (char[]){"{\"ce_id\":\"eA==\"}"},
    .last_decision = (char[]){"{\"applied\":true}"},
    .settlement = (char[]){"owner:7"},
    .decisions = (char[]){"[{\"applied\":true}]"},
    .workflow = (char[]){"77af778b51abd4a3"},
    .place = 1LL << 33,
    .wait = {.step = (char[]){"awaitReady"},
             .since_ms = 1772445600001,
             .until_ms = 1775037600001,
             .look_at_ms = 1772532000001,
             .reference = REFERENCE},
    .references = {.list = (struct ledger_reference[]){{(char[]){"import"}, (char[]){"00125420"}, REFERENCE,
                                                        true},
                                                       {.step = (char[]){"create"}, .reference = ID}},
                   .count = 2},
    .heard = {.events_end = 1LL << 40, .signals_end = 1},
};
static const struct ledger_record bare = {.request_id = ID, .order_type = (char[]){"w"}};

static void written(const struct ledger_schemas *schemas, const struct ledger_record *record,
                    struct buffer *value)
{
    struct fault why = {.text = ""};

    buffer_init(value, 1 << 20);
    if (!ledger_write(schemas, record, value, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("not written");
    }
}

static void check(const struct ledger_schemas *schemas, const struct ledger_record *record)
{
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_record got;
    struct fault why = {.text = ""};

    written(schemas, record, &value);
    if (!ledger_read(schemas, value.data, value.length, &got, &why)) {
        printf("\n  %s", why.text);
        CU_FAIL_FATAL("not read");
    }
    same(&got, record);
    ledger_release(&got);
    CU_ASSERT_PTR_NULL(got.order_type);
}

static void round_trip(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);

    check(&schemas, &full);
    check(&schemas, &bare);
    for (enum ledger_state state = LEDGER_QUEUED; state <= LEDGER_DONE; state++) {
        struct ledger_record record = bare;
        record.state = state;
        check(&schemas, &record);
    }
    struct ledger_record record = bare;
    record.key = (char[]){""}; /* an empty key is a key */
    record.outcome = (char[]){""};
    check(&schemas, &record);
    given_same("state", ledger_state_name(LEDGER_INTENDED), "INTENDED");
    catalogue_free(catalogue);
}

/* What a take-over reads of the many, and adds for the few. */
static void a_head(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_head head;
    struct ledger_record got;
    struct fault why = {.text = ""};

    written(&schemas, &full, &value);
    CU_ASSERT_FATAL(ledger_read_head(&schemas, value.data, value.length, &head, &why));
    given_same("request id", head.request_id, ID);
    CU_ASSERT(head.state == full.state && head.written_at_ms == full.written_at_ms);
    CU_ASSERT(head.settlement_length == 7 && memcmp(head.settlement, "owner:7", 7) == 0);
    CU_ASSERT(head.has_references && head.has_content);
    CU_ASSERT_FATAL(ledger_read_bare(&schemas, &head, &got, &why));
    CU_ASSERT(got.inputs == NULL && got.progress == NULL && got.outcome == NULL &&
              got.outcome_headers == NULL && got.last_decision == NULL && got.settlement == NULL &&
              got.decisions == NULL);
    given_same("waits at", got.wait.step, "awaitReady");
    ledger_add_content(&head, &got);
    same(&got, &full);
    ledger_drop_content(&got);
    CU_ASSERT(got.inputs == NULL && got.outcome == NULL && got.outcome_length == 0 && got.wait.step != NULL);
    ledger_release(&got);
    buffer_release(&value);
    written(&schemas, &bare, &value);
    CU_ASSERT_FATAL(ledger_read_head(&schemas, value.data, value.length, &head, &why));
    CU_ASSERT(!head.has_references && !head.has_content && head.settlement == NULL);
    catalogue_free(catalogue);
}

static void owners(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    const struct ledger_owner owner = {.token = "605c9599-4ab1-488f-8129-5b8cde662c7d:41",
                                       .partition = 5,
                                       .partition_count = 6,
                                       .position = 1LL << 50,
                                       .signals = -1,
                                       .written_at_ms = 1772445600001,
                                       .partitioner = "murmur2_random",
                                       .last_offset = (1LL << 50) - 1,
                                       .last_appended_ms = 1772445600000,
                                       .events = 1LL << 41};
    struct ledger_owner got;
    struct ledger_record record;
    struct fault why = {.text = ""};
    char key[LEDGER_KEY_SIZE];

    buffer_init(&value, 1000);
    CU_ASSERT(ledger_write_owner(&schemas, &owner, &value, &why));
    CU_ASSERT_FATAL(ledger_read_owner(&schemas, value.data, value.length, &got, &why));
    given_same("token", got.token, owner.token);
    CU_ASSERT(got.partition == 5 && got.partition_count == 6 && got.position == owner.position &&
              got.signals == -1 && got.written_at_ms == owner.written_at_ms);
    given_same("partitioner", got.partitioner, owner.partitioner);
    CU_ASSERT(got.last_offset == owner.last_offset && got.last_appended_ms == owner.last_appended_ms &&
              got.events == owner.events);
    CU_ASSERT_FALSE(ledger_read(&schemas, value.data, value.length, &record, &why)); /* it is not an order */
    CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
    ledger_owner_key(17, key);
    given_same("key of an owner", key, "owner/17");
    ledger_order_key(ID, key);
    given_same("key of an order", key, "order/" ID);
    catalogue_free(catalogue);
}

/* A worker that reads format 2 reads format 1, and writes it while the gate is there; what only 2 has is missing. */
static void first_format(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    const struct ledger_owner owner = {.token = "o:1", .partitioner = "none", .last_offset = 5};
    struct ledger_record record = full, got;
    struct ledger_owner got_owner;
    struct fault why = {.text = ""};

    schemas.writes = 1;
    record.decisions = (char[]){"[]"};
    record.wait = (struct ledger_wait){0}; /* none is written before format 3 */
    written(&schemas, &record, &value);
    /* CRC-64-AVRO of the schema of the first release, lowest byte first: what its workers look for. */
    CU_ASSERT_EQUAL(memcmp(value.data, "\xc3\x01" FIRST_FINGERPRINT, 10), 0);
    CU_ASSERT_FATAL(ledger_read(&schemas, value.data, value.length, &got, &why));
    CU_ASSERT_PTR_NULL(got.decisions);
    record.decisions = record.workflow = NULL;
    record.place = 0;
    record.references = (struct ledger_references){0};
    record.heard = (struct ledger_heard){0};
    same(&got, &record);
    ledger_release(&got);
    buffer_clear(&value);
    CU_ASSERT_FATAL(ledger_write_owner(&schemas, &owner, &value, &why));
    CU_ASSERT_FATAL(ledger_read_owner(&schemas, value.data, value.length, &got_owner, &why));
    given_same("token", got_owner.token, "o:1");
    given_same("partitioner", got_owner.partitioner, "");
    CU_ASSERT(got_owner.last_offset == -1 && got_owner.events == -1);
    catalogue_free(catalogue);
}

/* What is in the repository is what is compiled in. */
static void compiled_in(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);

    CU_ASSERT(schema_fingerprint(schemas.orders[LEDGER_FORMATS - 1]) ==
              schema_fingerprint(catalogue->ledger_record));
    CU_ASSERT(schema_fingerprint(schemas.owners[LEDGER_FORMATS - 1]) ==
              schema_fingerprint(catalogue->ledger_owner));
    catalogue_free(catalogue);
}

/* A format that we do not know: there is no guessing what it meant. */
static void unknown_format(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_record got;
    struct ledger_owner owner;
    struct fault why = {.text = ""};

    written(&schemas, &full, &value);
    for (size_t i = 2; i < 10; i++) {
        value.data[i] ^= 1;
        why = (struct fault){.text = ""};
        CU_ASSERT_FALSE_FATAL(ledger_read(&schemas, value.data, value.length, &got, &why));
        CU_ASSERT(why.kind == FAULT_INPUT && strstr(why.text, "which are 1 to 3") != NULL &&
                  strstr(why.text, "LedgerRecord") != NULL);
        value.data[i] ^= 1;
    }
    CU_ASSERT_FALSE(ledger_read_owner(&schemas, value.data, value.length, &owner, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "LedgerOwner"));
    catalogue_free(catalogue);
}

/* Cut anywhere it is refused; with any byte changed it is refused or read, and nothing worse. */
static void damaged(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_record got;
    struct fault why;
    size_t refused = 0;

    written(&schemas, &full, &value);
    for (size_t length = 0; length < value.length; length++) {
        CU_ASSERT_FALSE_FATAL(ledger_read(&schemas, value.data, length, &got, &why));
        CU_ASSERT_EQUAL(why.kind, FAULT_INPUT);
    }
    for (size_t i = 0; i < value.length; i++) {
        char kept = value.data[i];
        value.data[i] = (char)0xff;
        if (ledger_read(&schemas, value.data, value.length, &got, &why))
            ledger_release(&got);
        else
            refused++;
        value.data[i] = kept;
    }
    CU_ASSERT(refused > value.length / 2);
    buffer_add_byte(&value, 0);
    CU_ASSERT_FALSE(ledger_read(&schemas, value.data, value.length, &got, &why)); /* something after it */
    catalogue_free(catalogue);
}

static void too_large(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    struct fault why = {.text = ""};

    buffer_init(&value, 150);
    CU_ASSERT_FALSE(ledger_write(&schemas, &full, &value, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_EXHAUSTED);
    catalogue_free(catalogue);
}

/* What does not fit the schema is never written, so that it is never found by the one who takes over. */
static void misfits(void)
{
    struct ledger_schemas schemas;
    struct catalogue *catalogue = given_schemas(&schemas);
    CLEANUP(buffer_release) struct buffer value;
    struct ledger_record record = bare;
    struct fault why = {.text = ""};

    buffer_init(&value, 1000);
    record.order_type = NULL;
    CU_ASSERT_FALSE(ledger_write(&schemas, &record, &value, &why));
    CU_ASSERT_EQUAL(why.kind, FAULT_LOCAL);
    catalogue_free(catalogue);
}

CU_TestInfo test_ledger[] = {{"round trip", round_trip},   {"a head", a_head},
                             {"owners", owners},           {"first format", first_format},
                             {"compiled in", compiled_in}, {"unknown format", unknown_format},
                             {"damaged", damaged},         {"too large", too_large},
                             {"misfits", misfits},         CU_TEST_INFO_NULL};
