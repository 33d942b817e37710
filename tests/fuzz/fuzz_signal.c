/* What a worker writes for another: an event, whose an id of BT's is, what the ledger has of it. Read, it is written. */
#include "fuzz.h"

#include "bt_id.h"

static void index_of(const struct ledger_schemas *schemas, const uint8_t *data, size_t size)
{
    CLEANUP(buffer_release) struct buffer value = {0};
    struct ledger_index index, again;
    struct fault why;

    if (!ledger_index_read(schemas, data, size, &index, &why))
        return;
    buffer_init(&value, 64 << 20);
    HOLDS(ledger_index_write(schemas, &index, &value, &why));
    HOLDS(ledger_index_read(schemas, value.data, value.length, &again, &why));
    HOLDS(again.held_count == index.held_count && again.id.partition == index.id.partition);
    ledger_index_release(&again);
    ledger_index_release(&index);
}

static void event_of(const uint8_t *data, size_t size)
{
    CLEANUP(buffer_release) struct buffer value = {0};
    struct event event, again;
    struct fault why;

    if (!event_read(fuzz_catalogue(), data, size, &event, &why))
        return;
    buffer_init(&value, 64 << 20);
    HOLDS(event_write(fuzz_catalogue(), &event, &value, &why));
    HOLDS(event_read(fuzz_catalogue(), value.data, value.length, &again, &why));
    HOLDS(again.received_at_ms == event.received_at_ms);
    event_release(&again);
    event_release(&event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ledger_schemas schemas;
    CLEANUP(buffer_release) struct buffer value = {0};
    struct bt_id id, again;
    struct fault why;

    if (schemas.writes == 0)
        schemas = ledger_schemas_new(LEDGER_FORMATS);
    index_of(&schemas, data, size);
    event_of(data, size);
    if (!bt_id_read(&schemas, data, size, &id, &why))
        return 0;
    buffer_init(&value, 64 << 20);
    bt_id_write(&schemas, &id, &value);
    HOLDS(bt_id_read(&schemas, value.data, value.length, &again, &why));
    HOLDS(again.partition == id.partition && again.until_ms == id.until_ms);
    bt_id_release(&again);
    bt_id_release(&id);
    return 0;
}
