/* What is told and kept of an id of BT's: what was written is read, and nothing else is. */
#include "bt_id.h"

#include "memory.h"

#include "given_schemas.h"

#define REFERENCE "1e34fb00-3209-8bbe-986a-a70dbe3d0003"
#define REQUEST "605c9599-4ab1-488f-8129-5b8cde662c70"

static const struct bt_id known = {.order_id = (char[]){"00125420"},
                                   .reference = REFERENCE,
                                   .request_id = REQUEST,
                                   .partition = 3,
                                   .until_ms = 1772532000001};

static void expect_same(const struct bt_id *got, const struct bt_id *want)
{
    given_same("id", got->order_id, want->order_id);
    given_same("reference", got->reference, want->reference);
    given_same("request", got->request_id, want->request_id);
    CU_ASSERT(got->partition == want->partition && got->until_ms == want->until_ms);
}

static void told(void)
{
    struct ledger_schemas schemas = ledger_schemas_new(LEDGER_FORMATS);
    CLEANUP(buffer_release) struct buffer value = {0};
    struct bt_id read, goes_on = known;
    struct fault why;

    goes_on.until_ms = 0;
    for (int i = 0; i < 2; i++) {
        buffer_init(&value, 1000);
        bt_id_write(&schemas, i == 0 ? &known : &goes_on, &value);
        CU_ASSERT_FATAL(bt_id_read(&schemas, value.data, value.length, &read, &why));
        expect_same(&read, i == 0 ? &known : &goes_on);
        bt_id_release(&read);
        CU_ASSERT_PTR_NULL(read.order_id);
        for (size_t cut = 0; cut < value.length; cut++)
            CU_ASSERT_FALSE(bt_id_read(&schemas, value.data, cut, &read, &why));
        buffer_release(&value);
    }
    ledger_schemas_release(&schemas);
}

static void kept(void)
{
    struct ledger_schemas schemas = ledger_schemas_new(LEDGER_FORMATS);
    CLEANUP(buffer_release) struct buffer value = {0};
    struct event events[] = {{.id = (char[]){"e1"},
                              .order_id = (char[]){"00125420"},
                              .payload = (char[]){"{}"},
                              .received_at_ms = 1772532000000},
                             {.type = (char[]){"other"}, .payload = (char[]){"[]"}}};
    const struct ledger_index held = {.id = {.order_id = (char[]){"00125420"}, .partition = -1}, events, 2};
    const struct ledger_index *const rows[] = {&held, &(const struct ledger_index){.id = known}};
    struct ledger_index read;
    struct bt_id unused;
    struct fault why;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buffer_init(&value, 1000);
        CU_ASSERT(ledger_index_write(&schemas, rows[i], &value, &why));
        CU_ASSERT_FALSE(
            bt_id_read(&schemas, value.data, value.length, &unused, &why)); /* that is another record */
        CU_ASSERT_FATAL(ledger_index_read(&schemas, value.data, value.length, &read, &why));
        expect_same(&read.id, &rows[i]->id);
        CU_ASSERT_EQUAL_FATAL(read.held_count, rows[i]->held_count);
        for (size_t e = 0; e < read.held_count; e++) {
            given_same("payload", read.held[e].payload, events[e].payload);
            CU_ASSERT_EQUAL(read.held[e].received_at_ms, events[e].received_at_ms);
        }
        ledger_index_release(&read);
        for (size_t cut = 0; cut < value.length; cut++)
            CU_ASSERT_FALSE(ledger_index_read(&schemas, value.data, cut, &read, &why));
        buffer_release(&value);
    }
    buffer_init(&value, 60);
    CU_ASSERT(!ledger_index_write(&schemas, &held, &value, &why) && why.kind == FAULT_EXHAUSTED);
    ledger_schemas_release(&schemas);
}

CU_TestInfo test_bt_id[] = {{"told", told}, {"kept", kept}, CU_TEST_INFO_NULL};
