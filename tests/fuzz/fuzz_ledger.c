/* A value of the ledger: as an order's record, an owner's, a decision; what is read is written and read again. */
#include "fuzz.h"

#include "decision.h"
#include "ledger.h"
#include "snapshot.h"

static void order_of(struct ledger_record *record)
{
    const struct order_type *type = catalogue_type(fuzz_catalogue(), record->order_type);
    struct order *order = NULL;
    struct fault why;

    if (type == NULL || !snapshot_restore("t", 0, record, type, &order, &why))
        return;
    if (snapshot_load(order, &why))
        snapshot_unload(order);
    order_free(order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct catalogue *catalogue = fuzz_catalogue();
    static struct ledger_schemas schemas;
    CLEANUP(buffer_release) struct buffer value = {0};
    struct ledger_record record, again;
    struct ledger_owner owner;
    struct decision decision;
    struct fault why;

    if (schemas.writes == 0)
        schemas = ledger_schemas_new(LEDGER_FORMATS);
    (void)!ledger_read_owner(&schemas, data, size, &owner, &why);
    (void)!decision_read(catalogue, data, size, &decision, &why);
    if (!ledger_read(&schemas, data, size, &record, &why))
        return 0;
    buffer_init(&value, 64 << 20);
    HOLDS(ledger_write(&schemas, &record, &value, &why));
    HOLDS(ledger_read(&schemas, value.data, value.length, &again, &why));
    HOLDS(again.state == record.state && again.turn == record.turn && again.key_length == record.key_length);
    ledger_release(&again);
    order_of(&record);
    ledger_release(&record);
    return 0;
}
