/* The parts of a ledger record out of Avro's bytes: what is written is read, nothing is nothing, damage is named. */
#include "ledger_parts.h"
#include "memory.h"
#include "tree.h"

#include "../codec/given.h"

#define ONE "3f1c2d7e-0000-8000-8000-000000000003"
#define TWO "3f1c2d7e-0000-8000-8000-000000000004"

/* The part in Avro's bytes, and as the leaf of its record. */
static struct datum_leaf given_part(const struct schema *schema, struct json_object *tree,
                                    struct buffer *bytes)
{
    struct fault why = {.text = ""};

    buffer_init(bytes, 4096);
    CU_ASSERT_FATAL(datum_encode_shaped(schema, tree, bytes, &why));
    json_object_put(tree);
    return (struct datum_leaf){.bytes = (const char *)bytes->data, .length = bytes->length};
}

static void waits(void)
{
    struct ledger_schemas schemas = ledger_schemas_new(LEDGER_FORMAT_WAITS);
    const struct ledger_wait wait = {.step = (char[]){"awaitReady"},
                                     .since_ms = 1772445600001,
                                     .until_ms = 1775037600001,
                                     .expected_ms = 1772618400001,
                                     .late = true,
                                     .reference = ONE};
    struct ledger_wait got;
    CLEANUP(buffer_release) struct buffer bytes;
    struct datum_leaf leaf = given_part(schemas.wait, ledger_wait_tree(&wait), &bytes);
    struct fault why = {.text = ""};

    CU_ASSERT_FATAL(ledger_parts_wait(&schemas, &leaf, &got, &why));
    given_same("step", got.step, "awaitReady");
    given_same("reference", got.reference, ONE);
    CU_ASSERT(got.since_ms == wait.since_ms && got.until_ms == wait.until_ms && got.look_at_ms == 0 &&
              got.expected_ms == wait.expected_ms && got.late);
    ledger_wait_release(&got);
    leaf.length--;
    CU_ASSERT_FALSE(ledger_parts_wait(&schemas, &leaf, &got, &why));
    given_same("damage", why.text, "late: 1 bytes announced, 0 are left");
    CU_ASSERT(ledger_parts_wait(&schemas, &(struct datum_leaf){.length = 0}, &got, &why) && got.step == NULL);
    ledger_schemas_release(&schemas);
}

static void references(void)
{
    struct ledger_schemas schemas = ledger_schemas_new(LEDGER_FORMAT_WAITS);
    struct ledger_references list = {0}, got;
    CLEANUP(buffer_release) struct buffer bytes;
    struct fault why = {.text = ""};

    ledger_references_add(&list, "import", ONE)->order_id = memory_text("00125420");
    (void)ledger_references_add(&list, "create", TWO);
    struct datum_leaf leaf = given_part(schemas.references, ledger_references_tree(&list), &bytes);
    ledger_references_release(&list);
    CU_ASSERT_FATAL(ledger_parts_references(&schemas, &leaf, &got, &why));
    CU_ASSERT_EQUAL_FATAL(got.count, 2);
    given_same("step", got.list[0].step, "import");
    given_same("reference", got.list[1].reference, TWO);
    given_same("order id", got.list[0].order_id, "00125420");
    CU_ASSERT(got.list[0].told && got.list[1].order_id == NULL && !got.list[1].told);
    ledger_references_release(&got);
    leaf.length -= 3; /* within the second one */
    CU_ASSERT_FALSE(ledger_parts_references(&schemas, &leaf, &got, &why));
    CU_ASSERT_PTR_NOT_NULL(strstr(why.text, "reference"));
    CU_ASSERT_EQUAL(got.count, 1);
    ledger_references_release(&got);
    buffer_release(&bytes);
    leaf = given_part(schemas.references, json_object_new_array(), &bytes);
    CU_ASSERT(ledger_parts_references(&schemas, &leaf, &got, &why) && got.count == 0);
    CU_ASSERT(ledger_parts_references(&schemas, &(struct datum_leaf){.length = 0}, &got, &why) &&
              got.count == 0);
    ledger_schemas_release(&schemas);
}

static void heard(void)
{
    struct ledger_schemas schemas = ledger_schemas_new(LEDGER_FORMAT_WAITS);
    const struct ledger_heard first = {.events_end = 1}; /* the very first event was taken in */
    struct ledger_heard got;
    CLEANUP(buffer_release) struct buffer bytes;
    struct datum_leaf leaf = given_part(schemas.heard, ledger_heard_tree(&first), &bytes);
    struct fault why = {.text = ""};

    CU_ASSERT(ledger_parts_heard(&schemas, &leaf, &got, &why));
    CU_ASSERT(got.events_end == 1 && got.signals_end == 0);
    CU_ASSERT(ledger_parts_heard(&schemas, &(struct datum_leaf){.length = 0}, &got, &why));
    CU_ASSERT(got.events_end == 0 && got.signals_end == 0);
    CU_ASSERT_PTR_NULL(ledger_heard_tree(&got));
    ledger_schemas_release(&schemas);
}

CU_TestInfo test_ledger_parts[] = {
    {"waits", waits}, {"references", references}, {"heard", heard}, CU_TEST_INFO_NULL};
